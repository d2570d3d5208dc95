"""Python files that the cells of a notebook write."""

import json
from pathlib import Path

import pytest

from mlops_lint.discover import Entry
from mlops_lint.extract import extract
from mlops_lint.graph import Graph, link
from mlops_lint.model import Facts
from mlops_lint.settings import Settings

TRAIN = "%%writefile code/train.py\nimport pandas as pd\nrows = pd.read_csv('rows.csv')\n"


def text(*cells: str) -> str:
    made = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": made}, indent=1)


def facts(*cells: str, path: str = "work/n.ipynb") -> Facts:
    return extract(path, text(*cells).encode())


def written(*cells: str) -> list[str]:
    return [one.path for one in facts(*cells).written]


def graph(files: dict[str, str]) -> Graph:
    entries = tuple(Entry(path, len(body), True, False) for path, body in sorted(files.items()))
    found = [extract(path, body.encode()) for path, body in sorted(files.items())]
    return link(found, entries, git=True, settings=Settings(root=Path("/nowhere"), cache_dir=Path("/nowhere")))


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        pytest.param("%%writefile train.py\n", "work/train.py", id="beside the notebook"),
        pytest.param("\n%%file 'src/my train.py' # why\n", "work/src/my train.py", id="the short name, quotes"),
        pytest.param("%%writefile ../src/train.py\n", "src/train.py", id="a folder above"),
        pytest.param("%%writefile ../../../train.py\n", "train.py", id="never outside the repository"),
        pytest.param("%%writefile {folder}/train.py\n", "work/train.py", id="a folder that is filled in"),
        pytest.param("%%writefile /opt/code/train.py\n", "work/opt/code/train.py", id="an absolute path"),
    ],
)
def test_a_cell_that_writes_a_python_file_gives_its_facts(cell: str, path: str) -> None:
    assert written(cell + "x = 1\n") == [path]


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("%%writefile Dockerfile\nFROM x\n", id="no Python"),
        pytest.param("%%writefile {name}.py\nx = 1\n", id="a name that is filled in"),
        pytest.param("%%writefile $folder/$name\nx = 1\n", id="all of it filled in"),
        pytest.param("%%writefile\nx = 1\n", id="no name"),
        pytest.param("%%writefile 'x.py\nx = 1\n", id="a quote that is never closed"),
        pytest.param("%%bash\npython x.py\n", id="another magic"),
        pytest.param("# %%writefile x.py\nx = 1\n", id="a comment"),
    ],
)
def test_other_cells_write_no_python_file(cell: str) -> None:
    assert facts(cell).written == ()
    assert facts(cell).problems == ()


def test_facts_of_a_written_file_stand_on_their_line_of_the_notebook_on_disk() -> None:
    cells = ("x = 1", TRAIN, "%%writefile -a code/train.py\n\nrows.to_parquet('é.parquet')\n")
    lines = text(*cells).split("\n")
    (one,) = facts(*cells).written
    found = {subject.kind: subject.location for subject in one.subjects}
    for kind, code, cell, line in (("read", "pd.read_csv", 2, 3), ("write", "rows.to_parquet", 3, 3)):
        at = found[kind]
        assert lines[at.line - 1][at.column - 1 :].startswith(code)
        assert (at.path, at.cell, at.cell_line) == ("work/n.ipynb", cell, line)
    assert {at.path for at in found.values()} == {"work/n.ipynb"}


def test_what_is_written_again_replaces_what_was_written_before() -> None:
    (one,) = facts(TRAIN, "%%writefile code/train.py\nimport os\n").written
    assert not [subject for subject in one.subjects if subject.kind == "read"]


def test_a_broken_file_is_a_problem_and_stops_nothing_else() -> None:
    found = facts("x = 1", "%%writefile bad.py\ny = 2\ndef f(:\n", TRAIN)
    assert [one.path for one in found.written] == ["work/code/train.py"]
    assert [(one.code, one.message.partition(":")[0]) for one in found.problems] == [
        ("MLL002", "cell 2, line 3, of the file work/bad.py")
    ]


def test_a_written_file_belongs_to_a_tutorial_as_its_notebook_does() -> None:
    assert facts(TRAIN).written[0].context == "notebook"
    assert facts(TRAIN, path="examples/n.ipynb").written[0].context == "example"
    assert facts("%%writefile test_it.py\nx = 1\n").written[0].context == "test"


def test_a_notebook_defines_the_file_that_its_cells_write_and_run() -> None:
    found = graph({"work/n.ipynb": text(TRAIN, "!python code/train.py")})
    notebook = found.nodes["notebook:work/n.ipynb"]
    assert [one.id for one in found.linked(notebook, "defines")] == ["file:work/code/train.py"]
    assert [one.id for one in found.linked(notebook, "runs")] == ["file:work/code/train.py"]
    assert [one.name for one in found.reach(notebook, "read")] == ["pandas.read_csv"]


def test_a_file_that_is_only_written_is_not_run_by_its_notebook() -> None:
    found = graph({"work/n.ipynb": text(TRAIN)})
    assert found.reach(found.nodes["notebook:work/n.ipynb"], "read") == []


def test_a_notebook_imports_what_it_writes() -> None:
    cells = ("%%writefile prep.py\ndef load():\n    pass\n", "from prep import load\nload()")
    found = graph({"work/n.ipynb": text(*cells)})
    body = found.nodes["function:work.n:ipynb.<module>"]
    assert "function:work.prep.load" in {one.id for one in found.linked(body, "calls")}


def test_a_file_of_the_repository_counts_once() -> None:
    body = "import pandas as pd\nrows = pd.read_csv('rows.csv')\n"
    found = graph({"work/n.ipynb": text(TRAIN), "work/code/train.py": body})
    assert [one.location.path for one in found.of_kind("read")] == ["work/code/train.py"]


def test_of_several_notebooks_that_write_one_file_the_first_holds() -> None:
    found = graph({"work/a.ipynb": text(TRAIN), "work/b.ipynb": text(TRAIN)})
    assert [one.location.path for one in found.of_kind("read")] == ["work/a.ipynb"]
