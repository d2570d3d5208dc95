"""Whether a group of features can be found and trusted by others, and how old its values may be."""

import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.tables import on_schedule

_COMMAND = re.compile(r"\bfeast\b.*\bmaterialize", re.DOTALL)


@predicate
def sharable(view: Node, _graph: Graph) -> Answer:
    """A group of features names an owner, says what it holds and carries tags; None where a store may know of it."""
    fields = view.fields
    missing = [
        what
        for what, absent in (
            ("owner", fields.get("owner", "") is None),
            ("description", fields.get("described") is False),
            ("tags", fields.get("tagged") is False),
        )
        if absent
    ]
    if missing:
        return Answer(False, " and no ".join(missing))
    return Answer(True if {"owner", "described", "tagged"} <= fields.keys() else None)


@predicate
def fresh(view: Node, graph: Graph) -> Answer:
    """Its values have an age after which they are too old, and something brings new ones on a schedule.

    None where it has such an age, and what brings new ones is not in the repository or not on a schedule there.
    """
    age = view.fields.get("ttl", -1)
    if age is None or age == 0:
        return Answer(False, "no ttl" if age is None else "a ttl of zero, which is none")
    if age == -1:
        return Answer(None)
    if view.fields.get("refreshed") is True or view.fields.get("online") is False:
        return Answer(True)
    return Answer(True if _materialised(graph) else None)


@lru_cache(maxsize=8)
def _materialised(graph: Graph) -> bool:
    """A task of a pipeline that runs on a schedule brings features to the online store."""
    calls = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "materialize"]
    if any(on_schedule(one, graph) for one in calls):
        return True
    tasks = [one for one in graph.of_kind("task") if _COMMAND.search(str(one.fields.get("command") or ""))]
    pipelines = [one for task in tasks for one in graph.linked(task, "part_of")]
    return any(isinstance(one.fields.get("schedule"), str) for one in pipelines)
