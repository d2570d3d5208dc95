"""Python to the places where a measure of a model decides what happens next: a test that raises, chooses or releases.

Source: https://mlflow.org/docs/latest/ml/evaluation/model-eval/ (thresholds of MLflow); else the words of the code.
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Use, subject

_MEASURES = (
    "accuracy acc auc roc_auc f1 precision recall rmse mse mae mape r2 score scores loss metric metrics performance "
    "error_rate perplexity bleu wer rouge iou"
)
_MEASURE = re.compile(rf"(?i)(?:^|[_\W])(?:{_MEASURES.replace(' ', '|')})\d?(?:$|[_\W])")
# Without one of these in it a source is not looked at: to look for words costs less than for comparisons.
_WORDS = vocabulary(
    "accuracy", "acc", "auc", "AUC", "f1", "F1", "precision", "recall", "rmse", "RMSE", "mse", "mae", "MAE", "mape",
    "r2", "R2", "score", "loss", "metric", "performance", "error_rate", "perplexity", "bleu", "rouge", "iou",
)  # fmt: skip
_RELEASES = re.compile(
    r"(?i)register|promot|deploy|transition|alias|publish|release|approv|upload|push|exit|abort|fail|skip|trigger|stage"
)
_THRESHOLDS = "validation_thresholds"
_VALIDATES = frozenset({"validate_evaluation_results"})
_VALIDATION = vocabulary(_THRESHOLDS, *_VALIDATES)


@python
def gates(module: Module) -> Iterator[Subject]:
    """Gives a use for each comparison of a measure that raises, chooses a way, or decides on a release."""
    if not module.own:
        return
    for call in module.calls if module.says(_VALIDATION) else ():
        given = any(one.arg == _THRESHOLDS for one in call.node.keywords)
        if given or last_name(call.node.func) in _VALIDATES:
            yield _gate(module, call.node, call.scope, "mlflow")
    if not module.says(_WORDS):
        return
    # Measures are compared in one of a hundred tests: who acts on it is asked last.
    tests = {_test(module, one) for one in module.scopes.orders if _measures(one)}
    for statement, scope in module.scopes.conditions if tests else ():
        if statement in tests and _decides(statement) and not _in_loop(module, statement):
            yield _gate(module, statement, scope, "comparison")


def _gate(module: Module, node: ast.AST, scope: Scope, tool: str) -> Subject:
    return subject(Use(purpose="gate", tool=tool), module.locate(node), "gate", links=(module.within(scope),))


def _measures(node: ast.Compare) -> bool:
    """Whether a side of a comparison names a measure: a variable, an attribute, a key."""
    for side in (node.left, *node.comparators):
        for inner in walk(side):
            name = inner.value if isinstance(inner, ast.Constant) else last_name(inner)
            if isinstance(name, str) and name and _MEASURE.search(name):
                return True
    return False


def _test(module: Module, comparison: ast.Compare) -> ast.AST | None:
    """The statement that tests a comparison, or gives it back; what a function of its own compares decides nothing."""
    inner: ast.AST = comparison
    outer = module.nodes.around.get(inner)
    while outer is not None and not isinstance(outer, (ast.stmt, ast.Lambda)):
        inner, outer = outer, module.nodes.around.get(outer)
    tested = outer.test if isinstance(outer, (ast.If, ast.Assert)) else getattr(outer, "value", None)
    return outer if tested is inner else None


def _decides(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.If):
        return True
    return any(_acts(one) for body in (statement.body, statement.orelse) for one in body)


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
