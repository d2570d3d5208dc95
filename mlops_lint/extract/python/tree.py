"""What stands in a syntax tree, in order of the source, without a walk of one's own.

Three times as fast as `ast.walk`, which asks every node for all its fields and goes down to operators and contexts.
"""

import ast
from functools import cached_property
from typing import TypeVar

Kind = TypeVar("Kind", bound=ast.AST)

# Fields that hold no nodes, or only such as name nothing.
_PLAIN = frozenset(
    {"ctx", "op", "ops", "kind", "type_comment", "conversion", "simple", "is_async", "id", "attr", "arg", "level"}
)
_LEAVES = (ast.Constant, ast.Name, ast.operator, ast.expr_context, ast.boolop, ast.unaryop, ast.cmpop)
_BLOCKS: dict[type, tuple[str, ...]] = {
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.With, ast.AsyncWith), ("body",)),
    **dict.fromkeys((ast.If, ast.For, ast.AsyncFor, ast.While), ("orelse", "body")),
    **dict.fromkeys((ast.Try, ast.TryStar), ("finalbody", "orelse", "body")),
    **dict.fromkeys((ast.ExceptHandler, ast.match_case), ("body",)),
}
_PARTS: dict[type, tuple[str, ...] | None] = {}


def parts(kind: type) -> tuple[str, ...] | None:
    """Gives the fields of a sort of node that hold nodes, in order of the source; None = this is no node."""
    try:
        return _PARTS[kind]
    except KeyError:
        fields = () if issubclass(kind, _LEAVES) else getattr(kind, "_fields", ())
        found = tuple(field for field in fields if field not in _PLAIN)
        _PARTS[kind] = found if issubclass(kind, ast.AST) else None
        return _PARTS[kind]


def last_name(node: ast.AST) -> str:
    """Gives the name, or the attribute at the end of a chain; empty = the expression is neither."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def written(node: ast.AST) -> str:
    """Gives an expression as Python writes it: a name with its attributes at once, all else by `ast.unparse`."""
    names: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return ast.unparse(node)
    names.append(inner.id)
    return ".".join(reversed(names))


def walk(root: ast.AST) -> list[ast.AST]:
    """Gives a node and all nodes in it but operators and contexts, in order of the source."""
    found: list[ast.AST] = []
    pending = [root]
    while pending:
        node = pending.pop()
        fields = parts(node.__class__)
        if fields is None:
            continue
        found.append(node)
        for field in reversed(fields):
            value = getattr(node, field)
            if value.__class__ is list:
                pending += value[::-1]
            elif value is not None:
                pending.append(value)
    return found


def statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """Gives all statements of a body and of the blocks in them, but not what stands in a statement of one line."""
    found: list[ast.stmt] = []
    pending = body[::-1]
    while pending:
        node = pending.pop()
        found.append(node)
        for block in _BLOCKS.get(node.__class__, ()):
            pending += getattr(node, block)[::-1]
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            pending += part.body[::-1]
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """Gives the nodes right below a node but operators and contexts, in order of the source."""
    found: list[ast.AST] = []
    for field in parts(node.__class__) or ():
        value = getattr(node, field)
        if value.__class__ is list:
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


class Nodes:
    """The nodes of one module: walked once, when an extractor first asks."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in walk(self._tree):
            found.setdefault(node.__class__, []).append(node)
        return found

    def of(self, *kinds: type[Kind]) -> list[Kind]:
        """Gives the nodes of exactly these sorts, sort by sort, each in order of the source."""
        return [node for kind in kinds for node in self._by_kind.get(kind, ())]  # type: ignore[misc]

    @cached_property
    def around(self) -> "Around":
        """What each node stands in."""
        return Around(self._tree)


# So many searches from the top of a tree take as long as to lay out all of it.
_SEARCHES = 24


class Around:
    """What the nodes of a tree stand in: looked for from its top by their places, as few are asked for."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._known: dict[ast.AST, ast.AST] = {}
        self._searches = 0

    def get(self, node: ast.AST) -> ast.AST | None:
        """Gives what a node stands in; None for the module, and for what is not of its tree."""
        if node not in self._known and node is not self._tree and self._searches <= _SEARCHES:
            self._searches += 1
            if self._searches > _SEARCHES or not self._find(node):
                self._searches = _SEARCHES + 1
                self._known = {below: above for above in walk(self._tree) for below in children(above)}
        return self._known.get(node)

    def _find(self, wanted: ast.AST) -> bool:
        """Whether a node was met on the way down by its place, which has that of all that it stands in around it."""
        line = getattr(wanted, "lineno", None)
        if line is None:
            return False
        pending: list[ast.AST] = [self._tree]
        while pending:
            above = pending.pop()
            for below in children(above):
                if below is wanted or _spans(below, line):
                    self._known[below] = above
                    pending.append(below)
            if wanted in self._known:
                return True
        return False


def _spans(node: ast.AST, line: int) -> bool:
    """Whether something may stand in a node on a line; what has no place of its own, as arguments, may hold any."""
    if isinstance(node, _LEAVES):
        return False
    # Decorators stand above the line of a definition.
    first: ast.AST = next(iter(getattr(node, "decorator_list", ())), node)
    start, end = getattr(first, "lineno", line), getattr(node, "end_lineno", None)
    return start <= line <= (line if end is None else end)
