"""The configuration: where it is found, what it may say, and how a mistake in it is reported."""

import json
import os
from pathlib import Path

import pytest

from mlops_lint.configuration import schema
from mlops_lint.errors import UsageError
from mlops_lint.rules import Rule
from mlops_lint.selection import selected
from mlops_lint.settings import Overrides, Settings, load

SHIPPED = Path(__file__).parent.parent / "mlops_lint" / "settings.schema.json"


def yaml(folder: Path, text: str) -> Path:
    path = folder / "mlops-lint.yaml"
    path.write_text(text)
    return path


def pyproject(folder: Path, text: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def complaint(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load(folder)
    return str(caught.value)


def test_without_configuration_or_git_the_root_is_the_folder_itself(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.root, settings.config, settings.fail_on, settings.profile) == (tmp_path, None, "warning", None)


def test_the_root_is_the_top_of_the_git_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("")
    assert load(tmp_path / "src").root == tmp_path
    assert load(tmp_path / "src" / "train.py").root == tmp_path


def test_a_git_file_as_in_worktrees_and_submodules_is_a_top_too(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    (tmp_path / "src").mkdir()
    assert load(tmp_path / "src").root == tmp_path


def test_the_nearest_configuration_decides_and_its_folder_is_the_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    yaml(tmp_path, "fail-on: error\n")
    project = tmp_path / "projects" / "churn"
    project.mkdir(parents=True)
    yaml(project, "fail-on: note\n")
    assert (load(project).root, load(project).fail_on) == (project, "note")
    assert (load(tmp_path).root, load(tmp_path).fail_on) == (tmp_path, "error")


def test_a_configuration_above_the_git_repository_is_not_ours(tmp_path: Path) -> None:
    yaml(tmp_path, "fail-on: never\n")
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    assert load(repository).fail_on == "warning"


def test_a_configuration_that_is_named_does_not_move_the_root(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    config = yaml(tmp_path / "shared", "fail-on: never\n")
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    settings = load(repository, config)
    assert (settings.root, settings.fail_on) == (repository, "never")


def test_every_setting_can_be_written_in_yaml(tmp_path: Path) -> None:
    yaml(
        tmp_path,
        """
select: [training, DAT]
ignore: [TRN002]
per-file-ignores: {"notebooks/*": [TRN]}
severity: {TRN003: note, unsafe-load: "off"}
fail-on: error
profile: production
exclude: [third_party]
policies: [policies]
extends: [acme-policies]
libraries: [acme.yaml]
consumers: [{of: "model:churn", by: billing, owner: Ada, contact: ada@example.org}]
owners: {"model:churn": team-churn}
attestations:
  - {question: governance.ethics, answer: true, evidence: docs/ethics.md, by: Ada, expires: 2027-01-31}
preview: true
""",
    )
    settings = load(tmp_path)
    assert settings.select == ("training", "DAT")
    assert settings.per_file_ignores == (("notebooks/*", ("TRN",)),)
    assert settings.severity == {"TRN003": "note", "unsafe-load": "off"}
    assert (settings.profile, settings.preview, settings.extends) == ("production", True, ("acme-policies",))
    assert settings.policies == (tmp_path / "policies",)
    assert settings.libraries == (tmp_path / "acme.yaml",)
    assert settings.consumers[0].contact == "ada@example.org"
    assert settings.owners == (("model:churn", "team-churn"),)
    assert settings.attestations[0].expires == "2027-01-31"


def test_the_same_settings_can_be_written_in_pyproject(tmp_path: Path) -> None:
    pyproject(
        tmp_path,
        """
[project]
name = "churn"

[tool.mlops-lint]
select = ["training"]
fail-on = "error"

[tool.mlops-lint.severity]
TRN003 = "note"

[[tool.mlops-lint.attestations]]
question = "governance.ethics"
answer = true
evidence = "docs/ethics.md"
by = "Ada"
expires = 2027-01-31
""",
    )
    settings = load(tmp_path)
    assert (settings.select, settings.fail_on, settings.severity) == (("training",), "error", {"TRN003": "note"})
    assert settings.attestations[0].expires == "2027-01-31"


def test_a_pyproject_without_our_table_is_no_configuration(tmp_path: Path) -> None:
    pyproject(tmp_path, '[project]\nname = "x"\ndependencies = ["mlops-lint"]\n')
    assert load(tmp_path).config is None


def test_a_broken_pyproject_that_does_not_configure_us_is_not_our_business(tmp_path: Path) -> None:
    pyproject(tmp_path, "[project\n# mlops-lint\n")
    assert load(tmp_path).config is None


def test_two_configurations_in_one_folder_are_an_error(tmp_path: Path) -> None:
    yaml(tmp_path, "fail-on: error\n")
    pyproject(tmp_path, "[tool.mlops-lint]\n")
    assert "keep one of them" in complaint(tmp_path)


def test_an_empty_configuration_means_the_defaults(tmp_path: Path) -> None:
    yaml(tmp_path, "# nothing yet\n")
    assert load(tmp_path).fail_on == "warning"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail-on: error\nselct: [TRN]\n", ":2: no setting is called 'selct'; did you mean 'select'?"),
        ("fail-on: fatal\n", ":1: 'fail-on' is 'fatal', not one of error, never, note, warning"),
        ("\n\nselect: TRN\n", ":3: 'select' is 'TRN', not a list"),
        ("select:\n  - TRN\n  - 3\n", ":3: 'select'[2] is 3, not text"),
        ("profile: research-ish\n", ":1: 'profile' is 'research-ish', not one of production, research"),
        ("severity:\n  TRN001: note\n  TRN002: loud\n", ":3: 'severity' 'TRN002' is 'loud', not one of"),
        ("consumers:\n  - of: model:churn\n", ":2: 'consumers'[1] lacks 'by'"),
        (
            "consumers:\n  - of: model:churn\n    by: b\n    ower: c\n",
            ":4: no setting is called 'ower'; did you mean 'owner'?",
        ),
        (
            "attestations:\n  - {question: q, answer: yes, evidence: e, by: b, expires: soon}\n",
            ":2: 'attestations'[1] 'answer' is 'yes', not true or false",
        ),
        ("select: [TRN]\nignore: []\nselect: [DAT]\n", ":3: 'select' stands twice"),
        ("- select\n", ":1: the file is a list, not a table"),
        ("select: [a\n", "not valid YAML"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what_would_be_right(tmp_path: Path, text: str, message: str) -> None:
    path = yaml(tmp_path, text)
    found = complaint(tmp_path)
    assert found.startswith(str(path))
    assert message in found
    assert "\n" not in found


def test_the_line_of_a_mistake_in_pyproject_is_that_of_the_file(tmp_path: Path) -> None:
    pyproject(tmp_path, '[project]\nname = "x"\n\n[tool.mlops-lint]\nselect = ["TRN"]\nfail-on = 3\n')
    assert "pyproject.toml:6: 'fail-on' is 3, not one of" in complaint(tmp_path)


def test_a_configuration_builds_on_those_that_it_extends(tmp_path: Path) -> None:
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "base.yaml").write_text(
        "select: [DAT]\nignore: [TRN001]\nfail-on: error\nseverity: {A: note, B: note}\npolicies: [rules]\n"
    )
    yaml(tmp_path, "extends: [org/base.yaml, a-pack]\nselect: [TRN]\nignore: [TRN002]\nseverity: {B: error}\n")
    settings = load(tmp_path)
    assert (settings.select, settings.ignore, settings.fail_on) == (("TRN",), ("TRN001", "TRN002"), "error")
    assert settings.severity == {"A": "note", "B": "error"}
    assert settings.policies == (tmp_path / "org" / "rules",)
    assert settings.extends == ("a-pack",)


def test_a_configuration_that_extends_itself_is_an_error(tmp_path: Path) -> None:
    yaml(tmp_path, "extends: [other.yaml]\n")
    (tmp_path / "other.yaml").write_text("extends: [mlops-lint.yaml]\n")
    assert "extends itself" in complaint(tmp_path)


def test_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    yaml(tmp_path, "select: [DAT]\nignore: [TRN002]\nfail-on: error\n")
    settings = load(tmp_path, None, Overrides(select=("TRN002",), fail_on="never", cache=False))
    assert (settings.select, settings.ignore, settings.fail_on) == (("TRN002",), (), "never")
    assert not settings.cache
    both = load(tmp_path, None, Overrides(ignore=("TRN003",)))
    assert (both.ignore, both.without) == (("TRN002",), ("TRN003",))


def test_the_shipped_schema_is_the_one_that_is_checked() -> None:
    expected = json.dumps(schema(), indent=2) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SHIPPED.write_text(expected)
    assert SHIPPED.read_text() == expected


def rule(code: str, name: str, question: str, **other: str) -> Rule:
    return Rule(
        id=code,
        name=name,
        summary="s",
        question=question,
        severity="warning",
        status="preview" if other.get("status") == "preview" else "stable",
        profile="production" if other.get("profile") == "production" else "research",
        subject="split",
        must="true",
        message="m",
        why="w",
        how="h",
    )


RULES = (
    rule("DAT001", "unversioned-dataset", "data.versioning"),
    rule("TRN001", "unseeded-randomness", "training.reproducibility"),
    rule("TRN002", "unseeded-split", "training.reproducibility"),
    rule("TRN003", "new-idea", "training.reproducibility", status="preview"),
    rule("TRN027", "unsafe-load", "models.secure-storage"),
    rule("PIP001", "task-without-retries", "pipeline.retries", profile="production"),
)


def chosen(tmp_path: Path, **settings: object) -> list[str]:
    record = Settings(root=tmp_path, cache_dir=tmp_path, **settings)  # type: ignore[arg-type]  # keywords of a test
    return [each.id for each in selected(RULES, record)]


def test_stable_rules_run_unless_something_else_is_said(tmp_path: Path) -> None:
    assert chosen(tmp_path) == ["DAT001", "TRN001", "TRN002", "TRN027", "PIP001"]


def test_preview_rules_run_with_preview_or_by_their_whole_name_but_not_by_a_prefix(tmp_path: Path) -> None:
    assert "TRN003" in chosen(tmp_path, preview=True)
    assert chosen(tmp_path, select=("TRN003",)) == ["TRN003"]
    assert chosen(tmp_path, select=("new-idea",)) == ["TRN003"]
    assert "TRN003" not in chosen(tmp_path, select=("TRN",))


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        (("TRN",), (), ["TRN001", "TRN002", "TRN027"]),
        (("TRN00",), (), ["TRN001", "TRN002"]),
        (("training",), (), ["TRN001", "TRN002", "TRN027"]),
        (("models.secure-storage",), (), ["TRN027"]),
        (("ALL",), ("training",), ["DAT001", "PIP001"]),
        (("TRN",), ("TRN002",), ["TRN001", "TRN027"]),
        (("TRN002",), ("TRN",), ["TRN002"]),
        (("TRN002",), ("unseeded-split",), []),
        ((), ("unseeded-split", "DAT"), ["TRN001", "TRN027", "PIP001"]),
    ],
)
def test_of_two_names_that_fit_a_rule_the_narrower_decides(
    tmp_path: Path, select: tuple[str, ...], ignore: tuple[str, ...], expected: list[str]
) -> None:
    assert chosen(tmp_path, select=select, ignore=ignore) == expected


def test_what_the_command_line_ignores_does_not_run_however_the_configuration_selects_it(tmp_path: Path) -> None:
    assert chosen(tmp_path, select=("TRN002", "DAT"), without=("TRN",)) == ["DAT001"]


def test_production_rules_do_not_run_in_research_unless_they_are_named(tmp_path: Path) -> None:
    assert "PIP001" not in chosen(tmp_path, profile="research")
    assert chosen(tmp_path, profile="research", select=("PIP001",)) == ["PIP001"]


def test_severities_are_those_of_the_settings_and_off_is_off(tmp_path: Path) -> None:
    record = Settings(root=tmp_path, cache_dir=tmp_path, severity={"TRN001": "error", "unseeded-split": "off"})
    by_id = {each.id: each.severity for each in selected(RULES, record)}
    assert by_id == {"DAT001": "warning", "TRN001": "error", "TRN027": "warning", "PIP001": "warning"}


def test_a_name_that_fits_no_rule_is_an_error_with_its_place(tmp_path: Path) -> None:
    yaml(tmp_path, "select: [TRN]\nper-file-ignores:\n  a.py: [unseeded-splt]\n")
    with pytest.raises(UsageError, match=r"mlops-lint.yaml:3: no rule.*'unseeded-splt'; did you mean 'unseeded-split'"):
        selected(RULES, load(tmp_path))
    with pytest.raises(UsageError, match=r"--ignore: no rule, prefix or stage is called 'XYZ9'; `mlops-lint rules`"):
        selected(RULES, load(tmp_path, None, Overrides(ignore=("XYZ9",))))
