"""Tabular data on its way to a model: what is trained on, and how it is looked at before."""

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.training import trains
from mlops_lint.predicates.registry import predicate


@predicate
def may_be_trained_on(read: Node, graph: Graph) -> bool:
    """What this call reads is trained on, or nothing in the project is seen to train."""
    if read.fields.get("trained") is False:
        return False
    return trains(read, graph) or not any(one.own for one in graph.of_kind("training"))


@predicate
def on_schedule(node: Node, graph: Graph) -> bool:
    """A task of a pipeline that runs on a schedule runs this code."""
    tasks = [one for one in graph.runners(node) if one.kind == "task" and one.own]
    pipelines = [one for task in tasks for one in graph.linked(task, "part_of")]
    return any(isinstance(one.fields.get("schedule"), str) for one in pipelines)
