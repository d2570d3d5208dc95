"""Calls of learning libraries to the hyperparameters that they are given, and where these are decided.

Source: the names in `libraries/tools.yaml`, from the documentation of each library.
"""

import ast
from collections.abc import Iterator
from functools import cache

from msgspec import UNSET

from mlops_lint.extract.libraries import table
from mlops_lint.extract.python.module import Arguments, Module
from mlops_lint.extract.python.origins import UNKNOWN, origin
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Hyperparameter, subject

# What is called in order to learn, where the library itself is not one that learns.
_LEARNS = frozenset({"training", "estimator", "split"})


@python
def hyperparameters(module: Module) -> Iterator[Subject]:
    """Gives each hyperparameter that stands at a call of a library, once for each call and name."""
    names, libraries = _known()
    if not module.roots & libraries:
        return
    for call in module.calls:
        if call.name.partition(".")[0] in libraries or _learns(call, module):
            for name, node in _given(call, module):
                if name in names and not _absent(node):
                    decided = origin(node, call.scope, module)
                    value = module.values.value(node, call.scope)
                    plain = value if isinstance(value, (int, float, str)) else UNSET
                    known = UNSET if decided == UNKNOWN else decided
                    record = Hyperparameter(value=plain, origin=known, function=call.name)
                    yield subject(record, module.locate(node), name, links=(module.within(call.scope),))


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    known = table("tools").hyperparameters
    return frozenset(known["names"]), frozenset(known["libraries"])


def _learns(call: Call, module: Module) -> bool:
    entry = module.entry(call) if call.node.keywords else None
    return entry is not None and any(fact.kind in _LEARNS for fact in entry.facts)


def _absent(node: ast.expr) -> bool:
    """`None`, zero and a switch set nothing that one would try other values of."""
    return isinstance(node, ast.Constant) and (not node.value or node.value is True)


def _given(call: Call, module: Module) -> Iterator[tuple[str, ast.expr]]:
    entry = module.entry(call)
    if entry is not None and entry.signature:
        yield from Arguments(module, call, entry.signature).given.items()
    else:
        yield from ((keyword.arg, keyword.value) for keyword in call.node.keywords if keyword.arg is not None)
