"""A shell command to words, breaks and redirects.

Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import re
from collections.abc import Iterator

HOLE = "\0"
"""Stands in a word for a part that is filled in when the command runs."""

_TEMPLATE = r"\$\{\{.{0,500}?\}\}|\{\{.{0,500}?\}\}|\{%.{0,500}?%\}|<%.{0,500}?%>"
_SUBSTITUTION = r"\$\((?:[^()]|\([^()]*\)){0,500}\)|`[^`]{0,500}`|\$\{[^}]{0,200}\}|\$[A-Za-z_0-9@*#?!]\w*"
_PIECE = re.compile(
    rf"""(?P<hole>{_TEMPLATE}|{_SUBSTITUTION})|'(?P<single>[^']*)'|"(?P<double>(?:\\.|[^"\\])*)"|\\(?P<escaped>.)"""
    r"""|(?P<plain>[^\s;&|<>()'"\\`])""",
    re.DOTALL,
)
_HOLES = re.compile(f"{_TEMPLATE}|{_SUBSTITUTION}", re.DOTALL)
_BREAK = re.compile(r"&&|\|\||;;|[;|&\n()]")
_REDIRECT = re.compile(r"(?:\d|&)?>>?\|?(?:&\d?)?|<<?<?-?")
_HERE_DOCUMENT = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


def tokens(command: str) -> Iterator[tuple[str, str]]:
    """Gives (kind, text): `word`, `break` between commands, or `redirect`."""
    text = _without_here_documents(command.replace("\\\r\n", " ").replace("\\\n", " "))
    at, size = 0, len(text)
    while at < size:
        character = text[at]
        if character in " \t\r":
            at += 1
        elif character == "#":
            at = _line_end(text, at)
        elif (found := _REDIRECT.match(text, at)) is not None:
            yield "redirect", found.group()
            at = found.end()
        elif (found := _BREAK.match(text, at)) is not None:
            yield "break", found.group()
            at = found.end()
        else:
            word, at = _word(text, at)
            yield "word", word


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _word(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    start = at
    while (found := _PIECE.match(text, at)) is not None:
        kind = found.lastgroup or "plain"
        value = found[kind]
        if kind == "hole":
            parts.append(HOLE)
        else:
            parts.append(_HOLES.sub(HOLE, value) if kind in ("single", "double") else value)
        at = found.end()
    # A quote that is never closed: the rest cannot be understood.
    return "".join(parts), at if at > start else len(text)


def _without_here_documents(text: str) -> str:
    """Leaves out the lines that are handed to a command as its input."""
    if "<<" not in text:
        return text
    kept: list[str] = []
    end: str | None = None
    for line in text.split("\n"):
        if end is not None:
            end = None if line.strip() == end else end
            continue
        found = _HERE_DOCUMENT.search(line)
        if found is None or "<<<" in line:
            kept.append(line)
        else:
            end = found[2]
            kept.append(line[: found.start()] + line[found.end() :])
    return "\n".join(kept)
