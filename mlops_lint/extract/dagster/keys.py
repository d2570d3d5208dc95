"""Decorated functions and calls that make assets: the keys that they make, and those that they need.

Source: dagster 1.13.28 (`dagster/_core/definitions/decorators/asset_decorator.py`, `decorators/decorator_assets_
definition_builder.py`, `events.py`)
"""

import ast
from collections.abc import Iterator
from typing import Literal

import msgspec

from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.records import Settings
from mlops_lint.extract.python.flows.settings import expression, settings_of, value
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import last_name
from mlops_lint.extract.python.uses import is_own

What = Literal["asset", "check"]

_DECORATORS: dict[str, tuple[What, str]] = {
    "dagster.asset": ("asset", "@asset"),
    "dagster.multi_asset": ("asset", "@multi_asset"),
    "dagster.graph_asset": ("asset", "@graph_asset"),
    "dagster.graph_multi_asset": ("asset", "@graph_multi_asset"),
    "dagster.asset_check": ("check", "@asset_check"),
    "dagster.multi_asset_check": ("check", "@multi_asset_check"),
    "dagster_dbt.dbt_assets": ("asset", "@dbt_assets"),
    "dagster_dbt.asset_decorator.dbt_assets": ("asset", "@dbt_assets"),
    "dagster_sling.sling_assets": ("asset", "@sling_assets"),
    "dagster_dlt.dlt_assets": ("asset", "@dlt_assets"),
}
_CALLS = {"dagstermill.define_dagstermill_asset": "define_dagstermill_asset"}
# Specifications of one function; real ones have some tens.
_MOST = 200
# Parameters that are no data.
_GIVEN = frozenset({"context", "_context", "config", "_", "self", "cls"})


class Asset(msgspec.Struct, frozen=True):
    """One asset, or check of one: keys have `/` between their parts."""

    what: What
    operator: str
    name: str
    node: ast.AST
    scope: Scope | None
    settings: Settings
    makes: tuple[str, ...]
    reads: tuple[str, ...]
    functions: tuple[str, ...]
    """Full names of functions of other files that make what it needs."""
    graph: str | None = None
    """The function whose body is a graph of ops; None = it is run itself."""


def found(file: File) -> Iterator[Asset]:
    """Gives the assets of a file that are functions, in order of the source."""
    module = file.module
    for scope in module.scopes.all:
        for decorator in getattr(scope.node, "decorator_list", ()) if scope.kind == "function" else ():
            call = decorator if isinstance(decorator, ast.Call) else None
            known = scope.parent and _DECORATORS.get(
                module.names.name(decorator if call is None else call.func, scope.parent)
            )
            if known and scope.parent is not None:
                settings = Settings() if call is None else settings_of(call, scope.parent)
                keys = _Keys(file, settings, scope)
                own = keys.own(scope.name.rpartition(".")[2]) if known[0] == "asset" else ()
                graph = scope.name.rpartition(".")[2] if known[1].startswith("@graph") else None
                reads, functions = keys.needs(known[0])
                reads = tuple(one for one in reads if one not in own)
                name = own[0] if len(own) == 1 else scope.name.rpartition(".")[2]
                yield Asset(known[0], known[1], name, decorator, scope, settings, own, reads, functions, graph)


def made(file: File) -> Iterator[Asset]:
    """Gives the assets of a file that calls make of notebooks."""
    for call in file.module.calls:
        operator = _CALLS.get(call.name)
        if operator is not None:
            settings = settings_of(call.node, call.scope, ("name", "notebook_path"))
            keys = _Keys(file, settings, None)
            own = keys.own(call.targets[0] if call.targets else "")
            reads, functions = keys.needs("asset")
            yield Asset("asset", operator, own[0], call.node, None, settings, own, reads, functions)


class _Keys:
    """The keys that one asset makes and needs."""

    def __init__(self, file: File, settings: Settings, scope: Scope | None) -> None:
        self._file = file
        self._settings = settings
        self._scope = scope

    def own(self, function: str) -> tuple[str, ...]:
        """Gives the keys that it makes."""
        outs = self._dictionary("outs")
        if outs is not None:
            return tuple(outs)
        if "specs" in self._settings.entries:
            keys = (settings_of(spec, scope, ("key",)).entries.get("key") for spec, scope in self._specs())
            known = (self.key(*given) for given in keys if given is not None)
            return tuple(key for key in known if key is not None)
        stated = self._settings.entries.get("key")
        if stated is not None:
            return (self.key(*stated) or function,)
        named = value(self._file.module, self._settings, "name")
        name = named if isinstance(named, str) else function
        return ("/".join((*self._prefix(self._settings), name)),)

    def _prefix(self, settings: Settings) -> tuple[str, ...]:
        known = value(self._file.module, settings, "key_prefix")
        return known if isinstance(known, tuple) else (known,) if isinstance(known, str) else ()

    def needs(self, what: What) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Gives the keys that it needs, and functions of other files that make such."""
        ins = self._dictionary("ins") or self._dictionary("additional_ins") or {}
        reads: dict[str, None] = {}
        functions: dict[str, None] = {}
        for parameter in self._parameters(what):
            reads[self._of_input(parameter, ins.pop(parameter, None))] = None
        for name, given in ins.items():
            reads[self._of_input(name, given)] = None
        for node, scope in self._listed():
            key = self.key(node, scope)
            if key is not None:
                reads[key] = None
            elif (function := self._elsewhere(node, scope)) is not None:
                functions[function] = None
        return tuple(reads), tuple(functions)

    def _parameters(self, what: What) -> list[str]:
        names = list(self._scope.parameters) if self._scope is not None else []
        # Where an asset check names its asset, that is what its first parameter holds.
        dropped = _GIVEN if what == "asset" else _GIVEN | set(names if "asset" in self._settings.entries else [])
        return [one for one in names if one not in dropped]

    def _of_input(self, parameter: str, node: ast.expr | None) -> str:
        """Gives the key behind a parameter: that of its `AssetIn`, else its own name."""
        if not isinstance(node, ast.Call) or self._scope_of("ins") is None:
            return parameter
        given = settings_of(node, self._scope_of("ins") or self._file.module.scopes.module, ("key",))
        if "key" in given.entries and (key := self.key(*given.entries["key"])) is not None:
            return key
        return "/".join((*self._prefix(given), parameter))

    def _scope_of(self, name: str) -> Scope | None:
        given = self._settings.entries.get(name)
        return given[1] if given is not None else None

    def _listed(self) -> Iterator[tuple[ast.expr, Scope]]:
        """Gives what stands under `deps`, `non_argument_deps`, `asset`, and in the specifications of several assets."""
        for name in ("deps", "non_argument_deps", "asset"):
            if (given := self._settings.entries.get(name)) is not None:
                yield from self._items(*given)
        for spec, scope in self._specs():
            deps = settings_of(spec, scope).entries.get("deps")
            yield from self._items(*deps) if deps is not None else ()

    def _specs(self) -> Iterator[tuple[ast.Call, Scope]]:
        """Gives the specifications of several assets that one function makes."""
        given = self._settings.entries.get("specs")
        pending = list(self._items(*given)) if given is not None else []
        for node, scope in pending[:_MOST]:
            if isinstance(node, ast.Starred):
                inner = list(self._items(node.value, scope))
            else:
                inner = [(node, scope)]
            for one in inner[:_MOST]:
                behind = expression(self._file.module, *one)
                if behind is not None and isinstance(behind[0], ast.Call) and last_name(behind[0].func) == "AssetSpec":
                    yield behind[0], behind[1]

    def _items(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        behind = expression(self._file.module, node, scope) or (node, scope)
        if isinstance(behind[0], (ast.List, ast.Tuple, ast.Set)):
            yield from ((one, behind[1]) for one in behind[0].elts)
        else:
            yield node, scope

    def key(self, node: ast.expr, scope: Scope) -> str | None:
        """Gives the key that an expression stands for; None = it is not known here."""
        module = self._file.module
        known = module.values.value(node, scope)
        if isinstance(known, str):
            return known
        if isinstance(known, tuple):
            return "/".join(known)
        if isinstance(node, ast.Call) and last_name(node.func) in ("AssetKey", "AssetDep", "SourceAsset", "AssetSpec"):
            given = settings_of(node, scope, ("key",)).entries
            inner = given.get("key") or given.get("path") or given.get("asset")
            return self.key(*inner) if inner is not None else None
        behind = expression(module, node, scope)
        if behind is not None and behind[0] is not node and isinstance(behind[0], ast.Call):
            return self.key(*behind)
        return self._function(node, scope)

    def _function(self, node: ast.expr, scope: Scope) -> str | None:
        """The key of an asset of this file that is named by its function."""
        module = self._file.module
        defined = module.names.scope(module.names.name(node, scope))
        for decorator in getattr(defined.node, "decorator_list", ()) if defined is not None else ():
            call = decorator if isinstance(decorator, ast.Call) else None
            around = defined.parent if defined is not None else None
            if around is not None and module.names.name(call.func if call else decorator, around) in _DECORATORS:
                settings = Settings() if call is None else settings_of(call, around)
                own = _Keys(self._file, settings, defined).own(defined.name.rpartition(".")[2] if defined else "")
                return own[0] if own else None
        return None

    def _elsewhere(self, node: ast.expr, scope: Scope) -> str | None:
        name = self._file.module.names.name(node, scope)
        return name if is_own(name) and not any(character in name for character in "?()") else None

    def _dictionary(self, name: str) -> dict[str, ast.expr] | None:
        given = self._settings.entries.get(name)
        behind = expression(self._file.module, *given) if given is not None else None
        if behind is None or not isinstance(behind[0], ast.Dict):
            return None
        pairs = zip(behind[0].keys, behind[0].values, strict=True)
        return {str(key.value): one for key, one in pairs if isinstance(key, ast.Constant)}
