"""What an expression of a file that builds a pipeline may stand for.

A plain value (None, bool, int, float, str) stands for itself; everything else is one of the records below.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import msgspec

from mlops_lint.extract.python.scopes import Scope

V = TypeVar("V")
# A list that grows beyond this is made to grow.
SIZE = 1_000


class Thing:
    """A value of the framework: a task, an output, a component, a pipeline."""


class Mixed(msgspec.Struct, frozen=True, eq=False):
    """Anything that cannot be known, with the things that went into it: `f"{task.output}/x"` holds the output."""

    things: tuple[Thing, ...] = ()


class Options(msgspec.Struct, frozen=True, eq=False):
    """One of several, as a branch was taken or not."""

    options: tuple[object, ...]


class Items:
    """A list, tuple or set; what is made in a loop stands in it once."""

    def __init__(self, items: "Iterable[object]" = ()) -> None:
        self.items: list[object] = list(items)[:SIZE]

    def add(self, items: "Iterable[object]") -> None:
        """Adds to the end."""
        self.items += list(items)[: SIZE - len(self.items)]


class Mapping:
    """A dictionary; not `complete` where it may hold more than is seen."""

    def __init__(self, entries: "dict[str, object] | None" = None, *, complete: bool = True) -> None:
        self.entries: dict[str, object] = entries if entries is not None else {}
        self.complete = complete
        self.others: list[object] = []
        """Values under keys that are not known."""

    def update(self, other: object) -> None:
        """Adds the entries of another."""
        if isinstance(other, Mapping):
            self.entries |= other.entries
            self.others += other.others[: SIZE - len(self.others)]
            self.complete = self.complete and other.complete
        else:
            self.complete = False

    def get(self, key: str) -> object:
        """Gives the value of a key: unknown where it may be there unseen, None where it is not."""
        return self.entries.get(key, None if self.complete else UNKNOWN)


class Bindings(Generic[V]):
    """The names of a running function or of the module."""

    def __init__(self, scope: Scope, parent: "Bindings[V] | None") -> None:
        self.scope = scope
        self.parent = parent
        self.names: dict[str, V] = {}
        self.returned: list[V] = []

    def find(self, name: str) -> "Bindings[V] | None":
        """Gives the nearest that bind `name`."""
        frame: Bindings[V] | None = self
        while frame is not None and name not in frame.names:
            frame = frame.parent
        return frame


Frame = Bindings[object]


class Function(msgspec.Struct, frozen=True, eq=False):
    """A function of the file."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope
    frame: Frame


class Given(msgspec.Struct, frozen=True, eq=False):
    """The arguments of a call; `*` and `**` are laid out where they are known."""

    positional: list[object]
    named: Mapping

    def argument(self, position: int, *names: str) -> object:
        """Gives an argument by its place or by one of its names; None = not given."""
        if position < len(self.positional):
            return self.positional[position]
        return next((self.named.entries[name] for name in names if name in self.named.entries), None)

    def all(self) -> list[object]:
        """Gives all arguments."""
        return [*self.positional, *self.named.entries.values(), *self.named.others]


class Called(msgspec.Struct, frozen=True, eq=False):
    """A call of something that is no function of the file."""

    name: str
    """Full dotted name, `?.method` where the receiver is unknown."""
    receiver: object
    """What the method is called on; UNKNOWN for a plain name."""
    method: str
    """The last part of what is called."""
    what: object
    """What is called, where a name was bound to a thing."""
    given: Given
    node: ast.Call
    frame: Frame


UNKNOWN = Mixed()


def held(value: object) -> Iterator[Thing]:
    """Gives the things that a value holds, each list once: one may hold itself."""
    seen: set[int] = set()
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, Thing):
            yield one
        elif isinstance(one, (Items, Mapping, Options, Mixed)) and id(one) not in seen:
            seen.add(id(one))
            rest += reversed(_inner(one))


def _inner(value: Items | Mapping | Options | Mixed) -> list[object]:
    if isinstance(value, Items):
        return value.items
    if isinstance(value, Mapping):
        return [*value.entries.values(), *value.others]
    return list(value.options if isinstance(value, Options) else value.things)


def mixed(values: Iterable[object]) -> Mixed:
    """Gives what something unknown is that was made of `values`."""
    found = dict.fromkeys(thing for value in values for thing in held(value))
    return Mixed(tuple(found)[:SIZE]) if found else UNKNOWN


def one_of(values: list[object]) -> object:
    """Gives a value that is one of several."""
    found: list[object] = []
    for value in values:
        for option in value.options if isinstance(value, Options) else (value,):
            if not any(option is one or (_plain(option) and option == one) for one in found):
                found.append(option)
    return found[0] if len(found) == 1 else Options(tuple(found[:8]))


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def truth(value: object) -> bool | None:
    """Says whether a value counts as true; None where that is not known."""
    if isinstance(value, Items):
        return bool(value.items)
    return bool(value) if _plain(value) else None
