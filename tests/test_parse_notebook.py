"""Notebooks: the Python in them, what is no Python, and the way back to the file on disk."""

import ast
import json
import random
import re

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.model import Location
from mlops_lint.parse.notebook import Notebook, parse

Cells = list[tuple[str, str]]


def document(cells: Cells, *, strings: bool = False, language: str = "python", version: int = 4) -> dict[str, object]:
    key = "source" if version == 4 else "input"
    written = [
        {"cell_type": sort, key if sort == "code" else "source": text if strings else text.splitlines(keepends=True)}
        for sort, text in cells
    ]
    body = {"cells": written} if version == 4 else {"worksheets": [{"cells": written}]}
    return {**body, "metadata": {"kernelspec": {"language": language}}, "nbformat": version}


def notebook(*cells: str) -> Notebook:
    return parse(json.dumps(document([("code", cell) for cell in cells])).encode(), "n.ipynb")


def on_disk(data: bytes, location: Location) -> str:
    """What stands at a location, as JSON escapes mean it; only for regions within one string."""
    line = data.decode().split("\n")[location.line - 1]
    return str(json.loads(f'"{line[location.column - 1 : location.end_column - 1]}"'))


def code(chance: random.Random, count: int) -> str:
    lines = []
    for _ in range(count):
        text = chance.choice(['"é"', '"😀\\n"', "'\"'", "'\\\\'", "'\t'", '"""a\nb"""', "1", "'/'"])
        lines.append(f'name_{chance.randrange(99)} = {text}, other_{chance.randrange(99)}  # ü"')
        if chance.random() < 0.2:
            lines.append(chance.choice(["!ls 'a", "%matplotlib inline", "name?", "", "x = !pwd", "%time third = 1"]))
    return "\n".join(lines) + chance.choice(["", "\n"])


@pytest.mark.parametrize("seed", range(80))
def test_every_name_is_found_on_disk_where_it_is_said_to_stand(seed: int) -> None:
    chance = random.Random(seed)
    sorts = [chance.choice(["code", "code", "markdown"]) for _ in range(chance.randrange(1, 6))]
    cells = [(sort, code(chance, chance.randrange(4))) for sort in sorts]
    made = document(cells, strings=chance.random() < 0.5, version=chance.choice([3, 4]))
    data = json.dumps(made, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1, 3])).encode()
    found = parse(data, "n.ipynb")
    assert found.python is not None
    assert found.problems == ()
    seen: list[tuple[int, int, str]] = []
    for node in ast.walk(found.python.tree):
        if isinstance(node, ast.Name):
            location = found.python.locate(node)
            assert on_disk(data, location) == node.id
            assert location.cell is not None
            assert location.cell_line is not None
            seen.append((location.cell, location.cell_line, node.id))
    wanted = [
        (index, number, name)
        for index, (sort, text) in enumerate(cells, 1)
        for number, line in enumerate(text.split("\n"), 1)
        for name in re.findall(r"\b(?:name|other)_\d+|third(?= = 1)", line)
        if sort == "code"
    ]
    assert sorted(seen) == sorted(wanted)
    for shell in found.shell:
        assert on_disk(data, shell.location).strip(" ?").endswith(shell.text)


def test_a_string_that_is_spread_over_items_is_one_text() -> None:
    source = '["imp", "ort o", "s\\nx", " = 1"]'
    data = f'{{"cells": [\n {{"cell_type": "code", "source":\n {source}}}]}}'.encode()
    found = parse(data, "n.ipynb")
    assert found.python is not None
    name = next(node for node in ast.walk(found.python.tree) if isinstance(node, ast.Name))
    assert found.python.locate(name) == Location("n.ipynb", 3, 23, 3, 24, 1, 2)


@pytest.mark.parametrize(
    ("cell", "python", "shell"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1", [("%", "matplotlib inline")]),
        ("!pip install a \\\n  b\nx = 1", "pass\n\nx = 1", [("!", "pip install a \\\n  b")]),
        ("if a:\n    !ls\nx = 1", "if a:\n    pass\nx = 1", [("!", "ls")]),
        ("files = !ls *.py\nx = 1", "pass\nx = 1", [("!", "ls *.py")]),
        ("a, b = %sql select 1", "pass", [("%", "sql select 1")]),
        ("?help\nhelp??\nx.y?", "pass\npass\npass", [("?", "help"), ("?", "help"), ("?", "x.y")]),
        ("%time x = 1", "pass; x = 1", [("%", "time x = 1")]),
        ("%timeit -n 10 f()", "pass;         f()", [("%", "timeit -n 10 f()")]),
        ("%time for a in b: c", "pass", [("%", "time for a in b: c")]),
        ("%%time\nx = 1", "\nx = 1", [("%%", "time")]),
        ("%%capture\n%%time\n!ls\nx = 1", "\n\npass\nx = 1", [("%%", "capture"), ("%%", "time"), ("!", "ls")]),
        ("\n%%bash\npip install a\n", "\n\n\n", [("%%", "bash\npip install a\n")]),
        ("%%writefile a.py\nx = 1", "\n", [("%%", "writefile a.py\nx = 1")]),
        ("%sql\nselect 1", "\n", [("%", "sql\nselect 1")]),
        ("%md\n# title", "\n", [("%", "md\n# title")]),
        ("pip install a\nx = 1", "pass\nx = 1", [("", "pip install a")]),
        ("x = (a\n% b)\ny = '''\n!ls\n'''", "x = (a\n% b)\ny = '''\n!ls\n'''", []),
        ("x = 1 \\\n  % 2\n# what?\n'why?'", "x = 1 \\\n  % 2\n# what?\n'why?'", []),
        ('print("a = %s" % x)\ny = "=!"', 'print("a = %s" % x)\ny = "=!"', []),
        ("await f()\nasync with a: pass", "await f()\nasync with a: pass", []),
        ("  x = 1\n  y = 2", "  x = 1\n  y = 2", []),
    ],
)
def test_magics_leave_the_python_in_its_lines(cell: str, python: str, shell: list[tuple[str, str]]) -> None:
    found = notebook(cell)
    assert found.source.removeprefix("if indented__cell__:").removeprefix("\n") == python
    assert [(line.sign, line.text) for line in found.shell] == shell
    assert found.problems == ()


def test_an_indented_cell_gives_statements_of_the_module() -> None:
    found = notebook("x = 1", "  y = 2\n  z = 3")
    assert found.python is not None
    assert [type(node) for node in found.python.tree.body] == [ast.Assign, ast.Assign, ast.Assign]


def test_a_cell_that_is_no_python_is_reported_and_the_others_are_read() -> None:
    data = json.dumps(document([("code", "a = 1"), ("code", "b = 1\nprint 'x'\n!ls"), ("code", "c = 1")]), indent=1)
    found = parse(data.encode(), "n.ipynb")
    assert found.python is not None
    assert {node.id for node in ast.walk(found.python.tree) if isinstance(node, ast.Name)} == {"a", "c"}
    (problem,) = found.problems
    assert (problem.code, problem.message.split(":")[0]) == ("MLL002", "cell 2, line 2")
    assert "print 'x'" in data.split("\n")[problem.line - 1]


@pytest.mark.parametrize("language", ["R", "julia", "scala", "bash"])
def test_a_kernel_of_another_language_gives_no_python(language: str) -> None:
    found = parse(json.dumps(document([("code", "x <- 1")], language=language)).encode(), "n.ipynb")
    assert (found.python, found.source, found.language) == (None, "", language.lower())
    assert [cell.source.text for cell in found.cells] == ["x <- 1"]


def test_cells_know_their_sort_and_execution_count() -> None:
    made = {
        "cells": [
            {"cell_type": "markdown", "source": "# a"},
            {"cell_type": "code", "source": "x", "execution_count": 7},
            {"cell_type": "code", "source": [], "execution_count": None},
        ]
    }
    found = parse(json.dumps(made).encode(), "n.ipynb")
    assert [(cell.index, cell.sort, cell.execution_count) for cell in found.cells] == [
        (1, "markdown", None),
        (2, "code", 7),
        (3, "code", None),
    ]


def test_outputs_are_texts_with_places() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "tök en"]},
        {"output_type": "execute_result", "data": {"text/plain": "two", "image/png": "AAAA"}},
        {"output_type": "error", "ename": "E", "evalue": "three", "traceback": ["\x1b[31mthree", "four"]},
    ]
    made = {"cells": [{"cell_type": "code", "source": "x", "outputs": outputs}]}
    data = json.dumps(made, indent=2).encode()
    found = parse(data, "n.ipynb").outputs
    assert [(output.sort, output.text.text) for output in found] == [
        ("stream", "one\ntök en"),
        ("text/plain", "two"),
        ("error", "\x1b[31mthreefour"),
    ]
    start = found[0].text.text.index("tök")
    location = found[0].text.locate(start, start + 3)
    assert on_disk(data, location) == "tök"
    assert (location.cell, location.cell_line) == (1, 2)


def test_outputs_are_bounded() -> None:
    outputs = [{"output_type": "stream", "text": "x" * 300_000} for _ in range(100)]
    made = {"cells": [{"cell_type": "code", "source": "x", "outputs": outputs}]}
    found = parse(json.dumps(made).encode(), "n.ipynb").outputs
    assert max(len(output.text.text) for output in found) == 65_536
    assert sum(len(output.text.text) for output in found) == 1_000_000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "MLL002"),
        (b"{}", "MLL002"),
        (b"[]", "MLL002"),
        (b'{"cells": 1}', "MLL002"),
        (b'{"cells": [', "MLL002"),
        (b'{"cells": [\xff]}', "MLL005"),
        (b'{"cells": ' + b"[" * 100_000, "MLL004"),
    ],
)
def test_what_is_no_notebook_is_a_problem(data: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(data, "n.ipynb")
    assert caught.value.code == code


def test_odd_cells_are_no_crash() -> None:
    made = {"cells": [1, {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1, None, "x"], "outputs": [2]}]}
    found = parse(json.dumps(made).encode(), "n.ipynb")
    assert [cell.source.text for cell in found.cells] == ["", "", "x"]
