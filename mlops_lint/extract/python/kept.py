"""Whether what a call gives is kept, so that the call is made once however often its function runs."""

import ast
import re

from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import statements, walk, written

_CACHES = re.compile(r"(?i)cache|memo|singleton|lazy|once|on_event|startup|lifespan")


def kept(call: Call) -> bool:
    """Says whether a call stands below a test for what is there, or in a function that a decorator calls once."""
    scope = call.scope.holder
    if scope.kind != "function":
        return False
    if any(_CACHES.search(written(one)) for one in getattr(scope.node, "decorator_list", ())):
        return True
    line = call.node.lineno
    around = [node for node in walk(scope.node) if isinstance(node, (ast.If, ast.IfExp))]
    tests = [node for node in around if _asks(node.test)]
    # What a function was given, and gives back unless there is a newer one, is loaded anew only then.
    if scope.parameters.keys() & set(call.targets):
        tests += around
    below = any(node.lineno <= line <= (node.end_lineno or line) for node in tests)
    # `if model is not None: return model`, and the load behind it.
    returns = any(
        isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return) and node.lineno < line for node in tests
    )
    return below or returns or any(isinstance(node, ast.Global) for node in walk(scope.node))


def keeps(scope: Scope) -> bool:
    """Says whether a function calls others only where what they give is not there yet: `if "x" not in kept: load()`."""
    inside = statements(getattr(scope.node, "body", []))
    tests = [node for node in inside if isinstance(node, ast.If) and _asks(node.test)]
    tests = [node for node in tests if not isinstance(node.test, (ast.Name, ast.Attribute))]
    return any(
        isinstance(inner, (ast.Assign, ast.Expr)) and isinstance(inner.value, ast.Call)
        for node in tests
        for inner in statements(node.body)
    )


def _asks(test: ast.expr) -> bool:
    """Whether a test asks if something is there: `x is None`, `not x`, `x not in y`, `hasattr(x, "y")`, `x`."""
    if isinstance(test, ast.BoolOp):
        return any(_asks(one) for one in test.values)
    if isinstance(test, ast.Compare):
        none = any(isinstance(one, ast.Constant) and one.value is None for one in test.comparators)
        return none or any(isinstance(one, (ast.In, ast.NotIn)) for one in test.ops)
    if isinstance(test, ast.Call):
        return isinstance(test.func, ast.Name) and test.func.id == "hasattr"
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, (ast.Name, ast.Attribute)) or _asks(test.operand)
    return isinstance(test, (ast.Name, ast.Attribute))
