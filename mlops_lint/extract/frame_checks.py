"""Assertions about columns, ranges and nulls of data frames to uses of a data check."""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_FRAMES = frozenset("cudf dask geopandas modin pandas polars pyspark".split())
_ABOUT_DATA = re.compile(
    r"\.(?:between|columns|dtypes?|duplicated|hasnans|is_unique|isin|isna|isnull|notna|notnull|null_count)\b"
    r"|\.(?:min|max)\(\) *[<>]|[<>]=? *[\w.\[\]'\"]+\.(?:min|max)\(\)"
    r"|\w\[['\"][^\]]{1,60}\] *[<>]=? *[\w.-]{1,30}\)\.(?:all|any)\("
)
# Of all values of an array; a loss that is no number is a scalar.
_OF_ARRAYS = re.compile(r"\b(?:isnan|isinf|isfinite)\(.*\)\.(?:any|all|sum)\(")


@python
def frame_checks(module: Module) -> Iterator[Subject]:
    """Gives a use for each assertion, or condition that raises, on what a data frame holds."""
    framed = bool(module.roots & _FRAMES)
    arrays = "numpy" in module.roots and any(name in module.source for name in ("isnan", "isinf", "isfinite"))
    if not (framed or arrays) or not ("assert" in module.source or "raise" in module.source):
        return
    for node, scope in module.scopes.conditions:
        if not isinstance(node, ast.Return) and _checks(module, node, scope, framed):
            links = (module.within(scope),)
            yield subject(Use(purpose="data-check", tool="assert"), module.locate(node.test), "assert", links=links)


def _checks(module: Module, node: ast.Assert | ast.If, scope: Scope, framed: bool) -> bool:
    if isinstance(node, ast.If) and not any(isinstance(statement, ast.Raise) for statement in node.body):
        return False
    tests = [ast.unparse(node.test), *_named(module, node.test, scope)]
    return any(_OF_ARRAYS.search(one) or (framed and _ABOUT_DATA.search(one)) for one in tests)


def _named(module: Module, test: ast.expr, scope: Scope) -> Iterator[str]:
    """What the names in a condition stand for, as `missing` for `wanted - set(table.columns)`."""
    for name in {one.id for one in walk(test) if isinstance(one, ast.Name)}:
        found = module.names.bindings(name, scope)
        if found is not None and len(found[0]) == 1 and isinstance(found[0][0], (ast.BinOp, ast.ListComp, ast.SetComp)):
            yield ast.unparse(found[0][0])
