"""Whether a handler, or the application that it belongs to, asks who calls."""

import ast
import re

from msgspec import UNSET, UnsetType

from mlops_lint.extract.endpoints.handlers import Handler
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import walk, written
from mlops_lint.parse.words import vocabulary

# In names of decorators and dependencies, whose only work is to let pass or not.
_GUARDS = re.compile(
    r"(?i)auth|login|jwt|token|api_?key|permission|secur|protect|current_user|verif|credential|allowed"
)
# In the body of a handler, where `token` may be a word of a text.
_ASKS = re.compile(
    r"(?i)authori[sz]ation|authenticat|api[-_]?key|bearer|current_user|(?:check|verify|valid\w*)_(?:token|auth|user)|"
    r"\bjwt\b|access_token|auth_token|client_secret"
)
_PAGES = frozenset({"render_template", "render_template_string", "TemplateResponse", "HTMLResponse", "render"})
_MIDDLEWARE = frozenset({"add_middleware", "before_request", "before_app_request", "middleware", "register_middleware"})
# One of these words stands where something is put before all requests.
_BEFORE_ALL = vocabulary("middleware", "before_request", "before_app_request", "dependencies", "interceptors")
_SECURITY = frozenset({"AUTH", "SECURITY"})
# What starts a server, and the address it takes where none is given.
_STARTERS = {"run": "127.0.0.1", "uvicorn.run": "127.0.0.1", "waitress.serve": "0.0.0.0"}  # noqa: S104
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def secured(module: Module, handler: Handler) -> bool | None | UnsetType:
    """Says whether a handler asks who calls: by a decorator, a dependency or in its body; UNSET = cannot tell."""
    if handler.scope is None:
        return UNSET
    node = handler.scope.node
    decorators = [
        one for one in getattr(node, "decorator_list", ()) if handler.told is None or one is not handler.told.node
    ]
    if any(_GUARDS.search(written(one)) for one in decorators):
        return True
    if _depends_on_guard(module, handler.scope) or _told_to(module, handler):
        return True
    return any(_ASKS.search(word) for word in _words(node))


def shows_page(handler: Handler) -> bool | UnsetType:
    """Says whether a handler answers with a page for people; UNSET where its code is not seen."""
    if handler.scope is None:
        return UNSET
    called = (node.func for node in walk(handler.scope.node) if isinstance(node, ast.Call))
    return any(written(one).rpartition(".")[2] in _PAGES for one in called)


def _depends_on_guard(module: Module, scope: Scope) -> bool:
    node = scope.node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    defaults = [one for one in (*node.args.defaults, *node.args.kw_defaults) if one is not None]
    annotations = [one.annotation for one in (*node.args.args, *node.args.kwonlyargs) if one.annotation is not None]
    calls = [one for part in (*defaults, *annotations) for one in walk(part) if isinstance(one, ast.Call)]
    asked = [one for one in calls if written(one.func).endswith(("Depends", "Security", "Header"))]
    around = scope.parent or scope
    # `Depends(key)` with `key = APIKeyHeader()`, a name that says more than that of the variable.
    named = [module.names.name(argument, around) for one in asked for argument in one.args]
    if any(_GUARDS.search(text) for text in (*named, *(written(one) for one in asked))):
        return True
    return any(_asks_inside(module, argument, around) for one in asked for argument in one.args)


def _asks_inside(module: Module, dependency: ast.AST, around: Scope) -> bool:
    """Whether a function of the file, whatever it is called, asks who calls: `known`, as `Depends(known)`."""
    names = [module.names.name(node, around) for node in walk(dependency) if isinstance(node, ast.Name)]
    bodies = [scope.node for name in names if (scope := module.names.scope(name)) is not None]
    return any(_ASKS.search(word) for body in bodies for word in _words(body))


def _told_to(module: Module, handler: Handler) -> bool:
    """Whether the route, or the application or router that it is told to, has dependencies that ask."""
    if handler.told is None:
        return False
    makers = [handler.told.node]
    if isinstance(handler.told.node.func, ast.Attribute) and isinstance(handler.told.node.func.value, ast.Name):
        found = module.names.bindings(handler.told.node.func.value.id, handler.told.scope)
        makers += [one for one in (found[0] if found is not None else ()) if isinstance(one, ast.Call)]
    keywords = [keyword for maker in makers for keyword in maker.keywords]
    return any(
        keyword.arg in ("dependencies", "middleware", "auth", "permission_classes", "guards")
        and (_GUARDS.search(ast.unparse(keyword.value)) or _asks_inside(module, keyword.value, handler.told.scope))
        for keyword in keywords
    )


def _words(node: ast.AST) -> list[str]:
    found = []
    for inner in walk(node):
        if isinstance(inner, ast.Name):
            found.append(inner.id)
        elif isinstance(inner, ast.Attribute):
            found.append(inner.attr)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str) and len(inner.value) < 40:
            found.append(inner.value)
    return found


def secures(module: Module) -> ast.AST | None:
    """Gives the place where a module puts something before all requests that may ask who calls."""
    if not module.says(_BEFORE_ALL):
        return None
    for call in module.calls:
        last = call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""
        given = call.node.args[:1] if last in _MIDDLEWARE and not call.decorator else []
        given += [one.value for one in call.node.keywords if one.arg in ("dependencies", "interceptors")]
        if given and any(_GUARDS.search(ast.unparse(one)) for one in given):
            return call.node
    for scope in module.scopes.all:
        for decorator in getattr(scope.node, "decorator_list", ()):
            function = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(function, ast.Attribute) and function.attr in _MIDDLEWARE and _asks(scope.node):
                return scope.node
    return None


def _asks(node: ast.AST) -> bool:
    return any(_GUARDS.search(word) for word in _words(node))


def local(module: Module) -> bool | UnsetType:
    """Says whether the file starts its server for this machine alone; UNSET where it starts none."""
    for call in module.calls:
        name = call.name if call.name in _STARTERS else call.name.rpartition(".")[2]
        if name not in _STARTERS or (name == "run" and not _runs_application(call.name)):
            continue
        host = next((one.value for one in call.node.keywords if one.arg == "host"), None)
        if host is None and name == "run" and call.node.args:
            host = call.node.args[0]
        address = module.values.value(host, call.scope) if host is not None else _STARTERS[name]
        return address in _LOCAL if isinstance(address, str) else UNSET
    return UNSET


def _runs_application(name: str) -> bool:
    return name.startswith(("flask.", "quart.", "sanic.", "bottle.")) or bool(re.search(r"(?i)\bapp\.run$", name))
