"""Failures of one file are one finding where a rule says so, and nothing is lost by it."""

from pathlib import Path

from mlops_lint.model import Finding
from mlops_lint.run import lint
from mlops_lint.settings import Overrides, load


def unpinned(folder: Path, requirements: str) -> list[Finding]:
    (folder / "requirements.txt").write_text(requirements)
    report = lint(load(folder, overrides=Overrides(jobs=1, cache=False, select=("ENV001",))))
    return list(report.findings)


def test_failures_of_one_file_are_one_finding_where_the_rule_says_so(tmp_path: Path) -> None:
    found = unpinned(tmp_path, "pandas\nnumpy==2.1.0\nscipy\nrequests\n")
    assert [(one.location.line, one.message) for one in found] == [
        (1, "'pandas' is neither pinned nor locked; 2 more in this file: scipy, requests")
    ]


def test_a_finding_about_a_file_is_another_when_one_failure_more_joins_it(tmp_path: Path) -> None:
    before = unpinned(tmp_path, "pandas\nscipy\n")
    moved = unpinned(tmp_path, "# moved\npandas\nscipy\n")
    after = unpinned(tmp_path, "pandas\nscipy\nrequests\n")
    assert before[0].fingerprint == moved[0].fingerprint != after[0].fingerprint


def test_a_failure_that_is_muted_leaves_the_others_of_its_file(tmp_path: Path) -> None:
    found = unpinned(tmp_path, "pandas  # mlops-lint: ignore[ENV001] of the platform\nscipy\n")
    assert [one.subject_name for one in found] == ["scipy"]
