"""A call of a chain of methods to those before it: `open("a").at(3).read()`, through names that hold a part of it."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope

# A chain of a hundred options is generated.
_MOST = 40


def receivers(module: Module, node: ast.Call, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    """Gives the calls on whose results a call is made, the nearest first, each with the scope that it stands in."""
    current: ast.expr | None = node.func.value if isinstance(node.func, ast.Attribute) else None
    for _ in range(_MOST):
        if isinstance(current, ast.Call):
            yield current, scope
            current = current.func
        elif isinstance(current, ast.Attribute):
            current = current.value
        elif isinstance(current, ast.Name):
            found = module.names.bindings(current.id, scope)
            bound = [one for one in found[0] if one is not current] if found is not None else []
            # Of several one cannot know which it is.
            if found is None or len(bound) != 1 or not isinstance(bound[0], ast.expr):
                return
            current, scope = bound[0], found[1]
        else:
            return


def method(node: ast.Call) -> str:
    """Gives the last name of what is called."""
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def given(node: ast.Call, place: int, *words: str) -> ast.expr | None:
    """Gives an argument by its place or one of its names; None = it is not there, or behind a star."""
    found = next((one.value for one in node.keywords if one.arg in words), None)
    if found is not None or len(node.args) <= place:
        return found
    return None if any(isinstance(one, ast.Starred) for one in node.args[: place + 1]) else node.args[place]
