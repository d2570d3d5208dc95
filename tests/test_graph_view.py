"""The graph as somebody looks at it: parts of it, folded, and drawn."""

from pathlib import Path

import pytest

from mlops_lint import run
from mlops_lint.cli import main
from mlops_lint.graph import Graph
from mlops_lint.graph.view import SHOWN, Shown, View, folded, part, ways
from mlops_lint.output import drawn
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

PIPELINE = """\
stages:
  prepare:
    cmd: python prepare.py
    deps: [raw.csv]
    outs: [clean.csv]
  train:
    cmd: python train.py
    deps: [clean.csv]
    outs: [model.pkl]
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "prepare.py").write_text(
        "import pandas as pd\n\n\ndef main():\n    pd.read_csv('raw.csv').to_csv('clean.csv')\n\n\nmain()\n"
    )
    (tmp_path / "train.py").write_text("import pandas as pd\n\nframe = pd.read_csv('clean.csv')\n")
    return tmp_path


@pytest.fixture
def graph(repository: Path) -> Graph:
    return run.read(settings(repository, overrides=Overrides(jobs=1, cache=False))).graph


def test_a_way_through_code_that_is_not_shown_is_one_edge(graph: Graph) -> None:
    kept, _ = part(graph, ("entry_point", "dataset"), (), 1)
    found = ways(graph, kept)
    assert ("entry:prepare.py", "reads", "dataset:raw.csv") in found
    assert ("entry:prepare.py", "writes", "dataset:clean.csv") in found
    assert not [one for one in found if one[0] == "entry:train.py" and one[1] == "writes"]


def test_a_focus_keeps_what_is_near_it_in_both_directions(graph: Graph) -> None:
    kept, missing = part(graph, SHOWN, ("clean.csv",), 1)
    assert not missing
    assert {"dataset:clean.csv", "task:dvc.yaml#prepare", "task:dvc.yaml#train"} <= kept
    assert "dataset:model.pkl" not in kept
    further, _ = part(graph, SHOWN, ("clean.csv",), 2)
    assert "dataset:model.pkl" in further


def test_a_focus_that_names_nothing_is_told(graph: Graph) -> None:
    assert part(graph, SHOWN, ("nothing.csv",), 1)[1] == ["nothing.csv"]


def test_a_picture_folds_folders_until_it_fits(tmp_path: Path) -> None:
    lines = [f"pd.read_csv('data/{letter}/{number}.csv')" for letter in "ab" for number in range(20)]
    (tmp_path / "train.py").write_text("\n".join(["import pandas as pd", *lines]))
    graph = run.read(settings(tmp_path, overrides=Overrides(jobs=1, cache=False))).graph
    edges = ways(graph, part(graph, SHOWN, (), 1)[0])
    assert len(folded(graph, edges, 100).nodes) == 41
    view = folded(graph, edges, 30)
    assert {(node.name, node.members) for node in view.nodes if node.members > 1} == {("data/a/", 20)}
    assert len(view.nodes) == 22
    assert len(folded(graph, edges, 2).nodes) == 2


def test_hostile_names_stay_inside_their_quotes() -> None:
    node = Shown("dataset:x", "dataset", 'a"];\n<script>\\ end', "x")
    view = View((node,), ())
    assert 'label="dataset: a\\"];\\\\x0a<script>\\\\ end"' in drawn("dot", view)
    text = drawn("mermaid", view)
    assert text.count('"') == 2
    assert "<" not in text
    assert text.count("\n") == 2


def test_the_command_draws_and_says_what_it_does_not_know(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    assert main(["graph", "--format", "mermaid", "--no-cache"]) == 0
    assert 'n0[("dataset: clean.csv")]' in capsys.readouterr().out
    assert main(["graph", "--format", "dot", "--kind", "task", "--no-cache"]) == 0
    assert capsys.readouterr().out.count("shape=box,") == 2
    assert main(["graph", "--kind", "taks", "--no-cache"]) == 2
    assert capsys.readouterr().err == "mlops-lint: --kind: no kind of subject is called 'taks'; did you mean 'task'?\n"
    assert main(["graph", "--focus", "x.csv", "--no-cache"]) == 2
    assert "'x.csv'" in capsys.readouterr().err
