"""Every rule says of the repositories in its fixture what the fixture demands, and nothing else."""

from pathlib import Path

import msgspec
import pytest

from mlops_lint import run
from mlops_lint.fixture import Case, complaints, heard, read, said
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


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_a_rule_finds_what_its_fixture_says(rule: Rule, case: Case) -> None:
    assert not (found := complaints(rule, case)), "\n".join(found)


def test_a_rule_about_models_is_asked_only_where_there_are_any(tmp_path: Path) -> None:
    rule = RULES["SRV011-call-without-timeout"]
    source = "import requests\nfrom flask import Flask\n\napp = Flask('x')\nrequests.get('https://example.org')\n"
    (tmp_path / "app.py").write_text(source)
    scanned = run.read(settings(tmp_path, overrides=Overrides(jobs=1, cache=False)))
    assert heard(said(msgspec.structs.replace(rule, scope="any"), scanned.graph), frozenset())
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
    for case in example.cases:
        assert complaints(rule, case) == []
    assert len(example.cases) == 2


def test_all_expressions_compile() -> None:
    check(load())
