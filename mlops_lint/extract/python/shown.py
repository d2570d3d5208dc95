"""Calls whose result is only looked at: printed, plotted, written for TensorBoard, or the last line of a cell."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import walk, written

# Called on a result, these show it.
_LOOKS = frozenset({"describe", "head", "hist", "info", "plot", "show", "tail", "to_html", "to_string"})
_SHOW = frozenset({"display", "pprint", "print"})
# TensorBoard shows what these write.
_BOARDS = ("tensorflow.summary.", "torch.utils.tensorboard.SummaryWriter.add_")
_SHOWERS = frozenset({"IPython", "matplotlib", "plotly", "pylab", "seaborn"})


@lru_cache(maxsize=1)
def only_shown(module: Module) -> frozenset[int]:
    """Gives the `id` of the nodes of all calls whose result goes nowhere but before somebody's eyes."""
    names = {id(call.node): call.name for call in module.calls}
    values = [statement.value for statement in module.scopes.expressions]
    looked = (call for value in values for call in _looked_at(value, names, module.notebook))
    showing = [value for value in values if isinstance(value, ast.Call) and _shows(names.get(id(value), "?"))]
    return frozenset(map(id, looked)) | _named_to_show(module, showing)


def _named_to_show(module: Module, showing: list[ast.Call]) -> frozenset[int]:
    """The calls that give values to names which nothing uses but to show them."""
    seen = {id(one): one.id for call in showing for one in walk(call) if isinstance(one, ast.Name)}
    if not seen:
        return frozenset()
    used = (_root(one) for scope in _every(module.scopes.all) for _, one in scope.used)
    wanted = set(seen.values()) - {one.id for one in used if one is not None and id(one) not in seen}
    given = (one for scope in module.scopes.all for name in wanted for one in scope.bindings.get(name, ()))
    parts = (part for one in given if isinstance(one, ast.expr) for part in walk(one))
    return frozenset(id(part) for part in parts if isinstance(part, ast.Call))


def _shows(name: str) -> bool:
    return name.partition(".")[0] in _SHOWERS or name.rpartition(".")[2] in _SHOW or name.startswith(_BOARDS)


def _every(scopes: list[Scope]) -> Iterator[Scope]:
    for scope in scopes:
        yield scope
        yield from _every(scope.inner)


def _root(expression: ast.expr) -> ast.Name | None:
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return expression if isinstance(expression, ast.Name) else None


def _looked_at(value: ast.expr, names: dict[int, str], notebook: bool) -> Iterator[ast.Call]:
    """All calls that a call that shows is given; in a notebook the chain of calls that a statement is, too."""
    while True:
        if isinstance(value, ast.Call):
            if _shows(names.get(id(value), "?")):
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
    name = written(function)
    return name.endswith(("shuffle", "_"))
