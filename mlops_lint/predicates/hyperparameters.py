"""Which hyperparameters a training is given, and whether they can be changed without changing the code."""

from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate


@predicate
def tunable(training: Node, graph: Graph) -> bool:
    """Hyperparameters of this training stand at calls of libraries."""
    return training.id in _of_trainings(graph)


@predicate
def configurable(training: Node, graph: Graph) -> Answer:
    """None of the hyperparameters of this training is a literal at its call."""
    given = _of_trainings(graph).get(training.id, [])
    fixed = [one for one in given if one.fields.get("origin") == "literal"]
    said = [f"{one.name}={one.fields.get('value', '?')}" for one in fixed]
    related = tuple(Related(one.location, f"{text} stands here") for one, text in zip(fixed, said, strict=True))
    # What is computed may be found by a search, or read in a way that we do not follow.
    known = not fixed and any("origin" in one.fields for one in given)
    return Answer(False if fixed else known or None, ", ".join(dict.fromkeys(said)), related)


@predicate
def exploratory(node: Node, graph: Graph) -> bool:
    """A notebook that no task runs: to try values there is what it is for."""
    return node.context == "notebook" and not any(run.kind == "task" for run in graph.runners(node))


@lru_cache(maxsize=2)
def _of_trainings(graph: Graph) -> dict[str, list[Node]]:
    """Training -> its hyperparameters: those before it in its body, or in a body from which it is reached."""
    found: dict[str, list[Node]] = {}
    for one in graph.of_kind("hyperparameter"):
        for body in graph.linked(one, "within"):
            training = _training(one, body, graph)
            if training is not None:
                found.setdefault(training.id, []).append(one)
    return found


def _training(one: Node, body: Node, graph: Graph) -> Node | None:
    """The next training behind a hyperparameter in its body, else the first that the body reaches in its file."""
    beside = sorted((n for n in graph.linked(body, "holds") if n.kind == "training"), key=lambda n: n.location)
    after = [
        n for n in beside if (n.location.end_line, n.location.end_column) >= (one.location.line, one.location.column)
    ]
    if after or beside:
        return (after or beside[-1:])[0]
    path = one.location.path
    reached = sorted(graph.reach(body, "training"), key=lambda n: (n.location.path != path, n.location))
    return reached[0] if reached else None
