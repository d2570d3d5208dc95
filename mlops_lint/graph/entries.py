"""The names by which catalogues and pipelines call data, to the data: `entry:orders` to `dataset:data/orders.csv`."""

import posixpath
from collections.abc import Iterable

from mlops_lint.model import Facts


class Entries:
    """All names of data in a repository; of several of one name that in the nearest file is meant."""

    def __init__(self, facts: Iterable[Facts]) -> None:
        self._known: dict[str, list[tuple[str, str]]] = {}
        self._ends: dict[str, list[tuple[str, str]]] = {}
        self._made: dict[str, list[tuple[str, str]]] = {}
        for one in facts:
            for subject in one.subjects:
                entry = subject.fields.get("entry")
                if subject.kind == "dataset" and isinstance(entry, str) and subject.symbol is not None:
                    found = (subject.location.path, subject.symbol)
                    self._known.setdefault(entry, []).append(found)
                    self._ends.setdefault(entry.rpartition("/")[2], []).append(found)
                for link in subject.links:
                    if link.role == "writes" and link.symbol.startswith("entry:"):
                        name = link.symbol.removeprefix("entry:")
                        self._made.setdefault(name, []).append((subject.location.path, f"dataset:memory://{name}"))

    def symbol(self, name: str, path: str) -> str:
        """Gives the data that the file `path` calls by a name; with `?` before it, nothing defines or makes it."""
        # A name with `#` says of which project it is, and stands for itself.
        # Where assets are collected a prefix may be added; those of another project are others.
        end = None if "#" in name else self._ends.get(name.rpartition("/")[2])
        top = path.partition("/")[0]
        end = [one for one in end or () if one[0].partition("/")[0] == top or "/" not in path]
        for candidates in (self._known.get(name), end, self._made.get(name)):
            symbols = _nearest(candidates or [], path)
            if len(symbols) == 1:
                return symbols.pop()
            if symbols:
                break
        return f"?entry:{name}"


def _nearest(candidates: list[tuple[str, str]], path: str) -> set[str]:
    best: set[str] = set()
    most = -1
    for place, symbol in candidates:
        common = len(posixpath.commonprefix([place.split("/"), path.split("/")]))
        if common > most:
            best, most = set(), common
        if common == most:
            best.add(symbol)
    return best
