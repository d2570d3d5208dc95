"""Whether what a pipeline makes is checked before it is used."""

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer
from mlops_lint.predicates.steps import before, chooses, seen, steps, tasks_of

_GATES = {"check": "check of the data", "evaluate": "evaluation", "compare": "comparison that could stop it"}


def every_path_passes(pipeline: Node, graph: Graph, start: str, end: str, gate: str) -> Answer:
    """Whether no task that takes the step `end` can start after one that takes `start` without a `gate` in between.

    A task starts when all that it waits for has succeeded: a gate on one of two ways closes the other, too.
    A task that takes several steps takes them all: one that trains, evaluates and deploys passes its own evaluation.
    Of several starts one after the other the first counts; where no task is one, the ways begin where the pipeline
    does. None = a task in between cannot be seen.
    """
    tasks = tasks_of(pipeline, graph)
    ids = {task.id for task in tasks}
    starts = _origins([task for task in tasks if start in steps(task, graph)], graph)
    unknown = False
    for last in (task for task in tasks if end in steps(task, graph)):
        between = _between(last, starts, ids, graph)
        if not between or any(gate in steps(task, graph) for task in between):
            continue
        if any(not seen(task, graph) or (gate == "compare" and chooses(task)) for task in between):
            unknown = True
            continue
        way = _way(last, starts, ids, graph)
        return Answer(
            False, f"no {_GATES.get(gate, gate)} on the way {' -> '.join(one.name for one in way)}", _related(way)
        )
    return Answer(None if unknown else True)


def _origins(starts: list[Node], graph: Graph) -> set[str]:
    """Those of the starts that wait for no other."""
    ids = {one.id for one in starts}
    return {one.id for one in starts if ids.isdisjoint(two.id for two in graph.follow(one, ("depends_on",)))}


def _between(last: Node, starts: set[str], ids: set[str], graph: Graph) -> list[Node]:
    """All that stands on some way from a start to the last task, both included; empty where none leads there."""
    earlier = _earlier(last, ids, graph)
    if not starts:
        return earlier
    return [one for one in earlier if not starts.isdisjoint(two.id for two in _earlier(one, ids, graph))]


def _earlier(last: Node, ids: set[str], graph: Graph) -> list[Node]:
    """A task and all that it waits for, in other pipelines too that start its own."""
    found = {last.id: last}
    waiting = [last]
    for task in waiting:
        for one in before(task, graph):
            if one.id in ids and one.id not in found:
                found[one.id] = one
                waiting.append(one)
    return list(found.values())


def _way(last: Node, starts: set[str], ids: set[str], graph: Graph) -> list[Node]:
    """The shortest way from a start, or from where the pipeline begins, to the last task."""
    waiting = [[last]]
    met = {last.id}
    for way in waiting:
        earlier = [one for one in before(way[0], graph) if one.id in ids]
        if way[0].id in starts or not (starts or earlier):
            return way
        for one in earlier:
            if one.id not in met:
                met.add(one.id)
                waiting.append([one, *way])
    return [last]


def _related(way: list[Node]) -> tuple[Related, ...]:
    return tuple(Related(one.location, f"task '{one.name}' is on the way") for one in way)
