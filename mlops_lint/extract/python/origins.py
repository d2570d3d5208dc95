"""An expression to where its value is decided: in the code itself, by arguments of the program, or by configuration."""

import ast

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.values import ENVIRONMENT

LITERAL, CONSTANT, ARGUMENT, SETTING, UNKNOWN = "literal", "constant", "argument", "setting", "unknown"
"""As it stands at the call; under a name; by whoever starts the program or calls the function; by configuration."""

_DEPTH = 6
_CONVERSIONS = frozenset({"builtins.int", "builtins.float", "builtins.str", "builtins.bool"})


def origin(node: ast.expr, scope: Scope, module: Module, depth: int = _DEPTH) -> str:
    """Gives one of the words above."""
    if depth <= 0:
        return UNKNOWN
    if isinstance(node, ast.Constant):
        return LITERAL
    if isinstance(node, ast.UnaryOp):
        return origin(node.operand, scope, module, depth - 1)
    if isinstance(node, ast.BinOp):
        return _together([origin(one, scope, module, depth - 1) for one in (node.left, node.right)])
    if isinstance(node, ast.IfExp):
        return _together([origin(one, scope, module, depth - 1) for one in (node.body, node.orelse)])
    if isinstance(node, ast.Call):
        return _of_call(node, scope, module, depth)
    if module.settings is not None and module.settings.chain(node, scope) is not None:
        return SETTING
    if isinstance(node, ast.Name):
        return _of_name(node.id, scope, module, depth)
    if isinstance(node, ast.Attribute):
        return _of_attribute(node, scope, module)
    if isinstance(node, ast.Subscript) and module.names.name(node.value, scope) == "sys.argv":
        return ARGUMENT
    return _named(origin(node.value, scope, module, depth - 1)) if isinstance(node, ast.Subscript) else UNKNOWN


def _of_call(node: ast.Call, scope: Scope, module: Module, depth: int) -> str:
    name = module.names.name(node.func, scope)
    if name in ENVIRONMENT or (module.settings is not None and module.settings.chain(node, scope) is not None):
        return SETTING
    if name in _CONVERSIONS and len(node.args) == 1:
        return origin(node.args[0], scope, module, depth - 1)
    return UNKNOWN


def _of_name(name: str, scope: Scope, module: Module, depth: int) -> str:
    found = module.names.bindings(name, scope)
    if found is None:
        return UNKNOWN
    bindings, owner = found
    if name in owner.parameters:
        return ARGUMENT
    known = {
        CONSTANT if isinstance(one, str) else origin(one, owner, module, depth - 1) if one is not None else UNKNOWN
        for one in bindings
    }
    return _named(known.pop()) if len(known) == 1 else UNKNOWN


def _of_attribute(node: ast.Attribute, scope: Scope, module: Module) -> str:
    if module.values.options.of_attribute(node, scope):
        return ARGUMENT
    root: ast.expr = node
    while isinstance(root, (ast.Attribute, ast.Subscript)):
        root = root.value
    found = module.names.bindings(root.id, scope) if isinstance(root, ast.Name) else None
    # A field of what somebody handed in, or of the object itself, is decided where that is made.
    if found is not None and isinstance(root, ast.Name) and root.id in found[1].parameters:
        return ARGUMENT
    return CONSTANT if module.names.name(node, scope).partition(".")[0] not in ("?", "") else UNKNOWN


def _together(origins: list[str]) -> str:
    """`2 * args.size` is decided where `args.size` is."""
    others = {one for one in origins if one != LITERAL}
    return others.pop() if len(others) == 1 else UNKNOWN if others else LITERAL


def _named(known: str) -> str:
    return CONSTANT if known == LITERAL else known
