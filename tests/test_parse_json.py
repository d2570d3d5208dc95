"""JSON to a tree: the values of Python's reader, each with its place."""

import json
import random

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.parse.json import parse
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, plain


def test_nodes_know_their_places() -> None:
    (tree,) = parse('{\n  "é": [1, "a\\nb"],\n  "k": {}\n}\n'.encode())
    assert isinstance(tree, Mapping)
    listed = tree.get("é")
    assert isinstance(listed, Sequence)
    places = [(node.line, node.column, node.end_line, node.end_column) for node in (tree, listed, *listed.items)]
    assert places == [(1, 1, 4, 2), (2, 8, 2, 19), (2, 9, 2, 10), (2, 12, 2, 18)]
    assert tree.key("k") == Scalar(3, 3, 3, 6, "k", "k")


def value(chance: random.Random, depth: int = 0) -> object:
    kind = chance.randrange(9 if depth < 4 else 7)
    if kind == 8:
        return {value(chance, 9).__str__(): value(chance, depth + 1) for _ in range(chance.randrange(4))}
    if kind == 7:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    texts = ["", "a", 'q"\\/', "é\u2028😀", "\n\t\x01", "// no comment"]
    return [None, True, chance.randrange(-(10**6), 10**6), chance.random(), 1e300, False, chance.choice(texts)][kind]


def scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Mapping):
        return [found for key, inner in node.entries for found in (key, *scalars(inner))]
    if isinstance(node, Sequence):
        return [found for item in node.items for found in scalars(item)]
    return [node] if isinstance(node, Scalar) else []


@pytest.mark.parametrize("seed", range(60))
def test_values_and_places_agree_with_the_text_whatever_its_form(seed: int) -> None:
    chance = random.Random(seed)
    expected = value(chance)
    indent = chance.choice([None, 1, 4])
    text = json.dumps(expected, ensure_ascii=chance.random() < 0.5, indent=indent)
    (tree,) = parse(text.encode())
    assert plain(tree) == expected
    lines = text.split("\n")
    for found in scalars(tree):
        assert json.loads(lines[found.line - 1][found.column - 1 : found.end_column - 1]) == found.value


def test_comments_and_trailing_commas_are_read_past() -> None:
    (tree,) = parse(b'// head\n{"a": [1, 2,], /* b\n */ "u": "http://x", // end\n}\n')
    assert plain(tree) == {"a": [1, 2], "u": "http://x"}


def test_json_lines_give_a_tree_each() -> None:
    assert [plain(tree) for tree in parse(b'{"a": 1}\n\n[2]\n')] == [{"a": 1}, [2]]


@pytest.mark.parametrize("text", ["", " \n", "// nothing\n"])
def test_an_empty_file_gives_no_tree(text: str) -> None:
    assert parse(text.encode()) == ()


def test_half_a_surrogate_pair_can_still_be_written_as_utf8() -> None:
    (tree,) = parse(b'["\\ud800", "\\ud83d\\ude00"]')
    assert plain(tree) == ["\ufffd", "😀"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (b'{"a": 1\n"b": 2}', "MLL002", 2),
        (b'{"a"\n1}', "MLL002", 2),
        (b"{a: 1}", "MLL002", 1),
        (b'["a\n"]', "MLL002", 1),
        (b"[1,\n2", "MLL002", 2),
        (b'{"a":', "MLL002", 1),
        (b"{} {}", "MLL002", 1),
        (b"[01]", "MLL002", 1),
        (b"nul", "MLL002", 1),
        (b'{"a":\n {{ x }}}', "MLL008", 2),
        (b'["\xff"]', "MLL005", 1),
        (b"[\0]", "MLL005", 1),
        (b"[" * 100_000, "MLL004", 1),
        (b'{"a":' * 100_000, "MLL004", 1),
    ],
)
def test_what_cannot_be_read_is_a_problem(text: bytes, code: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.line) == (code, line)
