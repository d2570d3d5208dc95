"""Whether what a project keeps was chosen, or taken as it came."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate

_SHOWN = 4
# A file that holds a Python object: a model, where a run trains one.
_OBJECTS = frozenset({"pickle", "joblib", "model"})


@predicate
def kept(node: Node, graph: Graph) -> bool:
    """Some run of this code, of the project's own, saves a model or the objects that it made."""
    return any(_saves(one) for run in graph.runners(node) if run.own for one in graph.reached(run))


def _saves(node: Node) -> bool:
    return node.kind == "model" or (node.kind == "write" and node.fields.get("format") in _OBJECTS)


@predicate
def chosen(estimator: Node, graph: Graph) -> Answer:
    """At least one of the main hyperparameters is set or searched for; None where a search in its run may take it."""
    uses = (use for run in graph.runners(estimator) for use in graph.reach(run, "use"))
    searched = any(use.fields.get("purpose") == "search" for use in uses)
    value, names = estimator.fields.get("configured"), estimator.fields.get("hyperparameters")
    listed = list(names) if isinstance(names, tuple) else []
    shown = [*listed[:_SHOWN], "..."] if len(listed) > _SHOWN else listed
    return Answer(value if value is True or (value is False and not searched) else None, ", ".join(shown))
