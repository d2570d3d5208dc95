"""The order in which data is transformed and split within one function, module body or notebook.

First form: statements in order of the source, no flow between functions; what is not followed stays unknown.
"""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope

# Methods of a splitter that are handed the data.
_SPLIT_METHODS = frozenset({"split"})


def fitted_before_split(module: Module) -> dict[int, bool]:
    """Gives, by the `id` of the node of a call that fits a transformer, whether its data is split later.

    A call is left out where neither a later nor an earlier split of its data is seen.
    """
    kinds = {id(call.node): kinds for call in module.calls if (kinds := _kinds(module, call))}
    if not any("split" in kinds for kinds in kinds.values()):
        return {}
    found: dict[int, bool] = {}
    for scope in module.scopes.all:
        if scope.kind in ("module", "function"):
            _Order(module, scope, kinds, found).follow(getattr(scope.node, "body", []))
    return found


def _kinds(module: Module, call: Call) -> frozenset[str]:
    entry = module.entry(call)
    # What works on a frame without learning from it is no fit.
    facts = [fact for fact in entry.facts if "frame" not in fact.set] if entry is not None else []
    kinds = frozenset(fact.kind for fact in facts)
    owner, _, method = call.name.rpartition(".")
    if method in _SPLIT_METHODS and (of_class := module.libraries.entries.get(owner)) is not None:
        kinds |= {fact.kind for fact in of_class.facts if fact.kind == "split"} and {"divides"}
    elif "split" in kinds and not method[:1].isupper():
        kinds |= {"divides"}
    return kinds


class _Order:
    """What the names of one scope hold, statement after statement."""

    def __init__(self, module: Module, scope: Scope, kinds: dict[int, frozenset[str]], found: dict[int, bool]) -> None:
        self._module = module
        self._scope = scope
        self._kinds = kinds
        self._found = found
        self._learned: dict[str, frozenset[int]] = {}
        """Name -> the fits whose result is in it."""
        self._fits: dict[str, int] = {}
        """Name of a transformer -> its last fit."""
        self._parts: set[str] = set()
        """Names that hold a part of a split."""

    def follow(self, statements: list[ast.stmt]) -> None:
        """Reads statements in order of the source."""
        for statement in statements:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            targets, values = _assignment(statement)
            for value in values:
                self._expression(value, targets)
            if isinstance(statement, ast.If):
                self._branches([statement.body, statement.orelse])
            elif isinstance(statement, ast.Match):
                self._branches([*(case.body for case in statement.cases), []])
            else:
                for block in ("body", "orelse", "finalbody"):
                    self.follow(getattr(statement, block, []))
                for handler in getattr(statement, "handlers", []):
                    self.follow(handler.body)

    def _branches(self, blocks: list[list[ast.stmt]]) -> None:
        """Reads blocks of which one runs: a name may hold what it holds after any, and is a part if it is after all."""
        before, parts = self._learned, self._parts
        learned: dict[str, frozenset[int]] = {}
        left: list[set[str]] = []
        for block in blocks:
            self._learned, self._parts = dict(before), set(parts)
            self.follow(block)
            for name, fits in self._learned.items():
                learned[name] = learned.get(name, frozenset()) | fits
            left.append(self._parts)
        self._learned, self._parts = learned, set.intersection(*left)

    def _expression(self, value: ast.expr, targets: list[str]) -> None:
        learned = self._learned_in(value)
        part = any(name in self._parts for name in _names(value))
        for call in _calls(value):
            kinds = self._kinds.get(id(call), frozenset())
            if "divides" in kinds:
                self._divide(call)
                part = True
            elif "transform" in kinds:
                self._fit(call)
        for target in targets:
            subscripted = target.endswith("[]")
            name = target.removesuffix("[]")
            self._learned[name] = learned | (self._learned.get(name, frozenset()) if subscripted else frozenset())
            if part:
                self._parts.add(name)
            elif not subscripted:
                self._parts.discard(name)

    def _learned_in(self, value: ast.expr) -> frozenset[int]:
        learned = frozenset[int]()
        for name in _names(value):
            learned |= self._learned.get(name, frozenset())
        for call in _calls(value):
            if not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr == "transform":
                made = call.func.value
                fit = self._fits.get(ast.unparse(made))
                learned |= {fit} if fit is not None else self._learns(made)
            elif call.func.attr.startswith("fit_"):
                # `fit` alone gives the transformer back; what it learned shows where `transform` is called.
                learned |= self._learns(call)
        return learned

    def _learns(self, call: ast.expr) -> frozenset[int]:
        if not isinstance(call, ast.Call) or "transform" not in self._kinds.get(id(call), ()):
            return frozenset()
        return frozenset() if _data(call) is None or self._on_part(call) else frozenset({id(call)})

    def _on_part(self, call: ast.Call) -> bool:
        """Whether a call is given a part of a split; by a name such as `X_train` it was split elsewhere."""
        data = _data(call)
        return data is not None and any(name in self._parts or "train" in name.lower() for name in _names(data))

    def _fit(self, call: ast.Call) -> None:
        if self._on_part(call):
            self._found.setdefault(id(call), False)
        elif isinstance(call.func, ast.Attribute) and _data(call) is not None:
            self._fits[ast.unparse(call.func.value)] = id(call)

    def _divide(self, call: ast.Call) -> None:
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            for fit in self._learned_in(argument):
                self._found[fit] = True


def _data(call: ast.Call) -> ast.expr | None:
    return call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "X"), None)


def _assignment(statement: ast.stmt) -> tuple[list[str], list[ast.expr]]:
    """The names that a statement binds, `x[]` where it sets an item, and the expressions that it evaluates first."""
    if isinstance(statement, ast.Assign):
        return [name for target in statement.targets for name in _targets(target)], [statement.value]
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)) and statement.value is not None:
        return list(_targets(statement.target)), [statement.value]
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return list(_targets(statement.target)), [statement.iter]
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return [], [item.context_expr for item in statement.items]
    values = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)]
    return [], values


def _targets(target: ast.expr) -> Iterator[str]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _targets(part)
    elif isinstance(target, ast.Subscript):
        yield f"{ast.unparse(_base(target))}[]"
    elif isinstance(target, (ast.Name, ast.Attribute)):
        yield ast.unparse(target)


def _base(target: ast.expr) -> ast.expr:
    while isinstance(target, ast.Subscript) or (isinstance(target, ast.Attribute) and target.attr in ("loc", "iloc")):
        target = target.value
    return target


def _names(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield f"self.{node.attr}"


def _calls(value: ast.expr) -> list[ast.Call]:
    """The calls in an expression, inner ones first, as they run."""
    return [node for node in ast.walk(value) if isinstance(node, ast.Call)][::-1]
