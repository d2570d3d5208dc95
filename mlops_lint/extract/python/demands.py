"""A test to what the numbers that it demands come from."""

import ast

from mlops_lint.extract.python.tree import walk

# They alter what they are given, not only what they are called on.
_ALTERS = frozenset({"fit", "partial_fit", "shuffle", "train"})
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def fed_by(test: ast.AST, demands: frozenset[int]) -> tuple[str, ...]:
    """Gives the names, and the lines as text, that feed the demands of a test, which are told by the `id` of nodes.

    Statements are followed backwards from each demand. That a branch is taken is not followed, only what is handed on.
    """
    found = _Feeding(demands)
    found.block(getattr(test, "body", []), straight=True)
    return (*(str(line) for line in sorted(found.lines)), *sorted(found.names))


class _Feeding:
    """What feeds the demands, read from the last statement to the first."""

    def __init__(self, demands: frozenset[int]) -> None:
        self._demands = demands
        self.lines: set[int] = set()
        self.names: set[str] = set()
        self._wanted: set[str] = set()

    def block(self, statements: list[ast.stmt], straight: bool = False) -> None:
        for one in reversed(statements):
            # What a loop leaves feeds what it does next.
            for _ in range(2 if isinstance(one, _LOOPS) else 1):
                self._statement(one, straight)

    def _statement(self, one: ast.stmt, straight: bool) -> None:
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if one.name in self._wanted:
                self._add(one, _read(one))
            return
        inner = [part for field in ("finalbody", "orelse", "handlers", "body") for part in getattr(one, field, ())]
        for part in reversed([part for each in inner for part in getattr(each, "body", [each])]) if inner else ():
            if isinstance(part, ast.stmt):
                self._statement(part, False)
        if inner:
            self._heads(one)
            return
        demands = [node for node in walk(one) if id(node) in self._demands]
        if demands:
            self._add(one, {name for node in demands for name in _read(node)})
        elif isinstance(one, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            self._assigned(one, straight)
        elif isinstance(one, ast.Expr) and _altered(one.value) & self._wanted:
            self._add(one, _read(one))

    def _heads(self, one: ast.stmt) -> None:
        """`for x in y` and `with y as x` bind as well."""
        pairs = [(one.target, one.iter)] if isinstance(one, (ast.For, ast.AsyncFor)) else []
        items = one.items if isinstance(one, (ast.With, ast.AsyncWith)) else []
        for target, value in [*pairs, *((item.optional_vars, item.context_expr) for item in items)]:
            if target is not None and _read(target) & self._wanted:
                self._add(value, _read(value))

    def _assigned(self, one: ast.Assign | ast.AnnAssign | ast.AugAssign, straight: bool) -> None:
        targets = one.targets if isinstance(one, ast.Assign) else [one.target]
        bound = {name for target in targets for name in _read(target)}
        if one.value is None or not bound & self._wanted:
            return
        if straight and not isinstance(one, ast.AugAssign) and all(map(_plain, targets)):
            self._wanted -= bound
        self._add(one, _read(one.value))

    def _add(self, node: ast.stmt | ast.expr, names: set[str]) -> None:
        self.lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        self.names |= names
        self._wanted |= names


def _plain(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) or (isinstance(target, ast.Tuple) and all(map(_plain, target.elts)))


def _read(node: ast.AST) -> set[str]:
    return {one.id for one in walk(node) if isinstance(one, ast.Name)}


def _altered(value: ast.expr) -> set[str]:
    """The names whose objects a call may alter: what a method is called on, and all that a fit is given."""
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return set()
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    found = _read(value.func) if isinstance(value.func, ast.Attribute) else set[str]()
    return found | {one for part in value.args for one in _read(part)} if name in _ALTERS else found
