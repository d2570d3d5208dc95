"""Rule files to checked records."""

import re
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal

import msgspec

from mlops_lint.errors import UsageError, suggestion
from mlops_lint.model import Severity
from mlops_lint.predicates.expression import Environment
from mlops_lint.resources import rules_folder
from mlops_lint.subjects import KINDS, documentation


class Whole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question asked of the project as a whole, for repositories of which no rule of it says anything.

    `where` and `must` are CEL over `project`, as in rules; `message` says what is lacking, `how` what to do about it.
    """

    where: str
    must: str
    message: str
    how: str
    profile: Literal["research", "production"] = "research"
    strictly: bool = False
    """Of others the question is not asked, whatever its rules find: a finding of theirs is about something else."""
    counts: Literal["after", "beside", "instead"] = "after"
    """after = where no rule says anything; beside = as one more rule, as the rules ask for a part of the question;
    instead = of what the rules say, which is about the lesser part of it."""
    settles: bool = False
    """That nothing shows it is a no also where a rule cannot tell, or finds what is counted at another question."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question about a repository, as `questions.yaml` states it."""

    id: str
    stage: str
    objective: str
    items: tuple[str, ...]
    asks: str
    asked: str
    """Of which repositories it is asked, in words."""
    means: str
    """What a yes means, in words."""
    whole: Whole | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule file; `where` and `must` are CEL over the subject, under the name of its kind."""

    id: str
    name: str
    summary: str
    question: str
    severity: Severity
    status: Literal["stable", "preview"]
    profile: Literal["research", "production"]
    scope: Literal["ml", "any"] = "ml"
    """ml = asked only where the repository works with data or models; any = of every repository."""
    per: Literal["subject", "file"] = "subject"
    """file = the failures of one file are one finding, at the first of them; the score still counts every subject."""
    subject: str
    where: str = "true"
    must: str
    message: str
    why: str
    how: str
    tags: tuple[str, ...] = ()
    fix: dict[str, str] = {}
    """The sort of fix, as `set_argument`, and what it is told, with `{field}` of the subject: `timeout=30`."""
    file: str = ""

    @property
    def fixable(self) -> bool:
        """Says whether `--fix` mends some of its findings."""
        return bool(self.fix)


class _Questions(msgspec.Struct, frozen=True):
    questions: tuple[Question, ...]


@cache
def questions() -> tuple[Question, ...]:
    """Gives all questions in the order of the catalogue."""
    return msgspec.yaml.decode((rules_folder() / "questions.yaml").read_bytes(), type=_Questions).questions


@cache
def wholes() -> tuple[Rule, ...]:
    """Gives the questions that are asked of the project as a whole, as rules under the ids of the questions."""
    return tuple(
        Rule(
            id=one.id,
            name=one.id,
            summary=one.whole.message[:1].upper() + one.whole.message[1:],
            question=one.id,
            severity="note",
            status="preview",
            profile=one.whole.profile,
            subject="project",
            where=one.whole.where,
            must=one.whole.must,
            message=one.whole.message,
            why="",
            how=one.whole.how,
            file=str(rules_folder() / "questions.yaml"),
        )
        for one in questions()
        if one.whole is not None
    )


@cache
def load(folders: tuple[Path, ...] = (), packs: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """Gives our rules, those of folders and of installed packs, by id; raises UsageError at the first wrong one."""
    found: dict[str, Rule] = {}
    for folder in (rules_folder(), *map(_pack, packs), *folders):
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such folder of rules")
        for path in sorted(folder.glob("**/[A-Z]*-*.yaml")):
            rule = _loaded(path)
            if rule.id in found:
                raise UsageError(f"{path}:1: rule {rule.id} stands in {found[rule.id].file} already")
            found[rule.id] = rule
    return tuple(found[id] for id in sorted(found))


def check(rules: tuple[Rule, ...]) -> None:
    """Compiles every expression and message; raises UsageError with file and line at the first that is wrong."""
    environment = Environment(None)
    for rule in rules:
        for field, text in (("where", rule.where), ("must", rule.must)):
            try:
                environment.compile(text, rule.subject)
            except UsageError as error:
                raise UsageError(f"{_place(rule.file, field)}: {error}") from None
        _check_message(rule)


def _check_message(rule: Rule) -> None:
    known = {*documentation(KINDS[rule.subject]), "detail"}
    for field, text in (("message", rule.message), *(("fix", text) for text in rule.fix.values())):
        if wrong := _wrong(rule, text, known):
            raise UsageError(f"{_place(rule.file, field)}: {wrong}")


def _wrong(rule: Rule, text: str, known: set[str]) -> str | None:
    try:
        fields = list(Formatter().parse(text))
    except ValueError as error:
        return f"{error}; a brace that is meant stands twice, as in '{{{{'"
    for _, name, form, conversion in fields:
        if name is not None and name not in known:
            return f"'{rule.subject}' has no field '{name}'{suggestion(name, known)}"
        if form or conversion:
            return f"a field stands alone in its braces: '{{{name}}}'"
    return None


def _pack(name: str) -> Path:
    """Gives the folder of rules that an installed package offers: its entry point in the group `mlops_lint`."""
    from importlib.metadata import entry_points

    for entry in entry_points(group="mlops_lint"):
        if entry.name == name:
            return Path(str(entry.load()))
    raise UsageError(f"extends: no installed package offers the policy pack '{name}'")


def _loaded(path: Path) -> Rule:
    try:
        rule = msgspec.yaml.decode(path.read_bytes(), type=Rule)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        field = re.search(r"\$\.(\w+)", str(error)) or re.search(r"field `(\w+)`", str(error))
        raise UsageError(f"{_place(str(path), field[1] if field else '')}: {' '.join(str(error).split())}") from None
    rule = msgspec.structs.replace(rule, file=str(path))
    if rule.subject not in KINDS:
        hint = suggestion(rule.subject, KINDS)
        raise UsageError(f"{_place(str(path), 'subject')}: no kind of subject is called '{rule.subject}'{hint}")
    known = {question.id for question in questions()}
    if rule.question not in known:
        hint = suggestion(rule.question, known)
        raise UsageError(f"{_place(str(path), 'question')}: there is no question '{rule.question}'{hint}")
    if path.stem != f"{rule.id}-{rule.name}":
        raise UsageError(f"{path}:1: the file of this rule would be called {rule.id}-{rule.name}.yaml")
    return rule


def _place(file: str, field: str) -> str:
    lines = Path(file).read_text("utf-8", "replace").splitlines()
    number = next((n for n, line in enumerate(lines, 1) if field and line.startswith(f"{field}:")), 1)
    return f"{file}:{number}"
