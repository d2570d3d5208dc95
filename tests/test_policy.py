"""Rules of a team are checked and tested as ours are."""

from pathlib import Path

import pytest

from mlops_lint.cli import main
from mlops_lint.fixture import read

MANUAL = Path(__file__).parent.parent / "docs" / "writing-rules.md"


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """The rule and the fixture of the manual."""
    for case in read(MANUAL).cases:
        for block in case.blocks:
            if block.path.startswith(("policies/", "fixtures/")):
                (tmp_path / block.path).parent.mkdir(exist_ok=True)
                (tmp_path / block.path).write_text(block.text)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_rule_that_does_what_its_fixture_says_passes(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "test", str(team / "policies")]) == 0
    assert capsys.readouterr().out == "ACME001  ok, 2 cases\n"


def test_a_rule_that_says_something_else_fails_at_the_place(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(next((team / "policies").iterdir()), "'forecasting', 'data-platform'", "'ana'")
    assert main(["policy", "test", str(team / "policies")]) == 1
    shown = capsys.readouterr().out
    assert "should fail" in shown
    assert "should pass" in shown


def test_a_rule_without_a_fixture_fails(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next((team / "fixtures").iterdir()).unlink()
    assert main(["policy", "test", str(team / "policies")]) == 1
    assert capsys.readouterr().out == "ACME001  no fixture ACME001-unowned-publication.md\n"


def test_a_fixture_without_a_pass_fails(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(next((team / "fixtures").iterdir()), "  # pass: ACME001", "")
    assert main(["policy", "test", str(team / "policies")]) == 1
    assert "no case shows a pass" in capsys.readouterr().out


def test_a_fixture_cannot_write_elsewhere(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(next((team / "fixtures").iterdir()), "python publish.py", "python ../publish.py")
    assert main(["policy", "test", str(team / "policies")]) == 2
    assert "leads out of the repository" in capsys.readouterr().err


def test_valid_rules_are_counted(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", str(team / "policies")]) == 0
    assert capsys.readouterr().out == "1 rules are valid\n"


def test_a_wrong_rule_is_named_with_its_line(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = next((team / "policies").iterdir())
    change(rule, "task.owner in", "task.owners in")
    assert main(["policy", "check", str(team / "policies")]) == 2
    line = next(n for n, text in enumerate(rule.read_text().splitlines(), 1) if text.startswith("must:"))
    assert f"{rule}:{line}: " in capsys.readouterr().err


def test_a_folder_without_rules_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", str(tmp_path)]) == 2
    assert "holds no rules" in capsys.readouterr().err
    assert main(["policy", "check", str(tmp_path / "none")]) == 2
