"""Python code to the settings that it takes from configuration files which it loads by name.

Source: the loaders of https://pyyaml.org/wiki/PyYAMLDocumentation, https://docs.python.org/3/library/tomllib.html and
https://dvc.org/doc/api-reference/params_show
"""

import ast
import posixpath
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.config_keys.definitions import PATTERNS
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Binding, Scope
from mlops_lint.extract.python.values import HERE
from mlops_lint.extract.registry import matches, python
from mlops_lint.model import Subject
from mlops_lint.subjects import ConfigKey, subject

_MARK = re.compile(r"(?:params|config)\.(?:ya?ml|json|toml)|\bconf(?:igs?)?/|params_show")
_LOADERS = frozenset(
    f"{module}.{function}"
    for module, functions in {
        "yaml": "load safe_load full_load unsafe_load",
        "json": "load loads",
        "tomllib": "load loads",
        "tomli": "load loads",
        "toml": "load loads",
        "ruamel.yaml.YAML": "load",
        "dvc.api": "params_show",
    }.items()
    for function in functions.split()
)
_PARAMS_SHOW = "dvc.api.params_show"
_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open"})
_READERS = frozenset({"read", "read_text", "read_bytes", "open"})
_MUTATORS = frozenset({"update", "setdefault", "clear", "pop", "popitem"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEPTH = 8


class _Chain(msgspec.Struct, frozen=True):
    """What an expression is: the whole of a configuration file, or what stands in it under `keys`."""

    file: str
    """As the code names it; with a leading `=` the parameter of the function that stands for it."""
    keys: tuple[str, ...] = ()
    closed: bool = False
    """A key follows that cannot be known."""
    optional: bool = False
    """The code does without it where it is not there."""


class _Read(msgspec.Struct, frozen=True):
    """One place where code takes a setting."""

    chain: _Chain
    node: ast.expr
    scope: Scope
    named: bool = False
    """Only gives it a name, under which more may be taken from it."""


@python
def read(module: Module) -> Iterator[Subject]:
    """Gives the settings that a module takes from configuration files which it loads by name.

    The symbol `config:~params.yaml#train.lr` means the file as the code names it, whose folder is not known.
    """
    if not _MARK.search(module.source) or not any(call.name in _LOADERS for call in module.calls):
        return
    reader = _Reader(module)
    found: dict[tuple[str, str], Subject] = {}
    for one in reader.reads():
        made = _subject(module, one)
        if made is not None:
            place = (made.symbol or "", one.scope.name)
            # Of several in one function the one that needs the key says most.
            if place not in found or ("defined" in made.fields and "defined" not in found[place].fields):
                found[place] = made
    yield from found.values()


def _subject(module: Module, one: _Read) -> Subject | None:
    chain = one.chain
    known = chain.file.startswith(HERE)
    file = posixpath.normpath(chain.file.removeprefix(HERE))
    if not chain.keys or file.startswith(("/", "~", "=")) or "://" in chain.file or not matches(file, PATTERNS):
        return None
    key = ".".join(chain.keys)
    record = ConfigKey(file=file, key=key, defined=UNSET if chain.optional else False)
    symbol = f"config:{'' if known else '~'}{file}#{key}"
    return subject(record, module.locate(one.node), key, symbol=symbol, links=(module.within(one.scope),))


class _Reader:
    """Follows the contents of configuration files through the names and functions of one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._scopes = {id(scope.node): scope for scope in module.scopes.all}
        self._opened = _opened(module.tree)
        self._known: dict[tuple[int, int], _Chain | None] = {}
        self._reads: list[_Read] = []
        self._supplied: set[tuple[str, tuple[str, ...]]] = set()
        """What the code itself puts there, or asks for before it takes it."""

    def reads(self) -> Iterator[_Read]:
        """Gives every place where a setting is taken; a mapping counts where more is done than open it."""
        self._visit(self._module.tree, self._module.scopes.module, frozenset(), guarded=False)
        opened = {place for one in self._reads for place in _above(one.chain)}
        for one in self._reads:
            place = (one.chain.file, one.chain.keys)
            if one.named and place in opened:
                continue
            supplied = place in self._supplied or any(above in self._supplied for above in _above(one.chain))
            yield _Read(_optional(one.chain), one.node, one.scope) if supplied else one

    def _visit(self, node: ast.AST, scope: Scope, hidden: frozenset[str], *, guarded: bool) -> None:
        scope = self._scopes.get(id(node), scope)
        if isinstance(node, ast.Try):
            for statement in node.body:
                self._visit(statement, scope, hidden, guarded=guarded or _catches(node))
            children: Iterator[ast.AST] = iter((*node.handlers, *node.orelse, *node.finalbody))
        elif isinstance(node, (*_COMPREHENSIONS, ast.Lambda)):
            hidden |= _bound(node)
            children = ast.iter_child_nodes(node)
        else:
            children = self._noted(node, scope, hidden, guarded=guarded)
        for child in children:
            self._visit(child, scope, hidden, guarded=guarded)

    def _noted(self, node: ast.AST, scope: Scope, hidden: frozenset[str], *, guarded: bool) -> Iterator[ast.AST]:
        """Notes what a node says of settings; gives the parts of it that are still to be visited."""
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            chain = self._chain(node.value, scope)
            if chain is not None and all(self._follows(target, scope) for target in targets):
                self._reads.append(_Read(_optional(chain) if guarded else chain, node.value, scope, named=True))
                return _parts(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
            self._supplies(node.func.value, scope)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            self._asks(node, scope)
        if isinstance(node, ast.expr) and _root(node) not in hidden:
            chain = self._chain(node, scope)
            if chain is not None:
                if not isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
                    self._reads.append(_Read(_optional(chain) if guarded else chain, node, scope))
                elif isinstance(node, ast.Subscript):
                    self._supplied.add((chain.file, chain.keys))
                return _parts(node)
        return ast.iter_child_nodes(node)

    def _follows(self, target: ast.expr, scope: Scope) -> bool:
        """Says whether the uses of a name that is bound are seen, so that to bind it is no use yet."""
        return isinstance(target, (ast.Name, ast.Attribute)) and self._chain(target, scope) is not None

    def _supplies(self, node: ast.expr, scope: Scope) -> None:
        if (chain := self._chain(node, scope)) is not None:
            self._supplied.add((chain.file, chain.keys))

    def _asks(self, node: ast.Compare, scope: Scope) -> None:
        key = self._module.values.value(node.left, scope)
        chain = self._chain(node.comparators[0], scope)
        if chain is not None and isinstance(key, str):
            self._supplied.add((chain.file, (*chain.keys, key)))

    def _chain(self, node: ast.expr, scope: Scope, depth: int = _DEPTH) -> _Chain | None:
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BoolOp)) or depth <= 0:
            return None
        place = (id(node), id(scope))
        if place not in self._known:
            self._known[place] = None
            self._known[place] = self._followed(node, scope, depth)
        return self._known[place]

    def _followed(self, node: ast.expr, scope: Scope, depth: int) -> _Chain | None:
        if isinstance(node, ast.Name):
            found = self._module.names.bindings(node.id, scope)
            return self._agreed(*found, depth) if found is not None else None
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, scope, depth)
        if isinstance(node, ast.Subscript):
            base = self._chain(node.value, scope, depth - 1)
            return self._below(base, node.slice, scope) if base is not None else None
        if isinstance(node, ast.BoolOp):
            empty = all(isinstance(other, ast.Dict) and not other.keys for other in node.values[1:])
            return self._chain(node.values[0], scope, depth - 1) if empty and isinstance(node.op, ast.Or) else None
        return self._of_call(node, scope, depth) if isinstance(node, ast.Call) else None

    def _agreed(self, bindings: list[Binding], owner: Scope, depth: int) -> _Chain | None:
        chains = {self._chain(b, owner, depth - 1) if isinstance(b, ast.expr) else None for b in bindings}
        return chains.pop() if len(chains) == 1 else None

    def _of_attribute(self, node: ast.Attribute, scope: Scope, depth: int) -> _Chain | None:
        """What `self.x` is set to, where one method sets it."""
        first = next(iter(scope.parameters), None)
        owner = scope.parent
        if owner is None or owner.kind != "class" or not isinstance(node.value, ast.Name) or node.value.id != first:
            return None
        bindings = [binding for binding, _ in self._module.scopes.attributes.get((owner.name, node.attr), [])]
        setter = self._module.names.scope(f"{owner.name}.__init__")
        return self._agreed(bindings, setter, depth) if setter is not None else None

    def _below(self, base: _Chain, key: ast.expr, scope: Scope) -> _Chain:
        value = self._module.values.value(key, scope)
        if base.closed or not isinstance(value, str):
            return _Chain(base.file, base.keys, closed=True, optional=base.optional)
        return _Chain(base.file, (*base.keys, value), optional=base.optional)

    def _of_call(self, node: ast.Call, scope: Scope, depth: int) -> _Chain | None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            base = self._chain(node.func.value, scope, depth - 1)
            if base is not None:
                return _optional(self._below(base, node.args[0], scope))
        name = self._module.names.name(node.func, scope)
        if name == _PARAMS_SHOW:
            return self._shown(node, scope)
        if name in _LOADERS:
            file = self._file(node.args[0], scope, depth) if node.args else None
            return _Chain(file) if file is not None else None
        function = self._module.names.scope(name)
        if function is None or function.kind != "function" or len(function.returns) != 1:
            return None
        chain = self._chain(function.returns[0], function, depth - 1)
        if chain is None or not chain.file.startswith("="):
            return chain
        argument = _argument(node, function, chain.file[1:])
        file = self._file(argument, scope, depth - 1) if argument is not None else None
        return msgspec.structs.replace(chain, file=file) if file is not None else None

    def _shown(self, node: ast.Call, scope: Scope) -> _Chain | None:
        if {keyword.arg for keyword in node.keywords} - {"stages", "deps"} or len(node.args) > 1:
            return None
        file = self._module.values.value(node.args[0], scope) if node.args else "params.yaml"
        return _Chain(file) if isinstance(file, str) else None

    def _file(self, node: ast.expr, scope: Scope, depth: int) -> str | None:
        """Gives the file that an expression names, opens or reads."""
        if depth <= 0:
            return None
        if isinstance(node, ast.Call):
            if self._module.names.name(node.func, scope) in _OPENERS and node.args:
                return self._file(node.args[0], scope, depth - 1)
            if isinstance(node.func, ast.Attribute) and node.func.attr in _READERS:
                return self._file(node.func.value, scope, depth - 1)
        if isinstance(node, ast.Name):
            opened = self._opened.get(id(node))
            if opened is not None:
                return self._file(opened, scope, depth - 1)
            if node.id in scope.parameters and scope.bindings.get(node.id) == [None]:
                return f"={node.id}"
        value = self._module.values.value(node, scope)
        if isinstance(value, str):
            return value
        found = self._module.names.bindings(node.id, scope) if isinstance(node, ast.Name) else None
        bound = found[0][0] if found is not None and len(found[0]) == 1 else None
        return self._file(bound, found[1], depth - 1) if found is not None and isinstance(bound, ast.expr) else None


def _opened(tree: ast.Module) -> dict[int, ast.expr]:
    """Gives for each use of a name that a `with` binds what it is bound to: the nearest around it."""
    found: dict[int, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            names = {i.optional_vars.id: i.context_expr for i in node.items if isinstance(i.optional_vars, ast.Name)}
            for inner in (use for statement in node.body for use in ast.walk(statement)):
                if isinstance(inner, ast.Name) and inner.id in names:
                    found[id(inner)] = names[inner.id]
    return found


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


def _above(chain: _Chain) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((chain.file, chain.keys[:count]) for count in range(len(chain.keys)))


def _optional(chain: _Chain) -> _Chain:
    return _Chain(chain.file, chain.keys, chain.closed, optional=True)


def _parts(node: ast.expr) -> Iterator[ast.AST]:
    """Gives what stands in a chain beside it: keys that are expressions, and arguments."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        if isinstance(node, ast.Subscript):
            yield node.slice
        if isinstance(node, ast.Call):
            yield from (*node.args, *node.keywords)
        node = node.func if isinstance(node, ast.Call) else node.value


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _bound(node: ast.AST) -> frozenset[str]:
    """The names that a comprehension or lambda binds for itself."""
    if isinstance(node, ast.Lambda):
        return frozenset(argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))
    targets = [comprehension.target for comprehension in getattr(node, "generators", [])]
    return frozenset(one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))


def _catches(node: ast.Try) -> bool:
    """Says whether the code goes on where a key is not there."""
    for handler in node.handlers:
        caught = {one.id for one in ast.walk(handler.type) if isinstance(one, ast.Name)} if handler.type else set()
        if caught & {"KeyError", "LookupError"}:
            return True
        if not caught or caught & {"Exception", "BaseException"}:
            return not any(isinstance(one, ast.Raise) for statement in handler.body for one in ast.walk(statement))
    return False
