"""A Python module to its functions, classes, constants, entry point and tests, and who uses whom."""

import ast
import builtins
import sys
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.libraries import SHARED, available
from mlops_lint.extract.python.instances import default_of_field
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.thresholds import has_threshold
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Constant, EntryPoint, Function, Test, subject
from mlops_lint.subjects import Module as ModuleKind

# A module of constants has tens; more is data written as code.
_MOST_CONSTANTS = 300
_BUILTINS = frozenset(dir(builtins))
_FOREIGN = frozenset(sys.stdlib_module_names) | (available() - SHARED) | {"builtins"}


@python
def structure(module: Module) -> Iterator[Subject]:
    """Gives the module, its functions with what they use, its constants, entry point and tests."""
    start = Location(module.path)
    yield subject(ModuleKind(exports=tuple(_exports(module))), start, module.name, symbol=f"module:{module.name}")
    imports = _imports_of(module)
    members: dict[int, list[Scope]] = {}
    for scope in module.scopes.all:
        members.setdefault(id(scope.parent), []).append(scope)
    for scope in module.scopes.all:
        methods = members.get(id(scope), []) if scope.kind == "class" else []
        yield _function(module, scope, imports.get(id(scope), []), methods)
    yield from _constants(module)
    yield from _entry_point(module)
    yield from _tests(module)


def _exports(module: Module) -> Iterator[str]:
    for name, bindings in module.scopes.module.bindings.items():
        for binding in bindings:
            if isinstance(binding, str) and binding.startswith("import:"):
                dotted = binding.partition(":")[2]
                if dotted.partition(".")[0] not in _FOREIGN:
                    yield f"{name}={dotted}"
    for found in module.imports:
        if isinstance(found.node, ast.ImportFrom) and found.dotted.endswith(".*"):
            yield f"*={found.module}"


def _imports_of(module: Module) -> dict[int, list[Link]]:
    links: dict[int, list[Link]] = {}
    for found in module.imports:
        if found.module.partition(".")[0] not in _FOREIGN:
            links.setdefault(id(found.scope), []).append(Link("imports", f"module:{found.dotted.removesuffix('.*')}"))
    return links


def _function(module: Module, scope: Scope, imports: list[Link], methods: list[Scope]) -> Subject:
    what = "module" if scope.kind in ("module", "main") else scope.kind
    links = dict.fromkeys([*imports, *_calls(module, scope, methods)])
    if isinstance(scope.node, ast.ClassDef) and scope.parent is not None:
        bases = (module.names.name(base, scope.parent) for base in scope.node.bases)
        links.update(dict.fromkeys(Link("inherits", f"function:{base}") for base in bases if _is_own(base)))
    location = Location(module.path) if scope.kind == "module" else _head(module, scope.node)
    return subject(Function(what=what), location, scope.name, symbol=symbol_of(scope), links=tuple(links))


def _head(module: Module, node: ast.AST) -> Location:
    """The first line of a definition: a frame around a whole function helps nobody."""
    found = module.locate(node)
    return Location(found.path, found.line, found.column, found.line, found.column + 1, found.cell, found.cell_line)


def _calls(module: Module, scope: Scope, methods: list[Scope]) -> Iterator[Link]:
    starred = [one.module for one in module.imports if one.dotted.endswith(".*")]
    # Whoever makes an instance may call any method: over-approximate, so that nothing reached is missed.
    yield from (Link("calls", symbol_of(method)) for method in methods)
    within = [scope]
    while within:
        part = within.pop()
        within.extend(reversed(part.inner))
        for name in _own_names(module, part, starred):
            if name != scope.name:
                yield Link("calls", f"function:{name}")


def _own_names(module: Module, scope: Scope, starred: list[str]) -> Iterator[str]:
    """Gives what a scope uses that is no library's."""
    meant: dict[str, str] = {}
    # The same name is used over and over; to resolve each use took a quarter of the time of a scan.
    for chain, expression in {_chain(one): one for one in scope.used}.items():
        root = chain[0]
        if root not in meant:
            meant[root] = _meant(module, root, scope)
        if meant[root] == "*":
            # What `import *` brings is bound by no statement, and may come from any of them.
            yield from (f"{one}.{'.'.join(chain)}" for one in starred if _is_own(one))
        elif meant[root]:
            name = meant[root] if len(chain) == 1 else module.names.name(expression, scope).partition("(")[0]
            if _is_own(name):
                yield name


def _chain(expression: ast.expr) -> tuple[str, ...]:
    """A name and the attributes behind it: what makes two uses in one scope the same."""
    chain: list[str] = []
    while isinstance(expression, ast.Attribute):
        chain.append(expression.attr)
        expression = expression.value
    if isinstance(expression, ast.Name):
        chain.append(expression.id)
    return tuple(chain[::-1])


def _meant(module: Module, name: str, scope: Scope) -> str:
    """What a name is; `*` where no statement binds it, "" where it is a library's or Python's: most are."""
    if module.names.bindings(name, scope) is None:
        return "" if name in _BUILTINS else "*"
    found = module.names.named(name, scope).partition("(")[0]
    return found if _is_own(found) else ""


def _root(dotted: str) -> str:
    return dotted.partition(".")[0]


def _is_own(name: str) -> bool:
    return not name.startswith("?") and _root(name) not in _FOREIGN


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
    for scope in module.scopes.all:
        name = scope.name.rpartition(".")[2]
        if module.context == "test" and scope.kind == "function" and name.startswith("test"):
            in_class = scope.parent is not None and scope.parent.kind == "class"
            framework = "unittest" if in_class and _is_case(module, scope.parent) else "pytest"
            fixtures = tuple(one for one in scope.parameters if one not in ("self", "cls"))
            record = Test(framework=framework, fixtures=fixtures, threshold=has_threshold(scope.node))
            yield subject(record, _head(module, scope.node), name, links=(Link("starts", symbol_of(scope)),))


def _is_case(module: Module, scope: Scope | None) -> bool:
    return scope is not None and any(base.endswith("TestCase") for base in module.names.bases(scope.name))
