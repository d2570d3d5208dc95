"""Tests to those that hold a property against many inputs that they draw, without a tool for it.

Source: https://docs.pytest.org/en/stable/how-to/parametrize.html
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_DRAWS = re.compile(
    r"^(?:rand(?:n|int|om|range)?|normal|standard_normal|uniform|integers|choices?|sample|permutation)$"
)


@python
def invariants(module: Module) -> Iterator[Subject]:
    """Gives the tests that draw inputs again and again, and demand the same of each."""
    if module.context != "test" or "assert" not in module.source:
        return
    for scope in module.scopes.all:
        if scope.kind == "function" and scope.name.rpartition(".")[2].startswith("test"):
            loops = [node for node in walk(scope.node) if isinstance(node, (ast.For, ast.While))]
            again = [scope.node] if _by_seeds(scope.node) else loops
            if any(_demands(one) and _draws(one) for one in again):
                record = Use(purpose="property-test", tool="code")
                yield subject(record, module.locate(scope.node), scope.name, links=(module.within(scope),))


def _by_seeds(function: ast.AST) -> bool:
    """Whether a test runs for each number of a range, as for seeds."""
    calls = [one for one in getattr(function, "decorator_list", ()) if isinstance(one, ast.Call) and len(one.args) > 1]
    values = [one.args[1] for one in calls if last_name(one.func) == "parametrize"]
    return any(isinstance(one, ast.Call) and last_name(one.func) == "range" for one in values)


def _demands(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.Assert) or (isinstance(one, ast.Call) and last_name(one.func).startswith("assert"))
        for one in walk(node)
    )


def _draws(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Call) and _DRAWS.search(last_name(one.func)) for one in walk(node))
