"""Which extractor reads which file: filled when the modules of this package are imported, then only read."""

import re
from collections.abc import Callable, Iterator
from fnmatch import translate
from functools import cache

from mlops_lint.extract.python.module import Module
from mlops_lint.model import Facts, Problem, Subject
from mlops_lint.parse.dockerfile import Dockerfile
from mlops_lint.parse.notebook import Notebook
from mlops_lint.parse.requirements import Requirements
from mlops_lint.parse.tree import Node
from mlops_lint.parse.words import vocabulary

Subjects = Iterator[Subject]
PythonExtractor = Callable[[Module], Subjects]
TreeExtractor = Callable[[str, tuple[Node, ...]], Subjects]
NotebookExtractor = Callable[[Notebook, "Module | None"], Subjects]
# The facts of files that a notebook writes, by its context and what extracts from a module, and of which are broken.
WrittenExtractor = Callable[[Notebook, str, PythonExtractor], tuple[list[Facts], list[Problem]]]
DockerfileExtractor = Callable[[str, Dockerfile], Subjects]
RequirementsExtractor = Callable[[str, Requirements], Subjects]
TextExtractor = Callable[[str, str], Subjects]

# What makes more of a pattern than a name.
_SPECIAL = frozenset("*?[")


class Paths:
    """What paths some shell patterns mean; most are endings and names, for which no pattern need be tried."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        names = [one for one in patterns if _SPECIAL.isdisjoint(one)]
        endings = [one for one in patterns if one[:1] == "*" and _SPECIAL.isdisjoint(one[1:])]
        others = [translate(one) for one in patterns if one not in names and one not in endings]
        self._names = frozenset(names)
        self._endings = tuple(one[1:] for one in endings)
        self._others = re.compile("|".join(others)) if others else None

    def fit(self, path: str) -> bool:
        """Says whether the path, or its last part, matches one of the patterns."""
        name = path.rpartition("/")[2]
        if path.endswith(self._endings) or path in self._names or name in self._names:
            return True
        return self._others is not None and any(self._others.match(one) for one in (path, name))


PYTHON: list[PythonExtractor] = []
TREES: list[tuple[Paths, bytes, TreeExtractor]] = []
NOTEBOOKS: list[NotebookExtractor] = []
WRITTEN: list[WrittenExtractor] = []
DOCKERFILES: list[DockerfileExtractor] = []
REQUIREMENTS: list[RequirementsExtractor] = []
TEXTS: list[tuple[Paths, frozenset[str], TextExtractor]] = []


def python(extractor: PythonExtractor) -> PythonExtractor:
    """Registers an extractor that is called with every Python module and notebook."""
    PYTHON.append(extractor)
    return extractor


def notebooks(extractor: NotebookExtractor) -> NotebookExtractor:
    """Registers an extractor that is called with every notebook, and its Python where it has any."""
    NOTEBOOKS.append(extractor)
    return extractor


def written(extractor: WrittenExtractor) -> WrittenExtractor:
    """Registers an extractor of the files that a notebook writes."""
    WRITTEN.append(extractor)
    return extractor


def trees(*patterns: str, word: bytes = b"") -> Callable[[TreeExtractor], TreeExtractor]:
    """Registers an extractor of YAML, TOML, JSON or INI files whose path or name matches one of `patterns`.

    A file without `word` in it is not parsed for this extractor: our parsers, that of JSON above all, are slow.
    """

    def register(extractor: TreeExtractor) -> TreeExtractor:
        TREES.append((paths(patterns), word, extractor))
        return extractor

    return register


def dockerfiles(extractor: DockerfileExtractor) -> DockerfileExtractor:
    """Registers an extractor that is called with every Dockerfile."""
    DOCKERFILES.append(extractor)
    return extractor


def requirements(extractor: RequirementsExtractor) -> RequirementsExtractor:
    """Registers an extractor that is called with every requirements file."""
    REQUIREMENTS.append(extractor)
    return extractor


def texts(*patterns: str, words: tuple[str, ...] = ()) -> Callable[[TextExtractor], TextExtractor]:
    """Registers an extractor of the bare text of files whose path or name matches one of `patterns`.

    With `words` it is called only where one of them stands in the text: all are looked for in one pass.
    """

    def register(extractor: TextExtractor) -> TextExtractor:
        TEXTS.append((paths(patterns), vocabulary(*words), extractor))
        return extractor

    return register


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Says whether the path, or its last part, matches one of the shell patterns."""
    return paths(patterns).fit(path)


@cache
def paths(patterns: tuple[str, ...]) -> Paths:
    """Gives what paths some shell patterns mean."""
    return Paths(patterns)
