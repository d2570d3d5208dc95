"""A folder to the files in it, without following links or reading content."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mlops_lint.model import Problem

# Never of interest, even where nothing ignores them.
_SKIPPED = frozenset(
    ".git .hg .svn .mypy_cache .pytest_cache .ruff_cache .tox .nox .venv venv node_modules __pycache__ "
    ".ipynb_checkpoints .eggs .mlops-lint-cache".split()
)
# git may be told by a repository's own configuration to start programs; these settings forbid it.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false")
_GIT_SECONDS = 60


class Entry(msgspec.Struct, frozen=True, order=True):
    """One regular file; `tracked` and `lfs` are None outside git."""

    path: str
    size: int
    tracked: bool | None = None
    lfs: bool | None = None


class Found(msgspec.Struct, frozen=True):
    """All regular files in order of their paths, and what was left out and must be said."""

    files: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    git: bool


def discover(root: Path, exclude: tuple[str, ...] = ()) -> Found:
    """Gives the files of a repository: what git tracks or does not ignore, else all that .gitignore files leave."""
    tracked = _tracked(root)
    if tracked is None:
        names, git = sorted(_walked(root)), False
    else:
        names, git = sorted(tracked | _untracked(root)), True
    names = list(_kept(names, exclude))
    files: list[Entry] = []
    problems: list[Problem] = []
    for name in names:
        entry = _entry(root, name, None if tracked is None else name in tracked)
        if isinstance(entry, Entry):
            files.append(entry)
        elif entry is not None:
            problems.append(entry)
    if git:
        known = set(names)
        problems.extend(problem for problem in _special(root, names) if problem.path not in known)
        files = _with_lfs(root, files)
    return Found(tuple(files), tuple(sorted(problems)), git)


def top_level(path: Path) -> Path | None:
    """Gives the folder of the git repository that holds `path`; None where there is none."""
    for folder in (path, *path.parents):
        if (folder / ".git").exists():
            return folder
    return None


def _with_lfs(root: Path, files: list[Entry]) -> list[Entry]:
    """Says of every file whether .gitattributes hands it to Git LFS; git is asked only where it can be so."""
    attributes = [entry for entry in files if entry.path.rpartition("/")[2] == ".gitattributes"]
    if not any(b"lfs" in _head(root / entry.path) for entry in attributes):
        return [msgspec.structs.replace(entry, lfs=False) for entry in files]
    names = "\0".join(entry.path for entry in files).encode("utf-8", "surrogateescape")
    out = _git(root, "check-attr", "-z", "--stdin", "filter", stdin=names) or b""
    fields = out.decode("utf-8", "surrogateescape").split("\0")
    kept = {path for path, value in zip(fields[0::3], fields[2::3], strict=False) if value == "lfs"}
    return [msgspec.structs.replace(entry, lfs=entry.path in kept) for entry in files]


def _head(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(100_000)


def _git(root: Path, *arguments: str, stdin: bytes | None = None) -> bytes | None:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        environment.pop(name, None)
    try:
        done = subprocess.run(
            [*_GIT, *arguments], cwd=root, env=environment, input=stdin or b"", capture_output=True,
            timeout=_GIT_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _tracked(root: Path) -> set[str] | None:
    if top_level(root) is None:
        return None
    out = _git(root, "ls-files", "-z")
    return None if out is None else _names(out)


def _untracked(root: Path) -> set[str]:
    return _names(_git(root, "ls-files", "-z", "-o", "--exclude-standard") or b"")


def _names(out: bytes) -> set[str]:
    return {name for name in out.decode("utf-8", "surrogateescape").split("\0") if name}


def _walked(root: Path) -> Iterator[str]:
    """All files that no .gitignore on the way names."""
    rules: dict[str, list[str]] = {}
    for folder, folders, files in os.walk(root, followlinks=False):
        relative = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if relative == "." else f"{relative}/"
        if ".gitignore" in files:
            rules[prefix] = _ignore_lines(Path(folder) / ".gitignore")
        ignored = _Ignored(prefix, rules)
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = sorted(
            name for name in folders
            if name not in _SKIPPED and name not in links and not ignored(f"{prefix}{name}/")
        )  # fmt: skip
        yield from (prefix + name for name in (*files, *links) if not ignored(prefix + name))


def _ignore_lines(path: Path) -> list[str]:
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return []
    return path.read_bytes()[:100_000].decode("utf-8", "replace").splitlines()


class _Ignored:
    """Whether .gitignore files from the root down to one folder name a path."""

    def __init__(self, prefix: str, rules: dict[str, list[str]]) -> None:
        self._specs = []
        holders = [holder for holder in rules if prefix.startswith(holder)]
        if holders:
            from pathspec import GitIgnoreSpec

            self._specs = [(holder, GitIgnoreSpec.from_lines(rules[holder])) for holder in holders]

    def __call__(self, path: str) -> bool:
        return any(spec.match_file(path[len(holder) :]) for holder, spec in self._specs)


def _kept(names: list[str], exclude: tuple[str, ...]) -> Iterator[str]:
    spec = None
    if exclude:
        from pathspec import GitIgnoreSpec

        spec = GitIgnoreSpec.from_lines(exclude)
    for name in names:
        if not _SKIPPED.isdisjoint(name.split("/")[:-1]) or (spec is not None and spec.match_file(name)):
            continue
        yield name


def _entry(root: Path, name: str, tracked: bool | None) -> Entry | Problem | None:
    full = root / name
    try:
        info = os.lstat(full)
    except (OSError, ValueError):
        # Tracked, but removed from the work tree: it is not there any more.
        return None
    if stat.S_ISREG(info.st_mode):
        return Entry(name, info.st_size, tracked)
    if stat.S_ISLNK(info.st_mode):
        return _link_problem(root, name)
    if stat.S_ISDIR(info.st_mode):
        # A submodule.
        return None
    return Problem(name, 1, "MLL001", "not a regular file")


def _link_problem(root: Path, name: str) -> Problem | None:
    """A link inside the tree needs no word: what it leads to is scanned under its own name."""
    target = os.path.realpath(root / name)
    inside = os.path.realpath(root)
    if target == inside or target.startswith(inside + os.sep):
        return None
    return Problem(name, 1, "MLL007", "a link that leads out of the repository is not followed")


def _special(root: Path, names: list[str]) -> Iterator[Problem]:
    """FIFOs, sockets and devices beside the files: git does not list them, but whoever planted one should be seen."""
    folders = {name.rpartition("/")[0] for name in names} | {""}
    for folder in sorted(folders):
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    known = entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)
                    if not known and not entry.is_symlink():
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        yield Problem(path, 1, "MLL001", "not a regular file")
        except OSError:
            continue
