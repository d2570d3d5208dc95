"""A justfile to its recipes, in the form of rules of a Makefile, with variables of one plain value filled in.

Source: https://just.systems/man/en/
"""

import re
from collections.abc import Iterator

from mlops_lint.parse.makefile import Line, Rule

_ASSIGNED = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][\w-]*)\s*:=\s*(?P<value>.*)")
_RECIPE = re.compile(r"@?(?P<name>[A-Za-z_][\w-]*)(?P<parameters>(?:[ \t][^:\n]*)?):(?!=)(?P<needs>.*)")
_LITERAL = re.compile(r"(?:'(?P<raw>[^'\n]*)'|\"(?P<text>[^\"\\\n]*)\")\s*(?:#.*)?")
_FILLED = re.compile(r"\{\{\s*([A-Za-z_][\w-]*)\s*\}\}")
_NEED = re.compile(r"\(\s*([A-Za-z_][\w-]*)[^()\n]{0,500}\)|([A-Za-z_][\w-]*)")
_SHELLS = ("sh", "bash", "zsh", "dash", "ash")
_LENGTH = 5_000


def recipes(text: str) -> tuple[Rule, ...]:
    """Gives the recipes in their order, each name once; what is computed stays as it is."""
    values: dict[str, str] = {}
    found: dict[str, Rule] = {}
    current: Rule | None = None
    for number, line in _logical(text):
        if line[:1] in (" ", "\t"):
            if current is not None and line.strip():
                current.recipe.append(Line(line.strip()[:_LENGTH], number))
            continue
        if not line.strip() or line.startswith(("#", "[")):
            continue
        current = None
        assigned = _ASSIGNED.fullmatch(line)
        if assigned is not None:
            literal = _LITERAL.fullmatch(assigned["value"].strip())
            if literal is not None:
                values[assigned["name"]] = literal["raw"] if literal["raw"] is not None else literal["text"]
        elif (head := _RECIPE.fullmatch(line)) is not None and not line.startswith(
            ("set ", "alias ", "import ", "mod ")
        ):
            # What stands behind `&&` runs afterwards.
            before = head["needs"].partition("#")[0].partition("&&")[0]
            needs = [one[1] or one[2] for one in _NEED.finditer(before)]
            current = Rule(head["name"], number, needs, [])
            found.setdefault(head["name"], current)
    for rule in found.values():
        rule.recipe = _commands(rule.recipe, values)
    return tuple(found.values())


def _commands(lines: list[Line], values: dict[str, str]) -> list[Line]:
    """The commands of a recipe: a script of another language than a shell's has none that we read."""
    if lines and lines[0].text.startswith("#!"):
        program = lines[0].text.rstrip().rpartition("/")[2].removeprefix("env ").split(" ")
        if not set(program) & set(_SHELLS):
            return []
    return [
        Line(_FILLED.sub(lambda one: values.get(one[1], one[0]), line.text.lstrip("@- \t"))[:_LENGTH], line.number)
        for line in lines if not line.text.startswith("#")
    ]  # fmt: skip


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """The lines, with those that a backslash continues in one, and the number of the first."""
    waiting, start = list[str](), 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start if waiting else number
        waiting.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            # What continues a line is a part of it, however it is indented.
            yield start, " ".join((waiting[0].rstrip(), *(one.strip() for one in waiting[1:])))
            waiting = []
    if waiting:
        yield start, " ".join(waiting)
