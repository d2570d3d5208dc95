"""The order of tasks that are joined by patterns of files: who gives what another takes comes first."""

import re
from collections import defaultdict
from functools import cache

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# Stands for a wildcard of the one who takes: any text that the wildcard of the one who gives may be.
_SOME = "\x01"


def ordered_by_patterns(graph: Graph) -> None:
    """Within each pipeline, a task waits for those of which a pattern that they give is what it takes."""
    pipelines: dict[str, list[Node]] = defaultdict(list)
    for task in graph.of_kind("task"):
        if isinstance(task.fields.get("gives"), tuple):
            for pipeline in graph.linked(task, "part_of"):
                pipelines[pipeline.id].append(task)
    for tasks in pipelines.values():
        givers = [(task, pattern) for task in tasks for pattern in _texts(task, "gives")]
        for task in tasks:
            for taken in _taken(task, graph):
                for giver in _best(taken, task, givers):
                    graph.connect(task.id, "depends_on", giver.id)
        for task in tasks:
            for same in (text[1:] for text in _texts(task, "takes") if text.startswith("@task:")):
                for giver in graph.linked(graph.nodes[same], "depends_on") if same in graph.nodes else ():
                    if giver is not task:
                        graph.connect(task.id, "depends_on", giver.id)


def _taken(task: Node, graph: Graph) -> list[str]:
    """What a task takes; `@` before the symbol of a function stands for all paths that are in it."""
    found: list[str] = []
    for text in _texts(task, "takes"):
        holder = graph.nodes.get(text[1:]) if text.startswith("@") else None
        value = holder.fields.get("value") if holder is not None else (text,)
        found.extend(value if isinstance(value, tuple) else ())
    return list(dict.fromkeys(found))


def _best(taken: str, task: Node, givers: list[tuple[Node, str]]) -> list[Node]:
    """Who gives what is taken; where somebody gives just that, or less, wider patterns are not meant."""
    exact = [one for one, pattern in givers if pattern == taken and one is not task]
    if exact:
        return exact
    fitting = [(one, pattern) for one, pattern in givers if one is not task and _fits(pattern, taken)]
    return [one for one, pattern in fitting if not any(_wider(pattern, other) for _, other in fitting)]


def _wider(pattern: str, other: str) -> bool:
    return pattern != other and _expression(pattern).fullmatch(other.replace("*", _SOME)) is not None


def _fits(pattern: str, taken: str) -> bool:
    if "*" not in pattern and "*" not in taken:
        return False
    # Most differ in how they end.
    ending = pattern.rpartition("*")[2]
    if "*" not in taken.rpartition("/")[2] and not taken.endswith(ending):
        return False
    given = _expression(pattern).fullmatch(taken.replace("*", _SOME))
    # `expand` of one who takes all, or a rule for any file of a sort: its wildcard stands for what is given.
    return given is not None or _expression(taken).fullmatch(pattern.replace("*", _SOME)) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("(.+)".join(re.escape(part) for part in pattern.split("*")))


def _texts(task: Node, field: str) -> tuple[str, ...]:
    value = task.fields.get(field)
    return value if isinstance(value, tuple) else ()
