"""Every rule says of the repositories in its fixture what the fixture demands, and nothing else."""

from pathlib import Path

import pytest
from fixture import Case, Expectation, Place, expectations, read, write

from mlops_lint import run
from mlops_lint.evaluate import evaluate
from mlops_lint.rules import Rule, load
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
RULES = {f"{rule.id}-{rule.name}": rule for rule in load()}


def cases() -> list[object]:
    found = [
        (path.stem, case)
        for path in sorted(FIXTURES.glob("*.md"))
        for case in read(path).cases
    ]
    return [pytest.param(RULES[stem], case, id=f"{RULES[stem].id} {case.heading}") for stem, case in found]


def said(rule: Rule, folder: Path) -> frozenset[Expectation]:
    """What a rule says of a repository; of what it cannot tell it says nothing."""
    scanned = run.read(settings(folder, overrides=Overrides(jobs=1, cache=False)))
    return frozenset(
        Expectation(Place(at.path, at.cell or 0, at.cell_line or at.line), verdict.outcome, rule.id)
        for verdict in evaluate(scanned.graph, (rule,), "production")
        if verdict.outcome != "unknown"
        for at in (verdict.location,)
    )


@pytest.mark.parametrize(("rule", "case"), cases())
def test_a_rule_finds_what_its_fixture_says(rule: Rule, case: Case, tmp_path: Path) -> None:
    write(case, tmp_path)
    wanted, found = expectations(case), said(rule, tmp_path)
    complaint = [
        *(f"{one.place} should {one.outcome}" for one in sorted(wanted - found)),
        *(f"{one.place} should not {one.outcome}" for one in sorted(found - wanted)),
    ]
    assert not complaint, "\n".join(complaint)
