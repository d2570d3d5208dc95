"""A Python module to its functions, classes, constants, entry point and tests, and who uses whom."""

import ast
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.demands import fed_by
from mlops_lint.extract.python.instances import default_of_field
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.retries import decorated
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.thresholds import thresholds
from mlops_lint.extract.python.uses import FOREIGN, Uses, is_own
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Constant, EntryPoint, Function, Test, subject
from mlops_lint.subjects import Module as ModuleKind

# A module of constants has tens; more is data written as code.
_MOST_CONSTANTS = 300
# What tells somebody something, and what only brings it into form.
_TELLING = frozenset(
    "debug info warning warn error exception critical log print pprint echo xcom_push xcom_pull".split()
)
_SHAPING = frozenset("getLogger get str len format join isoformat strftime now utcnow today items keys values".split())


@python
def structure(module: Module) -> Iterator[Subject]:
    """Gives the module, its functions with what they use, its constants, entry point and tests."""
    start = Location(module.path)
    yield subject(ModuleKind(exports=tuple(_exports(module))), start, module.name, symbol=f"module:{module.name}")
    imports = _imports_of(module)
    uses = Uses(module)
    called = _called(module)
    for scope in module.scopes.all:
        names = called.get(id(scope), set())
        idle = scope.kind == "function" and not _TELLING.isdisjoint(names) and names <= _TELLING | _SHAPING
        yield _function(module, scope, imports.get(id(scope), []), uses, idle)
    yield from _apps(module, uses)
    yield from _constants(module)
    yield from _entry_point(module)
    yield from _tests(module)


def _called(module: Module) -> dict[int, set[str]]:
    """The last parts of the names that each scope calls."""
    found: dict[int, set[str]] = {}
    for call in module.calls:
        found.setdefault(id(call.scope), set()).add(call.name.rpartition(".")[2])
    return found


def _exports(module: Module) -> Iterator[str]:
    for name, bindings in module.scopes.module.bindings.items():
        for binding in bindings:
            if isinstance(binding, str) and binding.startswith("import:"):
                dotted = binding.partition(":")[2]
                if dotted.partition(".")[0] not in FOREIGN:
                    yield f"{name}={dotted}"
    for found in module.imports:
        if isinstance(found.node, ast.ImportFrom) and found.dotted.endswith(".*"):
            yield f"*={found.module}"


def _imports_of(module: Module) -> dict[int, list[Link]]:
    links: dict[int, list[Link]] = {}
    for found in module.imports:
        if found.module.partition(".")[0] not in FOREIGN:
            links.setdefault(id(found.scope), []).append(Link("imports", f"module:{found.dotted.removesuffix('.*')}"))
    return links


def _function(module: Module, scope: Scope, imports: list[Link], uses: Uses, idle: bool) -> Subject:
    what = "module" if scope.kind in ("module", "main") else scope.kind
    links = dict.fromkeys([*imports, *uses.of(scope)])
    if isinstance(scope.node, ast.ClassDef) and scope.parent is not None:
        bases = (module.names.name(base, scope.parent) for base in scope.node.bases)
        own = (base for base in bases if is_own(base, module.name))
        links.update(dict.fromkeys(Link("inherits", f"function:{base}") for base in own))
    closed = True if scope.kind == "class" and uses.closed(scope) else UNSET
    location = Location(module.path) if scope.kind == "module" else _head(module, scope.node)
    again = True if what == "function" and decorated(scope) else UNSET
    record = Function(what=what, closed=closed, idle=idle or UNSET, retried=again)
    return subject(record, location, scope.name, symbol=symbol_of(scope), links=tuple(links))


def _apps(module: Module, uses: Uses) -> Iterator[Subject]:
    """Gives the objects with which functions are registered: whoever runs one runs these."""
    for name, functions in uses.apps.items():
        made = next((one for one in module.scopes.module.bindings[name] if isinstance(one, ast.Call)), None)
        if made is not None:
            links = tuple(Link("calls", f"function:{function}") for function in dict.fromkeys(functions))
            symbol = f"function:{module.name}.{name}"
            yield subject(
                Function(what="app"), _head(module, made), f"{module.name}.{name}", symbol=symbol, links=links
            )


def _head(module: Module, node: ast.AST) -> Location:
    """The first line of a definition: a frame around a whole function helps nobody."""
    found = module.locate(node)
    return Location(found.path, found.line, found.column, found.line, found.column + 1, found.cell, found.cell_line)


def _constants(module: Module) -> Iterator[Subject]:
    count = 0
    for name, first, worth, scope in _named(module):
        if count >= _MOST_CONSTANTS:
            return
        value = module.values.value(worth, scope)
        if value is not UNSET:
            count += 1
            symbol = f"constant:{scope.name}.{name}"
            yield subject(Constant(value=value), module.locate(first), name, symbol=symbol)


def _named(module: Module) -> Iterator[tuple[str, ast.expr, ast.expr, Scope]]:
    """Gives each name that a module or class binds once: what it is bound to, and what stands for its value."""
    for scope in module.scopes.all:
        for name, bindings in scope.bindings.items() if scope.kind in ("module", "class") else ():
            first = bindings[0]
            if len(bindings) != 1 or not isinstance(first, ast.expr):
                continue
            if scope.kind == "class":
                # What methods set too is no constant; what a field is, `field(default=0.1)` says.
                if (scope.name, name) not in module.scopes.attributes:
                    yield name, first, default_of_field(first), scope
                continue
            yield name, first, first, scope
            if isinstance(first, ast.Call) and (made := module.names.scope(module.names.name(first, scope))):
                for field in made.bindings if made.kind == "class" else ():
                    attribute = ast.copy_location(ast.Attribute(ast.Name(name, ast.Load()), field, ast.Load()), first)
                    yield f"{name}.{field}", first, attribute, scope


def _entry_point(module: Module) -> Iterator[Subject]:
    if not module.scopes.acts or module.path.endswith(("/__init__.py", "setup.py", "conftest.py")):
        return
    main = module.scopes.main
    how = "notebook" if module.notebook else "script" if main is None else "main"
    links = [Link("starts", symbol_of(scope)) for scope in (module.scopes.module, main) if scope is not None]
    location = Location(module.path) if main is None else _head(module, main.node)
    yield subject(EntryPoint(how=how), location, module.path, symbol=f"entry:{module.path}", links=tuple(links))


def _tests(module: Module) -> Iterator[Subject]:
    if module.context != "test":
        return
    found = {id(node): module.locate(node).line for node in thresholds(module)}
    for scope in module.scopes.all:
        name = scope.name.rpartition(".")[2]
        if scope.kind == "function" and name.startswith("test"):
            in_class = scope.parent is not None and scope.parent.kind == "class"
            framework = "unittest" if in_class and _is_case(module, scope.parent) else "pytest"
            fixtures = tuple(one for one in scope.parameters if one not in ("self", "cls"))
            place = module.locate(scope.node)
            demands = frozenset(id for id, line in found.items() if place.line <= line <= place.end_line)
            feeds = fed_by(scope.node, demands) if demands else ()
            record = Test(framework=framework, fixtures=fixtures, threshold=bool(demands), fed_by=feeds)
            yield subject(record, _head(module, scope.node), name, links=(Link("starts", symbol_of(scope)),))


def _is_case(module: Module, scope: Scope | None) -> bool:
    return scope is not None and any(base.endswith("TestCase") for base in module.names.bases(scope.name))
