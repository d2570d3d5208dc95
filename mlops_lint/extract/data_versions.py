"""Commands and calls that compare versions of data, or look at the history of one, to uses.

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

_MARKS = ("dvc", "lakectl", "data-diff", "nessie", "HISTORY", "quilt", "dolt", "datacompy")
_COMMANDS = re.compile(
    r"\bdvc\s+(?:--\S+\s+)*(?:diff|data\s+status)\b|\blakectl\s+(?:diff|log)\b|\bdata-diff\s|\bnessie\s+diff\b|"
    r"\bDESCRIBE\s+HISTORY\b|\bquilt3?\s+(?:diff|log)\b|\bdolt\s+diff\b|\bdatacompy\b|\"dvc\",\s*\"diff\"|'dvc',\s*'diff'"
)
_IN_PROSE = (".md", ".rst")
# Methods of a table that keeps its versions, on whatever it is called.
_HISTORY = frozenset({"history", "snapshots", "table_changes", "diff_refs", "diff_branch"})
_KEEPERS = frozenset({"deltalake", "delta", "pyiceberg", "lakefs", "lakefs_client", "lance", "pynessie", "dvc"})


_FILES = (
    "*.sh", "*.yml", "*.yaml", "Makefile", "*.mk", "Justfile", "Jenkinsfile*", "*.py", "*.ipynb", "*.sql", "*.toml",
    "*.md",
)  # fmt: skip


@texts(*_FILES, words=_MARKS)
def commands(path: str, text: str) -> Iterator[Subject]:
    """Gives a use `diff` for the first command of a file; in prose, where it may be run by hand, `diff-by-hand`."""
    if (found := _COMMANDS.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        purpose = "diff-by-hand" if path.endswith(_IN_PROSE) else "diff"
        yield subject(Use(purpose=purpose, tool="data"), Location(path, line, 1, line, 1), found[0].strip())


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
