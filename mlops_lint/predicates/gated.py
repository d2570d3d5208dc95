"""Whether what a pipeline makes is checked on every way to where it is used."""

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer
from mlops_lint.predicates.steps import before, chooses, seen, steps, tasks_of

_GATES = {"check": "check of the data", "evaluate": "evaluation", "compare": "comparison that could stop it"}


def every_path_passes(pipeline: Node, graph: Graph, start: str, end: str, gate: str) -> Answer:
    """Whether every way from a task that takes the step `start` to one that takes `end` leads through a `gate`.

    A task that takes several steps takes them all: one that trains, evaluates and deploys passes its own evaluation.
    Of several starts one after the other the first counts; where no task is one, the ways begin where the pipeline
    does. None = a task on the way cannot be seen.
    """
    tasks = tasks_of(pipeline, graph)
    ids = {task.id for task in tasks}
    starts = _origins([task for task in tasks if start in steps(task, graph)], graph)
    open_way: list[Node] = []
    for last in (task for task in tasks if end in steps(task, graph)):
        way, hidden = _way(last, starts, ids, gate, graph)
        if way and not hidden:
            said = f"no {_GATES.get(gate, gate)} on the way {' -> '.join(one.name for one in way)}"
            return Answer(False, said, _related(way))
        open_way = open_way or way
    return Answer(None if open_way else True)


def _origins(starts: list[Node], graph: Graph) -> set[str]:
    """Those of the starts that wait for no other."""
    ids = {one.id for one in starts}
    return {one.id for one in starts if ids.isdisjoint(two.id for two in graph.follow(one, ("depends_on",)))}


def _way(last: Node, starts: set[str], ids: set[str], gate: str, graph: Graph) -> tuple[list[Node], bool]:
    """A way that meets no gate, from its start, and whether each such way leads through a task that is not seen."""
    hidden_way: list[Node] = []
    for through_hidden in (False, True):
        waiting: list[list[Node]] = [[last]]
        met = {last.id}
        while waiting:
            way = waiting.pop()
            task = way[0]
            hidden = not seen(task, graph) or (gate == "compare" and chooses(task))
            if gate in steps(task, graph) or (hidden and not through_hidden):
                continue
            earlier = [one for one in before(task, graph) if one.id in ids]
            if task.id in starts or not (starts or earlier):
                if not through_hidden:
                    return way, False
                hidden_way = way
                break
            for one in earlier:
                if one.id not in met:
                    met.add(one.id)
                    waiting.append([one, *way])
    return hidden_way, True


def _related(way: list[Node]) -> tuple[Related, ...]:
    return tuple(Related(one.location, f"task '{one.name}' is on the way") for one in way)
