"""A Dockerfile to its stages and their instructions.

Source: https://docs.docker.com/reference/dockerfile/
"""

import re
from collections.abc import Iterator

import msgspec

from mlops_lint.parse.text import decode, invalid

_KEYWORDS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip
_HEREDOC_KEYWORDS = frozenset({"ADD", "COPY", "RUN"})
_LONGEST = 10_000
"""Characters that a value may grow to when arguments are filled in: an argument may double another one, many times."""

_DIRECTIVE = re.compile(r"#[ \t]*([a-zA-Z][\w-]*)[ \t]*=[ \t]*(.+?)[ \t]*$")
_HEREDOC = re.compile(r"(?<!\S)\d*<<(-?)([\"']?)([A-Za-z_][\w.]*)\2(?=[\s>|&;]|$)")
_FLAG = re.compile(r"--[A-Za-z][\w-]*(?:=(?:\"[^\"]*\"|\S)*+)?[ \t]+")
_WORD = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+""")
_VARIABLE = re.compile(
    r"(?P<escaped>\\\$)|\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?::?(?P<sign>[-+])(?P<word>[^{}]*))?\})"
)
_NAMED = re.compile(r"(?P<image>\S+)(?:[ \t]+[aA][sS][ \t]+(?P<name>\S+))?[ \t]*$")


class Heredoc(msgspec.Struct, frozen=True):
    """A text in the file itself, as `RUN <<EOF` has; `line` is that of its first line."""

    name: str
    text: str
    line: int


class Instruction(msgspec.Struct, frozen=True):
    """One instruction with continuations joined; `value` has build arguments of the file filled in where known."""

    keyword: str
    flags: tuple[str, ...]
    value: str
    line: int
    end_line: int
    column: int
    end_column: int
    heredocs: tuple[Heredoc, ...] = ()

    @property
    def script(self) -> str:
        """The value, and below it the texts of its heredocs: all that a RUN runs."""
        return "\n".join([self.value, *(heredoc.text for heredoc in self.heredocs)])


class Stage(msgspec.Struct, frozen=True):
    """A FROM and what follows it; `image` is None where it is a former stage, `scratch`, or an unknown argument.

    `base` is the index of the former stage that it goes on from.
    """

    name: str | None
    image: str | None
    start: Instruction
    instructions: tuple[Instruction, ...]
    base: int | None = None


class Dockerfile(msgspec.Struct, frozen=True):
    """All stages in order; `arguments` are the ARG instructions before the first."""

    stages: tuple[Stage, ...]
    arguments: tuple[Instruction, ...] = ()

    def stage(self, reference: str) -> Stage | None:
        """Gives the stage that `COPY --from` names, by its name or its index from 0."""
        for stage in self.stages:
            if stage.name is not None and stage.name.lower() == reference.lower():
                return stage
        if reference.isdecimal() and len(reference) < 5 and int(reference) < len(self.stages):
            return self.stages[int(reference)]
        return None


def parse(data: bytes) -> Dockerfile:
    """Gives the stages of a Dockerfile, none of an empty one; raises ParseError."""
    text = decode(data)
    stages = _Stages()
    for instruction in _instructions(text):
        if instruction.keyword not in _KEYWORDS:
            raise invalid(
                "Dockerfile", f"no instruction is called '{instruction.keyword[:40]}'", instruction.line, text
            )
        if instruction.keyword == "FROM":
            stages.start(instruction)
        elif stages.started:
            stages.add(instruction)
        elif instruction.keyword == "ARG":
            stages.declare(instruction)
        else:
            raise invalid("Dockerfile", f"{instruction.keyword} stands before the first FROM", instruction.line, text)
    return stages.dockerfile()


class _Stages:
    """The stages so far, with the values that arguments and variables have at the current line."""

    def __init__(self) -> None:
        self._globals: dict[str, str] = {}
        self._arguments: list[Instruction] = []
        self._stages: list[Stage] = []
        self._starts: list[tuple[str | None, str | None, Instruction, int | None]] = []
        self._instructions: list[list[Instruction]] = []
        self._variables: list[dict[str, str]] = []
        """What ENV says in each stage: a stage that goes on from it has the same."""
        self._known: dict[str, str] = {}

    @property
    def started(self) -> bool:
        """Says whether a FROM was seen."""
        return bool(self._starts)

    def declare(self, instruction: Instruction) -> None:
        """Takes an ARG before the first FROM, which counts in FROM alone."""
        filled = _filled(instruction, self._globals)
        self._arguments.append(filled)
        self._globals.update(_assignments(filled.value))

    def start(self, instruction: Instruction) -> None:
        """Takes a FROM."""
        filled = _filled(instruction, self._globals)
        found = _NAMED.match(filled.value)
        image = found["image"] if found else filled.value or None
        name = found["name"] if found else None
        base = next((index for index, start in enumerate(self._starts) if image and _same(start[0], image)), None)
        if base is not None or image is None or "$" in image or image == "scratch":
            image = None
        self._starts.append((name, image, filled, base))
        self._instructions.append([])
        inherited = dict(self._variables[base]) if base is not None else {}
        self._variables.append(inherited)
        self._known = dict(inherited)

    def add(self, instruction: Instruction) -> None:
        """Takes an instruction of the current stage."""
        filled = _filled(instruction, self._known)
        self._instructions[-1].append(filled)
        if filled.keyword == "ENV":
            found = _assignments(filled.value) or _spaced(filled.value)
            self._variables[-1].update(found)
            self._known.update(found)
        elif filled.keyword == "ARG":
            self._argument(filled.value)

    def _argument(self, value: str) -> None:
        """Takes an ARG in a stage: it has its own default or that of before FROM, and yields to ENV."""
        for word in _WORD.findall(value):
            name, sign, default = word.partition("=")
            if name in self._variables[-1]:
                continue
            if sign:
                self._known[name] = _unquoted(default)
            elif name in self._globals:
                self._known[name] = self._globals[name]
            else:
                self._known.pop(name, None)

    def dockerfile(self) -> Dockerfile:
        """Gives all that was taken."""
        stages = tuple(
            Stage(name, image, start, tuple(instructions), base)
            for (name, image, start, base), instructions in zip(self._starts, self._instructions, strict=True)
        )
        return Dockerfile(stages, tuple(self._arguments))


def _same(name: str | None, image: str) -> bool:
    return name is not None and name.lower() == image.lower()


def _instructions(text: str) -> Iterator[Instruction]:
    """Gives the instructions as they are written."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    escape = _escape(lines)
    # Where a heredoc may end at the latest, so as not to search the whole file for each that never does.
    ends = {line.lstrip("\t"): number for number, line in enumerate(lines)} if "<<" in text else {}
    index = 0
    while index < len(lines):
        bare = lines[index].strip()
        if not bare or bare.startswith("#"):
            index += 1
            continue
        first = index
        written, index = _joined(lines, index, escape)
        if not written.strip():
            continue
        keyword, flags, value = _words(written)
        end = _last(lines, first, index)
        heredocs: tuple[Heredoc, ...] = ()
        if keyword in _HEREDOC_KEYWORDS:
            heredocs, index = _heredocs(lines, index, value, ends)
            end = index if heredocs else end
        column = len(lines[first]) - len(lines[first].lstrip()) + 1
        end_column = len(lines[end - 1].rstrip()) + 1
        yield Instruction(keyword, flags, value, first + 1, end, column, end_column, heredocs)


def _words(written: str) -> tuple[str, tuple[str, ...], str]:
    """Gives keyword, flags and the rest of an instruction."""
    keyword, *rest = written.split(None, 1)
    value = rest[0].strip() if rest else ""
    flags: list[str] = []
    start = 0
    while found := _FLAG.match(value, start):
        flags.append(found[0].strip())
        start = found.end()
    return keyword.upper(), tuple(flags), value[start:]


def _last(lines: list[str], first: int, end: int) -> int:
    """Gives the end of an instruction without the comments and empty lines in which a continuation may run out."""
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _escape(lines: list[str]) -> str:
    """Gives the character that the escape directive sets, if one of the comments at the very start is one."""
    for line in lines:
        found = _DIRECTIVE.match(line.strip())
        if found is None:
            break
        if found[1].lower() == "escape" and found[2] == "`":
            return "`"
    return "\\"


def _joined(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """Gives an instruction in one line, and the index of the line behind it; comments inside it fall away."""
    parts: list[str] = []
    while index < len(lines):
        line = lines[index]
        index += 1
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        stripped = line.rstrip()
        if not stripped.endswith(escape):
            parts.append(line)
            break
        parts.append(stripped[:-1])
    return "".join(parts), index


def _heredocs(lines: list[str], index: int, value: str, ends: dict[str, int]) -> tuple[tuple[Heredoc, ...], int]:
    """Gives the heredocs that an instruction announces, and the index of the line behind the last.

    One that never ends was meant for the shell, in a line with continuations: then there is none.
    """
    found: list[Heredoc] = []
    start = index
    for dash, _, name in _HEREDOC.findall(value):
        end = index if ends.get(name, -1) >= index else len(lines)
        while end < len(lines) and (lines[end].lstrip("\t") if dash else lines[end]) != name:
            end += 1
        if end == len(lines):
            return (), start
        body = [line.lstrip("\t") if dash else line for line in lines[index:end]]
        found.append(Heredoc(name, "\n".join(body), index + 1))
        index = end + 1
    return tuple(found), index


def _filled(instruction: Instruction, known: dict[str, str]) -> Instruction:
    """Puts the values that are known in place of `$X`, `${X}`, `${X:-word}` and `${X:+word}`."""
    if "$" not in instruction.value and not any("$" in flag for flag in instruction.flags):
        return instruction
    flags = tuple(_substituted(flag, known) for flag in instruction.flags)
    return msgspec.structs.replace(instruction, flags=flags, value=_substituted(instruction.value, known))


def _substituted(text: str, known: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found["plain"] or found["name"]
        if found["escaped"]:
            return found[0]
        if found["sign"] == "+":
            return found["word"] if known.get(name) else found[0]
        if name in known and (known[name] or found["sign"] is None):
            return known[name]
        return found["word"] if found["sign"] == "-" else found[0]

    filled = _VARIABLE.sub(value, text)
    return filled if len(filled) <= max(_LONGEST, len(text)) else text


def _assignments(value: str) -> dict[str, str]:
    """Gives the names and values of `A=1 B="two words"`; a word without a sign has no value."""
    pairs = (word.partition("=") for word in _WORD.findall(value))
    return {name: _unquoted(given) for name, sign, given in pairs if sign}


def _spaced(value: str) -> dict[str, str]:
    """Gives name and value of the old form `ENV A some value`."""
    name, _, given = value.partition(" ")
    return {name: given.strip()}


def _unquoted(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word
