"""Assertions about columns, ranges and nulls of data frames to uses of a data check."""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_FRAMES = frozenset("cudf dask geopandas modin pandas polars pyspark".split())
_ABOUT_DATA = re.compile(
    r"\.(?:between|columns|dtypes?|duplicated|hasnans|is_unique|isin|isna|isnull|notna|notnull|null_count)\b"
    r"|\.(?:min|max)\(\) *[<>]|[<>]=? *[\w.\[\]'\"]+\.(?:min|max)\(\)"
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
        if not isinstance(node, ast.Return) and _checks(node, framed):
            links = (module.within(scope),)
            yield subject(Use(purpose="data-check", tool="assert"), module.locate(node.test), "assert", links=links)


def _checks(node: ast.Assert | ast.If, framed: bool) -> bool:
    if isinstance(node, ast.If) and not any(isinstance(statement, ast.Raise) for statement in node.body):
        return False
    test = ast.unparse(node.test)
    return _OF_ARRAYS.search(test) is not None or (framed and _ABOUT_DATA.search(test) is not None)
