"""Whether a model is measured, and on rows that it has not seen."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate

_MEASURES = re.compile(r"(?i)eval|valid|score|metric|accura|measure")


@predicate
def held_out(training: Node, graph: Graph) -> bool | None:
    """A model is measured on rows that it was not fitted on; None where some other file may do so."""
    if training.fields.get("held_out") is not False:
        return True if training.fields.get("held_out") else None
    if training.fields.get("test_rows_seen") is True:
        return False
    # It was measured on its own rows, to compare, where something else is measured on others.
    path = training.location.path
    kept = any(model.location.path == path for model in graph.of_kind("model")) or _is_imported(training, graph)
    others = [one for one in graph.of_kind("evaluation") if one.own and one.fields.get("on") != "train"]
    return None if any(kept or one.location.path == path for one in others) else False


@predicate
def measured(training: Node, graph: Graph) -> bool | None:
    """Something measures the model of a training; None where some part of the repository may do so."""
    if "held_out" in training.fields:
        return True
    runs = [one for run in graph.runners(training) for one in graph.reached(run)]
    if any(one.kind == "evaluation" for one in runs):
        return True
    if training.fields.get("unmeasured") is not True:
        return None
    # A model that is kept can be measured by whoever reads it.
    others = (*graph.of_kind("evaluation"), *(use for use in graph.of_kind("use") if _is_evaluation(use)))
    named = (one for kind in ("function", "task", "file") for one in graph.of_kind(kind) if one.context != "vendored")
    return None if any(one.own for one in others) or any(_MEASURES.search(one.name) for one in named) else False


def _is_evaluation(use: Node) -> bool:
    return use.fields.get("purpose") in ("evaluation", "comparison")


def _is_imported(node: Node, graph: Graph) -> bool:
    """Whether other files use what stands in this one."""
    modules = [one for one in graph.of_kind("module") if one.location.path == node.location.path]
    return any(graph.linked(one, "imported_by") for one in modules)
