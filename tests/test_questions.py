"""Every question that is asked of the project as a whole says of the repositories in its fixture what they show.

A heading begins with the answer: yes, no, na (it does not apply) or unknown (cannot tell); behind it stands why.
"""

from functools import cache
from pathlib import Path

import pytest

from mlops_lint import run
from mlops_lint.evaluate import evaluate
from mlops_lint.fixture import Case, read, write
from mlops_lint.maturity import basis_of
from mlops_lint.repeated import facts
from mlops_lint.rules import Rule, load, questions, wholes
from mlops_lint.score import scale, scored
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

FIXTURES = Path(__file__).parent.parent / "fixtures" / "questions"
# What shows that they are asked shows a yes as well: a no is what their rules find.
YES_ONLY = frozenset({"data.diff", "data.privacy", "features.scale", "features.worth", "models.secure-storage"})
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem} {case.heading}")
    for path in sorted(FIXTURES.glob("*.md"))
    for case in read(path).cases
]


@cache
def asking(question: str) -> tuple[Rule, ...]:
    """The rules of a question and those at which facts are counted, so that 200 repositories take no minute."""
    counted = {fact.counts for fact in facts()}
    return tuple(rule for rule in load((), ()) if rule.question == question or rule.id in counted)


def answer(question: str, root: Path) -> str:
    by = settings(root, overrides=Overrides(jobs=1, cache=False, preview=True))
    scanned, rules = run.read(by), asking(question)
    basis = basis_of(by, scanned, len(rules))
    whole = tuple(rule for rule in wholes() if rule.id == question)
    score = scored(evaluate(scanned.graph, (*rules, *whole), basis.profile), rules, (), basis=basis)
    found = next(one for one in score.answers if one.question.id == question)
    if found.score is not None:
        return "yes" if found.score >= scale().stands else "no"
    return "unknown" if found.unknown else "na"


@pytest.mark.parametrize(("question", "case"), CASES)
def test_a_question_is_answered_as_its_fixture_says(question: str, case: Case, tmp_path: Path) -> None:
    write(case, tmp_path)
    assert answer(question, tmp_path) == case.heading.partition(":")[0]


def test_fixtures_are_named_after_questions() -> None:
    assert {path.stem for path in FIXTURES.glob("*.md")} <= {one.id for one in questions()}


@pytest.mark.parametrize("question", [rule.id for rule in wholes()])
def test_every_question_that_is_asked_of_the_whole_shows_a_yes_a_no_and_one_that_is_not_asked(question: str) -> None:
    said = {case.heading.partition(":")[0] for case in read(FIXTURES / f"{question}.md").cases}
    assert said >= ({"yes", "na"} if question in YES_ONLY else {"yes", "no", "na"})
