"""Rules and settings to the rules that run, with the severity that they have here."""

from collections.abc import Iterable

import msgspec

from mlops_lint.errors import UsageError, suggestion
from mlops_lint.rules import Rule, questions
from mlops_lint.settings import Settings

ALL = "ALL"

# How narrow a name is: of two that fit a rule, the narrower decides, and `ignore` where both are the same.
_NONE, _ALL, _STAGE, _QUESTION, _PREFIX, _RULE = 0, 1, 2, 3, 4, 100


def selected(rules: tuple[Rule, ...], settings: Settings) -> tuple[Rule, ...]:
    """Gives the rules that run, in the given order; raises UsageError at a name that fits no rule.

    A preview rule runs with `preview`, or when it is selected by its whole id or name.
    """
    check_names(rules, settings)
    severity = {rule.id: level for rule in rules for name, level in settings.severity.items() if _fits(rule, name)}
    chosen = [rule for rule in rules if _runs(rule, settings) and severity.get(rule.id) != "off"]
    return tuple(
        msgspec.structs.replace(rule, severity=level) if (level := severity.get(rule.id)) else rule for rule in chosen
    )


def ignored(rule: Rule, names: Iterable[str]) -> bool:
    """Says whether one of the names, each an id, a name, a prefix, a question or a stage, fits the rule."""
    return any(_fits(rule, name) for name in names)


def check_names(rules: tuple[Rule, ...], settings: Settings) -> None:
    """Raises UsageError at the first name in the settings that fits no rule."""
    wide = [*settings.select, *settings.ignore, *settings.without]
    wide += [name for _, names in settings.per_file_ignores for name in names]
    for name in [*wide, *settings.severity]:
        if not any(_fits(rule, name) for rule in rules):
            place = settings.places.get(name, "command line")
            raise UsageError(
                f"{place}: no rule, prefix or stage is called '{name}'"
                + (suggestion(name, _known(rules)) or "; `mlops-lint rules` lists them")
            )


def stage(rule: Rule) -> str:
    """Gives the stage in the life of a model that the question of a rule belongs to."""
    return next((question.stage for question in questions() if question.id == rule.question), "")


def _runs(rule: Rule, settings: Settings) -> bool:
    if ignored(rule, settings.without):
        return False
    wanted = max((_fits(rule, name) for name in settings.select or (ALL,)), default=_NONE)
    if wanted == _NONE or wanted <= max((_fits(rule, name) for name in settings.ignore), default=_NONE):
        return False
    if wanted == _RULE:
        return True
    if rule.status == "preview" and not settings.preview:
        return False
    return rule.profile == "research" or settings.profile != "research"


def _fits(rule: Rule, name: str) -> int:
    """Gives how narrowly the name fits the rule; 0 = not at all."""
    if name in (rule.id, rule.name):
        return _RULE
    if name == ALL:
        return _ALL
    if name == stage(rule):
        return _STAGE
    if name == rule.question:
        return _QUESTION
    return _PREFIX + len(name) if name and rule.id.startswith(name) else _NONE


def _known(rules: tuple[Rule, ...]) -> set[str]:
    known = {ALL}
    for rule in rules:
        known |= {rule.id, rule.name, rule.id.rstrip("0123456789"), rule.question, stage(rule)}
    return known - {""}
