"""Attributes that mean something whatever they are of, as `feature_importances_`, to the purpose that they serve."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject


@python
def attributes(module: Module) -> Iterator[Subject]:
    """Gives one use for each purpose that some attribute in the file serves."""
    wanted = {name: purpose for name, purpose in module.libraries.attributes.items() if name in module.source}
    if not wanted:
        return
    told: set[str] = set()
    for scope in module.scopes.all:
        for _, node in scope.used:
            name = last_name(node)
            if name in wanted and wanted[name] not in told and isinstance(node, (ast.Attribute, ast.Name)):
                told.add(wanted[name])
                record = Use(purpose=wanted[name], tool=name)
                yield subject(record, module.locate(node), name, links=(module.within(scope),))
