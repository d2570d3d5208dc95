"""Whether trainings are recorded, models kept by version, services watched."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate

# What these load is data or settings, in formats that can hold code.
_NO_MODELS = frozenset({"yaml", "pandas", "numpy"})
_WATCHES = frozenset({"monitoring", "drift", "prediction-log"})


@predicate
def tracked(training: Node, graph: Graph) -> bool | None:
    """A run of this training records itself in a tracker."""
    if training.fields.get("tracked") is True:
        return True
    purposes = frozenset({"tracking"})
    return _run_uses(training, graph, purposes) or any(
        _run_uses(task, graph, purposes) for task in _same_pipeline(training, graph)
    )


@predicate
def kept_by_version(model: Node, graph: Graph) -> bool | None:
    """A saved model goes to a registry or a versioned store."""
    if model.fields.get("registered") is True:
        return True
    for data in graph.linked(model, "writes"):
        for one in (data, *graph.follow(data, ("inside",))):
            if one.fields.get("versioned_by") not in (None, "git"):
                return True
    return _run_uses(model, graph, frozenset({"registry"})) or _run_registers(model, graph)


@predicate
def serves_model(service: Node, graph: Graph) -> bool:
    """The program of a service loads or calls a model."""
    loads = [one for one in _around(service, graph) if one.kind == "model_load"]
    return any(one.fields.get("library") not in _NO_MODELS for one in loads)


@predicate
def watched(_service: Node, graph: Graph) -> bool:
    """Something observes the predictions of a service, in its own code or in the repository."""
    return any(one.fields.get("purpose") in _WATCHES for one in graph.of_kind("use") if one.context != "test")


def _same_pipeline(node: Node, graph: Graph) -> list[Node]:
    """All tasks of the pipelines that run this code: one of them may record for the others."""
    tasks = [one for one in graph.runners(node) if one.kind == "task"]
    pipelines = {one.id: one for task in tasks for one in graph.linked(task, "part_of")}
    return [task for pipeline in pipelines.values() for task in graph.linked(pipeline, "parts")]


def _around(node: Node, graph: Graph) -> list[Node]:
    """All subjects in the runs that this belongs to, and in its own file."""
    runners = (
        [node]
        if node.kind == "task"
        else graph.runners(node)
        or [
            one
            for one in graph.of_kind("function")
            if one.location.path == node.location.path and one.fields.get("what") == "module"
        ]
    )
    found = {one.id: one for runner in runners for one in graph.reached(runner)}
    return list(found.values())


def _run_uses(node: Node, graph: Graph, purposes: frozenset[str]) -> bool:
    return any(one.kind == "use" and one.fields.get("purpose") in purposes for one in _around(node, graph))


def _run_registers(node: Node, graph: Graph) -> bool:
    return any(one.kind == "model" and one.fields.get("registered") is True for one in _around(node, graph))
