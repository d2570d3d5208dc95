"""Credentials that code takes from the environment: the evidence that they do not stand in it.

Source: https://docs.python.org/3/library/os.html#os.environ
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import written
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Secret, subject

_LOOKUPS = frozenset({"os.getenv", "os.environ.get"})
_ITEM = re.compile(r"environ\[\s*[\"'](?i:\w*(?:key|token|secret|pass|credential))")
_MAPPINGS = frozenset({"os.environ", "environ"})
_CREDENTIAL = re.compile(r"(?i)(?:^|_)(?:api_?key|key|token|secret|passw(?:or)?d|credentials?)(?:_|$)")


@python
def credentials_from_environment(module: Module) -> Iterator[Subject]:
    """Gives each look-up of an environment variable that is called like a credential."""
    for call in module.calls:
        if call.name in _LOOKUPS and call.node.args:
            yield from _found(module, call.node, call.node.args[0])
    for node, _ in module.scopes.items if "environ[" in module.source and _ITEM.search(module.source) else ():
        if isinstance(node.value, (ast.Attribute, ast.Name)) and written(node.value) in _MAPPINGS:
            yield from _found(module, node, node.slice)


def _found(module: Module, node: ast.expr, name: ast.expr) -> Iterator[Subject]:
    if isinstance(name, ast.Constant) and isinstance(name.value, str) and _CREDENTIAL.search(name.value):
        record = Secret(what="credential", where="environment", literal=False)
        yield subject(record, module.locate(node), name.value)
