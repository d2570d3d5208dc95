"""Rules over a graph to verdicts, and what is wrong with a rule said before any file is read."""

from pathlib import Path

import pytest

from mlops_lint.errors import UsageError
from mlops_lint.evaluate import RuleError, evaluate, profile_of, works_with_data
from mlops_lint.graph import Graph, Node
from mlops_lint.graph.paths import Paths
from mlops_lint.model import Location, Value
from mlops_lint.rules import Rule, check, load


def rule(where: str = "true", must: str = "task.retries > 0", **other: str) -> Rule:
    stated = {"id": "T1", "message": "{name}: {retries}", "profile": "research", "scope": "any"} | other
    return Rule(
        name="a-rule", summary="s", question="pipeline.retries", severity="warning", status="stable", subject="task",
        where=where, must=must, why="w", how="h", **stated,  # type: ignore[arg-type]  # what tests state is right
    )  # fmt: skip


def node(id: str, kind: str = "task", context: str = "source", line: int = 1, **fields: Value) -> Node:
    return Node(id, kind, id, Location("a.py", line), context, dict(fields))


def graph(*nodes: Node) -> Graph:
    return Graph(nodes, Paths([], []))


def said(one: Rule, *nodes: Node) -> list[tuple[str, str, str]]:
    return [
        (verdict.node, verdict.outcome, verdict.message) for verdict in evaluate(graph(*nodes), (one,), "production")
    ]


def test_every_subject_that_is_meant_has_one_verdict_in_order_of_place() -> None:
    nodes = [node("c", line=3, retries=0), node("a", line=9, retries=1), node("b", line=3)]
    assert said(rule(), *nodes) == [("b", "unknown", "b: ?"), ("c", "fail", "c: 0"), ("a", "pass", "a: 1")]


@pytest.mark.parametrize(
    ("where", "outcome"),
    [
        pytest.param("task.remote", "unknown", id="not known to be meant"),
        pytest.param("task.remote || true", "fail", id="known to be meant either way"),
        pytest.param("task.remote && false", None, id="known not to be meant either way"),
        pytest.param("false", None, id="not meant"),
    ],
)
def test_a_subject_of_which_we_cannot_tell_whether_it_is_meant_is_unknown(where: str, outcome: str | None) -> None:
    assert [one[1] for one in said(rule(where), node("a", retries=0))] == ([outcome] if outcome else [])


def test_a_message_holds_fields_and_what_is_not_known_is_a_question_mark() -> None:
    one = rule(message="{name} in {path}:{line} {persistent} {owner} {detail}")
    assert said(one, node("a", retries=0, persistent=("x", "y")))[0][2] == "a in a.py:1 x, y ? "


def test_values_of_a_repository_are_no_templates() -> None:
    one = rule(message="{owner}")
    assert said(one, node("a", retries=0, owner="{name!r:>100} {0.__class__}"))[0][2] == "{name!r:>100} {0.__class__}"


def test_the_fault_of_a_rule_names_rule_and_subject() -> None:
    with pytest.raises(RuleError, match=r"T1 on task 'a' \(a.py:1\)"):
        said(rule(must="task.timeout > 0"), node("a", timeout=None))


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ("{retires}", "'task' has no field 'retires'; did you mean 'retries'?"),
        ("{}", "'task' has no field ''"),
        ("{0}", "'task' has no field '0'"),
        ("{name.__class__}", "'task' has no field 'name.__class__'"),
        ("{name[0]}", "'task' has no field 'name[0]'"),
        ("{name:>1000000000}", "a field stands alone in its braces: '{name}'"),
        ("{name!r}", "a field stands alone in its braces: '{name}'"),
        ("{name", "a brace that is meant stands twice"),
        ("}", "a brace that is meant stands twice"),
    ],
)
def test_what_is_wrong_with_a_message_is_said(message: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "T1-a-rule.yaml"
    path.write_text("id: T1\nmessage: x\n")
    with pytest.raises(UsageError) as raised:
        check((rule(message=message, file=str(path)),))
    assert str(raised.value).startswith(f"{path}:2: ")
    assert complaint in str(raised.value)


def test_all_rules_that_we_ship_are_right() -> None:
    check(load())


def test_rules_for_production_are_asked_where_something_is_served_or_scheduled() -> None:
    one = rule(profile="production")
    nodes = graph(node("a", retries=0))
    assert [evaluate(nodes, (one,), profile) != [] for profile in ("research", "production")] == [False, True]


@pytest.mark.parametrize(
    ("nodes", "profile"),
    [
        pytest.param([], "research", id="nothing"),
        pytest.param([node("s", "service")], "production", id="a service"),
        pytest.param([node("s", "service", "test")], "research", id="a service in a test"),
        pytest.param([node("p", "pipeline", schedule="@daily", managed=True)], "production", id="a schedule"),
        pytest.param([node("p", "pipeline", schedule="@daily", managed=False)], "research", id="a schedule of CI"),
        pytest.param([node("p", "pipeline", schedule=None, managed=True)], "research", id="a pipeline by hand"),
        pytest.param([node("p", "pipeline", managed=True)], "research", id="a schedule that is not known"),
        pytest.param(
            [node("p", "pipeline", "example", schedule="@daily", managed=True)],
            "research",
            id="a schedule of an example",
        ),
        pytest.param(
            [node("p", "pipeline", managed=True), node("r", "resource", what="google_cloud_scheduler_job")],
            "production",
            id="a schedule in infrastructure code beside a pipeline",
        ),
        pytest.param(
            [node("p", "pipeline", managed=False), node("r", "resource", what="google_cloud_scheduler_job")],
            "research",
            id="a schedule in infrastructure code beside CI alone",
        ),
    ],
)
def test_the_profile_is_what_the_repository_shows(nodes: list[Node], profile: str) -> None:
    assert profile_of(graph(*nodes)) == profile


@pytest.mark.parametrize(
    ("nodes", "works"),
    [
        pytest.param([node("t", "training")], True, id="it trains"),
        pytest.param([node("t", "training", "notebook")], True, id="it trains in a notebook"),
        pytest.param([node("t", "training", "test")], False, id="only its tests train"),
        pytest.param([node("m", "model_load", "vendored")], False, id="only a copy of a library loads a model"),
        pytest.param([node("p", "pipeline", managed=True)], True, id="it has a pipeline"),
        pytest.param([node("p", "pipeline", managed=False)], False, id="it has CI alone"),
        pytest.param([node("r", "read")], False, id="it reads files"),
    ],
)
def test_rules_of_machine_learning_are_asked_where_there_is_some(nodes: list[Node], works: bool) -> None:
    assert works_with_data(graph(*nodes)) is works
    one = rule(scope="ml")
    assert bool(said(one, *nodes, node("x", retries=0))) is works
