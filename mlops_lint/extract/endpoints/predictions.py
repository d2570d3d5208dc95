"""A Python module to the calls that have a model predict, and to what is kept or said of predictions.

Source: the methods of estimators and of clients of model servers, in the documentation of each library.
"""

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator

from mlops_lint.extract.python.kept import keeps
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import walk, written
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_METHODS = frozenset("predict predict_proba predict_classes predict_log_proba decision_function".split())
_REMOTE = frozenset("invoke_endpoint invoke_endpoint_async".split())
# They generate texts and images where a library for that is imported; elsewhere anything is generated.
_GENERATES = frozenset({"generate"})
_GENERATORS = frozenset({"transformers", "vllm", "diffusers"})
# Called itself, an object of this name predicts where one of the libraries is imported.
_CALLED = re.compile(r"(?i)(?:^|_|\.)(?:model|net|network|classifier|pipe|pipeline|predictor|detector|generator)$")
_CALLABLE = frozenset({"torch", "transformers", "tensorflow", "keras", "diffusers", "ultralytics", "fastai"})
_SESSIONS = re.compile(r"(?i)(?:session|sess)$")

_PREDICTIONS = re.compile(r"(?i)pred|score|prob|output|result|label|respon|answer|churn|class")
_LOGS = re.compile(r"(?i)(?:^|\.)_?(?:log|logger|logging|loguru)$")
_LEVELS = frozenset("debug info warning error log critical bind msg".split())
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_VERSION = re.compile(
    r"(?i)(?:model|run|artifact|bento|mlflow)[-_ .]?(?:version|id|uri|tag|hash|name|ver)\b|^version$|^__version__$|"
    r"^model[-_]?(?:version|name|id)"
)
# Without one of these on a line no name or text on it is one of a version.
_HINT = re.compile(r"version|(?:model|run|artifact|bento|mlflow)[-_ .]?(?:id|uri|tag|hash|name|ver)")


@python
def predictions(module: Module) -> Iterator[Subject]:
    """Gives the calls that have a model predict, and beside them the logs of predictions and versions of models."""
    found = [(call, last) for call in module.calls if (last := _method(call, module))]
    for call, last in found:
        record = Use(purpose="prediction", tool=last)
        name = written(call.node.func)[:60]
        yield subject(record, module.locate(call.node), name, links=(module.within(call.scope),))
    if module.own and (found or _serves(module)):
        yield from _logged(module, _answers(found))
        yield from _versioned(module)
        for scope in module.scopes.all:
            if scope.kind == "function" and keeps(scope):
                record = Use(purpose="kept-once", tool="code")
                yield subject(record, module.locate(scope.node), scope.name, links=(module.within(scope),))


def _serves(module: Module) -> bool:
    return any(one.roots & module.roots for one in module.libraries.handlers if one.roots) or any(
        name in module.scopes.module.bindings
        for one in module.libraries.handlers
        for name in one.functions
        if not one.roots
    )


def _method(call: Call, module: Module) -> str:
    """The name of the method where a call has a model predict, else nothing."""
    function = call.node.func
    last = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if isinstance(function, ast.Attribute):
        # A method of a class of the file is followed into that class.
        if last in _METHODS:
            return last if module.names.scope(call.name) is None and call.node.args + call.node.keywords else ""
        if last in _REMOTE or (last in _GENERATES and module.roots & _GENERATORS):
            return last
        if last == "run" and "onnxruntime" in module.roots and _SESSIONS.search(written(function.value)):
            return last
    if module.roots & _CALLABLE and _CALLED.search(last) and call.node.args + call.node.keywords:
        return "__call__" if module.names.scope(call.name) is None and not last[:1].isupper() else ""
    return ""


def _answers(found: list[tuple[Call, str]]) -> dict[Scope, set[str]]:
    """Scope -> the names in it of what a model has predicted, as `price` in `price = float(model.predict(row))`."""
    calls = {id(call.node) for call, _ in found}
    return {scope: set(_given(scope.node, calls)) for scope in dict.fromkeys(call.scope for call, _ in found)}


def _given(body: ast.AST, calls: set[int]) -> Iterator[str]:
    for node in walk(body):
        if isinstance(node, ast.Assign) and any(id(one) in calls for one in walk(node.value)):
            yield from (one.id for target in node.targets for one in walk(target) if isinstance(one, ast.Name))


def _logged(module: Module, answers: dict[Scope, set[str]]) -> Iterator[Subject]:
    for call in module.calls:
        function = call.node.func
        if not isinstance(function, (ast.Attribute, ast.Name)):
            continue
        printed = isinstance(function, ast.Name) and function.id == "print"
        logged = (
            isinstance(function, ast.Attribute) and function.attr in _LEVELS and _LOGS.search(written(function.value))
        )
        if not (printed or logged) or call.scope.kind != "function":
            continue
        if _names_prediction(call.node, answers.get(call.scope, set())):
            record = Use(
                purpose="prediction-print" if printed else "prediction-line", tool="print" if printed else "logging"
            )
            yield subject(record, module.locate(call.node), written(function), links=(module.within(call.scope),))


def _names_prediction(call: ast.Call, answers: set[str]) -> bool:
    given = (*call.args, *(one.value for one in call.keywords))
    names = (node.id for one in given for node in walk(one) if isinstance(node, ast.Name))
    return any(name in answers or _PREDICTIONS.search(name) for name in names)


def _versioned(module: Module) -> Iterator[Subject]:
    """Gives the first place in each function, or class, that names a version of a model."""
    lines = list(_hinted(module.source))
    for scope in module.scopes.all:
        if scope.kind not in ("function", "class") or not _stands_in(lines, scope.node):
            continue
        if (place := _version_in(scope)) is not None:
            record = Use(purpose="model-version", tool="code")
            yield subject(record, module.locate(place), "model version", links=(module.within(scope),))


def _hinted(source: str) -> Iterator[int]:
    """The lines on which a version may be named: to look at all nodes of all functions takes five times as long."""
    lowered = source.lower()
    line, at = 1, 0
    for found in _HINT.finditer(lowered):
        line += lowered.count("\n", at, found.start())
        at = found.start()
        yield line


def _stands_in(lines: list[int], node: ast.AST) -> bool:
    """Whether one of some lines, in their order, is of a function or class."""
    place = bisect_left(lines, getattr(node, "lineno", 0))
    return place < len(lines) and lines[place] <= getattr(node, "end_lineno", 0)


def _version_in(scope: Scope) -> ast.AST | None:
    # The methods of a class are scopes of their own.
    parts = [
        one for one in getattr(scope.node, "body", []) if scope.kind == "function" or not isinstance(one, _DEFINITIONS)
    ]
    for node in (node for part in parts for node in walk(part)):
        said = (
            node.id if isinstance(node, ast.Name)
            else node.attr if isinstance(node, ast.Attribute)
            else node.arg if isinstance(node, ast.keyword)
            else node.value if isinstance(node, ast.Constant) and isinstance(node.value, str)
            else ""
        )  # fmt: skip
        if said and len(said) < 40 and _VERSION.search(said):
            return node.value if isinstance(node, ast.keyword) else node
    return None
