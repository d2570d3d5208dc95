"""The one tree that YAML, TOML and JSON are parsed to: mappings, sequences and scalars with positions."""

from collections.abc import Iterator

import msgspec

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


class Node(msgspec.Struct, frozen=True):
    """Where a value stands; first line and column are 1, columns in code points, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Scalar(Node, frozen=True):
    """A leaf. `value` is typed by the YAML 1.2 core schema (`on` is a string); `text` is as written, without quotes.

    `tag` is a local YAML tag such as `!Ref`: the value is then what the tag is given, not what it yields.
    """

    value: bool | int | float | str | None
    text: str
    tag: str | None = None


class Sequence(Node, frozen=True):
    """A list."""

    items: tuple[Node, ...]
    tag: str | None = None


class Mapping(Node, frozen=True):
    """A mapping; of a key that stands twice `get` gives the last. `tag` is a local YAML tag such as `!Ref`."""

    entries: tuple[tuple[Scalar, Node], ...]
    tag: str | None = None

    def get(self, *keys: str) -> Node | None:
        """Gives the node below `keys`, or None where a key is missing or not in a mapping."""
        node: Node | None = self
        for key in keys:
            if not isinstance(node, Mapping):
                return None
            node = next((value for name, value in reversed(node.entries) if name.text == key), None)
        return node

    def key(self, name: str) -> Scalar | None:
        """Gives the node of the key itself."""
        return next((key for key, _ in reversed(self.entries) if key.text == name), None)


def plain(node: Node | None) -> Plain:
    """Gives the value without positions; keys are text."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


def text(node: Node | None) -> str | None:
    """Gives the text of a scalar that is not null; None for anything else."""
    if isinstance(node, Scalar) and node.value is not None:
        return node.text
    return None


def strings(node: Node | None) -> tuple[str, ...]:
    """Gives a scalar or a sequence of scalars as texts."""
    if isinstance(node, Sequence):
        return tuple(found for item in node.items if (found := text(item)) is not None)
    found = text(node)
    return () if found is None else (found,)


def mappings(node: Node | None) -> Iterator[tuple[Scalar, Mapping]]:
    """Gives the entries of a mapping whose values are mappings."""
    if isinstance(node, Mapping):
        for key, value in node.entries:
            if isinstance(value, Mapping):
                yield key, value


def duplicates(node: Node) -> list[Scalar]:
    """Gives the keys of a tree that stand in their mapping before, in order of the first such mapping."""
    found: list[Scalar] = []
    seen = {id(node)}
    waiting = [node]
    while waiting:
        node = waiting.pop()
        children = node.items if isinstance(node, Sequence) else ()
        if isinstance(node, Mapping):
            children = tuple(value for _, value in node.entries)
            names: set[str] = set()
            for key, _ in node.entries:
                if key.text in names:
                    found.append(key)
                names.add(key.text)
        # An alias gives the same node again: without this a tree of aliases would be walked once for each.
        for child in reversed(children):
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)
    return found
