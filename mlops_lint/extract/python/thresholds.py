"""A test to whether it demands a number of what it computes, as `assert score > 0.8`."""

import ast

from mlops_lint.extract.python.tree import walk

_NEAR = frozenset(
    "assertAllClose assertAlmostEqual assertGreater assertGreaterEqual assertLess assertLessEqual assert_allclose "
    "assert_almost_equal assert_array_less".split()
)


def has_threshold(test: ast.AST) -> bool:
    """Says whether some assertion compares with a number that is neither a count nor the end of a range of shares."""
    return any(_compares(node) for node in walk(test))


def _compares(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return any(_number(side) for one in walk(node.test) if isinstance(one, ast.Compare) for side in _sides(one))
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in _NEAR and any(_number(argument) for argument in node.args[:2])
    return False


def _sides(node: ast.Compare) -> list[ast.expr]:
    # Floats that are drawn are never asked to be equal to one, but for those that are copied.
    exact = all(isinstance(operator, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)) for operator in node.ops)
    sides = [node.left, *node.comparators]
    return [one for one in sides if isinstance(one, ast.Call)] if exact else sides


def _number(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name == "approx" and bool(node.args) and _number(node.args[0])
    if isinstance(node, ast.UnaryOp):
        return _number(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and not node.value.is_integer()
