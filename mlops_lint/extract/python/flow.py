"""What a module does with data, in the order in which it runs: what is loaded, fitted, divided, predicted, measured.

Statements are followed one after the other, functions of the file at their calls; one that nobody calls is followed
by itself. Both branches of a condition are taken, a loop is run once, and what is not followed stays unknown.
"""

import ast
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import msgspec

from mlops_lint.extract.python.columns import attribute, column_of, without, written
from mlops_lint.extract.python.findings import Findings
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.provenance import NOTHING, Held, Rows, join, named, role_of
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.steps import INDEXERS, called, indexed, kinds_of, opaque, side
from mlops_lint.extract.python.transfer import transfer
from mlops_lint.extract.python.tree import children

# Functions that call one another are followed so far; deeper, and the arguments are all that is known.
_DEEPEST = 5
# A loop over so many variables is followed for each.
_NAMED = 4
# Expressions that are read in one file: real notebooks have some thousand.
_MOST = 60_000
# A file is worth the work if some call of it divides, fits or makes what can be fitted.
_WORTH = frozenset({"split", "transform", "training", "estimator"})
# However a file measures a model, it hardly does so without one of these words.
_MEASURING = re.compile(
    r"(?i)eval|valid|test|scor|metric|accura|loss|error|rmse|mse\b|mae\b|auc\b|r2|bleu|rouge|perplex|monitor|predict|plot|bench"
)
_CHANGING = frozenset({"append", "extend", "insert", "add", "update", "appendleft"})

Frame = dict[str, Held]


@lru_cache(maxsize=1)
def flow(module: Module) -> Findings:
    """Gives what the flow of data through a file says of its calls."""
    if not module.own:
        return Findings()
    findings = Findings()
    kinds = {kind for entry in module.known.values() for kind in kinds_of(entry)}
    if kinds & _WORTH:
        try:
            Run(module, {id(call.node): call for call in module.calls}, findings).file()
        except RecursionError:
            # Of what is nested so deep, nothing is known; the rest of the file is read without recursion.
            findings = Findings()
    if "training" in kinds and not _MEASURING.search(module.source):
        trainings = (call for call in module.calls if "training" in kinds_of(module.entry(call)))
        findings.unmeasured = {id(call.node): True for call in trainings}
    return findings


class Run:
    """One run through a module: frames of names, innermost last."""

    def __init__(self, module: Module, calls: dict[int, Call], findings: Findings) -> None:
        self.module = module
        self.calls = calls
        self.findings = findings
        self._frames: list[Frame] = [{}]
        self._scopes: list[Scope] = [module.scopes.module]
        self._returned: list[list[Held]] = [[]]
        self.context = ""
        """The calls that led here: what a function makes at one of them is not what it makes at another."""
        self._followed: set[int] = set()
        self._same: dict[str, str] = {}
        """Names that stand for what other variables hold, or, as parameters, for what those of the caller do."""
        self._left = _MOST
        self._functions = {id(scope.node): scope for scope in module.scopes.all if scope.kind == "function"}

    def file(self) -> None:
        """Runs the body of the module, then the functions that it does not call."""
        self.block(self.module.tree.body)
        for scope in self._functions.values():
            if id(scope.node) not in self._followed:
                self.call(scope, [], {}, None)
        self.findings.close()

    # ---- statements

    def block(self, statements: Iterable[ast.stmt]) -> None:
        """Runs statements one after the other."""
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            handler(self, node)
        elif not isinstance(node, _IDLE):
            for child in children(node):
                if isinstance(child, ast.expr):
                    self.value(child)

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self._bind(target, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, self.value(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        self._bind(node.target, join([self.value(node.target), self.value(node.value)]))

    def _return(self, node: ast.Return) -> None:
        self._returned[-1].append(self.value(node.value))

    def _if(self, node: ast.If) -> None:
        self.value(node.test)
        self._branches([node.body, node.orelse])

    def _match(self, node: ast.Match) -> None:
        self.value(node.subject)
        self._branches([*(case.body for case in node.cases), []])

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        values = self.value(node.iter)
        if not values.names or not isinstance(node.target, ast.Name):
            self._bind(node.target, self.element(values))
            self.block(node.body)
        else:
            # What is changed in the loop is changed in the variables that it goes through.
            for name in values.names:
                self._bind(node.target, self._name(ast.Name(name)))
                self._same[node.target.id] = name
                self.block(node.body)
                self._same.pop(node.target.id, None)
        self.block(node.orelse)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            base = _base(target)
            held = self._read(base) if base is not None else None
            if base is not None and held is not None and isinstance(target, ast.Subscript):
                self._write(base, without(held, (column_of(target),)) if column_of(target) else held)

    def _while(self, node: ast.While) -> None:
        self.value(node.test)
        self.block([*node.body, *node.orelse])

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._frames[-1][node.name] = Held(function=self._functions.get(id(node)))

    def _expression(self, node: ast.Expr) -> None:
        self._effect(node.value)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, value)
        self.block(node.body)

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        self.block(node.body)
        self._branches([[], *(handler.body for handler in node.handlers)])
        self.block([*node.orelse, *node.finalbody])

    def _branches(self, blocks: list[list[ast.stmt]]) -> None:
        """Runs blocks of which one runs: a name may hold what it holds after any."""
        before = self._frames[-1]
        after: list[Frame] = []
        for block in blocks:
            self._frames[-1] = dict(before)
            self.block(block)
            after.append(self._frames[-1])
        self._frames[-1] = {
            name: join([one[name] for one in after if name in one])
            for name in dict.fromkeys(n for f in after for n in f)
        }

    def _effect(self, node: ast.expr) -> None:
        """A call for its own sake: what it is given may stay in the object that it is called on."""
        result = self.value(node)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            return
        target = _base(node.func.value)
        held = self._read(target) if target is not None else None
        if target is None or held is None or held.objects:
            return
        adds = node.func.attr in _CHANGING
        if node.func.attr == "drop" and _in_place(node) and isinstance(node.func.value, ast.Name):
            self._write(target, msgspec.structs.replace(held, learned=result.learned))
        elif adds or (held.rows and _in_place(node)):
            more = result if not adds else join([self.value(one).all() for one in node.args])
            held, more = written(held, node.func.value, more) if not adds else (held, more)
            self._write(target, _with_more(held, more, rows=adds))

    # ---- names

    def _bind(self, target: ast.expr, value: Held) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for index, part in enumerate(target.elts):
                # What comes out of a function that is not followed may well be parts of what went in.
                held = (
                    self.item(value, index)
                    if value.items is not None
                    else side(value, f"unpacked {id(target)}", str(index))
                )
                self._bind(part, held)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, value)
        elif isinstance(target, ast.Name):
            self._same.pop(target.id, None)
            self._write(target.id, named(value, target.id))
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            name = _dotted(target)
            if name is not None and name.startswith("self."):
                self._write(name, named(value, name))
                return
            base = _base(target)
            held = self.value(ast.copy_location(ast.Name(base), target)) if base is not None else NOTHING
            if base is not None and not base.startswith("self.") and not held.objects:
                empty = not held.rows
                held, value = written(held, target, value.all())
                self._write(base, _with_more(held, value, rows=empty))

    def _write(self, name: str, value: Held) -> None:
        # What is set on an instance is seen by all methods.
        self._frames[0 if name.startswith("self.") else -1][name] = value
        if self._same.get(name):
            self._frames[-1][self._same[name]] = value

    def _read(self, name: str) -> Held | None:
        held = self._frames[-1].get(name)
        return held if held is not None else self._frames[0].get(name)

    def element(self, value: Held) -> Held:
        """Gives what one turn of a loop over a value is given."""
        if value.items is not None and value.form != "pair":
            return join(list(value.items))
        return msgspec.structs.replace(value, form="") if value.form == "pair" else value

    def item(self, value: Held, index: int) -> Held:
        """Gives an item of a value by its place; of what has no known items, the whole."""
        if value.items is not None:
            return value.items[index] if index < len(value.items) else NOTHING
        return value

    # ---- expressions

    def value(self, node: ast.expr | None) -> Held:
        """Gives what an expression is worth."""
        self._left -= 1
        if node is None or self._left <= 0:
            return NOTHING
        handler = _EXPRESSIONS.get(type(node))
        if handler is not None:
            return handler(self, node)
        return join([self.value(one).all() for one in children(node) if isinstance(one, ast.expr)])

    def _nothing(self, _node: ast.expr) -> Held:
        return NOTHING

    def _subscript(self, node: ast.Subscript) -> Held:
        return indexed(self, node)

    def _items(self, node: ast.Tuple | ast.List | ast.Set) -> Held:
        names = [one.id for one in node.elts if isinstance(one, ast.Name)] if len(node.elts) <= _NAMED else []
        return Held(
            items=tuple(self.value(one) for one in node.elts),
            names=tuple(names) if len(names) == len(node.elts) else (),
        )

    def _compare(self, node: ast.Compare) -> Held:
        return opaque(join([self.value(node.left), *(self.value(one) for one in node.comparators)]))

    def _either(self, node: ast.IfExp) -> Held:
        return join([self.value(node.body), self.value(node.orelse)])

    def _lambda(self, node: ast.Lambda) -> Held:
        return Held(function=node)

    def _named(self, node: ast.NamedExpr) -> Held:
        value = self.value(node.value)
        self._bind(node.target, value)
        return value

    def _name(self, node: ast.Name) -> Held:
        held = self._read(node.id)
        if held is not None:
            return held
        bound = self.module.names.bindings(node.id, self._scopes[-1])
        if bound is None:
            return named(Held(frozenset({Rows(f"name {node.id}")})), node.id)
        definitions = [one for one in bound[0] if isinstance(one, str)]
        if definitions and definitions[-1].startswith("def:"):
            return Held(function=self.module.names.scope(definitions[-1].partition(":")[2]))
        if definitions or bound[1].kind != "module":
            return NOTHING
        return named(Held(frozenset({Rows(f"name {node.id}")})), node.id)

    def _attribute(self, node: ast.Attribute) -> Held:
        name = _dotted(node)
        if name is not None and name.startswith("self."):
            held = self._read(name)
            return held if held is not None else named(Held(frozenset({Rows(f"name {name}")})), node.attr)
        value = self.value(node.value)
        if node.attr in ("shape", "size", "ndim", "dtype", "dtypes", "name"):
            return NOTHING
        if node.attr == "columns":
            return Held(learned=frozenset(one for one in value.learned if one.how == "fit"))
        if role_of(node.attr) and value.rows:
            # `data.train` and `data.test` are parts of one thing, and no columns.
            return named(side(value, "attribute", node.attr), node.attr)
        if value.objects and not value.rows:
            # What a fitted thing says of itself was learned: `selector.scores_`, `search.best_estimator_`.
            learned = frozenset(one for made in value.objects for one in made.seen)
            return Held(learned=learned, objects=value.objects if node.attr.endswith("estimator_") else ())
        return attribute(value, node.attr) if isinstance(node.value, ast.Name) else value

    def _arithmetic(self, node: ast.BinOp) -> Held:
        left, right = self.value(node.left).all(), self.value(node.right).all()
        if isinstance(node.op, ast.Div) and not right.rows:
            right = msgspec.structs.replace(
                right,
                learned=frozenset(
                    msgspec.structs.replace(one, how="statistic") if one.how == "extreme" else one
                    for one in right.learned
                ),
            )
        return join([left, right])

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Held:
        self._frames.append(dict(self._frames[-1]))
        self._scopes.append(self._scopes[-1])
        for part in node.generators:
            self._bind(part.target, self.element(self.value(part.iter)))
        value = self.value(node.value if isinstance(node, ast.DictComp) else node.elt)
        self._frames.pop()
        self._scopes.pop()
        # As many as there are turns: what is unpacked from it is one of them.
        return value if value.items is None else value.all()

    def texts(self, node: ast.expr) -> tuple[str, ...] | None:
        """Gives the one or more texts that an expression is worth, as names of columns; None where it is not known."""
        known = self.module.values.value(node, self._scopes[-1])
        known = (known,) if isinstance(known, str) else known
        return known if isinstance(known, tuple) and known else None

    # ---- calls

    def _call(self, node: ast.Call) -> Held:
        receiver = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else NOTHING
        arguments = [self.value(one.value if isinstance(one, ast.Starred) else one) for one in node.args]
        keywords = {one.arg or "**": self.value(one.value) for one in node.keywords}
        scope = self._target(node, receiver)
        if scope is not None:
            return self.call(scope, arguments, keywords, node)
        return transfer(self, called(self, node, receiver, arguments, keywords))

    def _target(self, node: ast.Call, receiver: Held) -> Scope | None:
        """The function of this file that is called."""
        if isinstance(node.func, ast.Name):
            function = self.value(node.func).function
            return function if isinstance(function, Scope) else None
        found = self.calls.get(id(node))
        scope = self.module.names.scope(found.name) if found is not None and found.name else None
        return scope if scope is not None and scope.kind == "function" and not receiver.objects else None

    def apply(self, function: object, arguments: list[Held]) -> Held | None:
        """Gives what a lambda or function of this file makes of arguments; None = it cannot be followed."""
        if isinstance(function, Scope):
            return self.call(function, arguments, {}, None)
        if not isinstance(function, ast.Lambda) or len(self._frames) > _DEEPEST:
            return None
        self._frames.append(dict(self._frames[-1]))
        self._scopes.append(self._scopes[-1])
        for parameter, held in zip(function.args.args, arguments, strict=False):
            self._write(parameter.arg, held)
        value = self.value(function.body)
        self._frames.pop()
        self._scopes.pop()
        return value

    def call(self, scope: Scope, arguments: list[Held], keywords: dict[str, Held], node: ast.Call | None) -> Held:
        """Runs a function with its parameters bound; what is too deep gives back what it was given."""
        body = getattr(scope.node, "body", [])
        if len(self._frames) > _DEEPEST or scope in self._scopes or self._left <= 0:
            return join([*(one.all() for one in arguments), *(one.all() for one in keywords.values())])
        self._followed.add(id(scope.node))
        frame = self._parameters(scope, arguments, keywords, given=node is not None)
        self._frames.append(dict(frame))
        self._scopes.append(scope)
        self._returned.append([])
        before, self.context = self.context, f"{self.context} {id(node)}" if node is not None else self.context
        same, self._same = self._same, dict.fromkeys(frame, "")
        self.block(body)
        self.context, self._same, changed = before, same, self._same
        returned = self._returned.pop()
        self._scopes.pop()
        after = self._frames.pop()
        self._hand_back(scope, node, {name: after[name] for name in changed if after.get(name) != frame.get(name)})
        return join(returned) if returned else NOTHING

    def _hand_back(self, scope: Scope, node: ast.Call | None, changed: Frame) -> None:
        """What a function changes in an object that it was given is changed for the caller too."""
        names = [name for name in scope.parameters if name != scope.receiver]
        for name, given in zip(names, node.args if node is not None and changed else (), strict=False):
            if isinstance(given, ast.Name) and name in changed:
                self._write(given.id, _with_more(self._name(given), changed[name], rows=False))

    def _parameters(self, scope: Scope, arguments: list[Held], keywords: dict[str, Held], *, given: bool) -> Frame:
        names = [name for name in scope.parameters if name != scope.receiver]
        frame = {name: named(held, name) for name, held in zip(names, arguments, strict=False)}
        frame |= {name: named(held, name) for name, held in keywords.items() if name in names}
        for name in names:
            if name not in frame:
                # Where a call leaves it out, the default holds, which is hardly ever data.
                rows = frozenset() if given else frozenset({Rows(f"parameter {scope.name}.{name}", role=role_of(name))})
                frame[name] = Held(rows)
        return frame


def _with_more(held: Held, more: Held, *, rows: bool) -> Held:
    """A value that something was written into."""
    return msgspec.structs.replace(
        held,
        rows=held.rows | more.rows if rows else held.rows,
        learned=held.learned | more.learned,
        predicted=tuple(dict.fromkeys((*held.predicted, *more.predicted)))[:8],
        items=None if held.items is not None and not held.items else held.items,
    )


def _in_place(node: ast.Call) -> bool:
    return any(one.arg == "inplace" for one in node.keywords)


def _dotted(node: ast.expr) -> str | None:
    """The name of an attribute of an instance, as `self.x`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
        return f"self.{node.attr}"
    return None


def _base(node: ast.expr) -> str | None:
    """The name whose items or attributes an expression is of: `df` of `df.loc[:, "a"]`."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        if (name := _dotted(node)) is not None and name.partition(".")[2] not in INDEXERS:
            return name
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


# What moves no data.
_IDLE = (ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass)
_STATEMENTS: dict[type[ast.stmt], Callable[..., None]] = {
    ast.Assign: Run._assign,
    ast.AnnAssign: Run._annotated,
    ast.AugAssign: Run._augmented,
    ast.Delete: Run._delete,
    ast.Expr: Run._expression,
    ast.Return: Run._return,
    ast.If: Run._if,
    ast.Match: Run._match,
    ast.For: Run._for,
    ast.AsyncFor: Run._for,
    ast.While: Run._while,
    ast.With: Run._with,
    ast.AsyncWith: Run._with,
    ast.Try: Run._try,
    ast.TryStar: Run._try,
    ast.FunctionDef: Run._define,
    ast.AsyncFunctionDef: Run._define,
}
_EXPRESSIONS: dict[type[ast.expr], Callable[..., Held]] = {
    ast.Constant: Run._nothing,
    ast.JoinedStr: Run._nothing,
    ast.Name: Run._name,
    ast.Attribute: Run._attribute,
    ast.Call: Run._call,
    ast.Subscript: Run._subscript,
    ast.Tuple: Run._items,
    ast.List: Run._items,
    ast.Set: Run._items,
    ast.Compare: Run._compare,
    ast.BinOp: Run._arithmetic,
    ast.IfExp: Run._either,
    ast.Lambda: Run._lambda,
    ast.NamedExpr: Run._named,
    ast.ListComp: Run._comprehension,
    ast.SetComp: Run._comprehension,
    ast.GeneratorExp: Run._comprehension,
    ast.DictComp: Run._comprehension,
}
