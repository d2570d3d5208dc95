"""What a command gives a program: flags, places, and what is left open."""

import pytest

from mlops_lint.graph.arguments import given
from mlops_lint.graph.nodes import Node
from mlops_lint.model import Link, Location, Value

OPTIONS: tuple[tuple[str, tuple[str, ...], str, Value], ...] = (
    ("data", ("--data", "-d"), "one", "raw.csv"),
    ("model", ("model",), "one", None),
    ("verbose", ("--verbose",), "none", None),
    ("columns", ("--columns",), "some", None),
)


def worth(*commands: tuple[str, ...], lineage: tuple[bool, ...] = ()) -> dict[str, Value]:
    nodes: dict[str, Node] = {}
    for name, flags, takes, default in OPTIONS:
        fields: dict[str, Value] = {"flags": flags, "takes": takes, "default": default}
        nodes[name] = Node(f"option:{name}", "option", name, Location("train.py"), "source", fields)
    for place, words in enumerate(commands):
        declares: dict[str, Value] = {"lineage": True} if place < len(lineage) and lineage[place] else {}
        task = Node(f"task:{place}", "task", str(place), Location("dvc.yaml"), "source", declares)
        task.links = [Link("runs", "file:train.py", None, words)]
        nodes[task.id] = task
    return {symbol.removeprefix("argument:train.py#"): value for symbol, value in given(nodes).items()}


CASES = [
    pytest.param("--data a.csv m.pkl", {"data": "a.csv", "model": "m.pkl"}, id="flags and places"),
    pytest.param("m.pkl -d a.csv", {"data": "a.csv", "model": "m.pkl"}, id="a short flag behind a place"),
    pytest.param("m.pkl", {"data": "raw.csv", "model": "m.pkl"}, id="the default of what is not given"),
    pytest.param("--data=a.csv --verbose m.pkl", {"data": "a.csv", "model": "m.pkl"}, id="a flag that takes nothing"),
    pytest.param("m.pkl --columns a b", {"data": "raw.csv", "model": "m.pkl"}, id="a flag that takes many"),
    pytest.param("--fast m.pkl", {"data": "raw.csv"}, id="what an unknown flag takes may be the place"),
    pytest.param("--data \0 m.pkl", {"model": "m.pkl"}, id="a variable in place of a value"),
    pytest.param("\0 m.pkl", {}, id="a variable that may hold any option"),
    pytest.param("m.pkl other.pkl", {"data": "raw.csv"}, id="more places than arguments"),
    pytest.param("--data *.csv m.pkl", {"model": "m.pkl"}, id="a pattern that the shell fills in"),
]


@pytest.mark.parametrize(("command", "expected"), CASES)
def test_options_have_what_the_command_gives_them(command: str, expected: dict[str, Value]) -> None:
    found = worth(tuple(command.split(" ")))
    assert {name: value for name, value in found.items() if not name.isdigit()} == expected


def test_words_are_known_by_place_up_to_the_first_variable() -> None:
    found = worth(("a.csv", "b.csv", "$X\0", "c.csv"))
    assert {name: value for name, value in found.items() if name.isdigit()} == {"1": "a.csv", "2": "b.csv"}


def test_what_differs_from_run_to_run_is_unknown() -> None:
    found = worth(("a.pkl", "--data", "a.csv"), ("b.pkl", "--data", "a.csv"))
    assert (found.get("model"), found["data"]) == (None, "a.csv")


def test_a_pipeline_that_declares_its_data_says_how_a_program_is_meant() -> None:
    assert worth(("a.pkl",), ("smoke.pkl",), lineage=(True, False))["model"] == "a.pkl"


def test_a_program_that_no_known_command_runs_has_its_defaults() -> None:
    assert worth() == {"data": "raw.csv"}
