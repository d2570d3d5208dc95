"""A commit to the lines that changed since, in the files as they are on disk."""

import re
from pathlib import Path

import msgspec

from mlops_lint.errors import UsageError
from mlops_lint.git import git
from mlops_lint.model import Location

_HUNK = re.compile(rb"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
# What git may start to read a file of this kind is safe: it is that of Git LFS, as its own setup writes it.
_LFS = {"filter.lfs.clean": "git-lfs clean -- %f", "filter.lfs.process": "git-lfs filter-process"}

Lines = tuple[tuple[float, float], ...]


class Changes(msgspec.Struct, frozen=True):
    """The files that changed; first and last line of each region, or None: all of the file.

    Lines that are gone leave a region between two lines: 3.5 to 3.5.
    """

    files: dict[str, Lines | None]

    def touch(self, location: Location) -> bool:
        """Says whether a line of the location changed; of a file as a whole, whether anything in it did."""
        if location.path not in self.files:
            return False
        lines = self.files[location.path]
        whole = (location.line, location.column, location.end_line, location.end_column) == (1, 1, 1, 1)
        end = max(location.line, location.end_line)
        return lines is None or whole or any(location.line <= last and first <= end for first, last in lines)


def changes(root: Path, commit: str) -> Changes:
    """Gives what changed since `commit` and HEAD parted, with what is not committed; raises UsageError.

    Where the two have nothing in common, since `commit` itself.
    """
    found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
    if found is None:
        raise UsageError(f"--diff: git knows no commit '{commit}' here; in CI, fetch it first (fetch-depth: 0)")
    since = found.decode("ascii", "replace").strip()
    parted = git(root, "merge-base", since, "HEAD")
    base = parted.decode("ascii", "replace").split()[0] if parted else since
    options = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--relative", "--ignore-submodules")
    diff = (*_without_filters(root), "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "diff", *options)
    names = git(root, *diff, "--name-only", "-z", base)
    patch = git(root, *diff, "--unified=0", base)
    new = git(root, "ls-files", "-z", "-o", "--exclude-standard")
    if names is None or patch is None or new is None:
        raise UsageError(f"--diff: git cannot compare the files with '{commit}'")
    files: dict[str, Lines | None] = dict.fromkeys(_names(names), ())
    return Changes(files | _hunks(patch) | dict.fromkeys(_names(new)))


def _without_filters(root: Path) -> list[str]:
    """Options by which git starts no program that the repository's own configuration names, when it reads files."""
    out = git(root, "config", "-z", "--get-regexp", r"^filter\..*\.(clean|process|required)$") or b""
    stated = dict(entry.partition("\n")[::2] for entry in out.decode("utf-8", "surrogateescape").split("\0") if entry)
    names = {key.rpartition(".")[0] for key in stated}
    options = []
    for name in sorted(names):
        programs = {key: value for key, value in stated.items() if key in (f"{name}.clean", f"{name}.process")}
        if name != "filter.lfs" or any(_LFS[key] != value for key, value in programs.items()):
            for setting in (f"{name}.clean=", f"{name}.process=", f"{name}.required=false"):
                options += ["-c", setting]
    return options


def _names(out: bytes) -> list[str]:
    return [name for name in out.decode("utf-8", "surrogateescape").split("\0") if name]


def _hunks(patch: bytes) -> dict[str, Lines | None]:
    found: dict[str, Lines | None] = {}
    path, left = "", 0
    for line in patch.split(b"\n"):
        if left and line[:1] in b"+-":
            # Text of a file may look like the head of another: it is counted, not read.
            left -= 1
        elif line.startswith(b"+++ "):
            path = _path(line[4:])
        elif line.startswith(b"Binary files ") and line.endswith(b" differ"):
            name = line[: -len(b" differ")].rpartition(b" and ")[2]
            found[_path(name)] = None
        elif hunk := _HUNK.match(line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            gone = line.split(b" ")[1].partition(b",")[2]
            left = count + int(gone or 1)
            region = (first, first + count - 1) if count else (first + 0.5, first + 0.5)
            found[path] = (*(found.get(path) or ()), region)
    return found


def _path(name: bytes) -> str:
    name = name.split(b"\t")[0]
    if name.startswith(b'"'):
        # As C writes it: \303\244, \n, \".
        name = name.strip(b'"').decode("unicode_escape").encode("latin-1")
    return name.removeprefix(b"b/").decode("utf-8", "surrogateescape")
