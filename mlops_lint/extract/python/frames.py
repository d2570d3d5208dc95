"""What calls on data frames do where they stand: take some rows, join what is counted, go through the rows."""

import ast
import re

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.personal import personal
from mlops_lint.extract.python.rows import by_row, chain
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.shown import only_shown
from mlops_lint.model import Value

IN_FRAMES = frozenset({"join", "read", "transform"})
"""The kinds of subjects whose fields `on_frames` gives."""

_TAKES = frozenset({"head", "limit", "take"})
# What makes each key stand once on its side of a join.
_UNIQUE = frozenset({"crosstab", "distinct", "drop_duplicates", "pivot_table", "unique", "value_counts"})
# After these a key may stand there again.
_MULTIPLIES = frozenset({"append", "concat", "explode", "join", "melt", "merge", "stack"})
_AGGREGATES = frozenset("agg aggregate count first last max mean median min nunique size std sum var".split())
# How far back the making of a side is followed, in calls and names.
_STEPS = 12


def on_frames(module: Module) -> dict[int, dict[str, Value] | None]:
    """Gives, by the `id` of their nodes, the fields of calls on data frames that follow from where they stand.

    None = a call that is not meant: by few rows, or on what a name may or may not hold.
    """
    found: dict[int, dict[str, Value] | None] = {node: {"sampled": True} for node in _cut(module)}
    for node, fields in personal(module, [call for call in module.calls if _makes(module, call, "read")]).items():
        found[node] = {**(found.get(node) or {}), **fields}
    found |= _joins(module)
    found |= {id(call.node): None for call in module.calls if _narrowed(module, call)}
    return found | {node: {"rowwise": True} if slow else None for node, slow in by_row(module).items()}


def _narrowed(module: Module, call: Call) -> bool:
    """Whether a call brings in a data set whose name is bound again and again, as by `rows = rows.filter(...)`."""
    entry, function = module.entry(call), call.node.func
    if entry is None or not isinstance(function, ast.Attribute) or not any("gathers" in one.set for one in entry.facts):
        return False
    node: ast.expr = function.value
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    bound = module.names.bindings(node.id, call.scope) if isinstance(node, ast.Name) else None
    return bound is not None and len(bound[0]) > 1


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


def _joins(module: Module) -> dict[int, dict[str, Value] | None]:
    """Joins with a side that has each key once, or whose rows are counted afterwards; None = one that is not meant."""
    joins = [call for call in module.calls if _makes(module, call, "join")]
    if not joins:
        return {}
    counted, shown = _counted(module), only_shown(module)
    found: dict[int, dict[str, Value] | None] = {}
    for call in joins:
        if id(call.node) in shown or _handed_on(call) or _aligned(call):
            found[id(call.node)] = None
        elif any(name in counted for name in call.targets) or any(_keyed(module, side, call) for side in _sides(call)):
            found[id(call.node)] = {"checked": True}
    return found


def _handed_on(call: Call) -> bool:
    """Whether the keys are a parameter of the function that joins: whoever calls it knows how the tables relate."""
    keys = [one.value for one in call.node.keywords if one.arg in ("on", "left_on")]
    return any(isinstance(key, ast.Name) and key.id in call.scope.holder.parameters for key in keys)


def _aligned(call: Call) -> bool:
    """Whether rows of one index are put side by side."""
    return {"left_index", "right_index"} <= {keyword.arg for keyword in call.node.keywords}


def _makes(module: Module, call: Call, kind: str) -> bool:
    entry = module.entry(call)
    return entry is not None and any(fact.kind == kind for fact in entry.facts)


def _sides(call: Call) -> list[ast.expr]:
    """The frames that a join brings together."""
    named = [keyword.value for keyword in call.node.keywords if keyword.arg in ("left", "right", "other")]
    first = [call.node.func.value] if isinstance(call.node.func, ast.Attribute) else []
    return [*call.node.args[:2], *named, *first]


def _keyed(module: Module, side: ast.expr, call: Call) -> bool:
    """Whether a side has each key once by its making: an aggregate of groups, or without duplicates."""
    line = call.node.lineno
    for _ in range(_STEPS):
        if _of_index(side):
            return True
        names = list(chain(side))
        # The last of them decides: what was unique may have been joined again since.
        decided = [
            name for name in names if name in _UNIQUE | _MULTIPLIES or (name == "groupby" and _AGGREGATES & set(names))
        ]
        if decided:
            return decided[0] not in _MULTIPLIES
        root = side
        while isinstance(root, (ast.Call, ast.Attribute, ast.Subscript)):
            root = root.func if isinstance(root, ast.Call) else root.value
        bound = module.names.bindings(root.id, call.scope) if isinstance(root, ast.Name) else None
        before = [one for one in bound[0] if isinstance(one, ast.expr) and one.lineno < line] if bound else []
        if not before:
            return False
        side = before[-1]
        line = side.lineno
    return False


def _of_index(node: ast.expr) -> bool:
    """Whether an expression is a frame that is made of an index: `DataFrame({"id": counts.index})`."""
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    values = first.values if isinstance(first, ast.Dict) else []
    return any(isinstance(value, ast.Attribute) and value.attr == "index" for value in values)


def _counted(module: Module) -> frozenset[str]:
    """Names whose length, or first dimension, is asserted or compared in a condition."""
    tests = [node.test for node, _ in module.scopes.conditions if not isinstance(node, ast.Return)]
    return frozenset(
        found[1] or found[2]
        for test in tests
        for found in re.finditer(r"\blen\(([\w.]+)\)|\b([\w.]+)\.shape\b", ast.unparse(test))
    )
