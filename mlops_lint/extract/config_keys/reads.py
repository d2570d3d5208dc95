"""Python code to the settings that it takes from configuration files which it loads by name.

Source: the loaders of https://pyyaml.org/wiki/PyYAMLDocumentation, https://docs.python.org/3/library/tomllib.html and
https://dvc.org/doc/api-reference/params_show
"""

import ast
import posixpath
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.config_keys.definitions import PATTERNS
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.settings_read import LOADERS, Chain, optional, symbol_of
from mlops_lint.extract.python.tree import children, walk
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.registry import matches, python
from mlops_lint.model import Subject
from mlops_lint.subjects import ConfigKey, subject

WHOLE = "*"
"""The key of a reading that takes all of a file, and may take any of its keys."""

_PARAMETER = "parameter"
_YAML = frozenset(name for name in LOADERS if name.startswith(("yaml.", "ruamel.", "omegaconf.")))
_MUTATORS = frozenset({"update", "setdefault", "clear", "pop", "popitem"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class _Read(msgspec.Struct, frozen=True):
    """One place where code takes a setting."""

    chain: Chain
    node: ast.expr
    scope: Scope
    named: bool = False
    """Only gives it a name, under which more may be taken from it."""


@python
def read(module: Module) -> Iterator[Subject]:
    """Gives the settings that a module takes from configuration files which it loads by name.

    The symbol `config:~params.yaml#train.lr` means the file as the code names it, whose folder is not known.
    """
    yield from _unplaced(module)
    if module.settings is None:
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


def _unplaced(module: Module) -> Iterator[Subject]:
    """The loads of a file whose name cannot be known: any key of any file may be read there."""
    for call in module.calls:
        if call.name not in _YAML:
            continue
        chain = None if module.settings is None else module.settings.chain(call.node, call.scope)
        # Which file a parameter names is followed in this module, and not in others.
        value = UNSET if chain is None else _PARAMETER
        if chain is None or chain.file.startswith("="):
            record = ConfigKey(key=WHOLE, value=value)
            yield subject(record, module.locate(call.node), WHOLE, links=(module.within(call.scope),))


def _subject(module: Module, one: _Read) -> Subject | None:
    chain = one.chain
    file = posixpath.normpath(chain.file.removeprefix(HERE))
    if file.startswith(("/", "~", "=")) or "://" in chain.file or not matches(file, PATTERNS):
        return None
    # A file that is handed on as a whole may have any of its keys read.
    key = ".".join(chain.keys) or WHOLE
    record = ConfigKey(file=file, key=key, defined=UNSET if chain.optional or key == WHOLE else False)
    symbol = symbol_of(msgspec.structs.replace(chain, keys=chain.keys or (WHOLE,)))
    return subject(record, module.locate(one.node), key, symbol=symbol, links=(module.within(one.scope),))


class _Reader:
    """Follows the contents of configuration files through the names and functions of one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._scopes = {id(scope.node): scope for scope in module.scopes.all}
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
            yield _Read(optional(one.chain), one.node, one.scope) if supplied else one

    def _visit(self, node: ast.AST, scope: Scope, hidden: frozenset[str], *, guarded: bool) -> None:
        scope = self._scopes.get(id(node), scope)
        if isinstance(node, ast.Try):
            for statement in node.body:
                self._visit(statement, scope, hidden, guarded=guarded or _catches(node))
            below: Iterable[ast.AST] = (*node.handlers, *node.orelse, *node.finalbody)
        elif isinstance(node, (*_COMPREHENSIONS, ast.Lambda)):
            hidden |= _bound(node)
            below = children(node)
        else:
            below = self._noted(node, scope, hidden, guarded=guarded)
        for child in below:
            self._visit(child, scope, hidden, guarded=guarded)

    def _noted(self, node: ast.AST, scope: Scope, hidden: frozenset[str], *, guarded: bool) -> Iterable[ast.AST]:
        """Notes what a node says of settings; gives the parts of it that are still to be visited."""
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            chain = self._chain(node.value, scope)
            if chain is not None and all(self._follows(target, scope) for target in targets):
                self._reads.append(_Read(optional(chain) if guarded else chain, node.value, scope, named=True))
                return _parts(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
            self._supplies(node.func.value, scope)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            self._asks(node, scope)
        if isinstance(node, ast.expr) and _root(node) not in hidden:
            chain = self._chain(node, scope)
            if chain is not None:
                if not isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
                    self._reads.append(_Read(optional(chain) if guarded else chain, node, scope))
                elif isinstance(node, ast.Subscript):
                    self._supplied.add((chain.file, chain.keys))
                return _parts(node)
        return children(node)

    def _chain(self, node: ast.expr, scope: Scope) -> Chain | None:
        return self._module.settings.chain(node, scope) if self._module.settings is not None else None

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


def _above(chain: Chain) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((chain.file, chain.keys[:count]) for count in range(len(chain.keys)))


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
    return frozenset(one.id for target in targets for one in walk(target) if isinstance(one, ast.Name))


def _catches(node: ast.Try) -> bool:
    """Says whether the code goes on where a key is not there."""
    for handler in node.handlers:
        caught = {one.id for one in walk(handler.type) if isinstance(one, ast.Name)} if handler.type else set()
        if caught & {"KeyError", "LookupError"}:
            return True
        if not caught or caught & {"Exception", "BaseException"}:
            return not any(isinstance(one, ast.Raise) for statement in handler.body for one in walk(statement))
    return False
