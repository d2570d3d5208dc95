"""What calls on data frames do where they stand: take some rows, join what is counted, go through the rows."""

import ast
import re

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.rows import by_row, chain
from mlops_lint.extract.python.scopes import Call
from mlops_lint.model import Value

IN_FRAMES = frozenset({"join", "read", "transform"})
"""The kinds of subjects whose fields `on_frames` gives."""

_TAKES = frozenset({"head", "limit", "take"})
# What makes each key stand once on its side of a join.
_UNIQUE = frozenset({"drop_duplicates", "value_counts", "distinct", "unique"})
_AGGREGATES = frozenset("agg aggregate count first last max mean median min nunique size std sum var".split())
# How far back the making of a side is followed, in calls and names.
_STEPS = 12


def on_frames(module: Module) -> dict[int, dict[str, Value] | None]:
    """Gives, by the `id` of their nodes, the fields of calls on data frames that follow from where they stand.

    None = a call by rows that is not meant.
    """
    found: dict[int, dict[str, Value] | None] = {node: {"sampled": True} for node in _cut(module)}
    found |= {node: {"checked": True} for node in _matched(module)}
    return found | {node: {"rowwise": True} if slow else None for node, slow in by_row(module).items()}


def _cut(module: Module) -> frozenset[int]:
    """Gives the `id` of the nodes of calls of whose result only a number of rows, written there, is kept."""
    return frozenset(
        id(call.node.func.value)
        for call in module.calls
        if isinstance(call.node.func, ast.Attribute)
        and call.node.func.attr in _TAKES
        and isinstance(call.node.func.value, ast.Call)
        and call.targets
        and [type(one) for one in call.node.args] == [ast.Constant]
    )


def _matched(module: Module) -> frozenset[int]:
    """Gives the `id` of the nodes of joins with a side that has each key once, or whose rows are counted afterwards."""
    joins = [call for call in module.calls if _is_join(module, call)]
    if not joins:
        return frozenset()
    counted = _counted(module.tree)
    return frozenset(
        id(call.node)
        for call in joins
        if any(name in counted for name in call.targets) or any(_keyed(module, side, call) for side in _sides(call))
    )


def _is_join(module: Module, call: Call) -> bool:
    entry = module.entry(call)
    return entry is not None and any(fact.kind == "join" for fact in entry.facts)


def _sides(call: Call) -> list[ast.expr]:
    """The frames that a join brings together."""
    named = [keyword.value for keyword in call.node.keywords if keyword.arg in ("left", "right", "other")]
    first = [call.node.func.value] if isinstance(call.node.func, ast.Attribute) else []
    return [*call.node.args[:2], *named, *first]


def _keyed(module: Module, side: ast.expr, call: Call) -> bool:
    """Whether a side has each key once by its making: an aggregate of groups, or without duplicates."""
    for _ in range(_STEPS):
        names = list(chain(side))
        if any(name in _UNIQUE for name in names) or ("groupby" in names and _AGGREGATES & set(names)):
            return True
        root = side
        while isinstance(root, (ast.Call, ast.Attribute, ast.Subscript)):
            root = root.func if isinstance(root, ast.Call) else root.value
        bound = module.names.bindings(root.id, call.scope) if isinstance(root, ast.Name) else None
        if bound is None or len(bound[0]) != 1 or not isinstance(bound[0][0], ast.expr):
            return False
        side = bound[0][0]
    return False


def _counted(tree: ast.Module) -> frozenset[str]:
    """Names whose length, or first dimension, is asserted or compared in a condition."""
    tests = [node.test for node in ast.walk(tree) if isinstance(node, (ast.Assert, ast.If))]
    return frozenset(
        found[1] or found[2]
        for test in tests
        for found in re.finditer(r"\blen\(([\w.]+)\)|\b([\w.]+)\.shape\b", ast.unparse(test))
    )
