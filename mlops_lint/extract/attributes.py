"""Attributes that mean something whatever they are of, as `feature_importances_`, to the purpose that they serve."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.libraries import table
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Use, subject

# In-house tables may name more.
_KNOWN = vocabulary(*table("tools").attributes)


@python
def attributes(module: Module) -> Iterator[Subject]:
    """Gives one use for each purpose that some attribute in the file serves."""
    wanted = module.libraries.attributes
    if wanted.keys() <= _KNOWN and not module.says(_KNOWN):
        return
    told: set[str] = set()
    for scope in module.scopes.all:
        for _, node in scope.used:
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in wanted and wanted[name] not in told:
                told.add(wanted[name])
                record = Use(purpose=wanted[name], tool=name)
                yield subject(record, module.locate(node), name, links=(module.within(scope),))
