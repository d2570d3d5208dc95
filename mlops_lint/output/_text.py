"""Text of a repository, made safe and short for people."""

import re
import unicodedata

from mlops_lint.model import Location, Report, Summary

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    r"""Gives the text with control, format and bidirectional characters as escapes: `\x1b`, `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(each) if unicodedata.category(each) in _HIDDEN else each for each in text)


def visible_lines(text: str) -> str:
    """Gives the text with the same escapes but for tabs and line breaks."""
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))


def width(text: str) -> int:
    """Gives the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_columns(each) for each in text)


def place(location: Location) -> str:
    """Gives `path:line:column`; in a notebook cell, and line and column in it."""
    if location.cell is not None and location.cell_line is not None:
        return f"{visible(location.path)}:cell {location.cell}:{location.cell_line}"
    return f"{visible(location.path)}:{location.line}:{location.column}"


def first_sentence(text: str) -> str:
    """Gives the first sentence of a description, on one line."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    found = re.match(r".+?[.!?](?=\s+[A-Z`]|$)", paragraph)
    return found[0] if found else paragraph


def count(number: int, word: str) -> str:
    """Gives "1 file", "2 files"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def summary_line(report: Report) -> str:
    """Gives the last line of a report for people."""
    summary: Summary = report.summary
    counts = {"error": summary.error, "warning": summary.warning, "note": summary.note}
    parts = ", ".join(count(number, severity) for severity, number in counts.items() if number)
    total = sum(counts.values())
    found = f"Found {count(total, 'finding')} ({parts})" if total else "No findings"
    line = f"{found} in {count(summary.files, 'file')}"
    if summary.muted:
        line += f" · {summary.muted} muted"
    if report.problems:
        line += f" · {count(len(report.problems), 'problem')}"
    fixable = sum(finding.fixable for finding in report.findings)
    return line + (f" · {fixable} can be mended with --fix" if fixable else "")


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
