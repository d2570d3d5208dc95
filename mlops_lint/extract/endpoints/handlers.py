"""A Python module to the functions that answer requests, as the tables of frameworks tell them.

Source: `handlers` in `libraries/services.yaml`.
"""

import ast
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from mlops_lint.extract.libraries import Handlers
from mlops_lint.extract.python.module import Arguments, Module, symbol_of
from mlops_lint.extract.python.scopes import Call, Scope

# What people call the application, or a part of it, when it is made in another file.
_APPLICATIONS = re.compile(r"(?i)(?:^|_)(?:app|application|api|router|bp|blueprint|server|routes)$")


class Handler(msgspec.Struct, frozen=True):
    """One function that answers requests."""

    kind: Handlers
    name: str
    symbol: str
    node: ast.AST
    """Where it is told: the function, or the call that registers it."""
    scope: Scope | None = None
    """The function; None = it stands in another file, or is not seen."""
    told: Call | None = None
    """The decorator or the call."""
    route: str | None | UnsetType = UNSET


def handlers(module: Module) -> list[Handler]:
    """Gives the handlers of a module in order of the source, each once."""
    kinds = [one for one in module.libraries.handlers if _may_be_here(one, module)]
    unresolved = [one for one in module.libraries.handlers if one.unresolved]
    found: dict[str, Handler] = {}
    for handler in (*_defined(module, kinds, unresolved), *_registered(module, kinds)):
        found.setdefault(handler.symbol, handler)
    return list(found.values())


def _may_be_here(kind: Handlers, module: Module) -> bool:
    if kind.roots:
        # A pattern of a base, as that of a generated module, may begin anywhere; its framework is named all the same.
        return bool(kind.roots & module.roots) or ("" in kind.roots and kind.framework in module.source)
    return all(
        any(name in module.scopes.module.bindings for name in names)
        for names in (kind.functions, kind.beside or kind.functions)
    )


def _defined(module: Module, kinds: list[Handlers], unresolved: list[Handlers]) -> Iterator[Handler]:
    for scope in module.scopes.all:
        if scope.parent is None or scope.kind not in ("function", "class"):
            continue
        for decorator in getattr(scope.node, "decorator_list", ()):
            yield from _decorated(module, scope, decorator, kinds, unresolved)
        for kind in kinds:
            if scope.kind == "class" and kind.bases and _is_one(module.names.bases(scope.name), kind.bases):
                yield from _methods(module, scope, kind, None)
            elif _is_hook(scope, kind):
                yield Handler(kind, _last(scope), symbol_of(scope), scope.node, scope)


def _is_hook(scope: Scope, kind: Handlers) -> bool:
    of_module = scope.kind == "function" and scope.parent is not None and scope.parent.kind == "module"
    return (
        of_module
        and not kind.roots
        and _last(scope) in kind.functions
        and not (scope.parameters.keys() & set(kind.never))
    )


def _is_one(bases: tuple[str, ...], patterns: list[str]) -> bool:
    return any(re.fullmatch(pattern, base) for base in bases for pattern in patterns)


def _decorated(
    module: Module, scope: Scope, decorator: ast.expr, kinds: list[Handlers], unresolved: list[Handlers]
) -> Iterator[Handler]:
    assert scope.parent is not None
    node = decorator if isinstance(decorator, ast.Call) else ast.copy_location(ast.Call(decorator, [], []), decorator)
    name = module.names.name(node.func, scope.parent)
    kind = next((one for one in kinds if name in one.decorators), None)
    if kind is None and isinstance(decorator, ast.Call):
        kind = _guessed(decorator, unresolved, module)
    if kind is None:
        return
    told = Call(node, scope.parent, ())
    if scope.kind == "class":
        yield from _methods(module, scope, kind, told)
    else:
        yield _told(module, kind, told, scope)


def _guessed(decorator: ast.Call, unresolved: list[Handlers], module: Module) -> Handlers | None:
    """What a decorator on an application of another file is: `@app.route("/x")` is one of Flask."""
    function, first = decorator.func, decorator.args[0] if decorator.args else None
    if not (isinstance(function, ast.Attribute) and isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return None
    if not first.value.startswith("/") or not _APPLICATIONS.search(ast.unparse(function.value)[-40:]):
        return None
    of_name = [one for one in unresolved if any(name.endswith(f".{function.attr}") for name in one.decorators)]
    here = [one for one in of_name if one.roots & module.roots]
    return next(iter(here or of_name), None)


def _methods(module: Module, owner: Scope, kind: Handlers, told: Call | None) -> Iterator[Handler]:
    for scope in module.scopes.all:
        if scope.parent is owner and scope.kind == "function":
            name = _last(scope)
            if name in kind.functions or ("*" in kind.functions and not name.startswith("_")):
                yield Handler(kind, f"{_last(owner)}.{name}", symbol_of(scope), scope.node, scope, told)


def _told(module: Module, kind: Handlers, told: Call, scope: Scope) -> Handler:
    return Handler(kind, _last(scope), symbol_of(scope), scope.node, scope, told, _route(module, kind, told))


def _route(module: Module, kind: Handlers, told: Call) -> str | None | UnsetType:
    arguments = Arguments(module, told, kind.signature)
    names = arguments.given.keys() | {one.strip().partition("=")[0] for one in kind.signature.split(",")}
    route = next((arguments.value(name) for name in ("path", "route") if name in names), UNSET)
    return route if route is None or isinstance(route, str) else UNSET


def _registered(module: Module, kinds: list[Handlers]) -> Iterator[Handler]:
    known = {name: one for one in kinds for name in one.registrations}
    for call in module.calls if known else ():
        kind = known.get(call.name)
        if kind is None:
            continue
        given = Arguments(module, call, kind.signature).given
        function = given.get("handler") or given.get("view_func") or given.get("endpoint")
        name = module.names.name(function, call.scope) if function is not None else "?"
        if name.startswith("?"):
            continue
        scope = module.names.scope(name)
        if scope is not None:
            yield _told(module, kind, call, scope)
        else:
            last = name.rpartition(".")[2]
            yield Handler(kind, last, f"function:{name}", call.node, None, call, _route(module, kind, call))


def _last(scope: Scope) -> str:
    return scope.name.rpartition(".")[2]
