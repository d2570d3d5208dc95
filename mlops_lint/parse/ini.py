"""An INI file to one tree: sections, and in them keys with text values.

Source: https://docs.python.org/3/library/configparser.html#supported-ini-file-structure, and for `.dvc/config` with
its quoted section names https://configobj.readthedocs.io
"""

import re

from mlops_lint.errors import ParseError
from mlops_lint.parse.text import decode
from mlops_lint.parse.tree import Mapping, Node, Scalar

_SECTION = re.compile(r"(?P<indent>[ \t]*)\[(?P<name>.+)\]")
_OPTION = re.compile(r"(?P<indent>\s*)(?P<key>[^\s=:](?:[^=:]*[^\s=:])?)[ \t]*(?:(?P<sign>[=:])[ \t]*(?P<value>.*))?")

Entries = list[tuple[Scalar, Node]]


def parse(data: bytes) -> tuple[Node, ...]:
    """Gives the tree, as the only one; keys before the first section stand in the root; raises ParseError."""
    lines = decode(data).split("\n")
    root: Entries = []
    entries = root
    option: _Option | None = None
    sections: list[tuple[Scalar, Entries]] = []
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip()
        start = line.lstrip()
        if start[:1] in {"#", ";"}:
            continue
        if option is not None and (not start or len(line) - len(start) > option.indent):
            option.continued(start, number, len(line))
            continue
        if not start:
            continue
        if option is not None:
            entries.append(option.entry())
            option = None
        if start.startswith("["):
            entries = []
            sections.append((_section(line, number), entries))
        else:
            option = _Option(line, number)
    if option is not None:
        entries.append(option.entry())
    root.extend((key, _mapping(key, found)) for key, found in sections)
    return (Mapping(1, 1, len(lines), len(lines[-1]) + 1, tuple(root)),)


class _Option:
    """A key whose value may go on in lines that are indented more than it is."""

    def __init__(self, line: str, number: int) -> None:
        found = _OPTION.match(line)
        if found is None:
            raise ParseError("not valid INI: a key is expected", number)
        self.indent = len(found["indent"])
        start = self.indent + 1
        self._key = Scalar(number, start, number, start + len(found["key"]), found["key"], found["key"])
        self._lines = [found["value"]] if found["sign"] else []
        self._start = number, (found.start("value") if found["sign"] else len(line)) + 1
        self._end = number, len(line) + 1

    def continued(self, text: str, number: int, end: int) -> None:
        """Adds a line to the value; empty ones count only between others."""
        self._lines.append(text)
        if text:
            self._end = number, end + 1

    def entry(self) -> tuple[Scalar, Scalar]:
        """Gives key and value; the value is None where the key has no sign after it."""
        text = "\n".join(self._lines).strip()
        value = text if self._lines else None
        return self._key, Scalar(*self._start, *self._end, value, text)


def _section(line: str, number: int) -> Scalar:
    found = _SECTION.match(line)
    if found is None:
        raise ParseError("not valid INI: a section that does not end with ']'", number)
    name = found["name"].strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1]
    start = found.start("name") + 1
    return Scalar(number, start, number, start + len(found["name"]), name, name)


def _mapping(section: Scalar, entries: Entries) -> Mapping:
    last = entries[-1][1] if entries else section
    return Mapping(section.line, 1, last.end_line, last.end_column, tuple(entries))
