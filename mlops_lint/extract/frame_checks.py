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


_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)


@python
def frame_checks(module: Module) -> Iterator[Subject]:
    """Gives a use for each assertion, or condition that raises, on what a data frame holds."""
    if not module.roots & _FRAMES or not ("assert" in module.source or "raise" in module.source):
        return
    functions = {id(scope.node): scope for scope in module.scopes.all}
    wanted: list[tuple[ast.AST, ast.AST]] = [(module.tree, module.tree)]
    while wanted:
        node, holder = wanted.pop()
        if isinstance(node, (ast.Assert, ast.If)) and _checks(node):
            within = module.within(functions.get(id(holder), module.scopes.module))
            yield subject(Use(purpose="data-check", tool="assert"), module.locate(node.test), "assert", links=(within,))
        inner = node if id(node) in functions else holder
        wanted.extend((child, inner) for child in ast.iter_child_nodes(node) if isinstance(child, _BLOCKS))


def _checks(node: ast.Assert | ast.If) -> bool:
    if isinstance(node, ast.If) and not any(isinstance(statement, ast.Raise) for statement in node.body):
        return False
    return _ABOUT_DATA.search(ast.unparse(node.test)) is not None
