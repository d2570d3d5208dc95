"""`mlops-lint init`: what it writes, and what it leaves alone."""

import re
import sys
from pathlib import Path

import msgspec
import pytest
from test_repositories import REPOSITORIES

from mlops_lint.cli import main
from mlops_lint.configuration import find, read

HOOKS = ".pre-commit-config.yaml"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in sorted((REPOSITORIES / "churn").rglob("*")):
        if file.is_file():
            copy = tmp_path / file.relative_to(REPOSITORIES / "churn")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*options: str) -> int:
    return main(["init", "--no-cache", *options])


def test_it_writes_a_configuration_that_is_valid_and_a_hook(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init() == 0
    assert "wrote mlops-lint.yaml\nwrote .pre-commit-config.yaml\n" in capsys.readouterr().out
    assert find(repository) == repository / "mlops-lint.yaml"
    assert read(repository / "mlops-lint.yaml").content.fail_on == "warning"
    hooks = msgspec.yaml.decode((repository / HOOKS).read_bytes())
    assert hooks["repos"][0]["hooks"] == [{"id": "mlops-lint"}]
    assert main(["check", "--no-cache", "--fail-on", "never", "--quiet"]) == 0


def test_what_it_found_is_a_proposal_that_holds_when_it_is_taken(repository: Path) -> None:
    assert init() == 0
    file = repository / "mlops-lint.yaml"
    text = file.read_text("utf-8")
    assert "# Detected: production, as " in text
    assert "# consumers:\n# - {of: " in text
    lines = text.split("\n")
    proposed = {"# consumers:", "# profile: production", *(line for line in lines if line.startswith("# - {of:"))}
    file.write_text("\n".join(line.removeprefix("# ") if line in proposed else line for line in lines))
    content = read(file).content
    assert content.profile == "production"
    assert content.consumers


def test_all_examples_in_the_comments_are_valid(repository: Path) -> None:
    assert init() == 0
    file = repository / "mlops-lint.yaml"
    stated = re.compile(r'# ((ignore|exclude): \[|(consumers|owners|attestations):$|- \{|  ")')
    examples = [line for line in file.read_text("utf-8").split("\n") if stated.match(line)]
    file.write_text("\n".join(line.removeprefix("# ") for line in examples))
    content = read(file).content
    assert content.ignore == ("TRN014",)
    assert content.owners == {"model:*": "forecasting@example.org"}
    assert content.attestations[0].question == "governance.review"


def test_no_file_is_overwritten(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "pyproject.toml").write_text("[tool.mlops-lint]\n")
    (repository / HOOKS).write_text("repos: []\n")
    assert init() == 0
    out = capsys.readouterr().out
    assert "pyproject.toml is there already, and stays as it is." in out
    assert f"{HOOKS} is there already; add to its `repos`:" in out
    assert (repository / HOOKS).read_text() == "repos: []\n"
    assert (repository / "pyproject.toml").read_text() == "[tool.mlops-lint]\n"
    assert not (repository / "mlops-lint.yaml").exists()


def test_a_second_time_there_is_nothing_to_do(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init() == 0
    before = {file: (repository / file).read_bytes() for file in (HOOKS, "mlops-lint.yaml")}
    capsys.readouterr()
    assert init() == 0
    assert "wrote" not in capsys.readouterr().out
    assert before == {file: (repository / file).read_bytes() for file in before}


@pytest.mark.parametrize(("answer", "written"), [("n", False), ("", True)])
def test_at_a_terminal_it_asks(repository: Path, monkeypatch: pytest.MonkeyPatch, answer: str, written: bool) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or answer)
    assert init("--no-progress") == 0
    assert asked == ["Write mlops-lint.yaml? [Y/n] ", f"Write {HOOKS}? [Y/n] "]
    assert (repository / "mlops-lint.yaml").exists() is written
    asked.clear()
    assert init("--no-progress", "--yes") == 0
    assert asked == []
    assert (repository / "mlops-lint.yaml").exists()


def test_a_hostile_name_stays_within_its_comment(repository: Path) -> None:
    (repository / "dags" / "evil.py").write_text(
        "from datetime import datetime\nfrom airflow import DAG\n"
        "from airflow.operators.python import PythonOperator\n\n"
        "with DAG('a\\nselect: [NONE]', start_date=datetime(2024, 1, 1), schedule='@daily'):\n"
        "    PythonOperator(task_id='a', python_callable=print)\n"
    )
    assert init() == 0
    assert read(repository / "mlops-lint.yaml").content.select == ()
