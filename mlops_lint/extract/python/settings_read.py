"""Expressions to the keys of configuration files that they take: `params["train"]["lr"]`, `cfg.train.lr`.

Source: the loaders of https://pyyaml.org/wiki/PyYAMLDocumentation, https://docs.python.org/3/library/tomllib.html,
https://dvc.org/doc/api-reference/params_show, https://omegaconf.readthedocs.io/en/latest/usage.html and
https://hydra.cc/docs/tutorials/basic/your_first_app/config_file/
"""

import ast
import posixpath
import re
from functools import cached_property

import msgspec

from mlops_lint.extract.python.handles import OPENERS, opened
from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.scopes import Binding, Scope, Scopes
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.python.values import Values
from mlops_lint.model import Ref
from mlops_lint.parse.words import places, vocabulary

_MARK = re.compile(r"(?:params|config)\.(?:ya?ml|json|toml)|\bconf(?:igs?)?/|params_show|hydra")
# Each match starts with one of them; the pattern alone takes ten times as long.
_MARKS = vocabulary(
    *(f"{name}.{ending}" for name in ("params", "config") for ending in ("ya", "ym", "json", "toml")),
    *("conf/", "config/", "configs/", "params_show", "hydra"),
)
LOADERS = frozenset(
    f"{module}.{function}"
    for module, functions in {
        "yaml": "load safe_load full_load unsafe_load",
        "json": "load loads",
        "tomllib": "load loads",
        "tomli": "load loads",
        "toml": "load loads",
        "ruamel.yaml.YAML": "load",
        "dvc.api": "params_show",
        "omegaconf.OmegaConf": "load",
    }.items()
    for function in functions.split()
) | {"hydra.main", "hydra.compose"}
_PARAMS_SHOW = "dvc.api.params_show"
_OMEGACONF = "omegaconf.OmegaConf.load"
_HYDRA = "hydra.main"
_COMPOSE = "hydra.compose"
_INITIALIZE = frozenset({"hydra.initialize", "hydra.initialize_config_dir"})
# Attributes of a mapping that are no keys of it.
_METHODS = frozenset({"get", "items", "keys", "values", "copy", "pop", "popitem", "update", "setdefault", "clear"})
_READERS = frozenset({"read", "read_text", "read_bytes", "open"})
_DEPTH = 8


class Chain(msgspec.Struct, frozen=True):
    """What an expression is: the whole of a configuration file, or what stands in it under `keys`."""

    file: str
    """As the code names it; with a leading `=` the parameter of the function that stands for it."""
    keys: tuple[str, ...] = ()
    closed: bool = False
    """A key follows that cannot be known."""
    optional: bool = False
    """The code does without it where it is not there."""
    dotted: bool = False
    """Its keys are attributes too."""


def named(source: str) -> bool:
    """Says whether a source names a file of settings, or a function that finds one."""
    return any(_MARK.match(source, place) for each in places(source, _MARKS).values() for place in each)


class Settings:
    """Follows the contents of configuration files through the names and functions of one module."""

    def __init__(self, tree: ast.Module, scopes: Scopes, names: Names, values: Values, path: str) -> None:
        self._tree = tree
        self._scopes = scopes
        self._names = names
        self._values = values
        self._path = path
        self._known: dict[tuple[int, int], Chain | None] = {}

    @cached_property
    def _opened(self) -> dict[int, ast.expr]:
        return opened(self._tree)

    def reference(self, node: ast.expr, scope: Scope) -> Ref | None:
        """Gives the key that an expression takes; None = it takes none that can be known."""
        chain = self.chain(node, scope)
        if chain is None or not chain.keys or chain.closed or chain.file.startswith("="):
            return None
        return Ref(symbol_of(chain))

    def chain(self, node: ast.expr, scope: Scope, depth: int = _DEPTH) -> Chain | None:
        """Gives what an expression takes of a configuration file; None = nothing that can be known."""
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BoolOp)) or depth <= 0:
            return None
        place = (id(node), id(scope))
        if place not in self._known:
            self._known[place] = None
            self._known[place] = self._followed(node, scope, depth)
        return self._known[place]

    def _followed(self, node: ast.expr, scope: Scope, depth: int) -> Chain | None:
        if isinstance(node, ast.Name):
            found = self._names.bindings(node.id, scope)
            if found is not None and found[0] == [None] and node.id in found[1].parameters:
                return self._of_parameter(node.id, found[1], depth)
            return self._agreed(*found, depth) if found is not None else None
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, scope, depth)
        if isinstance(node, ast.Subscript):
            base = self.chain(node.value, scope, depth - 1)
            return self._below(base, node.slice, scope) if base is not None else None
        if isinstance(node, ast.BoolOp):
            empty = all(isinstance(other, ast.Dict) and not other.keys for other in node.values[1:])
            return self.chain(node.values[0], scope, depth - 1) if empty and isinstance(node.op, ast.Or) else None
        return self._of_call(node, scope, depth) if isinstance(node, ast.Call) else None

    def _of_parameter(self, name: str, function: Scope, depth: int) -> Chain | None:
        """What Hydra gives its main function, or all calls of a function that can be seen give it."""
        decorators = getattr(function.node, "decorator_list", ())
        if decorators and function.parent is not None:
            found = next((one for one in decorators if isinstance(one, ast.Call)), None)
            if found is None or self._names.name(found.func, function.parent) != _HYDRA:
                return None
            return self._of_hydra(found, function.parent) if name == next(iter(function.parameters)) else None
        given = self._values.parameters.given(name, function) or []
        chains = {self.chain(argument, scope, depth - 1) for argument, scope in given}
        return chains.pop() if len(chains) == 1 else None

    def _of_hydra(self, node: ast.Call, scope: Scope) -> Chain | None:
        given = {keyword.arg: self._values.value(keyword.value, scope) for keyword in node.keywords}
        return None if node.args else self._hydra_file(given.get("config_path"), given.get("config_name"))

    def _composed(self, node: ast.Call, scope: Scope) -> Chain | None:
        """What `compose` gives, of the folder that the only `initialize` of the module names."""
        calls = [call for call in self._scopes.calls if call.name in _INITIALIZE]
        if len(calls) != 1:
            return None
        folder = _first(calls[0].node, "config_path") or _first(calls[0].node, "config_dir")
        name = _first(node, "config_name")
        if folder is None or name is None:
            return None
        return self._hydra_file(self._values.value(folder, calls[0].scope), self._values.value(name, scope))

    def _hydra_file(self, folder: object, name: object) -> Chain | None:
        if not isinstance(folder, str) or not isinstance(name, str):
            return None
        start = "" if folder.startswith(HERE) else posixpath.dirname(self._path)
        file = posixpath.join(start, folder.removeprefix(HERE), name)
        # Its groups may bring the keys that the file itself has not.
        ending = "" if file.endswith((".yaml", ".yml")) else ".yaml"
        return Chain(f"{HERE}{posixpath.normpath(file)}{ending}", optional=True, dotted=True)

    def _agreed(self, bindings: list[Binding], owner: Scope, depth: int) -> Chain | None:
        chains = {self.chain(b, owner, depth - 1) if isinstance(b, ast.expr) else None for b in bindings}
        return chains.pop() if len(chains) == 1 else None

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> Chain | None:
        """A key that is taken as an attribute, or what `self.x` is set to, where one method sets it."""
        base = self.chain(node.value, scope, depth - 1)
        if base is not None:
            return (
                self._below(base, ast.Constant(node.attr), scope) if base.dotted and node.attr not in _METHODS else None
            )
        first = next(iter(scope.parameters), None)
        owner = scope.parent
        if owner is None or owner.kind != "class" or not isinstance(node.value, ast.Name) or node.value.id != first:
            return None
        bindings = [binding for binding, _ in self._scopes.attributes.get((owner.name, node.attr), [])]
        setter = self._names.scope(f"{owner.name}.__init__")
        return self._agreed(bindings, setter, depth) if setter is not None else None

    def _below(self, base: Chain, key: ast.expr, scope: Scope) -> Chain:
        value = self._values.value(key, scope)
        if base.closed or not isinstance(value, str):
            return msgspec.structs.replace(base, closed=True)
        return msgspec.structs.replace(base, keys=(*base.keys, value))

    def _of_call(self, node: ast.Call, scope: Scope, depth: int) -> Chain | None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            base = self.chain(node.func.value, scope, depth - 1)
            if base is not None:
                return optional(self._below(base, node.args[0], scope))
        name = self._names.name(node.func, scope)
        if name == _COMPOSE:
            return self._composed(node, scope)
        if name == _PARAMS_SHOW:
            return self._shown(node, scope)
        if name in LOADERS:
            file = self._file(node.args[0], scope, depth) if node.args else None
            return Chain(file, dotted=name == _OMEGACONF) if file is not None else None
        function = self._names.scope(name)
        if function is None or function.kind != "function" or len(function.returns) != 1:
            return None
        chain = self.chain(function.returns[0], function, depth - 1)
        if chain is None or not chain.file.startswith("="):
            return chain
        argument = _argument(node, function, chain.file[1:])
        file = self._file(argument, scope, depth - 1) if argument is not None else None
        return msgspec.structs.replace(chain, file=file) if file is not None else None

    def _shown(self, node: ast.Call, scope: Scope) -> Chain | None:
        if {keyword.arg for keyword in node.keywords} - {"stages", "deps"} or len(node.args) > 1:
            return None
        file = self._values.value(node.args[0], scope) if node.args else "params.yaml"
        return Chain(file) if isinstance(file, str) else None

    def _file(self, node: ast.expr, scope: Scope, depth: int) -> str | None:
        """Gives the file that an expression names, opens or reads."""
        if depth <= 0:
            return None
        if isinstance(node, ast.Call):
            if self._names.name(node.func, scope) in OPENERS and node.args:
                return self._file(node.args[0], scope, depth - 1)
            if isinstance(node.func, ast.Attribute) and node.func.attr in _READERS:
                return self._file(node.func.value, scope, depth - 1)
        if isinstance(node, ast.Name):
            opened = self._opened.get(id(node))
            if opened is not None:
                return self._file(opened, scope, depth - 1)
            if node.id in scope.parameters and scope.bindings.get(node.id) == [None]:
                return f"={node.id}"
        value = self._values.value(node, scope)
        if isinstance(value, str):
            return value
        found = self._names.bindings(node.id, scope) if isinstance(node, ast.Name) else None
        bound = found[0][0] if found is not None and len(found[0]) == 1 else None
        return self._file(bound, found[1], depth - 1) if found is not None and isinstance(bound, ast.expr) else None


def _argument(call: ast.Call, function: Scope, name: str) -> ast.expr | None:
    """Gives what a call hands to a parameter, or its default."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    assert isinstance(function.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    arguments = function.node.args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    method = function.parent is not None and function.parent.kind == "class"
    if method or name not in positional or any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    index = positional.index(name)
    if index < len(call.args):
        return call.args[index]
    default = index - len(positional) + len(arguments.defaults)
    return arguments.defaults[default] if default >= 0 else None


def _first(node: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in node.keywords if one.arg == name), node.args[0] if node.args else None)


def optional(chain: Chain) -> Chain:
    """Gives the same, of which the code can do without."""
    return msgspec.structs.replace(chain, optional=True)


def symbol_of(chain: Chain) -> str:
    """Gives the symbol of a key; `config:~params.yaml#train.lr` means the file as the code names it."""
    known = chain.file.startswith(HERE)
    file = posixpath.normpath(chain.file.removeprefix(HERE))
    return f"config:{'' if known else '~'}{file}#{'.'.join(chain.keys)}"
