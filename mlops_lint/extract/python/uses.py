"""A function, class or module body to what it uses of the repository: functions it calls or hands on, classes it makes.

Over-approximate: whoever has a function may call it, and whoever has an instance may call any method of it. Only of an
instance that is seen to stay where it is made, and whose class hands it to nobody, are the calls what they look like.
"""

import ast
import builtins
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cached_property, lru_cache

from mlops_lint.extract.libraries import SHARED, available
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.registered import STARTERS, decorated_by, registered
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import last_name
from mlops_lint.model import Link

FOREIGN = frozenset(sys.stdlib_module_names) | (available() - SHARED) | {"builtins"}
_BUILTINS = frozenset(dir(builtins))
# Bases and decorators that call no methods of their own accord.
_QUIET = frozenset(
    (
        *("builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol"),
        *("dataclasses.dataclass", "attr.s", "attr.define", "attr.frozen", "attrs.define", "attrs.frozen"),
    )
)


class Uses:
    """Who uses whom in one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._starred = [one.module for one in module.imports if one.dotted.endswith(".*")]
        self.apps = registered(module)
        self._known: dict[tuple[str, int], str] = {}
        self._stay: dict[int, frozenset[tuple[str, ...]]] = {}
        self._members: dict[int, list[Scope]] = {}
        for scope in module.scopes.all:
            self._members.setdefault(id(scope.parent), []).append(scope)

    def of(self, scope: Scope) -> Iterator[Link]:
        """Gives the links from a function, class or module body to what it uses; one may come twice."""
        if scope.kind == "class":
            yield from (Link("calls", symbol_of(member)) for member in self._members.get(id(scope), ()))
        if scope.parent is self._module.scopes.module:
            # A group of commands is a function that runs them.
            name = scope.name.rpartition(".")[2]
            yield from (Link("calls", f"function:{one}") for one in self.apps.get(name, ()))
        for name in (*decorated_by(self._module, scope), *self._inherited(scope), *self._chained(scope)):
            if is_own(name, self._module.name):
                yield Link("calls", f"function:{name}")
        within = [scope]
        while within:
            part = within.pop()
            within.extend(reversed(part.inner))
            for name, chain in self._names(part):
                role = "makes" if chain[-1][:1].isupper() and chain in self._staying(scope) else "calls"
                if name != scope.name:
                    yield Link(role, f"function:{name}")

    def closed(self, scope: Scope) -> bool:
        """Says whether the methods of a class are run by nobody but those who call them on an instance."""
        node = scope.node
        if not isinstance(node, ast.ClassDef) or scope.parent is None or node.keywords:
            return False
        above = (
            *(self._module.names.name(base, scope.parent) for base in node.bases),
            *decorated_by(self._module, scope),
        )
        if any(name not in _QUIET for name in above):
            return False
        members = self._members.get(id(scope), [])
        return not any(one.kind == "class" or (one.receiver, id(one)) in self._bare for one in members)

    def _inherited(self, scope: Scope) -> Iterator[str]:
        """The methods of bases that `super().fit()` may be."""
        if scope.parent is None or scope.parent.kind != "class" or not isinstance(scope.parent.node, ast.ClassDef):
            return
        for _, method in self._on_values.get(id(scope), ()):
            made = method.value
            if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == "super":
                yield from (f"{base}.{method.attr}" for base in self._module.names.bases(scope.parent.name))

    def _chained(self, scope: Scope) -> Iterator[str]:
        """The methods that are called on what a call gives: `Trainer().fit()`."""
        for call, _ in self._on_values.get(id(scope), ()):
            yield call.name.partition("(")[0]

    def _names(self, scope: Scope) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Gives what a scope uses that is no library's, and as what."""
        meant: dict[str, str] = {}
        seen: set[tuple[str, ...]] = set()
        # The same name is used over and over; to resolve each use took a quarter of the time of a scan.
        for root, expression in scope.used:
            known = meant.get(root)
            if known is None:
                known = meant[root] = self._meant(root, scope)
            if not known and root not in self.apps:
                continue
            chain = _chain(expression)
            if chain in seen or id(expression) in self._above:
                continue
            seen.add(chain)
            if root in self.apps and (len(chain) == 1 or chain[1] in STARTERS):
                yield f"{self._module.name}.{root}", chain
            elif root in self.apps:
                continue
            if known == "*":
                # What `import *` brings is bound by no statement, and may come from any of them.
                # Nor is it known whose methods are called on what it makes.
                yield from ((f"{one}.{'.'.join(chain)}", ("",)) for one in self._starred if is_own(one))
            elif known:
                whole = len(chain) > 1
                name = self._module.names.name(expression, scope).partition("(")[0] if whole else known
                if is_own(name, self._module.name):
                    yield name, chain

    def _meant(self, name: str, scope: Scope) -> str:
        """What a name is; `*` where no statement binds it, "" where it is a library's or Python's: most are."""
        bound = self._module.names.bindings(name, scope)
        if bound is None:
            return "" if name in _BUILTINS else "*"
        key = (name, id(bound[1]))
        known = self._known.get(key)
        if known is None:
            found = self._module.names.named(name, *bound).partition("(")[0]
            known = self._known[key] = found if is_own(found, self._module.name) else ""
        return known

    @cached_property
    def _above(self) -> frozenset[int]:
        """The bases of classes: who defines a class runs no method of what it inherits from."""
        nodes = (one.node for one in self._module.scopes.all)
        return frozenset(id(base) for node in nodes if isinstance(node, ast.ClassDef) for base in node.bases)

    @cached_property
    def _on_values(self) -> dict[int, list[tuple[Call, ast.Attribute]]]:
        """The calls in each scope of a method of what has no name."""
        found: dict[int, list[tuple[Call, ast.Attribute]]] = {}
        for call in self._module.calls:
            method = call.node.func
            if isinstance(method, ast.Attribute) and not _is_chain(method.value):
                found.setdefault(id(call.scope.holder), []).append((call, method))
        return found

    @cached_property
    def _calls(self) -> dict[int, list[Call]]:
        found: dict[int, list[Call]] = {}
        for call in self._module.calls:
            found.setdefault(id(call.scope.holder), []).append(call)
        return found

    def _staying(self, scope: Scope) -> frozenset[tuple[str, ...]]:
        """The classes, as they are named, that a scope uses for nothing but instances that stay in it."""
        if id(scope) not in self._stay:
            self._stay[id(scope)] = self._stays(scope)
        return self._stay[id(scope)]

    def _stays(self, scope: Scope) -> frozenset[tuple[str, ...]]:
        made: dict[tuple[str, ...], int] = {}
        for call in self._calls.get(id(scope), ()):
            chain = _chain(call.node.func)
            if chain and chain[-1][:1].isupper() and self._is_kept(call):
                made[chain] = made.get(chain, 0) + 1
        ends = {chain[-1] for chain in made}
        parts = _parts(scope) if made else ()
        used = Counter(_chain(one) for part in parts for _, one in part.used if last_name(one) in ends)
        return frozenset(chain for chain, count in made.items() if used[chain] == count)

    def _is_kept(self, call: Call) -> bool:
        """Whether what a call makes is only called on, there or by a name of the scope that stands for nothing else."""
        if id(call.node) in self._called_on:
            return True
        if len(call.targets) != 1 or "." in call.targets[0] or call.scope.kind == "class":
            return False
        if call.scope.kind == "module" and not self._module.notebook:
            return False
        found = self._module.names.bindings(call.targets[0], call.scope)
        return found is not None and len(found[0]) == 1 and (call.targets[0], id(found[1])) not in self._bare

    @cached_property
    def _called_on(self) -> frozenset[int]:
        """The expressions whose value is called on at once, or given nobody."""
        methods = (one for each in self._on_values.values() for one in each)
        own = (method.value for call, method in methods if is_own(call.name, self._module.name))
        alone = (statement.value for statement in self._module.scopes.expressions)
        return frozenset(map(id, (*own, *alone)))

    @cached_property
    def _bare(self) -> frozenset[tuple[str | None, int]]:
        """Names that are used for more than their attributes, by where they are bound."""
        found: set[tuple[str | None, int]] = set()
        for outer in self._module.scopes.all:
            for scope in _parts(outer):
                for name in {name for name, one in scope.used if isinstance(one, ast.Name)}:
                    bound = self._module.names.bindings(name, scope)
                    if bound is not None:
                        found.add((name, id(bound[1])))
        return frozenset(found)


@lru_cache(maxsize=10_000)
def is_own(name: str, here: str = "") -> bool:
    """Says whether a full name begins in no library that we know, and not in Python; `here` is its module."""
    # A file may be called like a module of Python, as `code.py` or `queue.py`: what it defines is its own.
    return not name.startswith("?") and (name.partition(".")[0] not in FOREIGN or name.startswith(f"{here}."))


def _parts(scope: Scope) -> Iterator[Scope]:
    yield scope
    for inner in scope.inner:
        yield from _parts(inner)


def _is_chain(expression: ast.expr) -> bool:
    """Whether an expression is a name, or an attribute of a name and of its attributes."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name)


def _chain(expression: ast.expr) -> tuple[str, ...]:
    """A name and the attributes behind it, which make two uses in one scope the same; empty where it is more."""
    if isinstance(expression, ast.Name):
        return (expression.id,)
    chain: list[str] = []
    while isinstance(expression, ast.Attribute):
        chain.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return ()
    chain.append(expression.id)
    return tuple(chain[::-1])
