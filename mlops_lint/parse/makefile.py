"""A Makefile to its rules, with variables that have one plain value filled in; what is computed stays as it is.

Source: https://www.gnu.org/software/make/manual/make.html
"""

import re
from collections.abc import Iterator

import msgspec

_ASSIGNED = re.compile(
    r"(?:export |override |private )*(?P<name>[\w.-]+)\s*(?P<how>:::?=|:=|\?=|\+=|!=|=)\s*(?P<value>.*)"
)
_RULE = re.compile(r"(?P<targets>[^:=#]+?)\s*(?P<colons>::?)(?![=:])(?P<rest>.*)")
_COMMENT = re.compile(r"\s#")
_VARIABLE = re.compile(r"\$\(([\w.-]+)\)|\$\{([\w.-]+)\}")
_SKIPPED = re.compile(r"(?:ifeq|ifneq|ifdef|ifndef|else|endif|-?include|sinclude|export|unexport|vpath|undefine)\b")
# Variables that name variables: bounds a circle too.
_DEPTH = 5
_LENGTH = 5_000


class Line(msgspec.Struct, frozen=True):
    """A line of a recipe, which runs in a shell of its own; `number` is the first of the file that it stands on."""

    text: str
    number: int


class Rule(msgspec.Struct):
    """One target, with what it is made from and how."""

    target: str
    line: int
    needs: list[str]
    recipe: list[Line]


def rules(text: str) -> tuple[Rule, ...]:
    """Gives the rules in their order, each target once; patterns and targets of make itself are left out."""
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._rules: dict[str, Rule] = {}
        self._current: list[Rule] = []

    def read(self, text: str) -> tuple[Rule, ...]:
        inside = False
        for number, line in _logical(text):
            if inside or line.startswith("define "):
                inside = line.strip() != "endef"
            elif line.startswith("\t"):
                self._recipe(line, number)
            elif line.strip() and not line.lstrip().startswith("#") and not _SKIPPED.match(line.lstrip()):
                self._statement(_COMMENT.split(line, maxsplit=1)[0].strip(), number)
        for rule in self._rules.values():
            rule.recipe = [Line(self._filled(_own(one.text, rule)), one.number) for one in rule.recipe]
        return tuple(self._rules.values())

    def _recipe(self, line: str, number: int) -> None:
        command = line.strip().lstrip("@-+ \t")
        if command and not command.startswith("#"):
            for rule in self._current:
                rule.recipe.append(Line(command[:_LENGTH], number))

    def _statement(self, line: str, number: int) -> None:
        assigned = _ASSIGNED.fullmatch(line)
        if assigned is not None:
            self._assign(assigned["name"], assigned["how"], assigned["value"])
            return
        found = _RULE.fullmatch(line)
        if found is None:
            self._current = []
            return
        needs, _, command = found["rest"].partition(";")
        # `target: NAME = value` sets a variable for that target.
        if _ASSIGNED.fullmatch(needs.strip()) is not None:
            return
        self._current = []
        for target in _words(self._filled(found["targets"])):
            if "%" in target or "$" in target or target.startswith("."):
                continue
            rule = self._rules.setdefault(target, Rule(target, number, [], []))
            rule.needs += [need for need in _words(self._filled(needs.replace("|", " "))) if "%" not in need]
            self._current.append(rule)
        if command.strip():
            self._recipe(command, number)

    def _assign(self, name: str, how: str, value: str) -> None:
        if how == "+=" and name in self._values:
            self._values[name] = f"{self._values[name]} {value}"[:_LENGTH]
        elif how == "!=":
            self._values.pop(name, None)
        elif how != "?=" or name not in self._values:
            self._values[name] = value[:_LENGTH]

    def _filled(self, text: str) -> str:
        for _ in range(_DEPTH):
            filled = _VARIABLE.sub(self._value, text)[:_LENGTH]
            if filled == text:
                break
            text = filled
        return text

    def _value(self, found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name in ("MAKE", "CURDIR") and name not in self._values:
            return {"MAKE": "make", "CURDIR": "."}[name]
        return self._values.get(name, found.group())


def _words(text: str) -> Iterator[str]:
    """Gives the words of a list of files; what a function computes, blanks and all, belongs to its word."""
    word, depth = "", 0
    for letter in text:
        depth += (letter in "({") - (letter in ")}" and depth > 0)
        if depth or not letter.isspace():
            word += letter
        elif word:
            yield word
            word = ""
    if word:
        yield word


def _own(command: str, rule: Rule) -> str:
    """A command with its automatic variables filled in, and a dollar of the shell written as one."""
    needs = [need for need in rule.needs if "$" not in need]
    for name, value in (("@", rule.target), ("<", needs[0] if needs else ""), ("^", " ".join(needs))):
        for written in (f"$({name})", f"${{{name}}}"):
            command = command.replace(written, value)
        command = re.sub(rf"(?<!\$)\${re.escape(name)}", lambda _, value=value: value, command)  # type: ignore[misc]  # a default argument
    # `$$name` is a variable of the shell, which is not known; what is left of make's is not either.
    return command.replace("$$", "$")


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Gives lines that a backslash joins as one, with the number of the first."""
    parts: list[str] = []
    first = 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not parts:
            first = number
        if line.endswith("\\"):
            parts.append(line[:-1])
        else:
            parts.append(line)
            yield first, " ".join([parts[0], *(part.strip() for part in parts[1:])])
            parts = []
    if parts:
        yield first, " ".join([parts[0], *(part.strip() for part in parts[1:])])
