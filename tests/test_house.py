"""The rules of this house: what every rule, module and page of the project has."""

import ast
import csv
import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from mlops_lint.cli import COMMANDS
from mlops_lint.fixture import expectations, read
from mlops_lint.predicates.registry import predicates
from mlops_lint.rules import Rule, load, questions, wholes
from mlops_lint.subjects import KINDS

ROOT = Path(__file__).parent.parent
RULES = [pytest.param(rule, id=rule.id) for rule in load()]
MODULES = [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in sorted(ROOT.glob("mlops_lint/**/*.py"))]
SCHEMA = json.loads((ROOT / "rules" / "rule.schema.json").read_text("utf-8"))
_MOST = 400
# They can never be unknown: what they ask is in the file itself, or is asked only where it is known (ENV006).
_NEVER_UNKNOWN = frozenset("DAT003 DAT007 DAT010 DAT011 ENV001 ENV006 GOV002 PIP010 PIP012".split())
_MOST_OF_RESOLVER = 500


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_fixture_with_a_finding_a_pass_and_a_case_left_alone(rule: Rule) -> None:
    fixture = read(ROOT / "fixtures" / "rules" / f"{rule.id}-{rule.name}.md")
    outcomes = [{one.outcome for one in expectations(case)} for case in fixture.cases]
    assert any("fail" in one for one in outcomes), "no case shows a finding"
    assert any("pass" in one for one in outcomes), "no case shows a pass"
    assert set() in outcomes, "no case is left alone"
    assert fixture.title == f"{rule.id} {rule.name}"
    assert fixture.prose
    assert {one.rule for case in fixture.cases for one in expectations(case)} == {rule.id}


@pytest.mark.parametrize("rule", [one for one in load() if one.id not in _NEVER_UNKNOWN], ids=lambda rule: rule.id)
def test_a_rule_shows_of_what_it_cannot_tell(rule: Rule) -> None:
    fixture = read(ROOT / "fixtures" / "rules" / f"{rule.id}-{rule.name}.md")
    assert "unknown" in {one.outcome for case in fixture.cases for one in expectations(case)}


def test_a_fixture_has_no_two_cases_of_one_name() -> None:
    for path in ROOT.glob("fixtures/*/*.md"):
        headings = [case.heading for case in read(path).cases]
        assert len(headings) == len(set(headings)), path


def test_every_fixture_is_of_a_rule() -> None:
    names = {f"{rule.id}-{rule.name}" for rule in load()}
    assert {path.stem for path in ROOT.glob("fixtures/rules/*.md")} == names


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_file_fits_the_schema(rule: Rule) -> None:
    Draft202012Validator(SCHEMA).validate(yaml.safe_load(Path(rule.file).read_text("utf-8")))


def test_the_schema_of_rules_is_one_and_says_all_that_a_rule_may_say() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(Rule.__struct_fields__) - {"file"}
    assert SCHEMA["properties"]["subject"]["enum"] == sorted(KINDS)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_called_as_in_the_catalogue(rule: Rule) -> None:
    with (ROOT / "tests" / "catalogue.csv").open(newline="", encoding="utf-8") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    row = {"id": rule.id, "name": rule.name, "question": rule.question, "subject": rule.subject}
    assert row | {"severity": rule.severity} == known[rule.id]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stands_in_the_folder_of_its_stage_and_answers_a_question(rule: Rule) -> None:
    stages = {question.id: question.stage for question in questions()}
    assert rule.question in stages
    codes = {
        "DAT": "data", "FEA": "features", "TRN": "training", "SRV": "serving", "PIP": "pipeline", "MON": "monitoring",
        "CFG": "config", "TST": "testing", "GOV": "governance", "ENV": "environment",
    }  # fmt: skip
    assert Path(rule.file).parent.name == codes[rule.id[:3]]


@pytest.mark.parametrize("path", MODULES)
def test_a_module_fits_a_readers_head(path: Path) -> None:
    text = path.read_text("utf-8")
    resolver = path.parent == ROOT / "mlops_lint" / "extract" / "python"
    assert text.count("\n") <= (_MOST_OF_RESOLVER if resolver else _MOST)
    assert ast.get_docstring(ast.parse(text)), "a module says what comes in and what goes out"


@pytest.mark.parametrize("path", MODULES)
def test_only_the_command_line_prints(path: Path) -> None:
    inner = path.relative_to(ROOT / "mlops_lint")
    if inner.name in ("cli.py", "__main__.py") or inner.parts[0] == "commands":
        return
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


def test_every_rule_of_the_catalogue_is_there() -> None:
    with (ROOT / "tests" / "catalogue.csv").open(newline="", encoding="utf-8") as file:
        assert {row["id"] for row in csv.DictReader(file)} == {rule.id for rule in load()}


def test_every_question_has_a_rule_and_every_item_of_the_sources_a_question() -> None:
    assert {question.id for question in questions()} == {rule.question for rule in load()}
    stated = yaml.safe_load((ROOT / "rules" / "questions.yaml").read_text("utf-8"))
    items = {f"{source}.{item}" for source, one in stated["sources"].items() for item in one["items"]}
    assert items == {item for question in questions() for item in question.items}


@pytest.mark.parametrize("kind", KINDS)
def test_something_makes_subjects_of_every_kind(kind: str) -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "mlops_lint").glob("extract/**/*.py"))
    tables = "\n".join(path.read_text("utf-8") for path in (ROOT / "mlops_lint").glob("extract/libraries/*.yaml"))
    graph = "\n".join(path.read_text("utf-8") for path in (ROOT / "mlops_lint").glob("graph/*.py"))
    made = re.search(rf"\b{KINDS[kind].__name__}(?:Kind)?\(", code) or re.search(rf"kind: {kind}\b", tables)
    assert made or f'"{kind}",' in graph


def test_a_predicate_says_when_it_is_true() -> None:
    assert not [name for name, function in predicates().items() if not (function.__doc__ or "").strip().endswith(".")]


def test_every_predicate_serves_a_rule() -> None:
    said = " ".join(f"{rule.where} {rule.must}" for rule in (*load(), *wholes()))
    code = " ".join(path.read_text("utf-8") for path in ROOT.glob("mlops_lint/predicates/*.py"))
    assert not [name for name in predicates() if f"{name}(" not in said and code.count(f"{name}(") < 2]


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert not [name for name in COMMANDS if f"mlops-lint {name}" not in readme]


@pytest.mark.parametrize("rule", [rule for rule in load() if rule.status == "stable"], ids=lambda rule: rule.id)
def test_a_stable_rule_was_right_in_nine_of_ten_of_at_least_twenty_findings_that_were_read(rule: Rule) -> None:
    with (ROOT / "benchmarks" / "accuracy" / "tally" / f"{rule.id}.csv").open() as file:
        verdicts = [row["verdict"] for row in csv.DictReader(file)]
    assert set(verdicts) <= {"true", "false"}
    assert len(verdicts) >= 20
    assert verdicts.count("true") >= 0.9 * len(verdicts)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && "
    command += ".venv/bin/pytest -q -n auto --dist loadfile"
    assert f"$ {command}\n" in (ROOT / "README.md").read_text()
    assert f"\n{command}\n" in (ROOT / ".ci" / "run").read_text()
