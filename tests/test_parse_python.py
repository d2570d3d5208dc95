"""Python files to trees, and nodes to places."""

import ast
import subprocess
import sys
import warnings

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.model import Location
from mlops_lint.parse.python import PythonTree, parse


def problem(data: bytes) -> tuple[str, int]:
    with pytest.raises(ParseError) as caught:
        parse(data, "a.py")
    return caught.value.code, caught.value.line


def names(tree: PythonTree) -> dict[str, Location]:
    return {node.id: tree.locate(node) for node in ast.walk(tree.tree) if isinstance(node, ast.Name)}


def test_columns_count_code_points_from_one_and_ends_are_exclusive() -> None:
    tree = parse('a = 1\nx = "é😀", b; "ü", c\n'.encode(), "p.py")
    assert names(tree) == {
        "a": Location("p.py", 1, 1, 1, 2),
        "x": Location("p.py", 2, 1, 2, 2),
        "b": Location("p.py", 2, 11, 2, 12),
        "c": Location("p.py", 2, 19, 2, 20),
    }


def test_a_form_feed_ends_no_line_and_all_line_ends_count() -> None:
    tree = parse('é = 1\r\n\x0c\r"é", x\n'.encode(), "p.py")
    assert names(tree)["x"] == Location("p.py", 3, 6, 3, 7)


def test_a_module_is_at_the_start_of_its_file() -> None:
    tree = parse(b"x = 1\n", "p.py")
    assert tree.locate(tree.tree) == Location("p.py")


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffx = 'é'\n".encode(),
        "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
        "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = 'é'\n".encode("cp1252"),
        "\ufeff# coding: utf-8\nx = 'é'\n".encode(),
        "# coding: utf-8-sig\nx = 'é'\n".encode(),
        "x = 'é'\n# coding: latin-1\n".encode(),
        "\nx = 'é'\n# coding: latin-1\n".encode(),
    ],
    ids=["mark", "latin-1", "second line", "mark and cookie", "utf-8-sig", "cookie after code", "cookie in line 3"],
)
def test_the_encoding_is_the_one_that_the_file_names(data: bytes) -> None:
    assert "x = 'é'" in parse(data, "p.py").source


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"x = 1\nprint 'a'\n", "MLL002", 2),
        (b"def f(:\n", "MLL002", 1),
        (b"if x:\n\ty\n        z\n", "MLL002", 3),
        (b"x = 1\ny = '\xe9'\n", "MLL005", 2),
        (b"x = 1\n\0", "MLL005", 2),
        (b"# coding: nonsense\n", "MLL005", 1),
        (b"# coding: rot13\nx\n", "MLL005", 1),
        (b"# coding: punycode\nx\n", "MLL005", 1),
        (b"import a\nfrom {{ cookiecutter.name }} import b\n", "MLL008", 2),
        (b"{% if x %}\n", "MLL008", 1),
        (b"x = '{{'\nprint 'a'\n", "MLL002", 2),
        (b"x = " + b"9" * 5000, "MLL002", 1),
        (b"-" * 100_000 + b"1", "MLL004", 1),
        (b"a" + b".a" * 100_000, "MLL004", 1),
        (b"(" * 100_000, "MLL002", 1),
    ],
)
def test_what_cannot_be_read_is_a_problem(data: bytes, code: str, line: int) -> None:
    assert problem(data) == (code, line)


def test_nothing_is_warned_about() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse(b"x = '\\d' is 1\n", "p.py")


def test_deep_files_end_no_process() -> None:
    # A crash of the C stack would take pytest with it.
    code = """
from mlops_lint.errors import ParseError
from mlops_lint.parse import json, notebook, python, toml, yaml
parsers = yaml.parse, json.parse, toml.parse, lambda data: python.parse(data, ""), lambda data: notebook.parse(data, "")
for text in b"[;{;- ;(;a=[;a={a=;{'a':;lambda:;not ;f(;-;x if ;a.;[[;? ".replace(b"'", b'"').split(b";"):
    for data in (text * 100_000, b"a=" + text * 100_000):
        for read in parsers:
            try:
                read(data)
            except ParseError:
                pass
print("alive")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "alive\n", done.stderr[-500:]
