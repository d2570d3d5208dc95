"""Whether somebody is told by an alert, and understands it."""

from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate


@predicate
def answered(alert: Node, graph: Graph) -> Answer:
    """An alert says how bad it is, what it means, and who is told; None where only who is told is not known."""
    receiver = alert.fields.get("receiver", "") if "receiver" in alert.fields or not _routed(graph) else "the route"
    missing = [
        what
        for what, absent in (
            ("severity", alert.fields.get("severity", "") is None),
            ("description", alert.fields.get("described") is False),
            ("receiver", receiver is None),
        )
        if absent
    ]
    if missing:
        return Answer(False, " and no ".join(missing))
    # A system without severities has no place for one.
    known = receiver and "described" in alert.fields
    return Answer(True if known else None)


@lru_cache(maxsize=8)
def _routed(graph: Graph) -> bool:
    """A route of the repository takes every alert and tells somebody."""
    return any(one.own and one.fields.get("purpose") == "alert-route" for one in graph.of_kind("use"))
