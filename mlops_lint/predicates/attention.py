"""Who notices when something fails."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate

_TELLS = re.compile(r"(?i)alert|telegram|pagerduty|opsgenie|on_fail|(?:notify|send|report)_\w*(?:fail|error)")


@predicate
def failure_told(pipeline: Node, graph: Graph) -> bool | None:
    """Somebody is told when a pipeline fails: by its own settings, those of all its tasks, or a monitor or alert."""
    own = pipeline.fields.get("alerts")
    if own is True or graph.linked(pipeline, "watched_by"):
        return True
    tasks = graph.linked(pipeline, "parts")
    told = {task.fields.get("alerts") for task in tasks}
    if told == {True}:
        return True
    # Whether code of its own tells of failures is not followed.
    if any(_TELLS.search(code.name) for task in tasks for code in graph.follow(task, ("starts", "runs", "calls"))):
        return None
    return False if own is False and told <= {False} else None
