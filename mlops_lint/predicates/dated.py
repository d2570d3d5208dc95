"""Whether a task that runs on a schedule takes its date from the run, and a file is read without doing work."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.steps import seen

_AT_IMPORT = ("import-work", "moving-setting")
# What asks how things are now: of a run for the past it would have to say the same.
_WATCHES = re.compile(
    r"(?i)(?:^|[-_./])(?:monitor\w*|health\w*|heartbeat|freshness|stale\w*|watch\w*|alerts?|sla)(?:$|[-_./])"
)


@predicate
def scheduled_task(task: Node, graph: Graph) -> bool:
    """A task belongs to a pipeline that an orchestrator runs on a schedule."""
    return any(
        one.fields.get("managed") is True and isinstance(one.fields.get("schedule"), str)
        for one in graph.linked(task, "part_of")
    )


@predicate
def dated_by_run(task: Node, graph: Graph) -> Answer:
    """No code of a task asks the clock which data are meant."""
    clocks = [one for one in graph.reach(task, "use") if one.fields.get("purpose") == "clock"]
    if clocks:
        first = min(clocks, key=lambda one: one.location)
        related = tuple(Related(one.location, f"{one.name} says which data are meant") for one in clocks)
        return Answer(False, f"{first.name} in {first.location.path}", related)
    # Of a command with a template of the run nothing more is asked.
    return Answer(True if seen(task, graph) and graph.reached(task) else None)


@predicate
def watches_now(task: Node, graph: Graph) -> bool:
    """A task is named for looking at how things are now, and leaves no data of its own behind."""
    return _WATCHES.search(task.name) is not None and not any(one.kind == "write" for one in graph.reached(task))


@predicate
def light_to_read(pipeline: Node, graph: Graph) -> Answer:
    """To read the file of a pipeline does no work, and its settings are the same each time."""
    path = pipeline.location.path
    here = (pipeline.location, pipeline.id)
    others = [one for one in graph.in_file(path, "pipeline") if (one.location, one.id) < here]
    uses = [one for one in graph.in_file(path, "use") if one.fields.get("purpose") in _AT_IMPORT] if not others else []
    if uses:
        first = min(uses, key=lambda one: (one.fields.get("purpose") != "import-work", one.location))
        said = "runs" if first.fields.get("purpose") == "import-work" else "gives another value"
        related = tuple(Related(one.location, f"{one.name}") for one in uses[:10])
        return Answer(False, f"{first.name} {said}", related, first.location)
    moves = pipeline.fields.get("start_moves")
    if moves is True:
        return Answer(False, "its start date moves")
    return Answer(True if moves is False else None)
