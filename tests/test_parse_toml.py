"""TOML to a tree: the values of tomllib at the places of the file."""

import tomllib

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.parse import toml
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, plain

TEXT = '''\
title = "x" # top
a.b = 1
"c.d" = "\\u00e9"

[tool.black]
line-length = 100
select = [ "A", # first
  'B' ]

[tool]
name = """
two"""

[[step]]
env = {x.y = true, z = [1.5, {}]}
[[step]]
[step.more]
when = 2024-01-31 10:00:00
'''


def tree(text: str) -> Mapping:
    (found,) = toml.parse(text.encode())
    assert isinstance(found, Mapping)
    return found


def written(text: str, node: Node | None) -> str:
    """The text at the place of a node."""
    assert node is not None
    lines = text.split("\n")[node.line - 1 : node.end_line]
    lines[-1] = lines[-1][: node.end_column - 1]
    lines[0] = lines[0][node.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("title",), '"x"'),
        (("a", "b"), "1"),
        (("a",), "a.b = 1"),
        (("c.d",), '"\\u00e9"'),
        (("tool", "black", "line-length"), "100"),
        (("tool", "black", "select"), "[ \"A\", # first\n  'B' ]"),
        (("tool", "name"), '"""\ntwo"""'),
        (("tool", "black"), "[tool.black]\nline-length = 100\nselect = [ \"A\", # first\n  'B' ]"),
    ],
)
def test_a_value_stands_where_it_is_written(keys: tuple[str, ...], text: str) -> None:
    assert written(TEXT, tree(TEXT).get(*keys)) == text


def test_keys_stand_where_they_are_written() -> None:
    tool = tree(TEXT).get("tool")
    assert isinstance(tool, Mapping)
    assert written(TEXT, tree(TEXT).key("tool")) == "tool"
    assert (tree(TEXT).key("tool") or tool).line == 10
    assert written(TEXT, tool.key("black")) == "black"
    assert written(TEXT, tree(TEXT).key("c.d")) == '"c.d"'


def test_each_table_of_an_array_has_its_place() -> None:
    steps = tree(TEXT).get("step")
    assert isinstance(steps, Sequence)
    assert [item.line for item in steps.items] == [14, 16]
    first, second = steps.items
    assert isinstance(first, Mapping)
    assert isinstance(second, Mapping)
    assert written(TEXT, first.get("env", "x", "y")) == "true"
    assert written(TEXT, second.get("more", "when")) == "2024-01-31 10:00:00"


def test_values_are_those_of_tomllib_but_dates_stay_text() -> None:
    expected = tomllib.loads(TEXT)
    expected["step"][1]["more"]["when"] = "2024-01-31 10:00:00"
    assert plain(tree(TEXT)) == expected


def test_columns_count_code_points() -> None:
    found = tree('"é" = "ü" # x\n').get("é")
    assert isinstance(found, Scalar)
    assert (found.column, found.end_column) == (7, 10)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a = 1\nb = ", "MLL002", 2),
        ("a = 1\na = 2\n", "MLL002", 2),
        ("a = [", "MLL002", 1),
        ("a = " + "9" * 5000, "MLL002", 1),
        ("a = 1\n[{{ cookiecutter.name }}]\n", "MLL008", 2),
        ("a = " + "[" * 100_000, "MLL004", 1),
        ("a = " + "[" * 300 + "]" * 300, "MLL004", 1),
        ("a = " + "{a=" * 100_000, "MLL004", 1),
        ("a." * 100_000 + "b = 1", "MLL004", 1),
        ("x = 1\n[" + "a." * 100_000 + "b]", "MLL004", 2),
    ],
)
def test_what_cannot_be_read_is_a_problem(text: str, code: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        toml.parse(text.encode())
    assert (caught.value.code, caught.value.line) == (code, line)
