"""Tasks to the handlers of failures that their commands and settings are."""

import re

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node
from mlops_lint.model import Value

# A program of the project, or of a pipeline, whose failure nobody is to see.
_PROGRAM = (
    r"(?:python[\d.]*|dvc|mlflow|dbt|papermill|spark-submit|torchrun|accelerate|kedro|zenml|pytest|great_expectations|"
    r"soda|\./\S+\.(?:py|sh))\b"
)
_IGNORED = re.compile(
    r"(?:^|[\n;&|({]|\bthen\b|\bdo\b)[ \t]*(?:\w+=\S*[ \t]+){0,9}(?P<command>(?:\S{1,60}[ \t]+run[ \t]+)?"
    + _PROGRAM
    + r"[^\n;&|]{0,400})\|\|[ \t]*(?:true|:|exit 0|echo\b[^\n]{0,200})[ \t]*(?:$|[\n;)])"
)
# The message tells what is done instead.
_INSTEAD = re.compile(r"(?i)echo\b.*(?:\bwill\b|instead|fall(?:ing|s)? ?back|if needed|from scratch)")
# Whether something is installed, or of which version, may fail.
_ASKS = re.compile(r"-m (?:pip|venv)\b|--version|\bpip\b|\bstatus\b|\bconfig\b|\bremote\b|\binit\b|python[\d.]* -c")
_WORK = frozenset({"write", "training", "model"})
# What is meant to run in any case.
_CLOSING = re.compile(
    r"(?i)clean|teardown|tear_down|delete|remov|stop|shut|terminate|notif|alert|mail|slack|report|summary|end$|finish|done|"
    r"finali|log|metric|status|cluster|release|unlock|comment|upload|artifact|join"
)


def handled(graph: Graph) -> None:
    """Adds a handler for each task whose command, or whose setting, passes over a failure."""
    for task in list(graph.of_kind("task")):
        command = task.fields.get("command")
        for found in _IGNORED.finditer(command) if isinstance(command, str) and "||" in command else ():
            if not _ASKS.search(found["command"]) and not _INSTEAD.search(found[0]):
                _add(graph, task, "command", found["command"].strip()[:80])
                break
        if task.fields.get("ignores_failure") is True and not _CLOSING.search(task.name) and _works(task, graph):
            _add(graph, task, "setting", f"what task '{task.name}' waits for")


def _works(task: Node, graph: Graph) -> bool:
    return bool(graph.linked(task, "writes")) or any(one.kind in _WORK for one in graph.reached(task))


def _add(graph: Graph, task: Node, what: str, name: str) -> None:
    id = f"handler:{what}:{task.id}"
    fields: dict[str, Value] = {"what": what, "broad": True, "swallows": True, "logs": False}
    graph.add(Node(id, "handler", name, task.location, task.context, fields, id))
