"""Whether a model is measured by what matters of its data."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate

# Where what is looked for is rare.
_RARE = re.compile(r"(?i)fraud|churn|attrition|anomal(?:y|ies)|intrusion|bankrupt|imbalanc|loan_?default")
_MEASURES = re.compile(r"(?i)metric|report|evaluat|roc|auc|f1|recall|precision|confusion|kappa|lift|gain")


@predicate
def rare_class(evaluation: Node, graph: Graph) -> bool:
    """The data of an evaluation has classes that are weighted or resampled, or a target that is rare by its name."""
    return bool(_rarity(evaluation, _around(evaluation, graph)))


@predicate
def beyond_accuracy(evaluation: Node, graph: Graph) -> Answer:
    """The same run measures something else than accuracy too."""
    around = _around(evaluation, graph)
    measured = [one.fields for one in around if one.kind == "evaluation" and one.fields.get("metric", "") is not None]
    detail = _rarity(evaluation, around)
    if any(fields.get("metric", "accuracy") != "accuracy" for fields in measured):
        return Answer(True, detail)
    hidden = any("metric" not in fields for fields in measured)
    bodies = [one for one in around if one.kind == "function"] + graph.in_file(evaluation.location.path, "function")
    unseen = any(_MEASURES.search(link.symbol) for body in bodies for link in body.dangling if link.role == "calls")
    return Answer(None if hidden or unseen else False, detail)


@predicate
def first_measure(evaluation: Node, graph: Graph) -> bool:
    """The first accuracy in its file."""
    every = graph.in_file(evaluation.location.path, "evaluation")
    same = [(one.location, one.id) for one in every if one.fields.get("metric") == "accuracy"]
    return (evaluation.location, evaluation.id) == min(same, default=None)


def _rarity(evaluation: Node, around: list[Node]) -> str:
    """Why some class is taken to be rare; empty where nothing says so."""
    if any(one.kind == "estimator" and one.fields.get("weighted") is True for one in around):
        return "class weights"
    if any(one.fields.get("method") == "fit_resample" or one.name.startswith("imblearn.") for one in around):
        return "resampled classes"
    named = [evaluation.location.path, *(str(one.fields.get("uri", "")) for one in around if one.kind == "read")]
    found = next((match[0] for name in named if (match := _RARE.search(name))), "")
    return f"a target as rare as {found}" if found else ""


def _around(evaluation: Node, graph: Graph) -> list[Node]:
    """All subjects in the runs of an evaluation, or in its file where nothing runs it."""
    runs = [one for one in graph.runners(evaluation) if one.context != "test"]
    found = {one.id: one for run in runs or graph.bodies(evaluation.location.path) for one in graph.reached(run)}
    for kind in ("evaluation", "estimator", "transform", "read"):
        found.update((one.id, one) for one in graph.in_file(evaluation.location.path, kind))
    return list(found.values())
