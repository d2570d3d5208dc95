"""What `check` leaves out: findings that a baseline accepts, and those on lines that did not change."""

import json
import subprocess
from pathlib import Path

import pytest

from mlops_lint.changes import changes
from mlops_lint.cli import main
from mlops_lint.errors import UsageError
from mlops_lint.model import Location

HEAD = "import pandas as pd\nfrom sklearn.model_selection import train_test_split\n\nframe = pd.read_csv('a.csv')\n"
SPLIT = "a, b = train_test_split(frame)\n"


def git(folder: Path, *words: str) -> str:
    stated = ("user.name=a", "user.email=a@example.org", "commit.gpgsign=false", "init.defaultBranch=main")
    options = [word for each in stated for word in ("-c", each)]
    done = subprocess.run(["git", *options, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "-m", "all")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "old.py").write_text(HEAD + SPLIT)
    (root / "notes.txt").write_text("first\nsecond\nthird\n")
    git(root, "init", "-q")
    commit(root)
    monkeypatch.chdir(root)
    return root


def found(capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, int]]:
    capsys.readouterr()
    main(["check", "--no-cache", "--select", "TRN002", "--output-format", "json", *options])
    content = json.loads(capsys.readouterr().out)
    return [(one["path"], one["line"]) for one in content["findings"]]


# ---------------------------------------------------------------- a baseline


def test_what_a_baseline_accepts_is_not_reported_and_counts_as_muted(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["baseline", "--no-cache", "--select", "TRN002"]) == 0
    assert "accepted 1 findings" in capsys.readouterr().out
    check = ["check", "--no-cache", "--select", "TRN002", "--baseline", "mlops-lint-baseline.json"]
    assert main(check) == 0
    assert capsys.readouterr().out.endswith("files · 1 muted\n")
    # Lines move, and a new finding comes: only that is reported.
    (repository / "old.py").write_text(HEAD + "\n\n" + SPLIT)
    (repository / "new.py").write_text(HEAD + SPLIT)
    assert found(capsys, *check[4:]) == [("new.py", 5)]


def test_what_a_baseline_accepts_still_counts_in_the_score(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "old.py").write_text(HEAD + SPLIT + "from sklearn.svm import SVC\nSVC().fit(a[['x']], a['y'])\n")

    def failed() -> int:
        capsys.readouterr()
        assert main(["score", "--no-cache", "--format", "json"]) == 0
        questions = json.loads(capsys.readouterr().out)["questions"]
        return next(one["failed"] for one in questions if one["id"] == "training.reproducibility")

    before = failed()
    assert main(["baseline", "--no-cache"]) == 0
    assert failed() == before > 0


def test_a_report_in_json_is_a_baseline_too(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = repository.parent / "before.json"
    main(["check", "--no-cache", "--select", "TRN002", "--output", f"json={file}"])
    assert found(capsys, "--baseline", str(file)) == []


def test_writing_a_baseline_again_takes_out_what_is_mended(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = repository / "mlops-lint-baseline.json"
    assert main(["baseline", "--no-cache", "--select", "TRN002"]) == 0
    assert len(json.loads(file.read_text())["findings"]) == 1
    (repository / "old.py").write_text(HEAD)
    assert main(["baseline", "--no-cache", "--select", "TRN002"]) == 0
    assert json.loads(file.read_text())["findings"] == []
    assert main(["baseline", "--no-cache", "--select", "TRN002", "-o", "-"]) == 0
    assert '"findings": []' in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": 2, "findings": []}', '{"schema_version": 1}'])
def test_what_is_no_baseline_is_refused(repository: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "b.json").write_text(text)
    assert main(["check", "--no-cache", "--baseline", "b.json"]) == 2
    assert main(["check", "--no-cache", "--baseline", "missing.json"]) == 2
    error = capsys.readouterr().err
    assert "b.json: " in error
    assert "`mlops-lint baseline` writes" in error


# ---------------------------------------------------------------- what changed


def test_only_findings_on_changed_lines_are_reported(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys, "--diff", "HEAD") == []
    (repository / "old.py").write_text(HEAD + SPLIT + "\nc, d = train_test_split(frame)\n")
    (repository / "new.py").write_text(HEAD + SPLIT)
    assert found(capsys, "--diff", "HEAD") == [("new.py", 5), ("old.py", 7)]
    commit(repository)
    assert found(capsys, "--diff", "HEAD") == []
    assert found(capsys, "--diff", "HEAD~1") == [("new.py", 5), ("old.py", 7)]


def test_what_others_changed_since_the_branches_parted_is_not_ours(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "checkout", "-q", "-b", "ours")
    (repository / "ours.py").write_text(HEAD + SPLIT)
    commit(repository)
    git(repository, "checkout", "-q", "main")
    (repository / "old.py").write_text(HEAD)
    commit(repository)
    git(repository, "checkout", "-q", "ours")
    assert found(capsys, "--diff", "main") == [("ours.py", 5)]


def test_a_line_that_is_gone_from_a_call_changes_the_call(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "old.py").write_text(HEAD + "a, b = train_test_split(\n    frame,\n    random_state=1,\n)\n")
    commit(repository)
    (repository / "old.py").write_text(HEAD + "a, b = train_test_split(\n    frame,\n)\n")
    assert found(capsys, "--diff", "HEAD") == [("old.py", 5)]


def test_lines_are_told_apart_whatever_they_hold_and_whatever_a_file_is_called(repository: Path) -> None:
    (repository / "notes.txt").write_text("first\n+++ b/old.py\n@@ -1 +1 @@\nthird\n--- a/x\n")
    odd = repository / 'ä "b"\tc.py'
    odd.write_text("x = 1\ny = 2\n")
    (repository / "raw.bin").write_bytes(b"\0\1")
    commit(repository)
    odd.write_text("x = 1\ny = 3\n")
    (repository / "notes.txt").write_text("first\n+++ b/old.py\n@@ -9 +9 @@\nthird\n--- a/y\n")
    (repository / "raw.bin").write_bytes(b"\0\2")
    git(repository, "mv", "old.py", "moved.py")
    since = changes(repository, "HEAD")
    assert since.files == {
        'ä "b"\tc.py': ((2, 2),), "notes.txt": ((3, 3), (5, 5)), "raw.bin": None, "moved.py": (),
    }  # fmt: skip
    assert since.touch(Location("moved.py")), "as a whole it is another"
    assert not since.touch(Location("moved.py", 1, 1, 2, 1))
    assert since.touch(Location("raw.bin", 7, 1, 7, 2))


def test_paths_are_those_of_the_scanned_folder(repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "a.py").write_text("x = 1\n")
    commit(repository)
    (repository / "sub" / "a.py").write_text("x = 2\n")
    (repository / "old.py").write_text("x = 2\n")
    assert changes(repository / "sub", "HEAD").files == {"a.py": ((1, 1),)}


@pytest.mark.parametrize("commit_", ["missing", "--output=x", ""])
def test_a_commit_that_is_not_there_is_an_error(
    repository: Path, commit_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--no-cache", f"--diff={commit_}"]) == 2
    assert f"git knows no commit '{commit_}'" in capsys.readouterr().err
    assert not (repository / "x").exists()


def test_no_program_that_the_repository_names_is_started(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    program = f"touch {trap}; cat"
    for name in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.external", "core.fsmonitor"):
        git(repository, "config", name, program)
    git(repository, "config", "filter.evil.required", "true")
    git(repository, "config", "filter.lfs.clean", program)
    (repository / ".gitattributes").write_text("*.py filter=evil diff=evil\n*.txt filter=lfs\n")
    (repository / "old.py").write_text("x = 1\n")
    (repository / "notes.txt").write_text("x = 1\n")
    assert changes(repository, "HEAD").files["old.py"] == ((1, 1),)
    assert not trap.exists()


def test_outside_git_nothing_can_be_compared(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="git knows no commit"):
        changes(tmp_path, "HEAD")
