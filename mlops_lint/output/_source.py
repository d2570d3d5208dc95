"""Locations to the lines of code that they mean, with credentials masked."""

import json
import re
from pathlib import Path

import msgspec

from mlops_lint.masked import secrets
from mlops_lint.model import Location, Report

LIMIT = 20_000_000
"""Bytes; no code is shown of a larger file, which is data."""

_LINE_END = re.compile(r"\r\n|\r|\n")


class Span(msgspec.Struct, frozen=True):
    """A region in `Code`, counted as in `Location`."""

    line: int
    column: int
    end_line: int
    end_column: int


class Code(msgspec.Struct, frozen=True):
    """What a person wrote around a location: the file, or in a notebook the cell."""

    lines: tuple[str, ...]
    span: Span
    secrets: tuple[Span, ...]
    """Regions that are never shown: see `hidden`."""

    def hidden(self, line: int, column: int) -> bool:
        """Says whether a position is in a credential; one without width is its whole line, as nothing is known."""
        return any(
            span.line == line
            if (span.line, span.column) == (span.end_line, span.end_column)
            else (span.line, span.column) <= (line, column) < (span.end_line, span.end_column)
            for span in self.secrets
        )


class Sources:
    """The files of a report, read once each."""

    def __init__(self, report: Report) -> None:
        self._root = Path(report.root)
        self._texts: dict[str, str | None] = {}
        self._lines: dict[tuple[str, int | None], tuple[str, ...]] = {}
        self._addresses: dict[tuple[str, int | None], tuple[Span, ...]] = {}
        found = (finding.location for finding in report.findings if finding.subject_kind == "secret")
        self._secrets = tuple(dict.fromkeys((*report.secrets, *found)))

    def text(self, path: str) -> str | None:
        """Gives the text of a file as it is on disk, with its line ends; None where there is none to show."""
        if path not in self._texts:
            self._texts[path] = _text(self._root / path)
        return self._texts[path]

    def code(self, location: Location) -> Code | None:
        """Gives the code at a location; None where the location is the file as a whole, or nothing can be shown."""
        if is_whole(location) or (location.cell is not None and location.cell_line is None):
            return None
        lines = self._lines_of(location.path, location.cell)
        span = self._span(location)
        if not span.line <= len(lines):
            return None
        here = [other for other in self._secrets if (other.path, other.cell) == (location.path, location.cell)]
        return Code(lines, span, (*map(self._span, here), *self._within(location.path, location.cell)))

    def on_disk(self, location: Location) -> Code | None:
        """Gives the lines of the file itself, also of a notebook; None where nothing can be shown."""
        lines = self._lines_of(location.path, None)
        if is_whole(location) or location.line > len(lines):
            return None
        here = (other for other in self._secrets if other.path == location.path)
        return Code(lines, _span_on_disk(location), (*map(_span_on_disk, here), *self._within(location.path, None)))

    def _within(self, path: str, cell: int | None) -> tuple[Span, ...]:
        """Gives the regions of what stands within addresses, reported or not."""
        if (path, cell) not in self._addresses:
            lines = enumerate(self._lines_of(path, cell), 1)
            found = ((number, part) for number, line in lines for part in secrets(line))
            self._addresses[path, cell] = tuple(Span(n, start + 1, n, end + 1) for n, (start, end) in found)
        return self._addresses[path, cell]

    def _lines_of(self, path: str, cell: int | None) -> tuple[str, ...]:
        if (path, cell) not in self._lines:
            text = self.text(path) or ""
            shown = text if cell is None else _cell_source(text, cell)
            self._lines[path, cell] = tuple(_LINE_END.split(shown.removeprefix("\ufeff")))
        return self._lines[path, cell]

    def _span(self, location: Location) -> Span:
        if location.cell is None or location.cell_line is None:
            return _span_on_disk(location)
        lines = self._lines_of(location.path, None)
        start = _decoded_column(lines, location.line, location.column)
        end = _decoded_column(lines, location.end_line, location.end_column)
        last = location.cell_line + (location.end_line - location.line)
        # Where a position cannot be told, the region is the line to its end: better too much masked than too little.
        return Span(location.cell_line, start or 1, last, end or 1_000_000)


def is_whole(location: Location) -> bool:
    """Says whether a location is the file as a whole."""
    return (location.line, location.column, location.end_line, location.end_column) == (1, 1, 1, 1)


def _span_on_disk(location: Location) -> Span:
    return Span(location.line, location.column, location.end_line, location.end_column)


def _text(path: Path) -> str | None:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LIMIT:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return None if b"\0" in data[:8000] else data.decode(errors="replace")


def _cell_source(text: str, cell: int) -> str:
    try:
        source = json.loads(text)["cells"][cell - 1]["source"]
    except (ValueError, LookupError, TypeError):
        return ""
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _decoded_column(lines: tuple[str, ...], line: int, column: int) -> int | None:
    """Gives the column, in the line of code, of a position within a JSON string; None where it is in no string."""
    if line > len(lines):
        return None
    before, start = lines[line - 1][: column - 1], None
    position = 0
    while position < len(before):
        if before[position] == '"':
            start = position + 1 if start is None else None
        elif before[position] == "\\" and start is not None:
            position += 1
        position += 1
    if start is None:
        return None
    try:
        decoded: str = json.loads(f'"{before[start:]}"')
    except ValueError:
        return None
    return len(decoded.rpartition("\n")[2]) + 1
