"""A whole run: the same bytes for any number of workers, from the cache or not, in whatever order files lie on disk."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from generated import SCRIPT, files, write

from mlops_lint.run import lint
from mlops_lint.settings import Overrides, load

CHECKOUT = Path(__file__).parent.parent
FORMATS = ("json", "sarif", "text", "concise")


def check(root: Path, cache: Path | None, jobs: int) -> dict[str, bytes]:
    """What `mlops-lint check` says in every format, as another process."""
    out = root.parent / "out"
    out.mkdir(exist_ok=True)
    outputs = [f"--output={name}={out / name}" for name in FORMATS]
    caching = ["--no-cache"] if cache is None else [f"--cache-dir={cache}"]
    done = subprocess.run(
        [sys.executable, "-m", "mlops_lint", "check", "--preview", f"--jobs={jobs}", *caching, *outputs],
        cwd=root, env={**os.environ, "PYTHONPATH": str(CHECKOUT), "NO_COLOR": "1"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return {name: (out / name).read_bytes() for name in FORMATS}


def test_the_same_bytes_for_one_worker_and_two_cold_and_warm_and_any_order_on_disk(tmp_path: Path) -> None:
    texts = files(25)
    first, second = tmp_path / "first/tree", tmp_path / "second/tree"
    write(first, texts, order=1)
    write(second, texts, order=2)
    expected = check(first, None, 1)
    found = json.loads(expected["json"])
    assert found["summary"]["files"] > 64
    assert len({finding["rule"] for finding in found["findings"]}) > 3
    for root, cache, jobs in (
        (first, tmp_path / "one", 2),
        (first, tmp_path / "one", 1),
        (second, tmp_path / "one", 2),
        (second, None, 2),
    ):
        assert check(root, cache, jobs) == expected, (root, cache, jobs)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    paths = ("a/train.py", "b/train.py", "b/deep/train.py", "ab/train.py")
    write(tmp_path, {**dict.fromkeys(paths, SCRIPT), "pkg/settings.py": "SEED = 42\n"})
    return tmp_path


def found(root: Path, *paths: str) -> set[str]:
    settings = load(root, overrides=Overrides(jobs=1, cache=False, select=("TRN002",), preview=True))
    return {finding.location.path for finding in lint(settings, paths).findings}


def test_paths_restrict_what_is_reported_and_a_name_is_not_the_start_of_another(repository: Path) -> None:
    assert found(repository) == {"a/train.py", "b/train.py", "b/deep/train.py", "ab/train.py"}
    assert found(repository, "a") == {"a/train.py"}
    assert found(repository, "b") == {"b/train.py", "b/deep/train.py"}
    assert found(repository, "b/train.py", "ab") == {"b/train.py", "ab/train.py"}
    assert found(repository, ".") == found(repository)


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("a/train.py", {"b/train.py", "b/deep/train.py", "ab/train.py"}),
        ("b/*.py", {"a/train.py", "b/deep/train.py", "ab/train.py"}),
        ("b/**", {"a/train.py", "ab/train.py"}),
        ("**/deep/*.py", {"a/train.py", "b/train.py", "ab/train.py"}),
        ("*.py", set()),
        ("train.py", set()),
        ("a", {"b/train.py", "b/deep/train.py", "ab/train.py"}),
        ("b/", {"a/train.py", "ab/train.py"}),
        ("rain.py", {"a/train.py", "b/train.py", "b/deep/train.py", "ab/train.py"}),
    ],
)
def test_rules_can_be_ignored_for_some_files(repository: Path, pattern: str, left: set[str]) -> None:
    (repository / "mlops-lint.yaml").write_text(f"per-file-ignores:\n  '{pattern}': [TRN]\n")
    assert found(repository) == left


def fingerprints(root: Path) -> dict[str, str]:
    settings = load(root, overrides=Overrides(jobs=1, cache=False, select=("TRN002",), preview=True))
    return {finding.fingerprint: finding.location.path for finding in lint(settings).findings}


def test_a_fingerprint_stays_when_lines_move_and_differs_between_findings(repository: Path) -> None:
    before = fingerprints(repository)
    assert len(before) == 4
    for path in repository.glob("**/train.py"):
        path.write_text("# moved\n\n" + path.read_text())
    assert fingerprints(repository) == before


def test_two_findings_alike_in_one_function_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": SCRIPT + "a, b = train_test_split(df)\n", "pkg/settings.py": "SEED = 42\n"})
    assert len(fingerprints(tmp_path)) == 2


def test_a_repository_without_a_file_has_no_findings(tmp_path: Path) -> None:
    report = lint(load(tmp_path, overrides=Overrides(jobs=1, cache=False)))
    assert (report.findings, report.problems, report.summary.files) == ((), (), 0)
