"""What a notebook runs, installs, and uses before it is there."""

import json

import pytest

from mlops_lint.extract import extract
from mlops_lint.model import Subject


def subjects(*cells: str, path: str = "work/n.ipynb") -> list[Subject]:
    made = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return list(extract(path, json.dumps({"cells": made}).encode()).subjects)


def runs(*cells: str) -> list[str]:
    found = next(one for one in subjects(*cells) if one.kind == "notebook")
    return [link.symbol for link in found.links if link.role in ("runs", "starts")]


@pytest.mark.parametrize(
    ("cell", "symbol"),
    [
        pytest.param("!python train.py --lr 1", "file:work/train.py", id="a script beside the notebook"),
        pytest.param("!cd src && python train.py", "file:work/src/train.py", id="a folder that the line enters"),
        pytest.param("!{sys.executable} -m pkg.train", "module:pkg.train", id="the interpreter of the kernel"),
        pytest.param("%run -i ../prepare.py", "file:prepare.py", id="IPython's own command"),
        pytest.param("%%bash\npapermill fit.ipynb out.ipynb", "file:work/fit.ipynb", id="a shell cell"),
        pytest.param("%%script bash\npython train.py", "file:work/train.py", id="a cell for a program"),
        pytest.param("if True:\n    !python train.py", "file:work/train.py", id="an indented line"),
        pytest.param("out = !python train.py", "file:work/train.py", id="a line whose output is kept"),
    ],
)
def test_shell_lines_run_code(cell: str, symbol: str) -> None:
    assert runs(cell) == [symbol]


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("%%writefile train.py\nimport os\nos.system('python fit.py')", id="a cell that is a file"),
        pytest.param("!python {script}", id="what is filled in"),
        pytest.param("!python ../../out.py", id="outside the repository"),
        pytest.param("# !python train.py", id="a comment"),
    ],
)
def test_other_lines_run_nothing_that_is_known(cell: str) -> None:
    assert runs(cell) == []


def test_after_a_change_of_folder_the_place_is_unknown() -> None:
    assert runs("%cd /content", "!python train.py") == ["path:train.py"]
    assert runs("!cd /content", "!python train.py") == ["file:work/train.py"]


def installed(*cells: str) -> list[tuple[str, object]]:
    return [(one.name, one.fields.get("pinned", "?")) for one in subjects(*cells) if one.kind == "dependency"]


@pytest.mark.parametrize(
    ("cell", "packages"),
    [
        pytest.param("%pip install -q 'a==1' \"b>=2\" c[x]", [("a", True), ("b", False), ("c", False)], id="pip"),
        pytest.param("!yes | sudo -H pip3 install a", [("a", False)], id="behind a pipe"),
        pytest.param("!uv pip install --system a", [("a", False)], id="uv"),
        pytest.param("!pip install a=={VERSION} $more", [("a", "?")], id="a version that is filled in"),
        pytest.param("!conda install -y -c conda-forge a=1.2.3 b", [("a", True), ("b", False)], id="conda"),
        pytest.param("pip install a", [("a", False)], id="a command without a sign"),
        pytest.param("!pip install -r r.txt -c c.txt --index-url https://x.org a", [("a", False)], id="options"),
        pytest.param("!pip uninstall -y a && pip download b", [], id="no installation"),
        pytest.param("!pip install . ./x x/y.whl setuptools", [], id="folders, files and the installer"),
    ],
)
def test_install_commands_give_dependencies(cell: str, packages: list[tuple[str, object]]) -> None:
    assert installed(cell) == packages


def test_an_installation_in_a_shell_cell_has_the_place_of_its_line() -> None:
    found = [one for one in subjects("x = 1", "%%sh\nls\npip install -q \\\n  a\n") if one.kind == "dependency"]
    assert [(one.name, one.location.cell, one.location.cell_line) for one in found] == [("a", 2, 3)]


def late(*cells: str) -> dict[object, object]:
    found = [one for one in subjects(*cells) if one.kind == "cell"]
    return {one.fields["number"]: one.fields["late"] for one in found if one.fields["late"]}


def test_a_name_is_late_where_only_a_cell_below_defines_it() -> None:
    assert late("import a", "b.c()\nd = [b for b in a]", "b = a") == {2: ("b",)}


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(("def f():\n    return b", "b = 1"), id="in a function"),
        pytest.param(("[b for b in range(3)]", "b = 1"), id="of a comprehension"),
        pytest.param(("display(1)", "from IPython.display import display"), id="of IPython"),
        pytest.param(("from a import *", "b + 1", "b = 1"), id="perhaps of a star import"),
        pytest.param(("%store -r b", "b + 1", "b = 1"), id="of the store"),
        pytest.param(("%%capture b\nprint(1)", "b.show()", "b = 1"), id="of a magic"),
        pytest.param(("def f():\n    global b\n    b = 1", "f()", "b + 1", "b = 2"), id="made global"),
        pytest.param(("b +", "b + 1", "b = 1"), id="where a cell could not be read"),
    ],
)
def test_names_that_may_be_there_are_not_late(cells: tuple[str, ...]) -> None:
    assert late(*cells) == {}


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        pytest.param("Makefile", "run:\n\tjupyter nbconvert --to html --execute a/fit.ipynb\n", "fit.ipynb", id="make"),
        pytest.param("job.yml", "notebook_path: ../src/fit\n", "fit.ipynb", id="Databricks"),
        pytest.param(
            "pipeline.yaml", "tasks:\n  - source: fit.ipynb\n    product: out.ipynb\n", "fit.ipynb", id="ploomber"
        ),
        pytest.param("dag.py", "PapermillOperator(task_id='a', input_nb='fit.ipynb')", "fit.ipynb", id="Airflow"),
        pytest.param("ci.yml", "run: pytest --nbmake notebooks\n", "*", id="all of a folder"),
    ],
)
def test_files_say_which_notebooks_are_run(path: str, text: str, name: str) -> None:
    found = [one for one in extract(path, text.encode()).subjects if one.fields.get("purpose") == "notebook-run"]
    assert [one.fields["tool"] for one in found] == [name]


@pytest.mark.parametrize("text", ["nav:\n  - a.ipynb\n", "run: jupyter nbconvert --to script a.ipynb\n"])
def test_to_name_or_convert_a_notebook_is_not_to_run_it(text: str) -> None:
    found = extract("x.yml", text.encode()).subjects
    assert not [one for one in found if one.fields.get("purpose") == "notebook-run"]
