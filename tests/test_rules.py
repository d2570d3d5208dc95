"""Every rule says of the repositories in its fixture what the fixture demands, and nothing else."""

from pathlib import Path

import msgspec
import pytest
from fixture import Case, Expectation, Place, expectations, read, write

from mlops_lint import run
from mlops_lint.evaluate import evaluate
from mlops_lint.graph import Graph
from mlops_lint.model import Location
from mlops_lint.rules import Rule, check, load
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
MANUAL = Path(__file__).parent.parent / "docs" / "writing-rules.md"
RULES = {f"{rule.id}-{rule.name}": rule for rule in load()}
CASES = [
    pytest.param(RULES[path.stem], case, id=f"{RULES[path.stem].id} {case.heading}")
    for path in sorted(FIXTURES.glob("*.md"))
    for case in read(path).cases
]


def said(rule: Rule, graph: Graph) -> frozenset[Expectation]:
    """What a rule says of each of its subjects in a repository."""
    verdicts = evaluate(graph, (rule,), "production")
    return frozenset(Expectation(_place(verdict.location), verdict.outcome, rule.id) for verdict in verdicts)


def found(rule: Rule, case: Case, folder: Path) -> frozenset[Expectation]:
    write(case, folder)
    return said(rule, run.read(settings(folder, overrides=Overrides(jobs=1, cache=False))).graph)


def _heard(answers: frozenset[Expectation], wanted: frozenset[Expectation]) -> frozenset[Expectation]:
    """The answers without those that say "cannot tell" where nobody asked for it."""
    return frozenset(one for one in answers if one.outcome != "unknown" or one in wanted)


def _place(at: Location) -> Place:
    """The line in its cell; what a cell has printed stands on no line of it."""
    return Place(at.path, at.cell or 0, at.cell_line) if at.cell_line else Place(at.path, 0, at.line)


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_a_rule_finds_what_its_fixture_says(rule: Rule, case: Case, tmp_path: Path) -> None:
    write(case, tmp_path)
    scanned = run.read(settings(tmp_path, overrides=Overrides(jobs=1, cache=False)))
    assert [problem for one in scanned.facts for problem in one.problems] == []
    # What a case leaves alone it leaves alone by itself, not because nothing in the repository is about models.
    wanted = expectations(case)
    answers = _heard(said(msgspec.structs.replace(rule, scope="any"), scanned.graph), wanted)
    complaint = [
        *(f"{one.place} should {one.outcome}" for one in sorted(wanted - answers)),
        *(f"{one.place} should not {one.outcome}" for one in sorted(answers - wanted)),
    ]
    assert not complaint, "\n".join(complaint)
    asked = _heard(said(rule, scanned.graph), wanted)
    assert not wanted or asked == wanted, "the repository of this case is not about models"


def test_a_rule_about_models_is_asked_only_where_there_are_any(tmp_path: Path) -> None:
    rule = RULES["SRV011-call-without-timeout"]
    (tmp_path / "fetch.py").write_text("import requests\n\nrequests.get('https://example.org')\n")
    scanned = run.read(settings(tmp_path, overrides=Overrides(jobs=1, cache=False)))
    assert _heard(said(msgspec.structs.replace(rule, scope="any"), scanned.graph), frozenset())
    assert not said(rule, scanned.graph)


def test_the_worked_example_of_the_manual_works(tmp_path: Path) -> None:
    for case in read(MANUAL).cases:
        for block in case.blocks:
            if block.path.startswith(("policies/", "fixtures/")):
                (tmp_path / block.path).parent.mkdir(exist_ok=True)
                (tmp_path / block.path).write_text(block.text)
    rule = next(rule for rule in load((tmp_path / "policies",)) if rule.id == "ACME001")
    check((rule,))
    example = read(tmp_path / "fixtures" / "ACME001-unowned-publication.md")
    for number, case in enumerate(example.cases):
        assert _heard(found(rule, case, tmp_path / str(number)), frozenset()) == expectations(case)
    assert len(example.cases) == 2


def test_all_expressions_compile() -> None:
    check(load())
