"""Which of several subjects speaks, where a rule has one thing to say of them all."""

from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate


@predicate
def first_in_run(node: Node, graph: Graph) -> bool:
    """Some script, notebook or task of the project's own meets no other subject of this kind before it."""
    return node.id in _of_runs(graph, node.kind)


@predicate
def first_in_file(node: Node, graph: Graph) -> bool:
    """No other subject of this kind stands before it in its file."""
    return node.id in _of_files(graph, node.kind, "")


@predicate
def first_of_name(node: Node, graph: Graph) -> bool:
    """No other subject of this kind names the same `uri` before it in its file."""
    return node.id in _of_files(graph, node.kind, "uri")


@lru_cache(maxsize=4)
def _of_runs(graph: Graph, kind: str) -> frozenset[str]:
    first: set[str] = set()
    for run in (*graph.of_kind("entry_point"), *graph.of_kind("task")):
        if run.own:
            # The file of the run itself comes before those that it imports.
            files = {run.location.path, *(file.location.path for file in graph.linked(run, "runs"))}
            met = [one for one in graph.reach(run, kind) if one.own]
            ordered = sorted(met, key=lambda one: (one.location.path not in files, one.location, one.id))
            first.update(one.id for one in ordered[:1])
    return frozenset(first)


@lru_cache(maxsize=8)
def _of_files(graph: Graph, kind: str, field: str) -> frozenset[str]:
    first: dict[tuple[object, ...], str] = {}
    for one in sorted(graph.of_kind(kind), key=lambda one: (one.location, one.id)):
        value = one.fields.get(field) if field else None
        # What has no such name is a subject of its own; of two versions of a name one may be fixed.
        apart = one.id if field and not isinstance(value, str) else one.fields.get("pinned")
        first.setdefault((one.location.path, value, apart), one.id)
    return frozenset(first.values())
