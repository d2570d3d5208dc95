"""A module to the attributes of libraries that it sets, as `torch.backends.cudnn.benchmark = True`: calls of a sort."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope

# Longer texts that are run hold more than one setting.
_LONGEST = 200


def attributes_set(module: Module) -> Iterator[Call]:
    """Gives each attribute of a table that is set as a call with what it is set to."""
    named = module.libraries.settings
    for target, value, scope in (*module.scopes.settings, *_set_by_name(module)):
        if target.attr not in named:
            continue
        name = module.names.name(target, scope)
        entry = module.libraries.entries.get(name)
        if entry is not None and entry.attribute:
            call = Call(ast.copy_location(ast.Call(target, [value], []), target), scope, ())
            call.name = name
            yield call


def _set_by_name(module: Module) -> Iterator[tuple[ast.Attribute, ast.expr, Scope]]:
    """`setattr(torch.backends.cudnn, "deterministic", True)`, also as a text that is run."""
    for call in module.calls:
        node = call.node if call.name == "builtins.setattr" else _run(call)
        if node is not None and len(node.args) == 3 and isinstance(name := node.args[1], ast.Constant):
            target = ast.Attribute(node.args[0], str(name.value), ast.Store())
            yield ast.copy_location(target, call.node), node.args[2], call.scope


def _run(call: Call) -> ast.Call | None:
    text = call.node.args[0] if call.name in ("builtins.eval", "builtins.exec") and call.node.args else None
    if not (isinstance(text, ast.Constant) and isinstance(text.value, str) and len(text.value) <= _LONGEST):
        return None
    try:
        node = ast.parse(text.value.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr"
    return node if named and isinstance(node, ast.Call) else None
