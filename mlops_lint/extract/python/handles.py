"""Names of open files to the expressions that opened them."""

import ast

from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import walk

OPENERS = frozenset({"builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open"})
"""Functions that are given the path of what they open."""


def opened(tree: ast.Module) -> dict[int, ast.expr]:
    """Gives for each use of a name that a `with` binds what it is bound to: the nearest around it."""
    found: dict[int, ast.expr] = {}
    for node in walk(tree):
        if isinstance(node, ast.With):
            names = {i.optional_vars.id: i.context_expr for i in node.items if isinstance(i.optional_vars, ast.Name)}
            for inner in (use for statement in node.body for use in walk(statement)):
                if isinstance(inner, ast.Name) and inner.id in names:
                    found[id(inner)] = names[inner.id]
    return found


def path_of(node: ast.expr, scope: Scope, names: Names, handles: dict[int, ast.expr]) -> tuple[ast.expr, Scope]:
    """Gives the path behind an open file, `open(path)` or a name of it, and where it stands; else the expression."""
    call = handles.get(id(node), node)
    if isinstance(call, ast.Name) and (found := names.bindings(call.id, scope)) is not None and len(found[0]) == 1:
        call, scope = found[0][0] if isinstance(found[0][0], ast.Call) else call, found[1]
    if isinstance(call, ast.Call):
        if names.name(call.func, scope) in OPENERS and call.args:
            return call.args[0], scope
        if isinstance(call.func, ast.Attribute) and names.name(call.func, scope) == "pathlib.Path.open":
            return call.func.value, scope
    return node, scope
