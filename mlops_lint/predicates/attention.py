"""Who notices when something fails."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate


@predicate
def failure_told(pipeline: Node, graph: Graph) -> bool | None:
    """Somebody is told when a pipeline fails: by its own settings, those of all its tasks, or a monitor or alert."""
    own = pipeline.fields.get("alerts")
    if own is True or graph.linked(pipeline, "watched_by"):
        return True
    told = {task.fields.get("alerts") for task in graph.linked(pipeline, "parts")}
    if told == {True}:
        return True
    return False if own is False and told <= {False} else None
