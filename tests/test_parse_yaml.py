"""YAML to trees: values of YAML 1.2, aliases, merge keys, templates, and what is refused."""

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.parse import yaml
from mlops_lint.parse.tree import Mapping, Node, Plain, Scalar, Sequence, duplicates, plain


def tree(text: str) -> Node:
    (found,) = yaml.parse(text.encode())
    return found


def problem(text: str | bytes) -> tuple[str, int]:
    with pytest.raises(ParseError) as caught:
        yaml.parse(text.encode() if isinstance(text, str) else text)
    return caught.value.code, caught.value.line


def place(node: Node | None) -> tuple[int, int, int, int]:
    assert node is not None
    return node.line, node.column, node.end_line, node.end_column


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("", None),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("+12", 12),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e-3", 0.001),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("2024-01-31", "2024-01-31"),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"on"', "on"),
        ("! 12", "12"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("!!float 1", 1.0),
        ("!!int x", "x"),
        ("!Ref 12", 12),
    ],
)
def test_a_plain_scalar_has_the_value_of_the_core_schema(written: str, value: object) -> None:
    node = tree(f"key: {written}")
    assert isinstance(node, Mapping)
    found = node.get("key")
    assert isinstance(found, Scalar)
    assert (type(found.value), found.value) == (type(value), value)


def test_an_integer_that_no_64_bits_hold_is_a_float() -> None:
    assert plain(tree("[9223372036854775807, 99999999999999999999, " + "9" * 5000 + "]")) == [
        9223372036854775807,
        1e20,
        float("inf"),
    ]


def test_each_document_gives_a_tree() -> None:
    assert [plain(node) for node in yaml.parse(b"a: 1\n---\nb: 2\n...\n---\n")] == [{"a": 1}, {"b": 2}, None]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_a_file_without_documents_gives_no_tree(text: str) -> None:
    assert yaml.parse(text.encode()) == ()


def test_nodes_know_their_places() -> None:
    node = tree('é: [1, "ü x"] # c\nlist:\n  - a\n\n  - k: v\n\n\nlast: |\n  one\n  two\n\n')
    assert isinstance(node, Mapping)
    listed = node.get("list")
    assert isinstance(listed, Sequence)
    assert place(node.get("é")) == (1, 4, 1, 14)
    assert place(listed) == (3, 3, 5, 9)
    assert place(listed.items[1]) == (5, 5, 5, 9)
    assert place(node.get("last")) == (8, 7, 10, 6)
    assert place(node.key("last")) == (8, 1, 8, 5)


def test_old_line_separators_do_not_move_lines() -> None:
    node = tree('a: "x\u2028y"\nb: 1\n')
    assert isinstance(node, Mapping)
    assert place(node.get("b")) == (2, 4, 2, 5)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3\n", {"x": 1, "y": 3}),
        ("base: &b {x: 1, y: 2}\nown:\n  y: 3\n  <<: *b\n", {"x": 1, "y": 3}),
        ("base:\n - &b {x: 1}\n - &c {x: 2, z: 4}\nown:\n  <<: [*b, *c]\n", {"x": 1, "z": 4}),
        ("own: {<<: text}\n", {"<<": "text"}),
    ],
)
def test_merge_keys_bring_in_what_a_mapping_does_not_have(text: str, values: Plain) -> None:
    node = tree(text)
    assert isinstance(node, Mapping)
    assert plain(node.get("own")) == values
    assert duplicates(node) == []


def test_an_alias_stands_where_its_anchor_stands() -> None:
    node = tree("a: &x [1]\nb: *x\nc: &x 2\nd: *x\n")
    assert isinstance(node, Mapping)
    assert place(node.get("b")) == place(node.get("a"))
    assert plain(node) == {"a": [1], "b": [1], "c": 2, "d": 2}


def test_local_tags_are_kept_and_standard_ones_applied() -> None:
    node = tree("a: !Ref X\nb: !Sub [x]\nc: !reference {d: 1}\nd: !vault |\n  abc\ne: !!map {}\n")
    assert isinstance(node, Mapping)
    tags = [value.tag for _, value in node.entries if isinstance(value, Scalar | Sequence | Mapping)]
    assert tags == ["!Ref", "!Sub", "!reference", "!vault", None]


def test_a_key_that_stands_twice_is_kept_twice_and_the_last_wins() -> None:
    node = tree("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert isinstance(node, Mapping)
    assert plain(node.get("a")) == 3
    assert [(key.text, key.line) for key in duplicates(node)] == [("a", 5), ("c", 4)]


def test_a_key_that_is_no_scalar_is_its_text() -> None:
    assert plain(tree("? [a, b]\n: 1\n? {c: 1}\n: 2\n")) == {"[a, b]": 1, "{c: 1}": 2}


def test_a_template_that_is_valid_yaml_is_read() -> None:
    node = tree("a: {{ .Values.x }}\nb: '{% x %}'\nc: ${{ github.sha }}\n")
    assert plain(node) == {"a": "{{ .Values.x }}", "b": "{% x %}", "c": "${{ github.sha }}"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", 2),
        ("{% if x %}\na: 1\n", 1),
        ("a: {{ x }}-suffix\n", 1),
        ("a: b: {{ x }}\n", 1),
    ],
)
def test_a_template_that_is_no_yaml_yet_is_told_apart(text: str, line: int) -> None:
    assert problem(text) == ("MLL008", line)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: [", "MLL002", 2),
        ("a: b: c", "MLL002", 1),
        ("run: ${{ x }}\na: b: c", "MLL002", 2),
        ("x: 1\na: *nowhere", "MLL002", 2),
        ("a: \x07", "MLL002", 1),
        ('"\\ud800"', "MLL002", 1),
        (b"a: 1\nb: \xff", "MLL005", 2),
        (b"a: 1\nb: \0", "MLL005", 2),
        ("&a [*a]", "MLL004", 1),
        ("[" * 100_000, "MLL004", 1),
        ("{a: " * 100_000, "MLL004", 1),
        ("- " * 100_000, "MLL004", 1),
        ("? " * 100_000, "MLL004", 1),
    ],
)
def test_what_cannot_be_read_is_a_problem(text: str | bytes, code: str, line: int) -> None:
    assert problem(text) == (code, line)


@pytest.mark.parametrize("merge", ["[{}]", "{{<<: [{}]}}"])
def test_an_alias_bomb_does_not_go_off(merge: str) -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines.extend(f"a{n}: &a{n} " + merge.format(",".join([f"*a{n - 1}"] * 9)) for n in range(1, 30))
    code, line = problem("\n".join(lines))
    assert code == "MLL004"
    assert line > 1
