"""Python to the places where a measure of a model decides what happens next: a test that raises, chooses or releases.

Source: https://mlflow.org/docs/latest/ml/evaluation/model-eval/ (thresholds of MLflow); else the words of the code.
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_MEASURES = (
    "accuracy acc auc roc_auc f1 precision recall rmse mse mae mape r2 score scores loss metric metrics performance "
    "error_rate perplexity bleu wer rouge iou"
)
_MEASURE = re.compile(rf"(?i)(?:^|[_\W])(?:{_MEASURES.replace(' ', '|')})\d?(?:$|[_\W])")
# What a source must hold before its tree is looked at: a measure on one side of a comparison.
_NEAR = re.compile(
    r"(?i)(?:acc|auc|f1|precision|recall|rmse|mse|mae|mape|r2|score|loss|metric|performance|error_rate|perplexity|bleu|"
    r"wer|rouge|iou)[\w\"'\].)]{0,30}\s*[<>]|[<>]=?\s*[\w.\[\"'(]{0,40}"
    r"(?:acc|auc|f1|precision|recall|rmse|mse|mae|mape|r2|score|loss|metric|performance|threshold)"
)
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_RELEASES = re.compile(
    r"(?i)register|promot|deploy|transition|alias|publish|release|approv|upload|push|exit|abort|fail|skip|trigger|stage"
)
_THRESHOLDS = "validation_thresholds"
_VALIDATES = frozenset({"validate_evaluation_results"})


@python
def gates(module: Module) -> Iterator[Subject]:
    """Gives a use for each comparison of a measure that raises, chooses a way, or decides on a release."""
    if not module.own:
        return
    for call in module.calls if _THRESHOLDS in module.source or "validate_evaluation" in module.source else ():
        given = any(one.arg == _THRESHOLDS for one in call.node.keywords)
        if given or last_name(call.node.func) in _VALIDATES:
            yield _gate(module, call.node, "mlflow")
    if _NEAR.search(module.source) is None:
        return
    nodes: list[ast.If | ast.Return | ast.Assert] = module.nodes.of(ast.If, ast.Return, ast.Assert)
    for node in nodes:
        if _decides(node) and not _in_loop(module, node):
            yield _gate(module, node, "comparison")


def _gate(module: Module, node: ast.AST, tool: str) -> Subject:
    within = module.within(module.around(node))
    return subject(Use(purpose="gate", tool=tool), module.locate(node), "gate", links=(within,))


def _decides(node: ast.If | ast.Return | ast.Assert) -> bool:
    if isinstance(node, ast.Return):
        return node.value is not None and _compares(node.value)
    if isinstance(node, ast.Assert):
        return _compares(node.test)
    return _compares(node.test) and any(_acts(one) for body in (node.body, node.orelse) for one in body)


def _compares(node: ast.expr) -> bool:
    for inner in walk(node):
        if isinstance(inner, ast.Compare) and isinstance(inner.ops[0], _ORDERS):
            sides = [ast.unparse(one)[:200] for one in (inner.left, *inner.comparators)]
            if any(_MEASURE.search(side) for side in sides):
                return True
    return False


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement raises, returns something, or calls what releases."""
    for inner in walk(statement):
        if isinstance(inner, (ast.Raise, ast.Return)):
            return True
        if isinstance(inner, ast.Call) and _RELEASES.search(last_name(inner.func)):
            return True
    return False


def _in_loop(module: Module, node: ast.AST) -> bool:
    """Whether it stands in a loop: there the best of several epochs or candidates is kept, and nothing is released."""
    current = module.nodes.around.get(node)
    while current is not None and not isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if isinstance(current, (ast.For, ast.While, ast.AsyncFor)):
            return True
        current = module.nodes.around.get(current)
    return False
