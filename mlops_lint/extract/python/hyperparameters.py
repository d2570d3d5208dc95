"""The estimators of a file to whether somebody chose their main hyperparameters."""

import ast
import re

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import last_name, walk, written
from mlops_lint.model import Value

# What searches over the hyperparameters of what it is given: GridSearchCV, BayesSearchCV, HalvingRandomSearchCV, ...
_SEARCH = re.compile(r"Search(?:CV)?$|Searcher$|RFECV$|^AutoML$|^GridSearch")
# They put steps one after another, and leave the choice to these.
_CHAINS = re.compile(r"(?i)pipeline|ColumnTransformer|TransformedTarget|Calibrated|MultiOutput|OneVs|Chain$")
# By these some classes count for more than they are frequent.
_WEIGHTS = frozenset({"class_weight", "scale_pos_weight", "is_unbalance", "auto_class_weights", "class_weights"})
_STARTS_CLASS = re.compile(r"^[A-Z]")


class Choices:
    """Which estimators of one file are trained as their library has them."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._around = _around(module)
        last = {last_name(call.node.func) for call in module.calls}
        self._loaded = {
            written(call.node.func.value)
            for call in module.calls
            if isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "load_model"
        }
        self._saved = {
            node.id
            for call in module.calls
            if (entry := module.entry(call)) and any(fact.kind in ("model", "write") for fact in entry.facts)
            for argument in (*call.node.args, *(keyword.value for keyword in call.node.keywords))
            for node in walk(argument)
            if isinstance(node, ast.Name)
        }
        # `model = SVC().fit(x, y)`
        self._fitted = {
            id(call.node.func.value): call.targets
            for call in module.calls
            if isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "fit"
        }
        self._searches = "set_params" in last or any(_SEARCH.search(name) for name in last)

    def of(self, call: Call) -> dict[str, Value]:
        """Gives the fields of an estimator that tell of its main hyperparameters; none where it has none."""
        root, _, name = call.name.partition(".")
        main = self._module.libraries.main.get(f"{root}.{name.rpartition('.')[2]}")
        # What is made only to load a model that was saved is not trained.
        if not main or self._loaded.intersection(call.targets):
            return {}
        fields: dict[str, Value] = {"hyperparameters": tuple(main), "weighted": _weighted(call.node)}
        if self._swept(call, main):
            fields["searched"] = True
        answer = self._chosen(call, main)
        return fields if answer is None else {**fields, "configured": answer}

    def _swept(self, call: Call, main: list[str]) -> bool:
        """Whether a loop tries values of a main hyperparameter, or a search is handed the estimator."""
        given = [one.value for one in call.node.keywords if one.arg in main]
        varied = (call.scope.bindings.get(one.id) for one in given if isinstance(one, ast.Name))
        turns = any(bound == [None] for bound in varied) and call.scope.kind != "function"
        return turns or any(_SEARCH.search(last_name(one.func)) for one in self._around.get(id(call.node), ()))

    def _chosen(self, call: Call, main: list[str]) -> bool | None:
        given = {keyword.arg for keyword in call.node.keywords}
        starred = any(isinstance(argument, ast.Starred) for argument in call.node.args)
        if given & set(main) or (call.node.args and not starred):
            return True
        around = [last_name(one.func) for one in self._around.get(id(call.node), ())]
        if any(_SEARCH.search(name) for name in around):
            return True
        # The member of an ensemble is weak or strong on purpose; elsewhere a search may be handed it.
        member = any(_STARTS_CLASS.search(name) and not _CHAINS.search(name) for name in around)
        open_ = None in given or starred or self._searches or member
        return None if open_ or self._passed_over(call) or self._is_fallback(call) else False

    def _passed_over(self, call: Call) -> bool:
        """Whether a module saves others of its names than that of an estimator, which may be in one of those."""
        targets: tuple[str, ...] = call.targets or self._fitted.get(id(call.node), ())
        plain = targets and not any("." in target for target in targets)
        return bool(plain and self._saved and self._saved.isdisjoint(targets) and call.scope.kind == "module")

    def _is_fallback(self, call: Call) -> bool:
        """Whether an estimator is made where none was given: `if estimator is None`."""
        node: ast.AST | None = call.node
        while node is not None and not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            test = node.test if isinstance(node, (ast.If, ast.IfExp)) else None
            if isinstance(test, ast.Compare) and any(getattr(one, "value", 0) is None for one in test.comparators):
                return True
            node = self._module.nodes.around.get(node)
        return False


def _weighted(node: ast.Call) -> bool:
    values = [keyword.value for keyword in node.keywords if keyword.arg in _WEIGHTS]
    return any(not (isinstance(one, ast.Constant) and one.value in (None, False, 1)) for one in values)


def _around(module: Module) -> dict[int, list[ast.Call]]:
    """The calls that each call is an argument of, at any depth."""
    found: dict[int, list[ast.Call]] = {}
    for call in module.calls:
        for argument in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
            if not isinstance(argument, (ast.Constant, ast.Name, ast.Attribute)):
                for node in walk(argument):
                    if isinstance(node, ast.Call):
                        found.setdefault(id(node), []).append(call.node)
    return found
