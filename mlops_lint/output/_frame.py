"""Code around a span to the lines of a frame with carets under the span."""

import msgspec

from mlops_lint.masked import MASK
from mlops_lint.output._source import Code
from mlops_lint.output._text import visible, width

CONTEXT = 2
"""Lines shown before the one that is marked."""

LONGEST = 110
"""Characters; a longer line is cut around the span."""


class Row(msgspec.Struct, frozen=True):
    """One line of a frame; `number` is None under the marked line, where `text` is the marks."""

    number: int | None
    text: str


def frame(code: Code, mark: str, context: int = CONTEXT) -> tuple[Row, ...]:
    """Gives the marked line, some before it, and the marks below it; of a longer span only the first line."""
    span = code.span
    line = code.lines[span.line - 1]
    start = min(span.column - 1, len(line))
    stop = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    left = max(0, start - LONGEST // 3) if len(line) > LONGEST else 0
    # Beside a part of a long line, the same part of other lines says nothing.
    rows = [] if left else [Row(number, _shown(code, number, 0)) for number in _before(code, context)]
    rows.append(Row(span.line, _shown(code, span.line, left)))
    cells = _cells(code, span.line, left)
    indent = width("".join(cells[: start - left])) + (1 if left else 0)
    marked = max(1, width("".join(cells[start - left : max(stop, start + 1) - left])))
    rows.append(Row(None, " " * indent + mark * marked))
    return tuple(rows)


def _before(code: Code, context: int) -> range:
    """Gives the lines before the marked one, without blank ones at the top."""
    first = max(1, code.span.line - context)
    while first < code.span.line and not code.lines[first - 1].strip():
        first += 1
    return range(first, code.span.line)


def _shown(code: Code, number: int, left: int) -> str:
    line = code.lines[number - 1]
    text = ("…" if left else "") + "".join(_cells(code, number, left))
    return (text + ("…" if len(line) > left + LONGEST else "")).rstrip()


def _cells(code: Code, number: int, left: int) -> list[str]:
    """Gives what is shown for each character: tabs widened, control characters escaped, credentials masked."""
    line = code.lines[number - 1]
    cells = ["    " if each == "\t" else visible(each) for each in line[left : left + LONGEST]]
    before = left > 0 and code.hidden(number, left)
    for index in range(len(cells)) if code.secrets else ():
        hidden = code.hidden(number, left + index + 1)
        if hidden:
            cells[index] = "" if before and index else MASK
        before = hidden
    return cells
