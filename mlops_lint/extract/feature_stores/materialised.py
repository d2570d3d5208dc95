"""What brings features to an online store: calls in Python and commands, to uses.

Source: https://docs.feast.dev/reference/feast-cli-commands#materialize and `FeatureStore.materialize`
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python, texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_CALLS = frozenset({"materialize", "materialize_incremental"})
_COMMAND = re.compile(r"^[^#\n]*\bfeast\b[^#\n]*\bmaterialize(?:-incremental)?\b", re.MULTILINE)


@python
def materialised(module: Module) -> Iterator[Subject]:
    """Gives a use `materialize` for each call that brings features to the online store."""
    if "materialize" not in module.source or "feast" not in module.roots:
        return
    for call in module.calls:
        if isinstance(call.node.func, ast.Attribute) and call.node.func.attr in _CALLS:
            record = Use(purpose="materialize", tool="feast")
            yield subject(record, module.locate(call.node), call.node.func.attr, links=(module.within(call.scope),))


@texts("*.sh", "*.yml", "*.yaml", "Makefile", "Dockerfile*", "Jenkinsfile*", "crontab", words=("materialize",))
def commands(path: str, text: str) -> Iterator[Subject]:
    """Gives a use `materialize-command` for the first command of a file that does so."""
    if (found := _COMMAND.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        record = Use(purpose="materialize-command", tool="feast")
        yield subject(record, Location(path, line, 1, line, 1), "feast materialize")
