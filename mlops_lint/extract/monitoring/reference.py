"""What a drift monitor compares with, to the data that it was read from."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.module import Arguments, Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.uris import data_symbol
from mlops_lint.model import Link

_DEPTH = 8
# These hand on rows of what they are called on, or given.
_KEEP = frozenset(
    "copy sample head tail drop dropna fillna reset_index query astype rename select filter assign set_index "
    "sort_values limit to_pandas toPandas iloc loc from_pandas values to_numpy DataFrame as_matrix collect".split()
)


def reference_links(module: Module, node: ast.expr, scope: Scope) -> tuple[Link, ...]:
    """Gives a link `reads` for each body of data that an expression takes its rows from, as far as the file tells."""
    made = {id(call.node): call for call in module.calls}
    return tuple(dict.fromkeys(Link("reads", symbol) for symbol in _read(module, node, scope, made, _DEPTH)))


def _read(module: Module, node: ast.expr, scope: Scope, made: dict[int, Call], depth: int) -> Iterator[str]:
    if depth <= 0:
        return
    if isinstance(node, ast.Name):
        yield from _named(module, node, scope, made, depth)
    elif isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
        yield from _read(module, node.value, scope, made, depth - 1)
    elif isinstance(node, ast.Call):
        yield from _called(module, node, scope, made, depth)


def _named(module: Module, node: ast.Name, scope: Scope, made: dict[int, Call], depth: int) -> Iterator[str]:
    found = module.names.bindings(node.id, scope)
    if found is None:
        return
    bound, owner = found
    if bound == [None] and node.id in owner.parameters:
        yield from _given(module, node.id, owner, made, depth)
    for one in bound:
        # `frame = frame.dropna()` names itself.
        if isinstance(one, ast.expr) and one is not node:
            yield from _read(module, one, owner, made, depth - 1)


def _given(module: Module, name: str, function: Scope, made: dict[int, Call], depth: int) -> Iterator[str]:
    """What calls in this file hand to a parameter."""
    names = [one for one in function.parameters if one != function.receiver]
    if name not in names:
        return
    for call in module.calls:
        if call.name == function.name:
            given = next((one.value for one in call.node.keywords if one.arg == name), None)
            place = names.index(name)
            if given is None and place < len(call.node.args):
                given = call.node.args[place]
            if given is not None:
                yield from _read(module, given, call.scope, made, depth - 1)


def _called(module: Module, node: ast.Call, scope: Scope, made: dict[int, Call], depth: int) -> Iterator[str]:
    call = made.get(id(node))
    symbol = _symbol(module, call) if call is not None else None
    if symbol is not None:
        yield symbol
    elif isinstance(node.func, ast.Attribute) and node.func.attr in _KEEP:
        # `Dataset.from_pandas(frame)` has what it keeps in its brackets, `frame.copy()` before its dot.
        taken = node.args[:1] if node.func.attr.startswith(("from_", "DataFrame")) else [node.func.value]
        for one in taken:
            yield from _read(module, one, scope, made, depth - 1)
    elif call is not None and (defined := module.names.scope(call.name)) is not None and defined.kind == "function":
        for one in defined.returns:
            yield from _read(module, one, defined, made, depth - 1)


def _symbol(module: Module, call: Call) -> str | None:
    """The data that a call of a library reads."""
    entry = module.entry(call)
    for fact in entry.facts if entry is not None else ():
        if fact.kind == "read" and entry is not None:
            arguments = Arguments(module, call, entry.signature)
            fields = {
                name: arguments.value(spec[1:]) if isinstance(spec, str) and spec.startswith("$") else spec
                for name, spec in fact.set.items()
                if isinstance(spec, (str, bool))
            }
            return data_symbol("read", {name: one for name, one in fields.items() if isinstance(one, (str, bool))})
    return None
