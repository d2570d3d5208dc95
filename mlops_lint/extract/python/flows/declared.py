"""A module to its functions that are tasks or pipelines, and any expression to the one that it stands for."""

import ast
from collections.abc import Iterator
from functools import cached_property

import msgspec

from mlops_lint.extract.python.flows.records import Declared, Settings, Tables, What
from mlops_lint.extract.python.flows.settings import meant, settings_of
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.uses import is_own

# Of one file: real ones have tens of tasks, and some hundred statements in all their pipelines.
BUDGET = 60_000
# Names that stand for names, and functions that wrap functions.
_DEPTH = 8
# Calls of one pipeline that are looked at for what it is given.
_MOST = 20


class File:
    """One module, seen through the tables of a framework."""

    def __init__(self, module: Module, tables: Tables) -> None:
        self.module = module
        self.tables = tables
        self.scopes = {scope.node: scope for scope in module.scopes.all}
        self.budget = BUDGET
        """Statements and expressions that may still be followed."""
        self.declared: dict[str, Declared] = {}
        """Functions under a decorator by their full names, in order of the source."""
        for scope in module.scopes.all:
            if (found := self._decorated(scope)) is not None:
                self.declared[scope.name] = found
        if tables.nested:
            self._nest()

    def _nest(self) -> None:
        for call in self.module.calls:
            outer = self.declared.get(call.scope.holder.name)
            if outer is not None and self.declared.get(call.name) is not None:
                self.declared[outer.name] = msgspec.structs.replace(outer, what="pipeline")

    def pipelines(self) -> list[Declared]:
        """Gives the functions that are pipelines."""
        return [one for one in self.declared.values() if one.what == "pipeline"]

    def tasks(self) -> list[Declared]:
        """Gives the functions that are tasks."""
        return [one for one in self.declared.values() if one.what == "task"]

    def what(self, maker: str) -> What | None:
        """Gives what a decorator makes of a function; None = nothing of the framework."""
        return "task" if maker in self.tables.tasks else "pipeline" if maker in self.tables.pipelines else None

    def _decorated(self, scope: Scope) -> Declared | None:
        if scope.kind != "function" or scope.parent is None:
            return None
        for decorator in getattr(scope.node, "decorator_list", ()):
            call = decorator if isinstance(decorator, ast.Call) else None
            maker = self.module.names.name(decorator if call is None else call.func, scope.parent)
            what = self.what(maker)
            if what is not None:
                settings = Settings() if call is None else settings_of(call, scope.parent)
                name = scope.name.rpartition(".")[2]
                return Declared(what, scope.name, name, decorator, scope, settings, maker)
        return None

    def target(self, node: ast.expr, scope: Scope) -> tuple[Declared, str] | None:
        """Gives the task or pipeline that calling `node` runs, and the method that runs it; None = none."""
        if isinstance(node, ast.Attribute) and node.attr in self.tables.methods:
            found = self.resolve(node.value, scope)
            if found is not None and (found.own or found.name):
                return found, node.attr
        found = self.resolve(node, scope)
        return None if found is None else (found, "")

    def resolve(self, node: ast.expr, scope: Scope, depth: int = _DEPTH) -> Declared | None:
        """Gives the task or pipeline that an expression stands for; None = it stands for none."""
        if depth <= 0:
            return None
        if isinstance(node, ast.Call):
            return self._made(node, scope, depth)
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        known = self.declared.get(self.module.names.name(node, scope))
        if known is not None:
            return known
        if isinstance(node, ast.Name) and (found := self._bound(node, scope, depth)) is not None:
            return found
        return self._elsewhere(node, scope)

    def _bound(self, node: ast.Name, scope: Scope, depth: int) -> Declared | None:
        found = self.module.names.bindings(node.id, scope)
        if found is None:
            return None
        if node.id in found[1].parameters:
            return self._parameter(node, found[1], depth)
        calls = [one for one in found[0] if isinstance(one, (ast.Call, ast.Name))]
        known = [self.resolve(one, found[1], depth - 1) for one in calls if one is not node]
        return known[0] if len(known) == 1 == len(found[0]) else None

    def _parameter(self, node: ast.Name, owner: Scope, depth: int) -> Declared | None:
        """What a pipeline is given and calls, as pipelines of ZenML were once written."""
        if not self.tables.parameters or owner.name not in self.declared:
            return None
        for call in self._calls.get(owner.name, ()):
            given = settings_of(call.node, call.scope, tuple(owner.parameters)).entries.get(node.id)
            argument = given[0].func if given is not None and isinstance(given[0], ast.Call) else None
            known = self.resolve(argument, call.scope, depth - 1) if argument is not None else None
            if known is not None:
                return known
        return Declared("task", "", node.id, node, None, Settings(complete=False), "")

    def _elsewhere(self, node: ast.Name | ast.Attribute, scope: Scope) -> Declared | None:
        """A function that another file of the repository may define."""
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        found = self.module.names.bindings(root.id, scope) if isinstance(root, ast.Name) else None
        if found is None or not any(isinstance(one, str) and one.startswith("import:") for one in found[0]):
            return None
        # Where it is imported in one of several ways, the same is meant by all.
        name = meant(self.module, node, scope)
        last = name.rpartition(".")[2]
        if any(mark in name for mark in "?()") or not last or last[0].isupper() or last in self._methods:
            return None
        if self.tables.packages and name.startswith(self.tables.packages):
            # A method of a class is no task.
            known = not any(part[:1].isupper() for part in name.split("."))
            return Declared("task", "", last, node, None, Settings(complete=False), "library") if known else None
        if not is_own(name) or name.partition(".")[0] in self._libraries:
            return None
        return Declared("task", name, last, node, None, Settings(complete=False), "")

    @cached_property
    def _calls(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for call in self.module.calls:
            found.setdefault(call.name, []).append(call)
        return {name: calls[:_MOST] for name, calls in found.items()}

    @cached_property
    def _methods(self) -> frozenset[str]:
        tables = self.tables
        return tables.methods.union(tables.options, tables.overrides, tables.results, tables.precedes)

    @cached_property
    def _libraries(self) -> frozenset[str]:
        makers = (*self.tables.tasks, *self.tables.pipelines)
        return frozenset(maker.partition(".")[0] for maker in makers)

    def _made(self, node: ast.Call, scope: Scope, depth: int) -> Declared | None:
        """`flow.with_options(retries=2)`, `task(function)`, `task(retries=2)(function)`, `map_task(task)`."""
        if isinstance(node.func, ast.Attribute) and node.func.attr in self.tables.options:
            inner = self.resolve(node.func.value, scope, depth - 1)
            if inner is not None:
                return _changed(inner, settings_of(node, scope, self.tables.options[node.func.attr]))
        maker = self.module.names.name(node.func, scope)
        if maker in self.tables.wrappers:
            given = [*node.args, *(one.value for one in node.keywords if one.arg in self.tables.wrapped)]
            known = (self.resolve(one, scope, depth - 1) for one in given)
            return next((one for one in known if one is not None), None)
        if maker in self.tables.runners:
            return self._started(node, scope, maker)
        if self.tables.classes(maker):
            return Declared("task", "", maker.rpartition(".")[2], node, None, settings_of(node, scope), maker)
        what, settings = self.what(maker), settings_of(node, scope)
        if isinstance(node.func, ast.Call):
            maker = self.module.names.name(node.func.func, scope)
            what, settings = self.what(maker), settings_of(node.func, scope)
        return self._wrapped(node, scope, what, settings, maker) if what is not None and node.args else None

    def _started(self, node: ast.Call, scope: Scope, maker: str) -> Declared | None:
        """A pipeline that is started by its name."""
        argument, end = self.tables.runners[maker]
        given = settings_of(node, scope, (argument,)).entries.get(argument)
        known = self.module.values.value(*given) if given is not None else None
        name = known.partition(end)[0] if isinstance(known, str) else ""
        return Declared("pipeline", "", name or maker.rpartition(".")[2], node, None, Settings(), maker, name)

    def _wrapped(self, node: ast.Call, scope: Scope, what: What, settings: Settings, maker: str) -> Declared | None:
        name = self.module.names.name(node.args[0], scope)
        if not name or any(character in name for character in "?()"):
            return None
        function = self.module.names.scope(name)
        return Declared(what, name, name.rpartition(".")[2], node, function, settings, maker)

    def local(self, node: ast.expr, scope: Scope) -> Scope | None:
        """Gives the plain function of this file that an expression stands for."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        name = self.module.names.name(node, scope)
        found = self.module.names.scope(name) if name not in self.declared else None
        return found if found is not None and found.kind == "function" else None

    def bound(self) -> Iterator[Declared]:
        """Gives the tasks and pipelines that the module makes by a call of the decorator, `train = task(train_)`."""
        for bindings in self.module.scopes.module.bindings.values():
            for one in bindings:
                found = self.resolve(one, self.module.scopes.module) if isinstance(one, ast.Call) else None
                if found is not None and found.own and found.name not in self.declared:
                    yield found


def _changed(declared: Declared, settings: Settings) -> Declared:
    node = declared.node
    return Declared(declared.what, declared.name, declared.called, node, declared.scope,
                    declared.settings.under(settings), declared.maker)  # fmt: skip
