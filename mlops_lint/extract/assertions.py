"""Tests to what they assert: floats with or without a tolerance, properties of data, behaviour of models.

Source: https://docs.python.org/3/tutorial/floatingpoint.html, https://docs.pytest.org/en/stable/reference/reference.html
#pytest-approx, https://numpy.org/doc/stable/reference/routines.testing.html,
https://docs.python.org/3/library/unittest.html#assert-methods
"""

import ast
import math
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Assertion, Function, Use, subject

_TOLERANT = re.compile(
    r"\b(?:approx|isclose|allclose|assert_allclose|assert_almost_equal|assert_array_almost_equal\w*|"
    r"assert_approx_equal|assertAlmostEquals?|assertNotAlmostEqual|assert_close|assert_frame_equal|"
    r"assert_series_equal|assert_array_max_ulp|assert_near|assertAllClose|assertNear|assert_quantity_allclose|"
    r"assert_trees_all_close)\("
)
_EQUALITIES = frozenset({"assertEqual", "assertEquals", "assertListEqual", "assertTupleEqual", "assert_array_equal"})
# Of some of these each rounds once or not at all: `round(x, 2) == 0.33` is right.
_EXACT = frozenset("round int len float bool str abs max min isinstance sorted floor ceil quantize Decimal".split())
# They add up floats, or go through functions whose last digit depends on the platform.
_INEXACT = frozenset(
    "mean std var average nanmean nanstd norm dot cov corr corrcoef sqrt exp log log2 log10 log1p expm1 sin cos tan "
    "tanh sigmoid softmax cumsum trapz interp logsumexp pow hypot cosine_similarity mean_squared_error hinge_loss "
    "hamming_loss explained_variance_score silhouette_score average_precision_score matthews_corrcoef fbeta_score "
    "mean_absolute_error log_loss roc_auc_score r2_score f1_score predict_proba decision_function kurtosis skew".split()
)
_SHARES = re.compile(r"(?i)prob|importance|weight|softmax|fraction|share|distribution")
_DATA = re.compile(
    r"\.(?:columns|dtypes?|isnull|isna|notnull|notna|duplicated|is_unique|between|nunique|value_counts|null_count|"
    r"get_column_names|schema|hasnans|is_monotonic_increasing)\b"
)
_MODEL = re.compile(
    r"\.(?:predict|predict_proba|decision_function|score|evaluate|forward|generate|fit|train|inference|invoke)\(|"
    r"(?i:predict|accuracy|logits|(?:\b|_)(?:f1|auc|rmse|mse|mae|r2|loss|losses|preds?|proba|probas|yhat|scores?)\b)"
)
# Tests that import these start code in ways that are not followed.
_STARTERS = frozenset({"subprocess", "runpy", "importlib", "click", "typer", "papermill", "testbook", "nbformat"})
_SIZE = 400
"""Characters of an assertion that are read as text; the rest says the same again."""
_DEPTH = 6
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@python
def assertions(module: Module) -> Iterator[Subject]:
    """Gives, of tests, the assertions that compare floats or are about data or models; of other code what computes."""
    if module.context != "test":
        yield from _computing(module)
        if "assert" in module.source and _DATA.search(module.source):
            yield from _checks(module)
        return
    for found in module.imports:
        if (root := found.module.partition(".")[0]) in _STARTERS:
            record = Use(purpose="started-code", tool=root)
            yield subject(record, module.locate(found.node), root, symbol=f"started-code:{module.path}#{root}")
    lines = module.source.split("\n")
    for scope in module.scopes.all:
        if scope.kind == "function":
            for node in _statements(scope.node):
                yield from _assertion(module, node, scope, lines)


def _checks(module: Module) -> Iterator[Subject]:
    """The assertions of other code about its data."""
    lines = module.source.split("\n")
    for scope in module.scopes.all:
        for node in _statements(scope.node) if scope.kind != "class" else ():
            if isinstance(node, ast.Assert) and _DATA.search(_written(lines, node.test)):
                record = Assertion(about=("data",), exact=None)
                yield subject(record, module.locate(node.test), _shown(node.test), links=(module.within(scope),))


def _computing(module: Module) -> Iterator[Subject]:
    for scope in module.scopes.all:
        if scope.kind == "function" and any(_computed(module, one, scope, _DEPTH) for one in scope.returns):
            yield subject(Function(computes=True), module.locate(scope.node), scope.name, symbol=symbol_of(scope))


def _statements(function: ast.AST) -> Iterator[ast.Assert | ast.Call]:
    """The assertions of a function, statements and methods, without those of functions in it."""
    wanted: list[ast.AST] = [function]
    while wanted:
        node = wanted.pop()
        if isinstance(node, ast.Assert):
            yield node
        elif isinstance(node, ast.Expr):
            if isinstance(node.value, ast.Call) and last_name(node.value.func).lower().startswith("assert"):
                yield node.value
        elif node is function or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in _BLOCKS:
                wanted.extend(getattr(node, block, ()))


def _assertion(module: Module, node: ast.Assert | ast.Call, scope: Scope, lines: list[str]) -> Iterator[Subject]:
    test = node.test if isinstance(node, ast.Assert) else node
    text = _written(lines, test)
    about = tuple(name for name, pattern in (("data", _DATA), ("model", _MODEL)) if pattern.search(text))
    tolerant = _TOLERANT.search(text) is not None
    record = Assertion(about=about, exact=False if tolerant else None)
    links: tuple[Link, ...] = ()
    if not tolerant and (found := _compared(module, test, scope)) is not None:
        computed = _computed(module, found, scope, _DEPTH)
        links = tuple(_called(module, found, scope)) if computed is not True else ()
        if computed or links:
            record = Assertion(about=about, exact=True) if computed else Assertion(about=about)
    if about or tolerant or record.exact is not None:
        yield subject(record, module.locate(test), _shown(test), links=(module.within(scope), *links))


def _written(lines: list[str], node: ast.expr) -> str:
    """The lines in which an expression stands; to make text of its tree takes ten times as long."""
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])[:_SIZE]


def _shown(node: ast.expr) -> str:
    return ast.unparse(node)[:80]


def _compared(module: Module, test: ast.expr, scope: Scope) -> ast.expr | None:
    """What is demanded to equal a float, or several, that only chance makes exact; None where nothing is."""
    sides: list[ast.expr] = []
    if isinstance(test, ast.Call) and last_name(test.func) in {"all", "any"}:
        inner = test.func.value if isinstance(test.func, ast.Attribute) and not test.args else (*test.args, None)[0]
        test = inner if isinstance(inner, ast.expr) else test
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        sides = [test.left, test.comparators[0]]
    elif isinstance(test, ast.Call) and last_name(test.func) in _EQUALITIES | {"array_equal"} and len(test.args) >= 2:
        sides = test.args[:2]
    for found, wanted in (sides, sides[::-1]) if len(sides) == 2 else ():
        if any(_is_rough(one, found) for one in _floats(module, wanted, scope)):
            return found
    return sides[0] if len(sides) == 2 and _two_ways(module, sides, scope) else None


def _two_ways(module: Module, sides: list[ast.expr], scope: Scope) -> bool:
    """Whether both sides are computed, each in its own way: the same way twice gives the same, to the last digit."""
    ways = [
        last_name(one.func) for one in (_meant(module, one, scope)[0] for one in sides) if isinstance(one, ast.Call)
    ]
    return len(set(ways)) == 2 and all(way in _INEXACT for way in ways)


def _meant(module: Module, node: ast.expr, scope: Scope) -> tuple[ast.expr, Scope]:
    """What a name was bound to, where it is bound once; else the expression itself."""
    found = module.names.bindings(node.id, scope) if isinstance(node, ast.Name) else None
    if found is None or len(found[0]) != 1 or not isinstance(found[0][0], ast.expr):
        return node, scope
    return found[0][0], found[1]


def _floats(module: Module, node: ast.expr, scope: Scope) -> Iterator[float]:
    """The floats that an expression is, or lists."""
    if isinstance(node, ast.Call) and last_name(node.func) in {"array", "tensor", "asarray", "Series"} and node.args:
        node = node.args[0]
    for item in node.elts if isinstance(node, (ast.List, ast.Tuple)) else (node,):
        if isinstance(item, (ast.List, ast.Tuple)):
            yield from _floats(module, item, scope)
        elif isinstance(value := module.values.value(item, scope), float):
            yield value
        elif isinstance(item, ast.BinOp) and (quotient := _quotient(item)) is not None:
            yield quotient


def _quotient(node: ast.BinOp) -> float | None:
    """The value of `4 / 6`, of two numbers as they are written."""
    sides = [one.value for one in (node.left, node.right) if isinstance(one, ast.Constant)]
    numbers = [one for one in sides if isinstance(one, (int, float))]
    return numbers[0] / numbers[1] if isinstance(node.op, ast.Div) and len(numbers) == 2 and numbers[1] else None


def _is_rough(value: float, found: ast.expr) -> bool:
    """Whether the result of arithmetic may miss a value: not halves, quarters and whole numbers, but sums of shares."""
    if not math.isfinite(value):
        return False
    if (value * 1024).is_integer():
        return value == 1.0 and isinstance(found, ast.Call) and last_name(found.func) == "sum" and _names_shares(found)
    return True


def _names_shares(node: ast.expr) -> bool:
    return _SHARES.search(ast.unparse(node)[:_SIZE]) is not None


def _computed(module: Module, node: ast.expr, scope: Scope, depth: int) -> bool:
    """Whether an expression does arithmetic whose result is rounded more than once, as far as is seen."""
    if depth <= 0:
        return False
    if isinstance(node, ast.Name):
        bound, where = _meant(module, node, scope)
        return bound is not node and _computed(module, bound, where, depth - 1)
    if isinstance(node, ast.Call):
        name = last_name(node.func)
        if name in _EXACT:
            return False
        if name == "sum":
            return _names_shares(node)
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        item = name == "item" and inner is not None and _computed(module, inner, scope, depth - 1)
        return item or name in _INEXACT
    if isinstance(node, ast.UnaryOp):
        return _computed(module, node.operand, scope, depth - 1)
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        return any(_computed(module, one, scope, depth - 1) for one in sides) or _rounds_twice(node)
    return False


def _rounds_twice(node: ast.BinOp) -> bool:
    """Whether a calculation divides and goes on, or takes a float that is rounded itself."""
    parts = [one for one in walk(node) if isinstance(one, ast.BinOp)]
    if not all(isinstance(one.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)) for one in parts):
        return False
    constants = [one.value for one in walk(node) if isinstance(one, ast.Constant)]
    rough = any(isinstance(one, float) and not (one * 1024).is_integer() for one in constants)
    goes_on = any(isinstance(one.op, ast.Div) for one in parts if one is not node)
    return not any(isinstance(one, str) for one in constants) and (rough or goes_on)


def _called(module: Module, node: ast.expr, scope: Scope) -> Iterator[Link]:
    """The function whose result is compared, where it is called in the test."""
    node, scope = _meant(module, node, scope)
    if isinstance(node, ast.Call):
        name = module.names.name(node.func, scope)
        if name and not name.startswith(("?", "builtins.")) and "(" not in name:
            yield Link("calls", f"function:{name}")
