"""Paths as written in files to paths from the root of the repository."""

import bisect
import posixpath
import re
from collections.abc import Iterable

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")

# More files of one name say nothing.
_MOST_ALIKE = 200
_COMMON = frozenset(
    "main.py __main__.py run.py app.py script.py test.py setup.py run.sh main.sh start.sh entrypoint.sh test.sh".split()
)


class Paths:
    """The paths that a repository knows: its files and folders, and data that a pipeline declares."""

    def __init__(self, files: Iterable[str], declared: Iterable[str]) -> None:
        self.files = frozenset(files)
        self._sorted = sorted(self.files)
        self._declared = frozenset(declared)
        self._folders: dict[str, set[str]] = {}
        self._named: dict[str, list[str]] | None = None

    def add_folder(self, path: str, folder: str) -> None:
        """Notes that the code in `path` is run from `folder`."""
        self._folders.setdefault(path, set()).add(folder)

    def exists(self, path: str) -> bool:
        """Says whether a path from the root is a file or a folder with files."""
        return path in self.files or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        """Says whether files lie below a path from the root."""
        if path in ("", "."):
            return True
        prefix = f"{path}/"
        start = bisect.bisect_left(self._sorted, prefix)
        return start < len(self._sorted) and self._sorted[start].startswith(prefix)

    def below(self, path: str) -> list[str]:
        """Gives the files below a folder."""
        prefix = f"{path}/"
        start = bisect.bisect_left(self._sorted, prefix)
        end = bisect.bisect_left(self._sorted, path + "0")
        return self._sorted[start:end]

    def resolve(self, written: str, path: str) -> str | None:
        """Gives the path from the root that the file `path` means by `written`; None = several, or outside."""
        if written.startswith(("/", "~")) or re.match(r"^[A-Za-z]:[\\/]", written) or _SCHEME.match(written):
            return written
        written = written.replace("\\", "/")
        folders = self._folders.get(path, set())
        known = {candidate for folder in folders if (candidate := _below(folder, written)) is not None}
        if known:
            return self._only(known)
        candidates = [_below("", written), _below(posixpath.dirname(path), written)]
        possible = [candidate for candidate in dict.fromkeys(candidates) if candidate is not None]
        there = {candidate for candidate in possible if self._is_known(candidate)}
        return self._only(there) if there else possible[0] if possible else None

    def copied(self, written: str, near: str) -> str | None:
        """Gives the file that was copied to a path of a container image; None = none, or several fit as well.

        The more of the path agrees the better; a name that many programs have must agree in its folder too.
        """
        parts = [part for part in written.split("/") if part not in ("", ".", "..")]
        if not parts:
            return None
        if self._named is None:
            self._named = {}
            for file in self._sorted:
                self._named.setdefault(posixpath.basename(file), []).append(file)
        files = self._named.get(parts[-1], [])
        agreed = {file: _agreement(file.split("/"), parts) for file in files[:_MOST_ALIKE]}
        most = max(agreed.values(), default=0)
        found = {file for file, count in agreed.items() if count == most}
        if len(found) > 1:
            folder = f"{posixpath.dirname(near)}/"
            found = {file for file in found if file.startswith(folder) and len(folder) > 1}
        return found.pop() if len(found) == 1 and (most > 1 or parts[-1] not in _COMMON) else None

    def _only(self, candidates: set[str]) -> str | None:
        """The one candidate, or the one of several that is there."""
        there = candidates if len(candidates) == 1 else {one for one in candidates if self._is_known(one)}
        return next(iter(there)) if len(there) == 1 else None

    def _is_known(self, path: str) -> bool:
        return path in self._declared or self.exists(path)


def _agreement(file: list[str], written: list[str]) -> int:
    """How many parts of two paths agree, from their ends."""
    count = 0
    while count < min(len(file), len(written)) and file[-1 - count] == written[-1 - count]:
        count += 1
    return count


def _below(folder: str, written: str) -> str | None:
    joined = posixpath.normpath(posixpath.join(folder, written))
    return None if joined == ".." or joined.startswith("../") else joined
