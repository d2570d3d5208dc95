"""A length of time as Python code writes it, to seconds.

Source: https://docs.python.org/3/library/datetime.html#timedelta-objects and the message Duration of Protocol Buffers
"""

import ast

from msgspec import UNSET

from mlops_lint.subjects import Number

_UNITS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1, "weeks": 604800, "milliseconds": 0.001}
_POSITIONS = ("days", "seconds")


def seconds(node: ast.expr) -> Number:
    """Gives the length of `timedelta(days=1)`, `Duration(seconds=60)` or a number; None = None, UNSET = not seen."""
    if isinstance(node, ast.Constant):
        return None if node.value is None else UNSET if (number := _number(node)) is None else number
    if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(("timedelta", "Duration")):
        return UNSET
    total = 0.0
    units: list[tuple[str | None, ast.expr]] = [*zip(_POSITIONS, node.args, strict=False)]
    units += [(one.arg, one.value) for one in node.keywords]
    for unit, value in units:
        number = _number(value)
        if unit not in _UNITS or number is None:
            return UNSET
        total += _UNITS[unit] * number
    return total


def _number(node: ast.expr) -> float | None:
    """A number, or a product of two, as `24 * 3650`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = node.left, node.right
        if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
            first, second = _number(left), _number(right)
            return None if first is None or second is None else first * second
    return None
