"""Decorators to who runs what they stand on: an app its commands, a function what its decorators make of it."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope

# To call one of these on an app is to run what is registered with it; the others register, or configure.
STARTERS = frozenset({"launch", "main", "run", "run_app", "serve", "start"})


def registered(module: Module) -> dict[str, list[str]]:
    """Gives names that the module body binds -> the functions that stand under `@name.something`."""
    found: dict[str, list[str]] = {}
    bindings = module.scopes.module.bindings
    for scope in module.scopes.all:
        for chain in _decorators(scope):
            made = bindings.get(chain[0], ())
            if len(chain) > 1 and any(isinstance(one, ast.Call) or _is_defined(one) for one in made):
                found.setdefault(chain[0], []).append(scope.name)
    return found


def decorated_by(module: Module, scope: Scope) -> Iterator[str]:
    """Gives the full names of the decorators of a function or class, which run with it."""
    for decorator in getattr(scope.node, "decorator_list", ()) if scope.parent is not None else ():
        core = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield module.names.name(core, scope.parent) if scope.parent is not None else ""


def _is_defined(binding: object) -> bool:
    return isinstance(binding, str) and binding.startswith("def:")


def _decorators(scope: Scope) -> Iterator[list[str]]:
    for decorator in getattr(scope.node, "decorator_list", ()):
        core = decorator.func if isinstance(decorator, ast.Call) else decorator
        chain: list[str] = []
        while isinstance(core, ast.Attribute):
            chain.append(core.attr)
            core = core.value
        if isinstance(core, ast.Name):
            yield [core.id, *reversed(chain)]
