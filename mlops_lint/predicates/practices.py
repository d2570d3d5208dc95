"""Whether a project does what belongs to the models that it keeps: search, weigh features, explain, look at groups."""

import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.choices import kept
from mlops_lint.predicates.models import serves_model
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.seeding import is_run
from mlops_lint.predicates.tables import unstructured

# What a tool for a purpose may be called that our tables do not know; an import or file of that name leaves it open.
_MAY_SERVE = {
    "search": re.compile(
        r"(?i)tun(?:e|er|ing)\b|sweep|automl|hpo\b|hyper_?(?:opt|param)|katib|grid_?search|ablation|optuna|^hydra$"
    ),
    "feature-worth": re.compile(r"(?i)importance|ablation|feature_?(?:selection|select|worth)|shap"),
    "explanation": re.compile(r"(?i)explain|interpret|shap|saliency|grad_?cam|\bxai\b|attribution"),
    "fairness": re.compile(r"(?i)fair|bias|\bslic(?:e|ing)|protected|demographic|subgroup"),
}
# Of these one asks which columns are worth their place.
_TABULAR = frozenset({"sklearn", "xgboost", "lightgbm", "catboost"})


# Loops by hand, of networks that take days, are not searched by a tool as a rule.
_SEARCHED = _TABULAR | {"keras", "tensorflow", "tf_keras", "lightning", "pytorch_lightning"}


@predicate
def first_kept(node: Node, graph: Graph) -> bool:
    """The first training or model of a project whose run keeps what it trained, by which the rule speaks of all."""
    return node.id == _first_kept(graph, node.kind, False)


@predicate
def first_tabular(training: Node, graph: Graph) -> bool:
    """The first kept training of a project that learns from a table."""
    return training.id == _first_kept(graph, training.kind, True)


@predicate
def searched(training: Node, graph: Graph) -> bool | None:
    """Hyperparameters are searched for, or several models compared, somewhere in the repository."""
    runs = [one for one in graph.runners(training) if one.own]
    compared = any(len({one.name for one in graph.reach(run, "estimator") if one.own}) > 1 for run in runs)
    beside = {one.name for one in graph.in_file(training.location.path, "estimator") if "hyperparameters" in one.fields}
    tried = len(beside) > 2 or any(one.fields.get("searched") is True for one in graph.of_kind("estimator") if one.own)
    return True if compared or tried else _practised("search", graph)


@predicate
def has_choices(training: Node, graph: Graph) -> bool:
    """What is trained has hyperparameters that matter, and is of a size that is trained more than once."""
    library = training.fields.get("library")
    if library != "sklearn":
        return library in _SEARCHED
    runs = [one for one in graph.runners(training) if one.own]
    return any("hyperparameters" in one.fields for run in runs for one in graph.reach(run, "estimator"))


@predicate
def weighed(_training: Node, graph: Graph) -> bool | None:
    """What features are worth to a model is computed somewhere in the repository."""
    return True if _practised("explanation", graph) else _practised("feature-worth", graph)


@predicate
def explained(_model: Node, graph: Graph) -> bool | None:
    """A method that explains predictions is used somewhere in the repository."""
    return _practised("explanation", graph)


@predicate
def served(_model: Node, graph: Graph) -> bool:
    """Some service of the project's own serves a model."""
    return any(one.own and serves_model(one, graph) for one in graph.of_kind("service"))


@predicate
def about_people(model: Node, graph: Graph) -> bool:
    """The data of the runs that make a model names protected attributes of people."""
    return bool(_protected(model, graph))


@predicate
def looked_at_by_group(model: Node, graph: Graph) -> Answer:
    """A fairness or slice evaluation is made somewhere in the repository."""
    return Answer(_practised("fairness", graph), ", ".join(sorted(_protected(model, graph))))


def _protected(model: Node, graph: Graph) -> set[str]:
    runs = [one for one in graph.runners(model) if one.own]
    found = (read.fields.get("protected") for run in runs for read in graph.reach(run, "read"))
    return {name for names in found if isinstance(names, tuple) for name in names}


@lru_cache(maxsize=8)
def _first_kept(graph: Graph, kind: str, tabular: bool) -> str:
    for one in sorted(graph.of_kind(kind), key=lambda one: (one.location, one.id)):
        if tabular and (one.fields.get("library") not in _TABULAR or unstructured(one, graph)):
            continue
        if one.own and one.fields.get("checkpoint") is not True and is_run(one, graph) and kept(one, graph):
            return one.id
    return ""


@lru_cache(maxsize=8)
def _practised(purpose: str, graph: Graph) -> bool | None:
    # What was tried in a notebook is no practice of scripts that train.
    aside = {"test", "notebook"} if any(one.context == "source" for one in graph.of_kind("training")) else {"test"}
    if any(one.fields.get("purpose") == purpose and one.context not in aside for one in graph.of_kind("use")):
        return True
    names = [*(str(one.fields.get("top", "")) for one in graph.of_kind("import")), *graph.paths.files]
    return None if any(_MAY_SERVE[purpose].search(name) for name in names) else False
