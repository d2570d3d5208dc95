"""The text of a Snakefile to its rules with their sections, line by line; what is no rule is left as Python.

Source: snakemake 9.27.1, `snakemake/parser.py`
"""

import re
from collections.abc import Iterator

import msgspec

_SECTIONS = frozenset(
    "name input output params threads resources retries priority log message benchmark conda singularity container "
    "containerized envmodules wildcard_constraints shadow group cache handover default_target localrule pathvars run "
    "shell script notebook wrapper template_engine cwl".split()
)
_RULE = re.compile(r"(?P<indent>[ \t]*)(?:rule|checkpoint)(?:[ \t]+(?P<name>\w+))?[ \t]*:[ \t]*(?:#.*)?$")
_USE = re.compile(
    r"(?P<indent>[ \t]*)use[ \t]+rule[ \t]+(?P<base>\w+)(?:[ \t]+from[ \t]+\w+)?[ \t]+as[ \t]+(?P<name>\w+)"
    r"(?:[ \t]+with)?[ \t]*:?[ \t]*(?:#.*)?$"
)
_SECTION = re.compile(r"(?P<indent>[ \t]*)(?P<name>[a-z_]+)[ \t]*:(?P<rest>.*)$")
_GLOBAL = frozenset(
    "envvars include workdir configfile pathvars pepfile pepschema report ruleorder localrules onsuccess onerror "
    "onstart wildcard_constraints singularity container containerized conda scattergather inputflags outputflags "
    "storage resource_scopes module".split()
)
_QUOTES = re.compile(r"'''|\"\"\"|#[^\n]*|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"")


class Section(msgspec.Struct, frozen=True):
    """What stands behind a keyword, without its indentation; `line` is that of the keyword."""

    text: str
    line: int


class Rule(msgspec.Struct, frozen=True):
    """A rule or checkpoint."""

    name: str
    line: int
    sections: dict[str, Section]


class Workflow(msgspec.Struct, frozen=True):
    """A file: its rules, the container of all of them, and what is Python in it."""

    rules: tuple[Rule, ...]
    container: Section | None
    moves: bool
    """It runs in a folder that it names by `workdir`."""
    code: str


class _Line(msgspec.Struct, frozen=True):
    number: int
    text: str
    inside: bool
    """It begins within a text of several lines."""

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    @property
    def blank(self) -> bool:
        return not self.inside and (not self.text.strip() or self.text.lstrip().startswith("#"))


def workflow(text: str) -> Workflow:
    """Gives the rules of a file in their order; a rule without a name is called after its line."""
    lines = list(_lines(text.expandtabs(4)))
    rules: dict[str, Rule] = {}
    settings: dict[str, Section] = {}
    code: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        rule = None if line.inside else _RULE.match(line.text)
        use = None if line.inside or rule is not None else _USE.match(line.text)
        head = rule or use
        if head is not None:
            end = _end(lines, at, len(head["indent"]))
            sections = _sections(lines[at + 1 : end])
            name = head["name"] or f"line {line.number}"
            base = rules.get(use["base"]) if use is not None else None
            rules[name] = Rule(name, line.number, {**(base.sections if base else {}), **sections})
            at = end
            continue
        found = None if line.inside else _SECTION.match(line.text)
        if found is not None and found["name"] in _GLOBAL and not found["indent"]:
            end = _end(lines, at, 0)
            settings[found["name"]] = _section(lines[at:end], found)
            at = end
            continue
        code.append(line.text)
        at += 1
    container = settings.get("container") or settings.get("containerized") or settings.get("singularity")
    return Workflow(tuple(rules.values()), container, "workdir" in settings, "\n".join(code))


def _lines(text: str) -> Iterator[_Line]:
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        yield _Line(number, line, bool(quote))
        at = 0
        while at < len(line):
            if quote:
                end = line.find(quote, at)
                if end < 0:
                    break
                at, quote = end + 3, ""
                continue
            found = _QUOTES.search(line, at)
            if found is None:
                break
            at = found.end()
            quote = found.group() if len(found.group()) == 3 and found.group() in ("'''", '"""') else ""


def _end(lines: list[_Line], start: int, indent: int) -> int:
    """The first line behind a block: one that is indented no deeper, and not within a text."""
    at = start + 1
    while at < len(lines) and (lines[at].inside or lines[at].blank or lines[at].indent > indent):
        at += 1
    return at


def _sections(lines: list[_Line]) -> dict[str, Section]:
    found: dict[str, Section] = {}
    first = next((line.indent for line in lines if not line.blank and not line.inside), 0)
    at = 0
    while at < len(lines):
        head = None if lines[at].inside or lines[at].indent != first else _SECTION.match(lines[at].text)
        if head is None or head["name"] not in _SECTIONS:
            at += 1
            continue
        end = _end(lines, at, first)
        found[head["name"]] = _section(lines[at:end], head)
        at = end
    return found


def _section(lines: list[_Line], head: re.Match[str]) -> Section:
    return Section("\n".join([head["rest"], *(line.text for line in lines[1:])]), lines[0].number)
