"""Follows the body of a pipeline function: the calls of tasks in it, and which of them wait for which.

Nothing is run. A name stands for the tasks whose results it holds; a plain function hands on what it is given; both
branches are taken, and a loop is gone through once.
"""

import ast
from collections.abc import Iterable

from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.records import Declared, Settings, Step
from mlops_lint.extract.python.flows.settings import settings_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import children

# Of one pipeline: real ones have tens of tasks.
_STEPS = 500
# Functions of the file that a pipeline calls, and they each other.
_DEPTH = 6
# Expressions in expressions.
_NESTED = 80

Held = dict[Step, None]
"""The tasks whose results something holds, in the order in which they were met."""

_MUTATORS = frozenset({"append", "extend", "add", "update", "insert", "setdefault", "put"})
_BODIES = ("body", "orelse", "handlers", "finalbody", "cases")


class _Exhausted(Exception):  # noqa: N818 - not an error of anybody
    """The budget is used up."""


def steps(file: File, pipeline: Declared) -> list[Step]:
    """Gives the calls of tasks and of other pipelines in a pipeline of the file, in order, with what they wait for."""
    follower = _Follower(file)
    if pipeline.scope is not None:
        try:
            follower.function(pipeline.scope, {})
        except _Exhausted:
            return follower.steps
    return follower.steps


class _Follower:
    def __init__(self, file: File) -> None:
        self.file = file
        self.tables = file.tables
        self.steps: list[Step] = []
        self._front: Held = {}
        """What everything that comes now waits for, as calls before it did not return earlier."""
        self._names: dict[str, Held] = {}
        self._scope = file.module.scopes.module
        self._returned: Held = {}
        self._running: list[Scope] = []
        self._nested = 0

    def function(self, scope: Scope, given: dict[str, Held]) -> Held:
        """Follows the body of a function, and gives the tasks whose results it returns."""
        kept = self._names, self._scope, self._returned
        self._names, self._scope, self._returned = dict(given), scope, {}
        self._running.append(scope)
        self._block(getattr(scope.node, "body", []))
        returned = self._returned
        self._running.pop()
        self._names, self._scope, self._returned = kept
        return returned

    def _spend(self, cost: int) -> None:
        self.file.budget -= cost
        if self.file.budget < 0 or len(self.steps) >= _STEPS:
            raise _Exhausted

    # --- statements

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._spend(1)
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return
        if isinstance(node, ast.Assign):
            self._assign(node.targets, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            held = self._held(node.value)
            more = self._held(node.target) if isinstance(node, ast.AugAssign) else {}
            self._bind(node.target, more | held)
        elif isinstance(node, ast.Return):
            self._returned |= self._held(node.value)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._bind(node.target, self._held(node.iter))
            self._block([*node.body, *node.orelse])
        elif isinstance(node, (ast.If, ast.Match)):
            self._choice(node)
        else:
            self._compound(node)

    def _compound(self, node: ast.AST) -> None:
        """Any other statement: its expressions, then the statements in it."""
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                held = self._held(item.context_expr)
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, held)
        elif not hasattr(node, "body"):
            for part in children(node):
                self._held(part)
        elif isinstance(node, ast.While):
            self._held(node.test)
        for field in _BODIES:
            for part in getattr(node, field, ()):
                if isinstance(part, ast.stmt):
                    self._block([part])
                else:
                    self._block(part.body)

    def _choice(self, node: ast.If | ast.Match) -> None:
        self._held(node.test if isinstance(node, ast.If) else node.subject)
        names, front = self._names, self._front
        after: list[tuple[dict[str, Held], Held]] = []
        branches = [node.body, node.orelse] if isinstance(node, ast.If) else [one.body for one in node.cases]
        for branch in branches:
            self._names, self._front = dict(names), dict(front)
            self._block(branch)
            after.append((self._names, self._front))
        self._names, self._front = {}, {}
        for bound, ended in after:
            self._spend(len(bound))
            for name, held in bound.items():
                self._names[name] = self._names.get(name, {}) | held
            self._front |= ended
        self._front = _last(self._front)

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        for target in targets:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                for part, item in zip(target.elts, [self._held(one) for one in value.elts], strict=True):
                    self._bind(part, item)
                return
        held = self._held(value)
        for target in targets:
            self._bind(target, held)

    def _bind(self, target: ast.expr, held: Held) -> None:
        self._spend(1 + len(held) // 8)
        if isinstance(target, ast.Name):
            self._names[target.id] = dict(held)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self._bind(part, held)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, held)
        else:
            self._add(target, held)

    def _add(self, target: ast.expr, held: Held) -> None:
        """What is put into something: an item, an attribute, one more in a list."""
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if isinstance(target, ast.Name):
            self._names[target.id] = self._names.get(target.id, {}) | held

    # --- expressions

    def _held(self, node: ast.AST | None, awaited: bool = False) -> Held:
        """Gives the tasks whose results an expression holds; the calls in it are made."""
        if node is None or isinstance(node, (ast.Constant, ast.Lambda)) or self._nested > _NESTED:
            return {}
        self._spend(1)
        if isinstance(node, ast.Name):
            return self._names.get(node.id, {})
        self._nested += 1
        try:
            return self._inside(node, awaited)
        finally:
            self._nested -= 1

    def _inside(self, node: ast.AST, awaited: bool) -> Held:
        if isinstance(node, ast.Await):
            return self._held(node.value, awaited=True)
        if isinstance(node, ast.Call):
            return self._call(node, awaited)
        if isinstance(node, ast.NamedExpr):
            held = self._held(node.value)
            self._bind(node.target, held)
            return held
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            for part in node.generators:
                self._bind(part.target, self._held(part.iter))
            ends = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return self._all(ends)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.RShift, ast.LShift)):
            left, right = self._held(node.left), self._held(node.right)
            first, second = (left, right) if isinstance(node.op, ast.RShift) else (right, left)
            self._join(first, second)
            return right
        return self._all(children(node))

    def _all(self, nodes: Iterable[ast.AST]) -> Held:
        found: Held = {}
        for node in nodes:
            found |= self._held(node)
        return found

    def _call(self, node: ast.Call, awaited: bool) -> Held:
        target = self.file.target(node.func, self._scope)
        name = self.file.module.names.name(node.func, self._scope) if target is None else ""
        arguments, keywords = list(node.args), list(node.keywords)
        if name in self.tables.callers and arguments:
            found = self.file.resolve(arguments[0], self._scope)
            target = (found, "") if found is not None else None
            arguments = arguments[1:] if target is not None else arguments
        if target is None and name in self.tables.runners:
            found = self.file.resolve(node, self._scope)
            target = (found, "") if found is not None else None
        if target is None and isinstance(node.func, ast.Attribute) and node.func.attr in self.tables.applies:
            found = self.file.resolve(arguments[0], self._scope) if arguments else None
            target = (found, "") if found is not None else None
        if target is not None:
            given = self._all([*arguments, *(one.value for one in keywords)])
            return self._step(node, target, given | self._bound(node.func), awaited)
        return self._plain(node)

    def _bound(self, function: ast.expr) -> Held:
        """What a task was given before it is called: `partial(task, rows=rows)`."""
        found: Held = {}
        while isinstance(function, (ast.Call, ast.Attribute)):
            if isinstance(function, ast.Call):
                found |= self._all([*function.args, *(one.value for one in function.keywords)])
                function = function.func
            else:
                function = function.value
        return found | self._held(function)

    def _step(self, node: ast.Call, target: tuple[Declared, str], given: Held, awaited: bool) -> Held:
        declared, method = target
        options = settings_of(node, self._scope).entries if self.tables.call_settings else {}
        own = {key: one for key, one in options.items() if key in self.tables.call_settings}
        step = Step(declared, node, declared.settings.under(Settings(own)), method, len(self.steps))
        step.after = dict(given)
        self._wait_by_name(step, node)
        implied = _earlier(step.after)
        step.after |= {one: None for one in self._front if not implied >> one.number & 1}
        step.earlier = _earlier(step.after)
        self.steps.append(step)
        self._spend(len(step.after))
        waits = declared.scope is None or isinstance(declared.scope.node, ast.FunctionDef) or awaited
        if self.tables.blocking and not method and waits:
            self._front = {step: None}
        return {step: None}

    def _join(self, before: Held, after: Held) -> None:
        """Lets some tasks wait for others; a circle is no order."""
        self._spend(len(before) * len(after))
        for step in after:
            new = {one: None for one in before if one is not step and not one.waits_for(step)}
            step.after |= new
            step.earlier |= _earlier(new)
            for later in self.steps:
                if later.waits_for(step):
                    later.earlier |= step.earlier

    def _wait_by_name(self, step: Step, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg in self.tables.named_waits:
                known = self.file.module.values.value(keyword.value, self._scope)
                named = known if isinstance(known, tuple) else (known,)
                step.after |= {one: None for one in self.steps if one.name in named}

    def _plain(self, node: ast.Call) -> Held:
        """A call of anything but a task: what it gives may hold all that it is given."""
        function = node.func
        start = len(self.steps)
        held = self._held(function.value) if isinstance(function, ast.Attribute) else {}
        chosen = len(self.steps)
        given = [(None, self._held(one)) for one in node.args]
        named = [(one.arg, self._held(one.value)) for one in node.keywords]
        every: Held = {}
        for _, one in (*given, *named):
            every |= one
        if isinstance(function, ast.Attribute):
            self._method(node, function, held, every)
            if function.attr in self.tables.branches:
                inside = set(self.steps[start:chosen])
                self._join({one: None for one in held if one not in inside}, dict.fromkeys(self.steps[chosen:]))
        local = self.file.local(function, self._scope)
        if local is not None and local not in self._running and len(self._running) < _DEPTH:
            positional = list(local.parameters)[local.receiver is not None :]
            bound = dict(zip(positional, (one for _, one in given), strict=False))
            bound |= {name: one for name, one in named if name is not None}
            return held | every | self.function(local, bound)
        return held | every

    def _method(self, node: ast.Call, function: ast.Attribute, held: Held, given: Held) -> None:
        if function.attr in _MUTATORS:
            self._add(function.value, given)
        if held and function.attr in self.tables.overrides:
            for step in held:
                step.settings = step.settings.under(settings_of(node, self._scope))
        if function.attr in self.tables.precedes:
            self._join(held, given)
        if held and function.attr in self.tables.results and self.tables.blocking:
            self._front = _last(self._front | held)


def _earlier(held: Held) -> int:
    """Gives tasks with all that they wait for, as bits."""
    found = 0
    for step in held:
        found |= step.all
    return found


def _last(held: Held) -> Held:
    """Gives those that none of the others waits for."""
    found = 0
    for step in held:
        found |= step.earlier
    return {step: None for step in held if not found >> step.number & 1}
