"""Every question that is asked of the project as a whole says of the repositories in its fixture what they show.

A heading begins with the answer: yes, no, na (it does not apply) or unknown (cannot tell); behind it stands why.
"""

import datetime as dt
from pathlib import Path

import pytest

from mlops_lint.fixture import Case, read, write
from mlops_lint.maturity import examine
from mlops_lint.rules import questions
from mlops_lint.score import scale
from mlops_lint.settings import Overrides, load

FIXTURES = Path(__file__).parent.parent / "fixtures" / "questions"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem} {case.heading}")
    for path in sorted(FIXTURES.glob("*.md"))
    for case in read(path).cases
]
TODAY = dt.date(2026, 1, 31)


def answer(question: str, root: Path) -> str:
    examined = examine(load(root, overrides=Overrides(jobs=1, cache=False, preview=True)), TODAY)
    found = next(one for one in examined.score.answers if one.question.id == question)
    if found.score is not None:
        return "yes" if found.score >= scale().stands else "no"
    return "unknown" if found.unknown else "na"


@pytest.mark.parametrize(("question", "case"), CASES)
def test_a_question_is_answered_as_its_fixture_says(question: str, case: Case, tmp_path: Path) -> None:
    write(case, tmp_path)
    assert answer(question, tmp_path) == case.heading.partition(":")[0]


def test_fixtures_are_named_after_questions() -> None:
    assert {path.stem for path in FIXTURES.glob("*.md")} <= {one.id for one in questions()}
