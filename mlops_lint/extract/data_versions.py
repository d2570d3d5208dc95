"""Commands and calls that compare versions of data, look at the history of one, or make one, to uses.

Source: https://dvc.org/doc/command-reference/diff, https://docs.lakefs.io/latest/reference/cli/ (`lakectl diff`),
https://docs.delta.io/latest/delta-utility.html (history), https://iceberg.apache.org/docs/latest/spark-queries/
(`.snapshots`, `.history`), https://github.com/datafold/data-diff
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python, texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

# How each command starts; a search for these is a hundred times as fast as one for the commands.
_STARTS = ("dvc", "lakectl", "data-diff", "nessie", "DESCRIBE HISTORY", "quilt", "dolt", "datacompy")
_COMMANDS = re.compile(
    r"dvc[ \t]+(?:--\S+[ \t]+)*(?:diff|data[ \t]+status)\b|lakectl[ \t]+(?:diff|log)\b|data-diff\s|nessie[ \t]+diff\b|"
    r"DESCRIBE HISTORY\b|quilt3?[ \t]+(?:diff|log)\b|dolt[ \t]+diff\b|datacompy\b|dvc[\"'],[ \t]*[\"']diff[\"']"
)
_KEEPS = re.compile(r"(?<![\w./-])lakectl[ \t]+(?:commit|import|tag[ \t]+create)\b")
_MOST = 1000
_IN_PROSE = (".md", ".rst")
# Methods of a table that keeps its versions, on whatever it is called.
_HISTORY = frozenset({"history", "snapshots", "table_changes", "diff_refs", "diff_branch"})
_KEEPERS = frozenset({"deltalake", "delta", "pyiceberg", "lakefs", "lakefs_client", "lance", "pynessie", "dvc"})


_FILES = (
    "*.sh", "*.yml", "*.yaml", "Makefile", "*.mk", "Justfile", "Jenkinsfile*", "*.py", "*.ipynb", "*.sql", "*.toml",
    "*.md",
)  # fmt: skip


@texts(*_FILES, words=_STARTS)
def commands(path: str, text: str) -> Iterator[Subject]:
    """Gives a use `diff` for the first command of a file; in prose, where it may be run by hand, `diff-by-hand`."""
    found = min(filter(None, (_first(text, start) for start in _STARTS)), key=lambda one: one.start(), default=None)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        by_hand = path.endswith(_IN_PROSE)
        purpose, name = ("diff-by-hand", "diff") if by_hand else ("diff", found[0].strip())
        yield subject(Use(purpose=purpose, tool="data"), Location(path, line, 1, line, 1), name)


def _first(text: str, start: str) -> re.Match[str] | None:
    """The first command of a text that begins with a word."""
    at = -1
    for _ in range(_MOST):
        at = text.find(start, at + 1)
        if at < 0:
            return None
        whole = at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_-./")
        if whole and (found := _COMMANDS.match(text, at)) is not None:
            return found
    return None


@texts(*_FILES[:-1], words=("lakectl",))
def kept(path: str, text: str) -> Iterator[Subject]:
    """Gives a use `data-kept` for the first command that makes a version of data in lakeFS."""
    found = _KEEPS.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        yield subject(Use(purpose="data-kept", tool="lakefs"), Location(path, line, 1, line, 1), found[0].strip())


@python
def history(module: Module) -> Iterator[Subject]:
    """Gives a use `diff` for each call that asks a table for its versions."""
    if not module.roots & _KEEPERS:
        return
    for call in module.calls:
        function = call.node.func
        if isinstance(function, ast.Attribute) and (function.attr in _HISTORY or call.name == "dvc.repo.Repo.diff"):
            record = Use(purpose="diff", tool=call.name.partition(".")[0])
            yield subject(record, module.locate(call.node), function.attr, links=(module.within(call.scope),))
