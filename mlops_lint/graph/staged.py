"""Jobs of files that a workflow includes: they come after those of the stages before, in whatever file these are.

Source: https://docs.gitlab.com/ci/yaml/includes/ and https://docs.gitlab.com/ci/yaml/#stages
"""

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# Files that include files, and jobs of one workflow: more is made to be more.
_FILES = 100
_EDGES = 20_000


def staged(graph: Graph) -> None:
    """Puts the jobs of a workflow in the order of its stages, where it includes files."""
    for root in graph.of_kind("pipeline"):
        stages = root.fields.get("stages")
        if isinstance(stages, tuple):
            files = _files(root, graph)
            if len(files) > 1:
                _order(stages, [task for one in files for task in graph.linked(one, "parts")], graph)


def _files(root: Node, graph: Graph) -> list[Node]:
    """The pipelines of the file and of all that it includes, each once."""
    found = [root]
    for one in found:
        for file in graph.linked(one, "needs"):
            inner = graph.nodes.get(f"pipeline:{file.name}")
            if inner is not None and inner not in found and len(found) < _FILES:
                found.append(inner)
    return found


def _order(stages: tuple[str, ...], tasks: list[Node], graph: Graph) -> None:
    inside = {task.id for task in tasks}
    places: dict[str, list[Node]] = {}
    for task in tasks:
        stage = task.fields.get("stage")
        if isinstance(stage, str):
            places.setdefault(stage, []).append(task)
    before: list[Node] = []
    edges = _EDGES
    for stage in stages:
        now = places.get(stage, [])
        edges -= len(now) * len(before)
        if edges < 0:
            return
        for task in now:
            for other in graph.linked(task, "depends_on"):
                # Of one file alone another stage was the nearest.
                if other.id in inside and other not in before:
                    graph.disconnect(task.id, "depends_on", other.id)
            for other in before:
                graph.connect(task.id, "depends_on", other.id)
        before = now or before
