"""A pipeline that a compiler made from source of the repository is that pipeline, and counts once."""

import re

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node


def compiled(graph: Graph) -> None:
    """Takes out the compiled form where the source is there, and copies of one compiled form."""
    known = {_name(node) for node in graph.of_kind("pipeline") if node.fields.get("compiled") is not True}
    seen: set[tuple[str, ...]] = set()
    for node in list(graph.of_kind("pipeline")):
        if node.fields.get("compiled") is not True:
            continue
        parts = graph.linked(node, "parts")
        same = (_name(node), *sorted(part.name for part in parts))
        if _name(node) in known or same in seen:
            for one in (*parts, node):
                graph.remove(one)
        seen.add(same)


def _name(node: Node) -> str:
    """How compilers write a name: in lower case, with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", node.name.lower()).strip("-")
