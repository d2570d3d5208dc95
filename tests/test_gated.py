"""Ways through a pipeline from one step to another, and whether each of them meets a third."""

import pytest

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.paths import Paths
from mlops_lint.model import Location, Value
from mlops_lint.predicates.expression import Environment

CASES: dict[str, tuple[str, bool | None]] = {
    "a gate on the only way": ("load:data train:train check:evaluate ship:deploy", True),
    "no gate": ("load:data train:train ship:deploy", False),
    "a step that is not seen may be the gate": ("load:data ?:hidden ship:deploy", None),
    "a gate beside the way": ("load:data train:train ship:deploy | train:train check:evaluate", False),
    "two ways, each with a gate": (
        "load:data a:evaluate ship:deploy | load:data b:evaluate ship:deploy",
        True,
    ),
    "who waits for two ways waits for the gate on one": (
        "load:data a:evaluate ship:deploy | load:data b:train ship:deploy",
        True,
    ),
    "a way that is hidden, and one that is open": ("load:data ?:hidden ship:deploy | load:data ship:deploy", None),
    "a gate before the start is none": ("check:evaluate load:data train:train ship:deploy", False),
    "one task that does all": ("all:data+evaluate+deploy", True),
    "one task that loads and ships": ("all:data+deploy", False),
    "nothing loads: the way begins where the pipeline does": ("train:train ship:deploy", False),
    "a second start after a gate does not count": ("load:data check:evaluate more:data ship:deploy", True),
    "tasks in a circle end": ("load:data train:train ship:deploy train:train", False),
}
# Steps of a task are told by what it is for, those of two at once by what is reached.
_KINDS = {"data": "read", "evaluate": "evaluation", "train": "training", "deploy": "deployment"}


def pipeline(text: str) -> tuple[Graph, Node]:
    whole = node("pipeline", "pipeline")
    graph = Graph([whole], Paths([], []))
    for way in text.split(" | "):
        before: str | None = None
        for word in way.split():
            name, _, steps = word.partition(":")
            id = f"task:{name}"
            if id not in graph.nodes:
                graph.add(node(id, "task", **({} if steps == "hidden" else {"manual": False})))
                graph.connect(id, "part_of", whole.id)
                for step in steps.split("+") if steps != "hidden" else ():
                    body = f"function:{name}.{step}"
                    graph.add(node(body, "function"))
                    graph.connect(id, "starts", body)
                    graph.add(node(f"{step} of {name}", _KINDS[step], data=True))
                    graph.connect(f"{step} of {name}", "within", body)
            if before is not None:
                graph.connect(id, "depends_on", before)
            before = id
    return graph, whole


def node(id: str, kind: str, **fields: Value) -> Node:
    return Node(id, kind, id, Location("p.py", 1, 1), "source", dict(fields), id)


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_every_way_passes(text: str, expected: bool | None) -> None:
    graph, whole = pipeline(text)
    rule = "every_path_passes(pipeline, 'data', 'deploy', 'evaluate')"
    environment = Environment(graph)
    environment.compile(rule, "pipeline")
    assert environment.evaluate(rule, whole) is expected


def test_the_way_without_a_gate_is_named_and_shown() -> None:
    graph, whole = pipeline("load:data train:train ship:deploy")
    environment = Environment(graph)
    environment.evaluate("every_path_passes(pipeline, 'data', 'deploy', 'evaluate')", whole)
    assert environment.detail == "no evaluation on the way task:load -> task:train -> task:ship"
    assert len(environment.related) == 3


def test_what_waits_over_others_is_preceded() -> None:
    graph, _ = pipeline("load:data train:train ship:deploy")
    rule = "linked(task, 'part_of').exists(p, linked(p, 'parts').exists(t, precedes(task, t)))"
    environment = Environment(graph)
    assert environment.evaluate(rule, graph.nodes["task:load"]) is True
    assert environment.evaluate(rule, graph.nodes["task:ship"]) is False
