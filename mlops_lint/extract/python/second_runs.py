"""A write to what a second run of its code leaves, as far as the code around it says so.

Source: https://www.postgresql.org/docs/current/sql-truncate.html, https://docs.python.org/3/library/os.html#os.replace
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import last_name, statements, walk
from mlops_lint.extract.python.values import HOLE
from mlops_lint.model import Value

_RUNS = frozenset("execute executemany exec_driver_sql query run sql fetchval fetchrow fetch scalar to_sql".split())
_ADDS = re.compile(r"(?is)^\s*insert\s+(?:into\s+)?(?P<table>[^\s(;]+)")
_CLEARS = re.compile(
    r"(?is)^\s*(?:truncate\s+(?:table\s+)?|delete\s+from\s+|drop\s+table\s+(?:if\s+exists\s+)?"
    r"|create\s+or\s+replace\s+table\s+)(?P<table>[^\s(;]+)"
)
_ASKS = re.compile(r"(?is)^\s*select\b.{0,2000}?\bfrom\s+(?P<table>[^\s(;]+)")
_MOVES = frozenset("replace rename link move remove unlink".split())
_TABLE_GROWS = re.compile(r"(?:^|_)(?:logs?|audits?|history|events?|journal)(?:_|$)")
_LEAVES = (ast.Raise, ast.Return, ast.Continue)
_MEMORY = frozenset({"io.BytesIO", "io.StringIO", "io.BytesIO()", "io.StringIO()"})
# What is meant to grow, or to be kept beside what was there.
_GROWS = re.compile(
    r"(?i)(?:^|[/_.\-])(?:logs?|history|events?|audit|monitoring|back-?ups?|bak|archives?|journal)(?:$|[/_.\-{]|"
    + re.escape(HOLE)
    + ")"
    # Of models, too, each version is kept.
    + r"|(?:^|[/_.\-])(?:models?|checkpoints?|ckpts?)[/_.\-].*\.(?:pkl|joblib|pth?|h5|keras|onnx|bin|safetensors|zip"
    + r"|tar\.gz)$"
)


def in_memory(module: Module, call: Call) -> bool:
    """Says whether a call writes into a buffer of the program, and leaves nothing."""
    nodes = [*call.node.args[:2], *(keyword.value for keyword in call.node.keywords)]
    nodes += [call.node.func.value] if isinstance(call.node.func, ast.Attribute) else []
    names = (module.names.name(node, call.scope) for node in nodes if isinstance(node, (ast.Name, ast.Call)))
    return any(name in _MEMORY for name in names)


def second_run(module: Module, call: Call, path: ast.expr | None) -> tuple[dict[str, Value], frozenset[str]]:
    """Gives fields of a write, and names of those that cannot be known; `path` is what it writes to, None = no file."""
    fields: dict[str, Value] = {}
    if path is not None:
        if _GROWS.search(module.values.outline(path, call.scope)):
            fields["grows"] = True
        if isinstance(path, ast.Name) and _moved(module, path.id, call):
            fields["dated"] = False
    table = _added(module, call)
    if table is None:
        return fields, frozenset({"appends"} if _new_only(module, call) else ())
    if _TABLE_GROWS.search(table):
        fields["grows"] = True
    if last_name(call.node.func) != "to_sql":
        fields["dated"] = False
    before = [(one, _text(module, one)) for one in _earlier(module, call)]
    if any(_table(_CLEARS.match(text)) == table for _, text in before):
        return fields | {"appends": False, "mode": "replace"}, frozenset()
    asked = [(one, text) for one, text in before if _ASKS.match(text) and _decides(module, one, call)]
    if any(_table(_ASKS.match(text)) == table for _, text in asked):
        return fields | {"appends": False}, frozenset()
    # What another table says of the run may stand for all of them.
    return fields, frozenset({"appends"} if asked else ())


def _new_only(module: Module, call: Call) -> bool:
    """Whether of rows only those are written that were not there before: `new = rows[~rows.id.isin(old.id)]`."""
    node = call.node.func.value if isinstance(call.node.func, ast.Attribute) else call.node.func
    if isinstance(node, ast.Name) and (found := module.names.bindings(node.id, call.scope)) is not None:
        node = next((one for one in found[0] if isinstance(one, ast.expr)), node)
    parts = [one for one in walk(node) if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Invert)]
    return any(isinstance(one, ast.Call) and last_name(one.func) == "isin" for part in parts for one in walk(part))


def _moved(module: Module, name: str, call: Call) -> bool:
    """Whether what is written under a name is moved or taken away in the same function: it was there for a moment."""
    for one in _beside(module, call):
        if isinstance(one.node.func, ast.Attribute) and one.node.func.attr in _MOVES:
            first = one.node.args[0] if one.node.args else None
            if any(isinstance(node, ast.Name) and node.id == name for node in (one.node.func.value, first)):
                return True
    return False


def _added(module: Module, call: Call) -> str | None:
    """The table that a call adds rows to; None = it is no such call."""
    if not call.node.args or last_name(call.node.func) not in _RUNS:
        return None
    if last_name(call.node.func) == "to_sql":
        return _bare(_text(module, call))
    return _table(_ADDS.match(_text(module, call)))


def _beside(module: Module, call: Call) -> Iterator[Call]:
    holder = call.scope.holder
    return (one for one in module.calls if one.scope.holder is holder and one is not call)


def _earlier(module: Module, call: Call) -> Iterator[Call]:
    at = (call.node.lineno, call.node.col_offset)
    for one in _beside(module, call):
        runs = last_name(one.node.func) in _RUNS and bool(one.node.args)
        if runs and (one.node.lineno, one.node.col_offset) < at:
            yield one


def _text(module: Module, call: Call) -> str:
    """What is known of the first argument, also where a call makes a statement of it, as `text` of SQLAlchemy."""
    node = call.node.args[0]
    if isinstance(node, ast.Call) and len(node.args) == 1 and last_name(node.func) in ("text", "SQL"):
        node = node.args[0]
    return module.values.outline(node, call.scope)


def _table(found: re.Match[str] | None) -> str | None:
    return None if found is None else _bare(found["table"])


def _bare(name: str) -> str:
    """A table without schema and quotes; what is filled in says nothing, where anything else does."""
    last = name.rpartition(".")[2].strip("`\"'[]").lower()
    return last.replace(HOLE, "") or last


def _decides(module: Module, asked: Call, call: Call) -> bool:
    """Whether a write is run, or left, under a condition that stands behind a question."""
    inner: ast.AST = call.node
    outer = module.nodes.around.get(inner)
    while outer is not None and outer is not call.scope.holder.node:
        if isinstance(outer, ast.If) and inner is not outer.test and outer.lineno >= asked.node.lineno:
            return True
        inner, outer = outer, module.nodes.around.get(outer)
    body = getattr(call.scope.holder.node, "body", None)
    between = range(asked.node.lineno, call.node.lineno)
    conditions = [one for one in statements(body if isinstance(body, list) else []) if isinstance(one, ast.If)]
    return any(one.lineno in between and any(isinstance(s, _LEAVES) for s in one.body) for one in conditions)
