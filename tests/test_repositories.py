"""Whole repositories: what is planted in them is found, and nothing else."""

import shutil
import subprocess
from pathlib import Path

from mlops_lint.run import lint
from mlops_lint.settings import Settings

REPOSITORIES = Path(__file__).parent.parent / "fixtures" / "repos"

CHURN = {
    ("ENV009", "README.md"),
    ("TST001", "README.md"),
    ("PIP002", "dags/nightly.py"),
    ("PIP008", "dags/nightly.py"),
    ("PIP001", "dags/nightly.py"),
    ("ENV001", "requirements.txt"),
    ("ENV004", "service/Dockerfile"),
    ("MON001", "service/app.py"),
    ("MON003", "service/app.py"),
    ("GOV002", "service/app.py"),
    ("GOV004", "service/app.py"),
    ("SRV007", "service/app.py"),
    ("SRV008", "service/app.py"),
    ("SRV011", "src/fetch.py"),
    ("PIP007", "src/fetch.py"),
    ("PIP012", "src/fetch.py"),
    ("DAT005", "README.md"),
    ("CFG001", "src/train.py"),
    ("DAT012", "src/train.py"),
    ("DAT016", "src/train.py"),
    ("FEA013", "src/train.py"),
    ("TRN010", "src/train.py"),
    ("TRN014", "src/train.py"),
    ("TRN002", "src/train.py"),
    ("TRN016", "src/train.py"),
    ("TRN018", "src/train.py"),
    ("TRN022", "src/train.py"),
    ("TRN023", "src/train.py"),
}


def test_what_is_planted_in_the_churn_repository_is_found_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "churn"
    shutil.copytree(REPOSITORIES / "churn", root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    report = lint(Settings(root=root, cache_dir=tmp_path / "cache", preview=True, jobs=1))
    assert {(finding.rule, finding.location.path) for finding in report.findings} == CHURN
    assert report.problems == ()
