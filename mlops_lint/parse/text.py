"""Bytes to text, or the problem that says why not."""

import re
from bisect import bisect_right
from itertools import islice

from mlops_lint.errors import ParseError

DEPTH = 200
"""Levels of nesting that are read: real files have under 40, and a recursive reader needs frames for each."""

# `${{ }}` is an expression of GitHub Actions, which stands in valid YAML.
_TEMPLATE = re.compile(r"(?<!\$)\{\{|\{%")
# Marks that are looked at: to count lines for each takes quadratic time.
_MARKS = 100


def decode(data: bytes) -> str:
    """Gives the text without a byte order mark; raises ParseError MLL005 where the bytes are no UTF-8 text."""
    if (zero := data.find(b"\0")) >= 0:
        raise ParseError("the file is binary: it holds a zero byte", line_at(data, zero), "MLL005")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(f"the file is not UTF-8: {error.reason}", line_at(data, error.start), "MLL005") from None


def line_at(data: bytes, offset: int) -> int:
    """Gives the line on which a byte stands; the first is 1."""
    return data.count(b"\n", 0, offset) + 1


def invalid(language: str, message: str, line: int, text: str, start: int = 1) -> ParseError:
    """Gives the error of a text that is not valid, which starts on line `start` of its file.

    Where the text holds marks of a template it is MLL008, on the line of the last mark up to `line`, else MLL002.
    """
    line = min(line, start + text.count("\n"))
    marks = [start + text.count("\n", 0, found.start()) for found in islice(_TEMPLATE.finditer(text), _MARKS)]
    if marks:
        where = max((mark for mark in marks if mark <= line), default=line)
        return ParseError(f"a template, not yet valid {language}: {message}", where, "MLL008")
    return ParseError(f"not valid {language}: {message}", line, "MLL002")


def too_deep(line: int) -> ParseError:
    """Gives the error of a text that is nested deeper than DEPTH."""
    return ParseError(f"nested more than {DEPTH} levels deep", line, "MLL004")


def number(text: str, base: int = 10) -> int | float:
    """Gives an integer; one that no 64 bits hold becomes a float, as the cache has no room for it."""
    # Python refuses to read more than 4300 digits, as that takes quadratic time.
    if len(text) > 100:
        return float(text) if base == 10 else float("inf")
    value = int(text, base)
    return value if -(2**63) <= value < 2**64 else float(value)


class Lines:
    """The lines of a text, to say on which of them an offset stands."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Gives line and column, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
