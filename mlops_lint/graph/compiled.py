"""A pipeline that a compiler made from source of the repository is that pipeline, and counts once."""

import posixpath
import re

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# Fewer tasks of the same names may be those of two pipelines.
_ENOUGH = 3


def compiled(graph: Graph) -> None:
    """Takes out the compiled form where the source is there, and copies of one compiled form."""
    sources = [node for node in graph.of_kind("pipeline") if node.fields.get("compiled") is not True]
    known = {_name(node) for node in sources}
    # Where the source was given another name since, its tasks are still the same.
    beside = {(_folder(node), *_tasks(graph, node)) for node in sources}
    seen: set[tuple[str, ...]] = set()
    for node in list(graph.of_kind("pipeline")):
        if node.fields.get("compiled") is not True:
            continue
        parts, tasks = graph.linked(node, "parts"), _tasks(graph, node)
        same = (_name(node), *tasks)
        if _name(node) in known or same in seen or (len(tasks) >= _ENOUGH and (_folder(node), *tasks) in beside):
            for one in (*parts, node):
                graph.remove(one)
        seen.add(same)


def _tasks(graph: Graph, node: Node) -> tuple[str, ...]:
    """The tasks of a pipeline, whatever group they stand in."""
    return tuple(sorted(part.name.rpartition(".")[2] for part in graph.linked(node, "parts")))


def _folder(node: Node) -> str:
    return posixpath.dirname(node.location.path)


def _name(node: Node) -> str:
    """How compilers write a name: in lower case, with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", node.name.lower()).strip("-")
