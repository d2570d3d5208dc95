"""A TOML file to one tree: the values as `tomllib` reads them, the places by a reader of our own.

Source: https://toml.io/en/v1.0.0
"""

import re
import tomllib
from typing import NoReturn, Union

from mlops_lint.parse.text import DEPTH, Lines, decode, invalid, number, too_deep
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence

_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY = re.compile(r"""[ \t]*+([A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+""")
_LEAF = re.compile(
    r'''"""(?s:[^"\\]|\\.|"(?!""))*+"{3,5}'''
    r"""|'''(?s:[^']|'(?!''))*+'{3,5}"""
    r'''|"(?:[^"\\\n]|\\.)*+"'''
    r"""|'[^'\n]*+'"""
    r"|\d{4}-\d\d-\d\d[ ]\d[^\s,\]}#]*+"
    r"|[^\s,\]}#]++"
)
# tomllib takes quadratic time and room for these.
_LONG_KEY = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){{{DEPTH}}}")
_MESSAGE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

_Value = Union["_Leaf", "_Table", "_Array"]


class _Leaf:
    """The place of a value that is neither table nor array."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class _Table:
    """A table whose keys are still being read; `end` is the offset behind its last value."""

    __slots__ = ("end", "entries", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.entries: dict[str, tuple[_Leaf, _Value]] = {}

    def table(self, name: str, key: _Leaf, start: int) -> "_Table":
        """Gives the table below a key, of an array of tables the last; makes one where there is none."""
        _, found = self.entries.setdefault(name, (key, _Table(start, key.end)))
        if isinstance(found, _Array):
            found = found.items[-1]
        assert isinstance(found, _Table), "tomllib has read it"
        return found


class _Array:
    """An array of values, or of tables."""

    __slots__ = ("end", "items", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.items: list[_Value] = []


def parse(data: bytes) -> tuple[Node, ...]:
    """Gives the tree, as the only one; raises ParseError."""
    text = decode(data).replace("\r\n", "\n")
    if found := _LONG_KEY.search(text):
        raise too_deep(text.count("\n", 0, found.start()) + 1)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _MESSAGE.search(message)
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        raise invalid("TOML", _MESSAGE.sub("", message), line, text) from None
    except RecursionError:
        raise too_deep(1) from None
    except (ValueError, OverflowError) as error:
        # An integer of more than 4300 digits.
        raise invalid("TOML", str(error), 1, text) from None
    root = _Reader(text).document()
    return (_Tree(text).mapping(root, values),)


class _Reader:
    """A position that goes through a valid text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def document(self) -> _Table:
        root = table = _Table(0, 0)
        depth = 0
        while self._skip():
            if self._text[self._at] == "[":
                table, depth = self._header(root)
            else:
                self._entry(table, depth)
        root.end = len(self._text)
        return root

    def _skip(self) -> bool:
        """Goes to the next character that counts; False = there is none."""
        found = _SPACE.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return self._at < len(self._text)

    def _keys(self, depth: int) -> list[tuple[str, _Leaf]]:
        """Reads a key and the keys that dots add to it."""
        keys: list[tuple[str, _Leaf]] = []
        while True:
            found = _KEY.match(self._text, self._at)
            if found is None or depth + len(keys) > DEPTH:
                self._too_deep()
            self._at = found.end()
            keys.append((_name(found[1]), _Leaf(found.start(1), found.end(1))))
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _header(self, root: _Table) -> tuple[_Table, int]:
        start = self._at
        array = self._text.startswith("[[", start)
        self._at += 2 if array else 1
        *path, (name, key) = self._keys(0)
        self._at += 2 if array else 1
        table = root
        for part, place in path:
            table = table.table(part, place, start)
        if not array:
            known = table.entries.get(name)
            found = table.table(name, key, start)
            if known is not None and not isinstance(known[1], _Array):
                # Made before by the header of a table below it: this is its own.
                table.entries[name] = key, found
                found.start = start
            found.end = max(found.end, self._at)
            return found, len(path) + 1
        found = _Table(start, self._at)
        _, items = table.entries.setdefault(name, (key, _Array(start, self._at)))
        assert isinstance(items, _Array), "tomllib has read it"
        items.items.append(found)
        return found, len(path) + 1

    def _entry(self, table: _Table, depth: int) -> None:
        *path, (name, key) = self._keys(depth)
        self._at += 1
        self._skip()
        tables = [table]
        for part, place in path:
            tables.append(tables[-1].table(part, place, place.start))
        value = self._value(depth + len(path) + 1)
        tables[-1].entries[name] = key, value
        for one in tables:
            one.end = max(one.end, value.end)

    def _value(self, depth: int) -> _Value:
        if depth > DEPTH:
            self._too_deep()
        if self._text[self._at] == "[":
            return self._array(depth)
        if self._text[self._at] == "{":
            return self._inline(depth)
        found = _LEAF.match(self._text, self._at)
        assert found is not None, "tomllib has read it"
        self._at = found.end()
        return _Leaf(found.start(), found.end())

    def _array(self, depth: int) -> _Array:
        array = _Array(self._at, self._at)
        self._at += 1
        while self._skip() and self._text[self._at] != "]":
            array.items.append(self._value(depth + 1))
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1
        array.end = self._at
        return array

    def _inline(self, depth: int) -> _Table:
        table = _Table(self._at, self._at)
        self._at += 1
        while self._skip() and self._text[self._at] != "}":
            self._entry(table, depth)
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1
        table.end = self._at
        return table

    def _too_deep(self) -> NoReturn:
        raise too_deep(self._text.count("\n", 0, self._at) + 1)


class _Tree:
    """Places and values put together."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = Lines(text).place

    def mapping(self, table: _Table, values: dict[str, object]) -> Mapping:
        entries = []
        end = table.end
        for name, (key, value) in table.entries.items():
            entries.append((self._scalar(key, name), self._node(value, values[name])))
        return Mapping(*self._place(table.start), *self._place(end), tuple(entries))

    def _node(self, place: _Value, value: object) -> Node:
        if isinstance(place, _Table) and isinstance(value, dict):
            return self.mapping(place, value)
        if isinstance(place, _Array) and isinstance(value, list):
            items = tuple(self._node(item, inner) for item, inner in zip(place.items, value, strict=True))
            last = place.items[-1].end if place.items else place.end
            return Sequence(*self._place(place.start), *self._place(max(place.end, last)), items)
        return self._scalar(place, value)

    def _scalar(self, place: _Value, value: object) -> Scalar:
        raw = self._text[place.start : place.end]
        start, end = self._place(place.start), self._place(place.end)
        if isinstance(value, str):
            return Scalar(*start, *end, value, value)
        if isinstance(value, bool | float):
            return Scalar(*start, *end, value, raw)
        # Dates stay as they are written.
        return Scalar(*start, *end, number(str(value)) if isinstance(value, int) else raw, raw)


def _name(written: str) -> str:
    """Gives a key without its quotes."""
    if written[0] == '"' and "\\" in written:
        return next(iter(tomllib.loads(written + "=0")))
    return written[1:-1] if written[0] in "\"'" else written
