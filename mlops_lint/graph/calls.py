"""What the whole repository tells of calls: which methods run where an instance is made, and what commands start."""

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node


def instances(graph: Graph) -> None:
    """Whoever makes an instance runs what Python calls by itself; where it may be handed on, any method."""
    for made in graph.of_kind("function"):
        for maker in graph.linked(made, "made_by"):
            called = graph.linked(made, "calls")
            if made.fields.get("closed") is True and not graph.linked(made, "holds"):
                for one in called:
                    if not one.id.startswith(f"{made.id}.") or one.id.startswith(f"{made.id}.__"):
                        graph.connect(maker.id, "calls", one.id)
            else:
                graph.connect(maker.id, "calls", made.id)


def commands(graph: Graph) -> None:
    """A command that an installation brings is shown where its function stands, unless a run starts there already."""
    for node in list(graph.of_kind("entry_point")):
        if node.fields.get("how") == "command":
            function = next((one for one in graph.linked(node, "starts") if one.fields.get("what") != "module"), None)
            if function is None or _is_started(function, graph):
                graph.remove(node)
            else:
                node.context = function.context
                graph.move(node, function.location)


def _is_started(function: Node, graph: Graph) -> bool:
    others = graph.in_file(function.location.path, "entry_point")
    return any(one.fields.get("how") in ("main", "script") for one in others)
