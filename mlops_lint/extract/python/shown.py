"""Calls whose result is only looked at: printed, plotted, or the last line of a notebook cell."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import walk

# Called on a result, these show it.
_LOOKS = frozenset({"describe", "head", "hist", "info", "plot", "show", "tail", "to_html", "to_string"})
_SHOW = frozenset({"display", "pprint", "print"})
_SHOWERS = frozenset({"IPython", "matplotlib", "plotly", "pylab", "seaborn"})


@lru_cache(maxsize=1)
def only_shown(module: Module) -> frozenset[int]:
    """Gives the `id` of the nodes of all calls whose result goes nowhere but before somebody's eyes."""
    names = {id(call.node): call.name for call in module.calls}
    return frozenset(
        id(call)
        for statement in module.scopes.expressions
        for call in _looked_at(statement.value, names, module.notebook)
    )


def _looked_at(value: ast.expr, names: dict[int, str], notebook: bool) -> Iterator[ast.Call]:
    """All calls that a call that shows is given; in a notebook the chain of calls that a statement is, too."""
    while True:
        if isinstance(value, ast.Call):
            name = names.get(id(value), "?")
            if name.partition(".")[0] in _SHOWERS or name.rpartition(".")[2] in _SHOW:
                yield from (one for one in walk(value) if isinstance(one, ast.Call))
                return
            if notebook and not _changes(value.func):
                yield value
            if not isinstance(value.func, ast.Attribute) or value.func.attr not in _LOOKS:
                return
            value = value.func.value
        elif isinstance(value, (ast.Attribute, ast.Subscript)):
            value = value.value
        else:
            return


def _changes(function: ast.expr) -> bool:
    """Whether a call alters what it is given: `shuffle(rows)`, `weights.normal_()`."""
    name = ast.unparse(function)
    return name.endswith(("shuffle", "_"))
