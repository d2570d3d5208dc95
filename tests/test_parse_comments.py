"""Files to the comments that speak to this tool."""

import json

import pytest

from mlops_lint.parse.comments import comments

MARK = "mlops-lint: ignore[A] r"


def found(language: str, text: str) -> list[tuple[int, int, bool]]:
    return [
        (comment.location.line, comment.location.column, comment.alone)
        for comment in comments("p", language, text.replace("@", MARK).encode())
    ]


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("python", 'x = "# @"  # @\n  # @\n"""\n# @\n"""\n', [(1, 34, False), (2, 3, True)]),
        ("python", "x = 1  # @\n(((", [(1, 8, False)]),
        ("python", "x = 'é'  # @\n", [(1, 10, False)]),
        ("yaml", "a: '# @'\n# @\nb: 1 # @\n", [(2, 1, True), (3, 6, False)]),
        ("yaml", 'a: "x\n  # @\n  y" # @\n', [(3, 6, False)]),
        ("yaml", "a: |\n  # @\n\n  x\nb: # @\n", [(5, 4, False)]),
        ("yaml", "- a: >-\n    # @\n  b: 1 # @\n- |\n  # @\n- x#@\n", [(3, 8, False)]),
        ("yaml", "a: don't # @\nb: it's # @\n", [(1, 10, False), (2, 9, False)]),
        ("toml", 'a = "# @" # @\nb = """\n# @\n"""\n  # @\n', [(1, 33, False), (5, 3, True)]),
        ("json", '{"a": "// @", // @\n}\n', [(1, 37, False)]),
        ("ini", "; @\nx = 1 # @\n  # @\n", [(1, 1, True), (3, 3, True)]),
        ("dockerfile", "# @\nRUN x # @\n", [(1, 1, True)]),
        ("requirements", "a==1 # @\nb#@\n", [(1, 6, False)]),
        ("text", "# @\nx -- @\n<!-- @ -->\n", [(1, 1, True), (2, 3, False), (3, 1, True)]),
    ],
)
def test_only_real_comments_count(language: str, text: str, places: list[tuple[int, int, bool]]) -> None:
    assert found(language, text) == places


def test_comments_in_notebooks_stand_where_the_file_has_them() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# " + MARK},
        {"cell_type": "code", "source": ["!ls\n", 'y = "é"  # ' + MARK + "\n", "# " + MARK]},
    ]
    text = json.dumps({"cells": cells}, indent=1)
    places = list(comments("n.ipynb", "notebook", text.encode()))
    assert [(place.location.cell, place.location.cell_line, place.alone) for place in places] == [
        (2, 2, False),
        (2, 3, True),
    ]
    for place in places:
        line = text.split("\n")[place.location.line - 1]
        assert line[place.location.column - 1 : place.location.end_column - 1] == "# " + MARK


def test_a_comment_has_no_spaces_at_its_end() -> None:
    (comment,) = comments("p", "requirements", f"a # {MARK}  \r\n".encode())
    assert comment.text == f"# {MARK}"
    assert (comment.location.column, comment.location.end_column) == (3, 3 + len(comment.text))


@pytest.mark.parametrize("language", ["python", "notebook", "yaml", "toml", "json", "text"])
def test_a_file_that_cannot_be_read_has_no_comments(language: str) -> None:
    assert list(comments("p", language, b"\xff # mlops-lint: ignore[A]")) == []
