"""A template of a chart keeps its lines and columns when it is read in outline."""

from mlops_lint.parse.helm import is_template, outline, shown
from mlops_lint.parse.tree import Mapping, Scalar, plain
from mlops_lint.parse.yaml import parse


def tree(text: str) -> Mapping:
    (root,) = parse(outline(text.encode()))
    assert isinstance(root, Mapping)
    return root


def test_a_line_of_actions_alone_leaves_nothing() -> None:
    root = tree("a:\n  {{- if .Values.b }}\n  c: 1\n  {{- end }}\n  {{- toYaml .Values.d | nindent 2 }}\n")
    assert plain(root) == {"a": {"c": 1}}


def test_an_action_in_a_text_is_a_text_of_its_place() -> None:
    node = tree('name: {{ include "x.y" (dict "a" 1) }}-z\nimage: "{{ .Values.r }}:{{ .Values.t }}"\n').get("name")
    assert isinstance(node, Scalar)
    assert shown(node.text) == '{{ include "x.y" (dict "a" 1) }}-z'
    assert (node.line, node.column) == (1, 7)


def test_an_action_of_several_lines_keeps_the_lines_below() -> None:
    root = tree('a: {{ include "x"\n  (dict "b" 1) }}\nc: 2\n')
    key = root.key("c")
    assert key is not None
    assert key.line == 3


def test_what_is_left_open_is_left_as_it_is() -> None:
    assert outline(b"a: {{ b\n") == b"a: {{ b\n"


def test_a_template_lies_in_the_folder_of_templates() -> None:
    assert is_template("charts/x/templates/a.yaml", b"{{ .Values.a }}")
    assert not is_template("charts/x/values.yaml", b"a: '{{ b }}'")
    assert not is_template("charts/x/templates/a.yaml", b"a: 1")
