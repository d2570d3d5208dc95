"""A folder to the files in it, without following links or reading content."""

import os
import stat
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from mlops_lint.git import git, is_repository, top_level
from mlops_lint.model import Problem

# Never of interest, even where nothing ignores them.
_SKIPPED = frozenset(
    ".git .hg .svn .mypy_cache .pytest_cache .ruff_cache .tox .nox .venv venv node_modules __pycache__ "
    ".ipynb_checkpoints .eggs .mlops-lint-cache".split()
)
# Matching takes time to the power of the wildcards in one part of a path; `**/*.py[cod]` has one.
_WILDCARDS = 3
_LONGEST_IGNORE = 100_000


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
    folders = _Folders(root)
    tracked = _tracked(root)
    if tracked is None:
        names = sorted(_walked(root, folders))
    else:
        folders.special(tracked)
        names = sorted(tracked | _untracked(root, folders))
    names = list(_kept(names, exclude))
    files: list[Entry] = []
    for name in names:
        entry = _entry(root, name, None if tracked is None else name in tracked, folders)
        if isinstance(entry, Entry):
            files.append(entry)
        elif entry is not None:
            folders.problems.add(entry)
    if tracked is not None:
        folders.special(names)
        files = _with_lfs(root, files)
    return Found(tuple(files), tuple(sorted(folders.problems)), tracked is not None)


class _Folders:
    """The folders of a tree, with what is wrong in them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real: dict[str, bool] = {"": True}
        self._seen: set[str] = set()
        self.problems: set[Problem] = set()

    def inside(self, folder: str) -> bool:
        """Says whether a folder is one of the tree: git may track files below what has become a link."""
        if folder not in self._real:
            above, _, name = folder.rpartition("/")
            self._real[folder] = self.inside(above) and name not in ("", ".", "..") and _is_folder(self._root / folder)
        return self._real[folder]

    def special(self, names: Iterable[str]) -> None:
        """Notes FIFOs, sockets and devices beside files: git does not list them, but who planted one should be seen."""
        wanted = {name.rpartition("/")[0] for name in names} | {""}
        wanted |= {above for folder in wanted for above in _above(folder)}
        for folder in sorted(wanted - self._seen):
            if self.inside(folder):
                self._scan(folder)
        self._seen |= wanted

    def _scan(self, folder: str) -> None:
        try:
            with os.scandir(self._root / folder) as entries:
                for entry in entries:
                    known = entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)
                    if not known and not entry.is_symlink():
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        self.problems.add(Problem(path, 1, "MLL001", "not a regular file"))
        except OSError as error:
            self.unreadable(folder, error)

    def unreadable(self, folder: str, error: OSError) -> None:
        """Notes a folder that cannot be listed."""
        self.problems.add(Problem(folder or ".", 1, "MLL001", error.strerror or "cannot be opened"))

    @property
    def blocked(self) -> bool:
        """Whether git would wait for ever on what stands in place of one of its files."""
        return any(problem.path.rpartition("/")[2] in (".gitignore", ".gitattributes") for problem in self.problems)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _above(folder: str) -> Iterator[str]:
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _with_lfs(root: Path, files: list[Entry]) -> list[Entry]:
    """Says of every file whether .gitattributes hands it to Git LFS; git is asked only where it can be so."""
    attributes = [entry for entry in files if entry.path.rpartition("/")[2] == ".gitattributes"]
    if not any(b"lfs" in _head(root / entry.path) for entry in attributes):
        return [msgspec.structs.replace(entry, lfs=False) for entry in files]
    names = "\0".join(entry.path for entry in files).encode("utf-8", "surrogateescape")
    out = git(root, "check-attr", "-z", "--stdin", "filter", stdin=names)
    if out is None:
        return files
    fields = out.decode("utf-8", "surrogateescape").split("\0")
    kept = {path for path, value in zip(fields[0::3], fields[2::3], strict=False) if value == "lfs"}
    return [msgspec.structs.replace(entry, lfs=entry.path in kept) for entry in files]


def _head(path: Path) -> bytes:
    """The first bytes of a regular file; nothing of what cannot be read, is a FIFO or a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            return file.read(_LONGEST_IGNORE) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""


def _tracked(root: Path) -> set[str] | None:
    top = top_level(root)
    if top is None or not is_repository(top / ".git"):
        return None
    out = git(root, "ls-files", "-z")
    return None if out is None else _names(out)


def _untracked(root: Path, folders: "_Folders") -> set[str]:
    out = None if folders.blocked else git(root, "ls-files", "-z", "-o", "--exclude-standard")
    return set(_walked(root, folders)) if out is None else _names(out)


def _names(out: bytes) -> set[str]:
    return {name for name in out.decode("utf-8", "surrogateescape").split("\0") if name}


def _walked(root: Path, tree: _Folders) -> Iterator[str]:
    """All files that no .gitignore on the way names."""
    rules: dict[str, Named] = {}

    def failed(error: OSError) -> None:
        tree.unreadable(os.path.relpath(error.filename or root, root).replace(os.sep, "/"), error)

    for folder, folders, files in os.walk(root, followlinks=False, onerror=failed):
        relative = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if relative == "." else f"{relative}/"
        if ".gitignore" in files:
            lines = _head(Path(folder) / ".gitignore").decode("utf-8", "replace").splitlines()
            rules[prefix] = named_by(lines)
        # Of several that name a path the nearest decides.
        holders = (prefix, *(f"{above}/" for above in _above(relative)), "") if prefix else ("",)
        near = [(holder, rules[holder]) for holder in holders if holder in rules]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = sorted(
            name for name in folders
            if name not in _SKIPPED and name not in links and not _ignored(f"{prefix}{name}/", near)
        )  # fmt: skip
        yield from (prefix + name for name in (*files, *links) if not _ignored(prefix + name, near))


def _ignored(path: str, near: "list[tuple[str, Named]]") -> bool:
    return next((answer for holder, spec in near if (answer := spec(path[len(holder) :])) is not None), False)


Named = Callable[[str], bool | None]


def named_by(lines: Iterable[str]) -> Named:
    """Gives what says whether patterns, written as for .gitignore, name a path; None = no line is about it."""
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        # Of sets in brackets that look nested.
        warnings.simplefilter("ignore")
        spec = GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))
    return lambda path: spec.check_file(path).include


def _is_pattern(line: str) -> bool:
    """Whether a line is a pattern, for git and for the library, that can be matched in time."""
    parts = line.strip().split("/")
    if parts in (["!"], ["\\"]) or line.endswith("\\"):
        return False
    return parts.count("**") <= _WILDCARDS and all(part.count("*") <= _WILDCARDS for part in parts)


def _kept(names: list[str], exclude: tuple[str, ...]) -> Iterator[str]:
    excluded = named_by(exclude) if exclude else None
    for name in names:
        skipped = not _SKIPPED.isdisjoint(name.split("/")[:-1])
        if not skipped and (excluded is None or not excluded(name)):
            yield name


def _entry(root: Path, name: str, tracked: bool | None, folders: _Folders) -> Entry | Problem | None:
    if not folders.inside(name.rpartition("/")[0]):
        return None
    full = root / name
    try:
        info = os.lstat(full)
    except (OSError, ValueError):
        # Tracked, but removed from the work tree: it is not there any more.
        return None
    if stat.S_ISREG(info.st_mode):
        if not name.isprintable() and _is_no_text(name):
            return Problem(name, 1, "MLL001", "the name of the file is not UTF-8")
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


def _is_no_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return True
    return False
