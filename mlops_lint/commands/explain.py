"""`mlops-lint explain`: one rule, or one question with its rules, in full."""

import argparse
from pathlib import Path

from mlops_lint.commands.options import every_rule
from mlops_lint.errors import UsageError, suggestion
from mlops_lint.output import visible
from mlops_lint.rules import Question, Rule, Whole, questions


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `explain`."""
    parser.add_argument("word", metavar="ID|QUESTION", help="the id or name of a rule, or the id of a question")
    parser.add_argument("--config", type=Path, metavar="F", help="the configuration that names own rules")


def run(options: argparse.Namespace) -> int:
    """Prints the rule or the question; raises UsageError at a word that is neither."""
    rules, word = every_rule(options.config), options.word
    named = [rule for rule in rules if word in (rule.id, rule.name) or word.upper() == rule.id]
    asked = next((question for question in questions() if question.id == word), None)
    if named:
        print(_rule(named[0]))
    elif asked:
        print(_question(asked, rules))
    else:
        known = {each for rule in rules for each in (rule.id, rule.name)} | {each.id for each in questions()}
        raise UsageError(f"no rule or question is called '{word}'{suggestion(word, known)}")
    return 0


def _rule(rule: Rule) -> str:
    asked = "wherever something is scheduled or served" if rule.profile == "production" else "of every repository"
    tried = "" if rule.status == "stable" else "; it is still tried out, and runs with --preview or when selected by id"
    asks = next((question.asks for question in questions() if question.id == rule.question), "")
    parts = [
        f"{rule.id} {rule.name} ({rule.severity}, {rule.status})",
        visible(rule.summary),
        f"Question: {rule.question}. {asks}",
        f"Asked {asked}{tried}.",
        _section("Why", rule.why),
        _section("How to mend it", rule.how + ("`mlops-lint check --fix` does it in Python.\n" if rule.fix else "")),
        _section("What is checked", f"subject: {rule.subject}\nwhere:   {rule.where}\nmust:    {rule.must}"),
        _section(
            "How to ignore it",
            f"On the line, or alone on the line above:\n\n    # mlops-lint: ignore[{rule.id}] the reason\n\n"
            f'Everywhere, in [tool.mlops-lint] of pyproject.toml:\n\n    ignore = ["{rule.id}"]',
        ),
    ]
    return "\n\n".join(parts)


def _section(title: str, text: str) -> str:
    return title + "\n\n" + "\n".join(f"  {visible(line)}".rstrip() for line in text.strip().split("\n"))


def _question(question: Question, rules: tuple[Rule, ...]) -> str:
    lines = [
        f"{rule.id}  {rule.severity:<7}  {rule.name}: {visible(rule.summary)}"
        for rule in rules
        if rule.question == question.id
    ]
    parts = [
        f"{question.id} ({question.stage}, {question.objective})",
        question.asks,
        f"It is asked {question.asked}.",
        _section("A yes means", question.means),
        _section("Rules that answer it", "\n".join(lines or ["none yet"])),
    ]
    return "\n\n".join([*parts, *([_whole(question.whole)] if question.whole else [])])


_WHEN = {
    "after": "Where no rule says anything",
    "beside": "Beside its rules the project as a whole is asked",
    "instead": "Instead of its rules the project as a whole answers, where it can",
}


def _whole(whole: Whole) -> str:
    only = "\nOf other projects the question is not asked." if whole.strictly else ""
    text = f"where:   {whole.where}\nmust:    {whole.must}\nelse:    {whole.message}. {whole.how}{only}"
    return _section(_WHEN[whole.counts], text)
