"""A test to whether it demands a number of what it computes, as `assert score > 0.8`."""

import ast
import re

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import walk

# A number that is no integer.
_NUMBER = re.compile(r"\.\d|\d[eE]-")
# Sums of single precision are as near as this.
_ROUNDING = 1e-5
_NEAR = frozenset(
    "assertAllClose assertAlmostEqual assertGreater assertGreaterEqual assertLess assertLessEqual assert_allclose "
    "assert_almost_equal assert_array_less".split()
)


def thresholds(module: Module) -> list[ast.Assert | ast.Call]:
    """Gives the assertions that compare with a number, neither a count nor the end of a range of shares."""
    # To look for numbers costs less than to look at all calls.
    if _NUMBER.search(module.source) is None:
        return []
    asserted = [node for node, _ in module.scopes.conditions if isinstance(node, ast.Assert)]
    nodes: list[ast.Assert | ast.Call] = [*asserted, *(call.node for call in module.calls)]
    return [node for node in nodes if _compares(node)]


def _compares(node: ast.Assert | ast.Call) -> bool:
    if isinstance(node, ast.Assert):
        return any(_number(side) for one in walk(node.test) if isinstance(one, ast.Compare) for side in _sides(one))
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in _NEAR and any(_number(argument) for argument in node.args[:2])


def _sides(node: ast.Compare) -> list[ast.expr]:
    # Floats that are drawn are never asked to be equal to one, but for those that are copied.
    exact = all(isinstance(operator, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)) for operator in node.ops)
    sides = [node.left, *node.comparators]
    if any(isinstance(one, ast.Call) and getattr(one.func, "id", "") == "abs" for one in sides):
        # `abs(a - b) < 1e-8` asks for the same number but for rounding, whatever it is.
        sides = [one for one in sides if not (isinstance(one, ast.Constant) and _tiny(one.value))]
    return [one for one in sides if isinstance(one, ast.Call)] if exact else sides


def _tiny(value: object) -> bool:
    return isinstance(value, float) and value <= _ROUNDING


def _number(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name == "approx" and bool(node.args) and _number(node.args[0])
    if isinstance(node, ast.UnaryOp):
        return _number(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and not node.value.is_integer()
