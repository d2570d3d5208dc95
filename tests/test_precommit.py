"""The hooks that other repositories use, installed and run by pre-commit itself."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PACKED = ("mlops_lint", "rules", "pyproject.toml", "LICENSE", ".pre-commit-hooks.yaml")
POLICY = """\
id: ACME001
name: notebook-in-tree
summary: A notebook is kept in the repository
question: features.code-location
severity: warning
status: stable
profile: research
scope: any
subject: module
where: module.path.endsWith(".ipynb")
must: "false"
message: "{path} is a notebook"
why: Acme runs no notebooks.
how: Move the code to a module.
"""
NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    return subprocess.run(
        [*map(str, command)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**kept, **environment},
        check=False,
    )


def git(folder: Path, *arguments: str) -> None:
    ended = run("git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments, folder=folder)
    assert ended.returncode == 0, ended.stderr


def committed(folder: Path) -> Path:
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "--no-verify", "-m", "all")
    return folder


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as a repository of hooks, with what is not committed yet."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in PACKED:
        copy = shutil.copytree if (CHECKOUT / name).is_dir() else shutil.copy
        copy(CHECKOUT / name, folder / name)
    (folder / "README.md").touch()
    return committed(folder)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clean repository in a folder with a space, with one policy of its own."""
    folder = tmp_path / "my project"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "ACME001-notebook-in-tree.yaml").write_text(POLICY)
    (folder / "mlops-lint.yaml").write_text("select: [ACME001]\npolicies: [policies]\n")
    (folder / "train me.py").write_text("print(1)\n")
    return committed(folder)


def try_repo(hooks: Path, repository: Path, hook: str, *options: str) -> subprocess.CompletedProcess[str]:
    # Nothing is fetched: what mlops-lint needs, and what builds it, is that of the environment of these tests.
    return run(
        sys.executable,
        *("-m", "pre_commit", "try-repo", hooks, hook, "--verbose", *options),
        folder=repository,
        PRE_COMMIT_HOME=str(repository.parent / "home"),
        PYTHONPATH=sysconfig.get_path("purelib"),
        MLOPS_LINT_CACHE_DIR=str(repository.parent / "cache"),
        PIP_NO_INDEX="1",
        PIP_NO_DEPS="1",
        PIP_NO_BUILD_ISOLATION="0",  # pip reads the negated option the wrong way round: 0 = not isolated
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )


def test_the_manifest_is_valid() -> None:
    ended = run(sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml", folder=CHECKOUT)
    assert ended.returncode == 0, ended.stdout


def test_a_clean_repository_passes_and_one_with_a_finding_fails(hooks: Path, repository: Path) -> None:
    ended = try_repo(hooks, repository, "mlops-lint", "--all-files")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "No findings in" in ended.stdout
    (repository / "my model.ipynb").write_text(NOTEBOOK)
    git(repository, "add", "--all")
    ended = try_repo(hooks, repository, "mlops-lint")
    assert ended.returncode == 1
    assert " --> my model.ipynb:1:1" in ended.stdout


def test_a_commit_that_only_deletes_is_checked(hooks: Path, repository: Path) -> None:
    (repository / "a.ipynb").write_text(NOTEBOOK)
    committed(repository)
    git(repository, "rm", "-q", "train me.py")
    ended = try_repo(hooks, repository, "mlops-lint")
    assert ended.returncode == 1
    assert "a.ipynb is a notebook" in ended.stdout


def test_the_hook_for_changed_files_reports_only_what_is_in_them(hooks: Path, repository: Path) -> None:
    (repository / "old.ipynb").write_text(NOTEBOOK)
    committed(repository)
    (repository / "my new.ipynb").write_text(NOTEBOOK)
    git(repository, "add", "--all")
    ended = try_repo(hooks, repository, "mlops-lint-changed")
    assert ended.returncode == 1
    assert "my new.ipynb is a notebook" in ended.stdout
    assert "old.ipynb" not in ended.stdout
