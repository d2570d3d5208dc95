"""Monitors and alerts against what they watch: the deployment or service that their queries name."""

from mlops_lint.graph.deployed import names_of, plain
from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

_WATCHING = ("monitor", "alert")


def watched(graph: Graph) -> None:
    """Links what watches to the deployments of the name that it selects; a name of several projects = unknown."""
    named: dict[str, list[Node]] = {}
    for node in graph.of_kind("deployment"):
        if node.context != "test":
            for name in names_of(node, graph):
                named.setdefault(name, []).append(node)
    for kind in _WATCHING:
        for node in graph.of_kind(kind):
            for link in list(node.dangling):
                scheme, _, name = link.symbol.removeprefix("?").partition(":")
                found = named.get(plain(name), []) if link.role == "watches" and scheme == "deployment" else []
                if len({one.name for one in found}) == 1:
                    for one in found:
                        graph.connect(node.id, "watches", one.id)
    _of_itself(graph)


def _of_itself(graph: Graph) -> None:
    """A metric that stands in the file of a service tells of that service."""
    for node in graph.of_kind("monitor"):
        if node.fields.get("what") == "metric":
            for service in graph.in_file(node.location.path, "service"):
                graph.connect(node.id, "watches", service.id)
