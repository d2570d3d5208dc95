"""What calls on data frames do where they stand: go through the rows, take a few of them, join what is counted."""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call

IN_FRAMES = frozenset({"join", "read", "transform"})
"""The kinds of subjects whose fields `on_frames` gives."""

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOPS = (ast.For, ast.AsyncFor, *_COMPREHENSIONS)
_Loop = ast.For | ast.AsyncFor | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# What a loop does with each row and no operation on columns could: plots, requests, statements of SQL.
_ACTING_ROOTS = frozenset(
    "PIL aiohttp asyncio boto3 botocore cv2 elasticsearch folium httpx kafka matplotlib openai plotly psycopg2 "
    "requests sagemaker seaborn shutil smtplib sqlalchemy streamlit subprocess time".split()
)
_ACTING = re.compile(
    r"^(?:add_(?:node|edge|row|patch)|annotate|axhline|axvline|commit|execute(?:many|_async)?|imshow|invoke\w*|"
    r"log_\w+|plot|predict|publish|put_\w+|scatter|send\w*|submit|text|upload\w*|urlopen|write\w*)$"
)
_ACTING_KINDS = frozenset({"http_call", "model", "model_load", "read", "training", "write"})
# A few rows are shown, or looked up; what is left of a frame after these is small.
_FEW = frozenset({"head", "nlargest", "nsmallest", "tail", "value_counts"})
_TAKES = frozenset({"head", "limit", "take"})
# What makes each key stand once on its side of a join.
_UNIQUE = frozenset({"drop_duplicates", "value_counts", "distinct", "unique"})
_AGGREGATES = frozenset("agg aggregate count first last max mean median min nunique size std sum var".split())
# How far back the making of a side is followed, in calls and names.
_STEPS = 12


def on_frames(module: Module) -> dict[int, dict[str, bool]]:
    """Gives, by the `id` of their nodes, the fields of calls on data frames that follow from where they stand."""
    found = {node: {"rowwise": True} for node in _by_row(module)}
    found |= {node: {"checked": True} for node in _matched(module)}
    return found | {node: {"sampled": True} for node in _cut(module)}


def of_few_rows(call: Call) -> bool:
    """Says whether a call is on the first rows of a frame, or colours a table that is shown."""
    node = call.node.func
    if not isinstance(node, ast.Attribute):
        return False
    if isinstance(node.value, ast.Attribute) and node.value.attr == "style":
        return True
    return _goes_by_row(call) and any(name in _FEW for name in _chain(node.value))


def _by_row(module: Module) -> set[int]:
    """Gives, by the `id` of their nodes, the calls that loop over the rows of a frame, or add a row to it in a loop.

    A loop whose body does what cannot be done on columns is left out.
    """
    pending = {id(call.node): call for call in module.calls if _works_on_frame(module, call)}
    if not pending:
        return set()
    found: set[int] = set()
    calls = {id(call.node): call for call in module.calls}
    for loop in (node for node in ast.walk(module.tree) if isinstance(node, _LOOPS)):
        over = [id(node) for part in _iterated(loop) for node in ast.walk(part) if id(node) in pending]
        rows = [node for node in over if _goes_by_row(pending[node])]
        if rows and not _acts(module, loop, calls):
            found.update(rows)
        if isinstance(loop, (ast.For, ast.AsyncFor)):
            found.update(id(node) for node in _grown(loop) if id(node) in pending)
    return found


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
    joins = [call for call in module.calls if "join" in _kinds(module, call)]
    if not joins:
        return frozenset()
    counted = _counted(module.tree)
    return frozenset(
        id(call.node)
        for call in joins
        if any(name in counted for name in call.targets) or any(_keyed(module, side, call) for side in _sides(call))
    )


def _works_on_frame(module: Module, call: Call) -> bool:
    entry = module.entry(call)
    return entry is not None and any("frame" in fact.set for fact in entry.facts)


def _goes_by_row(call: Call) -> bool:
    return isinstance(call.node.func, ast.Attribute) and call.node.func.attr in ("iterrows", "itertuples")


def _iterated(loop: _Loop) -> list[ast.expr]:
    return [loop.iter] if isinstance(loop, (ast.For, ast.AsyncFor)) else [part.iter for part in loop.generators]


def _acts(module: Module, loop: _Loop, calls: dict[int, Call]) -> bool:
    """Whether the body of a loop reaches out of the program, or draws."""
    body = loop.body if isinstance(loop, (ast.For, ast.AsyncFor)) else [loop]
    for node in (node for part in body for node in ast.walk(part)):
        if isinstance(node, (ast.Await, ast.AsyncWith)):
            return True
        call = calls.get(id(node))
        if call is not None and not _goes_by_row(call) and _acting(module, call):
            return True
    return False


def _acting(module: Module, call: Call) -> bool:
    root, method = call.name.partition(".")[0], call.name.rpartition(".")[2]
    return root in _ACTING_ROOTS or bool(_kinds(module, call) & _ACTING_KINDS) or _ACTING.match(method) is not None


def _kinds(module: Module, call: Call) -> set[str]:
    entry = module.entry(call)
    return {fact.kind for fact in entry.facts} if entry is not None else set()


def _grown(loop: ast.For | ast.AsyncFor) -> Iterator[ast.Call]:
    """Calls in a loop that make a frame anew with one more row: `frame = frame.append(row)`."""
    for node in (node for statement in loop.body for node in ast.walk(statement)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            call, name = node.value, node.targets[0].id
            parts = [part for argument in call.args for part in _items(argument)]
            if isinstance(call.func, ast.Attribute) and call.func.attr == "append":
                parts = [call.func.value, *parts]
            itself = [part for part in parts if isinstance(part, ast.Name) and part.id == name]
            if itself and any(_one_row(part) for part in parts):
                yield call


def _items(argument: ast.expr) -> list[ast.expr]:
    return argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else [argument]


def _one_row(node: ast.expr) -> bool:
    """Whether an expression is one row: a dict, a series, a frame of one dict or list."""
    if isinstance(node, ast.Dict):
        return True
    if not isinstance(node, ast.Call) or not node.args:
        return False
    made = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0]
    if made == "DataFrame":
        return isinstance(first, ast.List) and len(first.elts) == 1
    return made == "Series"


def _chain(node: ast.expr) -> Iterator[str]:
    """The methods of a chain of calls, last one first."""
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        node = node.func if isinstance(node, ast.Call) else node.value


def _sides(call: Call) -> list[ast.expr]:
    """The frames that a join brings together."""
    named = [keyword.value for keyword in call.node.keywords if keyword.arg in ("left", "right", "other")]
    first = [call.node.func.value] if isinstance(call.node.func, ast.Attribute) else []
    return [*call.node.args[:2], *named, *first]


def _keyed(module: Module, side: ast.expr, call: Call) -> bool:
    """Whether a side has each key once by its making: an aggregate of groups, or without duplicates."""
    for _ in range(_STEPS):
        names = list(_chain(side))
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
