"""Which calls go through a data frame row by row, or grow one so, and for nothing that columns could not do."""

import ast
import re
from collections.abc import Iterable, Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import walk

_LOOPS = (ast.For, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_Loop = ast.For | ast.AsyncFor | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
# What is done with each row and no operation on columns could do: plots, requests, statements of SQL.
_ACTING_ROOTS = frozenset(
    "PIL aiohttp asyncio boto3 botocore cv2 elasticsearch folium httpx kafka librosa matplotlib openai plotly psycopg2 "
    "rasterio requests sagemaker seaborn shutil smtplib soundfile sqlalchemy streamlit subprocess time "
    "torchaudio".split()
)
_ACTING = re.compile(
    r"^(?:add_(?:node|edge|row|patch)|annotate|axhline|axvline|commit|critical|debug|download\w*|error|exception|execute(?:many|_async)?|fetch\w*|"
    r"from_?proto\w*|FromString|imread|imshow|info|invoke\w*|load\w*|log_\w+|open|Parse\w*|plot|predict|publish|put_\w+|"
    r"rectangle|scatter|send\w*|submit|text|udf|upload\w*|urlopen|warning|write\w*)$"
)
_ACTING_KINDS = frozenset({"http_call", "model", "model_load", "read", "training", "write"})
# A few rows are shown, or looked up; what is left of a frame after these is small.
_FEW = frozenset({"describe", "head", "nlargest", "nsmallest", "search_runs", "tail", "value_counts"})
_CUT = re.compile(rf"\b(?:{'|'.join(sorted(_FEW))})\(")
# What code of these does with a value, it or something like it does with a column.
_COLUMNAR = frozenset(
    "bool builtins collections copy datetime dateutil float functools int itertools logging math numpy operator pandas "
    "re statistics str string tqdm typing warnings".split()
)
_NO_NUMBERS = (ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple)
_CELLS = frozenset({"at", "iat", "iloc", "loc"})


def by_row(module: Module) -> dict[int, bool]:
    """Gives, by the `id` of their nodes, the calls that work row by row where they stand.

    False where they work on few rows, or do with each what cannot be done on columns.
    """
    pending = {id(call.node): call for call in module.calls if _on_frame(module, call)}
    if not pending:
        return {}
    calls = {id(call.node): call for call in module.calls}
    found = {
        node: False
        for node, call in pending.items()
        if _few(call) or _hands_on(module, call) or _acts(module, _function(module, call), calls)
    }
    # A walk over the whole file is worth it only where some call may be of a loop.
    looped = any(_goes_by_row(call) or call.name.endswith((".append", ".concat")) for call in pending.values())
    loops: list[_Loop] = module.nodes.of(*_LOOPS) if looped else []
    for loop in loops:
        over = [id(node) for part in _iterated(loop) for node in walk(part) if id(node) in pending]
        rows = [node for node in over if _goes_by_row(pending[node]) and node not in found]
        if rows:
            slow = not _makes_other(loop) and not _acts(module, _body(loop), calls)
            found |= dict.fromkeys(rows, slow)
        if isinstance(loop, (ast.For, ast.AsyncFor)):
            found |= {id(node): True for node in _grown(loop) if id(node) in pending}
    return found


def chain(node: ast.expr) -> Iterator[str]:
    """Gives the methods of a chain of calls, last one first."""
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        node = node.func if isinstance(node, ast.Call) else node.value


def _on_frame(module: Module, call: Call) -> bool:
    entry = module.entry(call)
    return entry is not None and any("frame" in fact.set for fact in entry.facts)


def _goes_by_row(call: Call) -> bool:
    return isinstance(call.node.func, ast.Attribute) and call.node.func.attr in ("iterrows", "itertuples")


def _few(call: Call) -> bool:
    """Whether a call is on the first rows of a frame, or colours a table that is shown."""
    node = call.node.func
    if not isinstance(node, ast.Attribute):
        return False
    if isinstance(node.value, ast.Attribute) and node.value.attr == "style":
        return True
    if not _goes_by_row(call):
        return False
    bound = call.scope.bindings.get(node.value.id, ()) if isinstance(node.value, ast.Name) else ()
    made = [node.value, *(one for one in bound if isinstance(one, ast.expr))]
    cut = any(_sliced(one) or not _FEW.isdisjoint(chain(one)) for one in made)
    return cut or _CUT.search(call.name) is not None


def _sliced(node: ast.expr) -> bool:
    """Whether an expression is a number of rows: `frame[:20]`, `frame.iloc[:20]`."""
    upper = node.slice.upper if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else None
    return isinstance(upper, ast.Constant)


def _function(module: Module, call: Call) -> list[ast.AST]:
    """The body of the function that `apply` is given, where it is a lambda or one of this module."""
    given = call.node.args[:1] if call.name.endswith(".apply") else []
    return [part for one in given for part in _code(module, one, call)]


def _hands_on(module: Module, call: Call) -> bool:
    """Whether `apply` is given a function of a library for single values, or one that makes a text of each row."""
    given = call.node.args[0] if call.name.endswith(".apply") and call.node.args else None
    if given is None:
        return False
    if isinstance(given, ast.Lambda):
        made = given.body.func if isinstance(given.body, ast.Call) else None
        return isinstance(given.body, ast.JoinedStr) or getattr(made, "attr", "") in ("to_dict", "to_json")
    name = module.names.name(given, call.scope)
    scope = module.names.scope(name)
    texts = scope is not None and bool(scope.returns) and all(isinstance(one, ast.JoinedStr) for one in scope.returns)
    return texts or _alien(module, name)


def _code(module: Module, function: ast.expr, call: Call) -> list[ast.AST]:
    if isinstance(function, ast.Lambda):
        return [function.body]
    scope = module.names.scope(module.names.name(function, call.scope))
    return list(getattr(scope.node, "body", ())) if scope is not None and scope.kind == "function" else []


def _iterated(loop: _Loop) -> list[ast.expr]:
    return [loop.iter] if isinstance(loop, (ast.For, ast.AsyncFor)) else [part.iter for part in loop.generators]


def _body(loop: _Loop) -> list[ast.AST]:
    return [*loop.body] if isinstance(loop, (ast.For, ast.AsyncFor)) else [loop]


def _acts(module: Module, body: Iterable[ast.AST], calls: dict[int, Call], deeper: bool = True) -> bool:
    """Whether code reaches out of the program, draws or hands each row on, itself or in a function that it calls."""
    for node in (node for part in body for node in walk(part)):
        if isinstance(node, (ast.Await, ast.AsyncWith, ast.Yield, ast.YieldFrom)):
            return True
        call = calls.get(id(node))
        if call is None or _on_frame(module, call):
            continue
        if _acting(module, call):
            return True
        if deeper and _acts(module, _code(module, call.node.func, call), calls, deeper=False):
            return True
    return False


def _acting(module: Module, call: Call) -> bool:
    if _alien(module, call.name):
        return True
    entry = module.entry(call)
    kinds = {fact.kind for fact in entry.facts} if entry is not None else set[str]()
    root, method = call.name.partition(".")[0], call.name.rpartition(".")[2]
    return root in _ACTING_ROOTS or bool(kinds & _ACTING_KINDS) or _ACTING.match(method) is not None


def _alien(module: Module, name: str) -> bool:
    """Whether a function is of a library that works on single values, or makes an object of each row."""
    scope = module.names.scope(name)
    if scope is not None:
        return scope.kind == "class"
    root = name.partition(".")[0]
    return root in module.roots and root not in _COLUMNAR


def _makes_other(loop: _Loop) -> bool:
    """Whether a loop over rows searches, or makes of each a text or an object, which no operation on columns does."""
    if not isinstance(loop, (ast.For, ast.AsyncFor)):
        return isinstance(loop, ast.DictComp) or isinstance(loop.elt, (ast.Dict, ast.JoinedStr))
    nodes = [node for statement in loop.body for node in walk(statement)]
    return any(isinstance(node, ast.Break) or _gathers(node) for node in nodes) and not any(map(_adds, nodes))


def _adds(node: ast.AST) -> bool:
    """Whether a statement adds to a number, or sets a cell of a table."""
    if isinstance(node, ast.AugAssign):
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return isinstance(node.target, ast.Name) and not text and not isinstance(node.value, _NO_NUMBERS)
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    cells = target.value if isinstance(target, ast.Subscript) else None
    return isinstance(cells, ast.Attribute) and cells.attr in _CELLS


def _gathers(node: ast.AST) -> bool:
    """Whether something adds a text, or an object under a name, to a list."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.value, (ast.JoinedStr, ast.List))
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "append":
        return False
    return bool(node.args) and isinstance(node.args[0], (ast.JoinedStr, ast.Name))


def _grown(loop: ast.For | ast.AsyncFor) -> Iterator[ast.Call]:
    """Calls in a loop that make a frame anew with one more row: `frame = frame.append(row)`."""
    for node in (node for statement in loop.body for node in walk(statement)):
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
