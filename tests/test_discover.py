"""What is found in a folder, in git and outside it, and what is left out and said."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlops_lint.discover import Found, discover
from mlops_lint.git import top_level


def write(root: Path, *names: str, text: str = "x = 1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "init.defaultBranch=main", *arguments], cwd=root, check=True, capture_output=True)


def paths(found: Found) -> list[str]:
    return [entry.path for entry in found.files]


def said(found: Found) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in found.problems]


@pytest.fixture(params=["in git", "outside git"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty folder; what must hold in git must hold outside it too."""
    root = tmp_path / "tree"
    root.mkdir()
    if request.param == "in git":
        git(root, "init", "-q")
    return root


def test_files_come_in_order_with_their_sizes(tree: Path) -> None:
    write(tree, "b.py", "a/c.py", "a.py", "a-b.py")
    found = discover(tree)
    assert paths(found) == ["a-b.py", "a.py", "a/c.py", "b.py"]
    assert {entry.size for entry in found.files} == {6}
    assert found.problems == ()


def test_ignored_files_are_left_out(tree: Path) -> None:
    write(tree, "a.py", "build/b.py", "sub/c.log", "sub/keep.log", "sub/deep/d.py", "sub/deep/e.py")
    (tree / ".gitignore").write_text("build/\n*.log\n")
    (tree / "sub/.gitignore").write_text("!keep.log\n/deep/d.py\n")
    assert paths(discover(tree)) == [".gitignore", "a.py", "sub/.gitignore", "sub/deep/e.py", "sub/keep.log"]


def test_environments_and_caches_are_left_out_whatever_is_ignored(tree: Path) -> None:
    write(tree, "a.py", ".venv/lib/b.py", "node_modules/c.py", "x/__pycache__/d.py", "x/.ipynb_checkpoints/e.ipynb")
    write(tree, "venv")
    assert paths(discover(tree)) == ["a.py", "venv"]


def test_the_configuration_can_exclude(tree: Path) -> None:
    write(tree, "a.py", "legacy/b.py", "legacy/keep/c.py", "d_old.py")
    assert paths(discover(tree, ("legacy/", "*_old.py"))) == ["a.py"]
    assert paths(discover(tree, ("legacy/*", "!legacy/keep/"))) == ["a.py", "d_old.py", "legacy/keep/c.py"]


def test_names_of_any_letters_are_found(tree: Path) -> None:
    names = ["with space.py", "new\nline.py", "\x1b[31mred.py", "ünï.py", '"quoted".py', "-dash.py", "tab\t.py"]
    write(tree, *names)
    assert paths(discover(tree)) == sorted(names)


def test_a_name_that_is_not_utf8_is_said_and_not_read(tree: Path) -> None:
    write(tree, "a.py")
    with open(os.fsencode(tree) + b"/caf\xe9.py", "wb") as file:
        file.write(b"x = 1\n")
    found = discover(tree)
    assert paths(found) == ["a.py"]
    assert said(found) == [(os.fsdecode(b"caf\xe9.py"), "MLL001")]


def test_a_link_out_of_the_tree_is_said_and_not_followed(tree: Path, tmp_path: Path) -> None:
    write(tmp_path, "outside/secret.py")
    write(tree, "a.py")
    (tree / "file.py").symlink_to(tmp_path / "outside/secret.py")
    (tree / "folder").symlink_to(tmp_path / "outside")
    (tree / "up.py").symlink_to("../outside/secret.py")
    found = discover(tree)
    assert paths(found) == ["a.py"]
    assert said(found) == [("file.py", "MLL007"), ("folder", "MLL007"), ("up.py", "MLL007")]


def test_links_inside_the_tree_and_links_in_a_circle_need_no_word(tree: Path) -> None:
    write(tree, "a.py", "pkg/b.py")
    (tree / "c.py").symlink_to("a.py")
    (tree / "d").symlink_to("pkg")
    (tree / "pkg/up").symlink_to("..")
    (tree / "x").symlink_to("y")
    (tree / "y").symlink_to("x")
    (tree / "self").symlink_to("self")
    found = discover(tree)
    assert paths(found) == ["a.py", "pkg/b.py"]
    assert found.problems == ()


def test_what_is_no_regular_file_is_said(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree, "sub/deep/a.py")
    os.mkfifo(tree / "pipe.py")
    os.mkfifo(tree / "sub/pipe.csv")
    monkeypatch.chdir(tree)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("sub/deep/socket.yaml")
        found = discover(tree)
    assert paths(found) == ["sub/deep/a.py"]
    assert said(found) == [("pipe.py", "MLL001"), ("sub/deep/socket.yaml", "MLL001"), ("sub/pipe.csv", "MLL001")]


def test_a_fifo_where_ignore_rules_are_looked_for_stops_nothing(tree: Path) -> None:
    write(tree, "sub/a.py", "b.py")
    if (tree / ".git").exists():
        git(tree, "add", ".")
    write(tree, "sub/new.py")
    os.mkfifo(tree / "sub/.gitignore")
    started = time.monotonic()
    found = discover(tree)
    assert paths(found) == ["b.py", "sub/a.py", "sub/new.py"]
    assert said(found) == [("sub/.gitignore", "MLL001")]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["!", "\\", "a\\", "[", "!!x", "/", "//", "! "], id="that are none"),
        pytest.param(["[[:nothing:]]"], id="of which the library warns"),
        pytest.param(["*a" * 30 + "b"], id="that take time to the power of their wildcards"),
        pytest.param(["**/a/" * 30 + "b"], id="over many folders"),
        pytest.param(["\ufffd" * 1000], id="of no letters"),
    ],
)
def test_patterns_of_a_hostile_file_stop_nothing(tmp_path: Path, lines: list[str]) -> None:
    write(tmp_path, "a" * 200, "b.py", "a/" * 40 + "c.py")
    (tmp_path / ".gitignore").write_text("\n".join([*lines, "b.py"]))
    started = time.monotonic()
    assert len(discover(tmp_path, tuple(lines)).files) == 3
    assert time.monotonic() - started < 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_said(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "closed/b.py")
    (tmp_path / "closed").chmod(0)
    try:
        assert said(discover(tmp_path)) == [("closed", "MLL001")]
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_an_empty_folder_holds_nothing(tree: Path) -> None:
    assert discover(tree) == Found((), (), (tree / ".git").exists())


# --- git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    return tmp_path


def test_git_says_what_it_tracks(repository: Path) -> None:
    write(repository, "a.py", "b.py", "c.csv")
    git(repository, "add", "a.py")
    (repository / ".gitignore").write_text("c.csv\n")
    assert {entry.path: entry.tracked for entry in discover(repository).files} == {
        ".gitignore": False,
        "a.py": True,
        "b.py": False,
    }


def test_outside_git_nobody_knows_what_is_tracked(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    found = discover(tmp_path)
    assert [(entry.tracked, entry.lfs) for entry in found.files] == [(None, None)]
    assert found.git is False


def test_a_tracked_file_that_is_ignored_is_found(repository: Path) -> None:
    write(repository, "a.csv")
    git(repository, "add", "a.csv")
    (repository / ".gitignore").write_text("*.csv\n")
    assert "a.csv" in paths(discover(repository))


def test_a_tracked_file_that_was_removed_is_not_there(repository: Path) -> None:
    write(repository, "a.py", "b.py")
    git(repository, "add", ".")
    (repository / "b.py").unlink()
    found = discover(repository)
    assert paths(found) == ["a.py"]
    assert found.problems == ()


def test_a_folder_of_a_repository_is_a_root_of_its_own(repository: Path) -> None:
    write(repository, "a.py", "sub/b.py", "sub/c.py")
    git(repository, "add", "sub/b.py")
    found = discover(repository / "sub")
    assert [(entry.path, entry.tracked) for entry in found.files] == [("b.py", True), ("c.py", False)]
    assert top_level(repository / "sub") == repository


def test_git_lfs_is_known_by_attributes(repository: Path) -> None:
    write(repository, "a.bin", "b.csv", "sub/c.bin")
    (repository / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    (repository / "sub/.gitattributes").write_text("c.bin -filter\n")
    assert {entry.path for entry in discover(repository).files if entry.lfs} == {"a.bin"}
    (repository / ".gitattributes").unlink()
    (repository / "sub/.gitattributes").unlink()
    assert {entry.lfs for entry in discover(repository).files} == {False}


def test_files_below_what_became_a_link_are_not_read_through_it(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "a.py", text="SECRET = 1\n")
    write(repository, "data/a.py", "data/deep/b.py", "keep.py")
    git(repository, "add", ".")
    shutil.rmtree(repository / "data")
    (repository / "data").symlink_to(outside)
    found = discover(repository)
    assert paths(found) == ["keep.py"]
    assert said(found) == [("data", "MLL007")]


def test_an_index_cannot_name_what_is_outside(repository: Path) -> None:
    """Git refuses to add `../x`, so the name is changed in the index afterwards; `git ls-files` then lists it."""
    write(repository, "aa/x.py", "b.py")
    write(repository.parent, "x.py")
    git(repository, "add", ".")
    index = repository / ".git/index"
    changed = index.read_bytes()[:-20].replace(b"aa/x.py", b"../x.py")
    index.write_bytes(changed + hashlib.sha1(changed).digest())
    shutil.rmtree(repository / "aa")
    found = discover(repository)
    assert found.git
    assert paths(found) == ["b.py"]


def test_the_configuration_of_a_repository_starts_no_program(repository: Path) -> None:
    write(repository, "a.py")
    (repository / ".gitattributes").write_text("*.bin filter=lfs\n* filter=evil\n")
    git(repository, "add", "a.py")
    evil = repository / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {repository / 'ran'}\n")
    evil.chmod(0o755)
    (repository / ".git/hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout"):
        shutil.copy(evil, repository / ".git/hooks" / hook)
    for key in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.gitProxy", "filter.evil.clean",
        "filter.evil.process", "filter.evil.smudge", "alias.ls-files", "credential.helper", "core.askPass",
        "diff.external", "trace2.eventTarget",
    ):  # fmt: skip
        git(repository, "config", key, f"!{evil}" if key.startswith("alias") else str(evil))
    git(repository, "config", "core.untrackedCache", "true")
    assert "a.py" in paths(discover(repository))
    assert not (repository / "ran").exists()


def test_a_partial_clone_fetches_nothing(repository: Path) -> None:
    """To expand a sparse index git wants trees; where they are missing it asks the remote, by any program."""
    write(repository, "sub/a.py", "keep/b.py")
    git(repository, "add", ".")
    git(repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")
    git(repository, "sparse-checkout", "set", "--cone", "--sparse-index", "keep")
    tree = subprocess.run(
        ["git", "rev-parse", "HEAD:sub"], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()
    (repository / ".git/objects" / tree[:2] / tree[2:]).unlink()
    git(repository, "config", "core.repositoryformatversion", "1")
    git(repository, "config", "extensions.partialClone", "origin")
    git(repository, "config", "remote.origin.promisor", "true")
    git(repository, "config", "remote.origin.url", f"ext::touch {repository / 'ran'}")
    git(repository, "config", "protocol.ext.allow", "always")
    discover(repository)
    assert not (repository / "ran").exists()


@pytest.mark.parametrize("name", ["config", "index", "HEAD", "info/exclude", "packed-refs"])
def test_a_fifo_inside_git_stops_nothing(repository: Path, name: str) -> None:
    write(repository, "a.py")
    git(repository, "add", ".")
    (repository / ".git" / name).unlink(missing_ok=True)
    os.mkfifo(repository / ".git" / name)
    started = time.monotonic()
    assert paths(discover(repository)) == ["a.py"]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("content", [b"", b"nonsense", b"gitdir: /nowhere\n", b"\0" * 1000])
def test_what_is_no_repository_is_read_without_git(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "a.py")
    (tmp_path / ".git").write_bytes(content)
    found = discover(tmp_path)
    assert "a.py" in paths(found)
    assert found.git is False


def test_a_broken_index_is_no_repository(repository: Path) -> None:
    write(repository, "a.py")
    git(repository, "add", ".")
    (repository / ".git/index").write_bytes(b"DIRC nonsense")
    assert paths(discover(repository)) == ["a.py"]


def test_without_git_on_the_path_a_repository_is_a_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, "a.py")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent / "nowhere"))
    found = discover(repository)
    assert (paths(found), found.git) == (["a.py"], False)


def test_the_environment_of_a_hook_does_not_lead_elsewhere(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git runs hooks with `GIT_DIR` and `GIT_INDEX_FILE` set."""
    write(repository, "a.py")
    git(repository, "add", ".")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert [(entry.path, entry.tracked) for entry in discover(repository).files] == [("a.py", True)]


def test_submodules_and_repositories_inside_are_left_to_themselves(repository: Path) -> None:
    write(repository, "a.py", "inner/b.py")
    git(repository / "inner", "init", "-q")
    assert paths(discover(repository)) == ["a.py"]
