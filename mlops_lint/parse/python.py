"""A Python file to its syntax tree, and nodes of it to places in the file."""

import ast
import codecs
import re
import warnings
from bisect import bisect_right

from mlops_lint.errors import ParseError
from mlops_lint.model import Location
from mlops_lint.parse.text import decode, invalid, line_at

# https://peps.python.org/pep-0263/
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?\r?$")
# They decode in quadratic time, or to a text whose columns are not those on disk.
_NO_ENCODINGS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})

# The line that counts is said beside the message.
_DETECTED = re.compile(r" \(detected at line \d+\)$")
# Those of Python's tokenizer, not of `str.splitlines`, which also ends lines at form feeds.
_BREAK = re.compile(r"\r\n|\r|\n")


class Positions:
    """Places in Python source as locations on disk; columns of `ast` are bytes of UTF-8, ours are code points."""

    __slots__ = ("_ascii", "_lines", "path", "source")

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.source = source
        self._ascii = source.isascii()
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines as `ast` counts them, without their ends."""
        if self._lines is None:
            # Most files have but one sort of line ends; the pattern takes twenty times as long.
            self._lines = _BREAK.split(self.source) if "\r" in self.source else self.source.split("\n")
        return self._lines

    def locate(self, node: ast.AST) -> Location:
        """Gives the region of a node; that of the whole file where the node has none, as a module."""
        line = getattr(node, "lineno", None)
        if line is None:
            return Location(self.path)
        end_line = getattr(node, "end_lineno", None) or line
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", None)
        column = self.column(line, start)
        return self.region(line, column, end_line, column if end is None else self.column(end_line, end))

    def column(self, line: int, offset: int) -> int:
        """Gives the column in code points of an offset in bytes, which counts from 0."""
        if self._ascii or not 0 < line <= len(self.lines):
            return offset + 1
        text = self.lines[line - 1]
        return (
            offset + 1
            if text.isascii()
            else len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore")) + 1
        )

    def region(self, line: int, column: int, end_line: int, end_column: int) -> Location:
        """Gives a region of the source, in lines and columns from 1, as one on disk."""
        return Location(self.path, line, column, end_line, end_column)


class PythonTree:
    """The syntax tree of a file; `positions` says where its nodes stand on disk."""

    __slots__ = ("path", "positions", "source", "tree")

    def __init__(self, tree: ast.Module, positions: Positions) -> None:
        self.path = positions.path
        self.tree = tree
        self.source = positions.source
        self.positions = positions

    @property
    def lines(self) -> list[str]:
        """The lines of the source without their ends."""
        return self.positions.lines

    def locate(self, node: ast.AST) -> Location:
        """Gives the location on disk of a node."""
        return self.positions.locate(node)


def parse(data: bytes, path: str) -> PythonTree:
    """Gives the tree of a module; raises ParseError."""
    source = decoded(data)
    return PythonTree(module(source), Positions(path, source))


def module(source: str) -> ast.Module:
    """Gives the syntax tree of a text; raises ParseError."""
    try:
        with warnings.catch_warnings():
            # Invalid escapes and `is` with a literal warn, and would do so once more for each worker.
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        line, message = error.lineno or 1, _DETECTED.sub("", error.msg or "invalid syntax")
        raise invalid("Python", message, line, error.text or "", line) from None
    except (RecursionError, MemoryError):
        raise ParseError("too deeply nested to analyse", 1, "MLL004") from None
    except (ValueError, OverflowError) as error:
        # An integer of more than 4300 digits, and lone surrogates.
        raise ParseError(f"not valid Python: {error}") from None


def decoded(data: bytes) -> str:
    """Gives the text of a Python file by its coding cookie; raises ParseError."""
    encoding = _encoding(data)
    if encoding is None or b"\0" in data:
        return decode(data)
    try:
        name = codecs.lookup(encoding).name
        if name not in _NO_ENCODINGS:
            return data.removeprefix(codecs.BOM_UTF8).decode(name)
        line = 1
    except (LookupError, ValueError) as error:
        line = line_at(data, error.start) if isinstance(error, UnicodeDecodeError) else 1
    raise ParseError(f"the file cannot be decoded as '{encoding}'", line, "MLL005")


def _encoding(data: bytes) -> str | None:
    """Gives the encoding that one of the first two lines names; None for UTF-8."""
    head = data[:1000].removeprefix(codecs.BOM_UTF8)
    if b"coding" not in head:
        return None
    for line in head.split(b"\n", 2)[:2]:
        if found := _COOKIE.match(line):
            name = found[1].decode("ascii", "replace").lower().replace("_", "-")
            return None if name in {"utf-8", "utf8"} or name.startswith("utf-8-") else name
        if not _BLANK.match(line):
            return None
    return None


def line_starts(text: str) -> list[int]:
    """Gives the offset at which each line starts, lines as `ast` counts them."""
    return [0, *(found.end() for found in _BREAK.finditer(text))]


def line_of(starts: list[int], offset: int) -> int:
    """Gives the line, from 1, in which an offset stands."""
    return bisect_right(starts, offset)
