"""A shell script to its commands as lines, with those of its functions apart: they run where they are called.

Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import re
from collections.abc import Iterator

Line = tuple[int, str]
"""The number of the first, and what a backslash or a quote joins."""

_QUOTES = re.compile(r"\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"|(?:^|(?<=\s))#[^\n]*", re.DOTALL)
# A quote that is not closed within a screen or two is none: it stands in words that we do not read.
_QUOTED = 60
_LONG = 20_000
_INPUT = re.compile(r"(?<!<)<<-?\s*(['\"]?)(\w+)\1")
_ARRAY = re.compile(r"\s*(?:(?:declare|local|export|readonly)\s+(?:-\w+\s+)*)?\w+\+?=\([^)]*$")
_FUNCTION = re.compile(r"(\s*)(?:function\s+([\w:-]+)\s*(?:\(\s*\))?|([\w:-]+)\s*\(\s*\))\s*(?:\{(.*))?$")


def script(text: str) -> tuple[list[Line], dict[str, list[Line]]]:
    """Gives the lines that run from the top, and those of each function, in order; comments and input are left out."""
    rest: list[Line] = []
    functions: dict[str, list[Line]] = {}
    lines = list(_logical(text))
    at = 0
    while at < len(lines):
        number, line = lines[at]
        found = _FUNCTION.match(line)
        end = _end(lines, at, found) if found is not None else None
        if found is None or end is None:
            rest.append(lines[at])
            at += 1
            continue
        body = [(number, (found[4] or "").rstrip().removesuffix("}")), *lines[at + 1 : end]]
        functions[found[2] or found[3]] = body
        at = max(end, at) + 1
    return rest, functions


def _end(lines: list[Line], at: int, found: re.Match[str]) -> int | None:
    """The place of the brace that closes a function; None = there is none."""
    if (found[4] or "").rstrip().endswith("}"):
        return at
    for place in range(at + 1, len(lines)):
        line = lines[place][1]
        if line.strip() == "}" and len(line) - len(line.lstrip()) <= len(found[1]):
            return place
    return None


def _logical(text: str) -> Iterator[Line]:
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        first, whole = at, lines[at]
        at += 1
        if whole.lstrip().startswith("#"):
            continue
        while at < len(lines) and whole.endswith("\\"):
            whole = f"{whole[:-1]} {lines[at]}"
            at += 1
        if _ARRAY.match(whole):
            # Words, and no commands.
            at = next((i + 1 for i in range(at, len(lines)) if ")" in lines[i]), at)
            continue
        if _open(whole):
            joined = _closed(whole, lines[at : at + _QUOTED])
            if joined is not None:
                whole, more = joined
                at += more
        if (found := _INPUT.search(whole)) is not None:
            at = next((i + 1 for i in range(at, len(lines)) if lines[i].strip() == found[2]), len(lines))
        yield first + 1, whole


def _open(line: str) -> bool:
    rest = _QUOTES.sub("", line)
    return "'" in rest or '"' in rest


def _closed(line: str, following: list[str]) -> tuple[str, int] | None:
    """Gives the line with those that close its quote or are joined to these, and how many they are."""
    for count, more in enumerate(following, 1):
        line = f"{line[:-1]} {more}" if line.endswith("\\") and not _open(line[:-1]) else f"{line}\n{more}"
        if not line.endswith("\\") and not _open(line):
            return line, count
        if len(line) > _LONG:
            break
    return None
