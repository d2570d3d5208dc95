"""A JSON file to one tree, or to one for each line of JSON Lines; comments and trailing commas are read past."""

import re
from bisect import bisect_left
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # in no stub, and the only reader of strings in C
from typing import NoReturn

from mlops_lint.errors import ParseError
from mlops_lint.parse.text import DEPTH, decode, invalid, number, too_deep
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence

# Editors' settings and development containers are JSON with comments, under the same ending.
_SPACE = re.compile(r"(?:[ \t\r\n]++|//[^\n]*+|/\*(?s:.*?)\*/)*+")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][-+]?[0-9]++)?")
_WORD = re.compile(r"-?[A-Za-z]+")
_WORDS = {
    "true": True,
    "false": False,
    "null": None,
    # Python writes these three, other readers refuse them.
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(data: bytes) -> tuple[Node, ...]:
    """Gives the tree, or the trees of JSON Lines, none of an empty file; raises ParseError."""
    return _Reader(decode(data)).documents()


class _Reader:
    """A position that goes through a text once, and the line in which it stands."""

    __slots__ = ("_at", "_breaks", "_depth", "_end", "_line", "_start", "_surrogates", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._breaks.append(len(text))
        self._line = 1
        self._start = 0
        self._end = self._breaks[0]
        self._surrogates = _SURROGATE.search(text) is not None

    def documents(self) -> tuple[Node, ...]:
        roots: list[Node] = []
        while self._skip():
            if roots and self._line == roots[-1].end_line:
                self._fail("something follows the end")
            roots.append(self._value())
        return tuple(roots)

    def _skip(self) -> str:
        """Goes to the next character that counts and gives it, "" at the end."""
        text, at = self._text, self._at
        character = text[at : at + 1]
        if character and character in " \n\r\t/":
            found = _SPACE.match(text, at)
            assert found is not None
            self._at = at = found.end()
            character = text[at : at + 1]
        if at > self._end:
            index = bisect_left(self._breaks, at, self._line)
            self._line, self._start, self._end = index + 1, self._breaks[index - 1] + 1, self._breaks[index]
        return character

    def _value(self) -> Node:
        character = self._text[self._at]
        if character == '"':
            return self._string()
        if character in "{[":
            self._depth += 1
            if self._depth > DEPTH:
                raise too_deep(self._line)
            node = self._mapping() if character == "{" else self._sequence()
            self._depth -= 1
            return node
        return self._literal()

    def _string(self) -> Scalar:
        column = self._at - self._start + 1
        try:
            text, end = scanstring(self._text, self._at + 1, True)
        except JSONDecodeError as error:
            self._fail(error.msg)
        if self._surrogates:
            # Half a pair cannot be written as UTF-8 by whoever gets it.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self._at = end
        return Scalar(self._line, column, self._line, end - self._start + 1, text, text)

    def _literal(self) -> Scalar:
        column = self._at - self._start + 1
        value: bool | int | float | str | None
        if found := _NUMBER.match(self._text, self._at):
            written = found[0]
            value = number(written) if found.lastindex is None else float(written)
        elif (found := _WORD.match(self._text, self._at)) and found[0] in _WORDS:
            written = found[0]
            value = _WORDS[written]
        else:
            self._fail("a value is expected")
        self._at = found.end()
        return Scalar(self._line, column, self._line, column + len(written), value, written)

    def _mapping(self) -> Mapping:
        line, column = self._line, self._at - self._start + 1
        entries: list[tuple[Scalar, Node]] = []
        self._at += 1
        while (character := self._skip()) != "}":
            if character != '"':
                self._fail("a key in double quotes is expected")
            key = self._string()
            if self._skip() != ":":
                self._fail("':' is expected")
            self._at += 1
            if not self._skip():
                self._fail("the text ends inside an object")
            entries.append((key, self._value()))
            self._separator("}")
        self._at += 1
        return Mapping(line, column, self._line, self._at - self._start + 1, tuple(entries))

    def _sequence(self) -> Sequence:
        line, column = self._line, self._at - self._start + 1
        items: list[Node] = []
        self._at += 1
        while (character := self._skip()) != "]":
            if not character:
                self._fail("the text ends inside an array")
            items.append(self._value())
            self._separator("]")
        self._at += 1
        return Sequence(line, column, self._line, self._at - self._start + 1, tuple(items))

    def _separator(self, end: str) -> None:
        character = self._skip()
        if character == ",":
            self._at += 1
        elif character != end:
            self._fail(f"',' or '{end}' is expected")

    def _fail(self, message: str) -> NoReturn:
        error: ParseError = invalid("JSON", message, self._line, self._text)
        raise error from None
