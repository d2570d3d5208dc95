"""Generators that are handed on, and seeding calls before and after a draw, to what is known of the seed."""

from pathlib import Path

import pytest

from mlops_lint import run
from mlops_lint.graph import Node
from mlops_lint.predicates.seeding import globally_seeded
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

HEAD = (
    "import numpy as np, torch\nfrom sklearn.model_selection import train_test_split\nfrom torch.utils.data import *\n"
)


def _last(source: str, kind: str, folder: Path) -> tuple[Node, bool | None]:
    (folder / "code.py").write_text(HEAD + source)
    graph = run.read(settings(folder, overrides=Overrides(jobs=1, cache=False))).graph
    node = graph.of_kind(kind)[-1]
    answer = globally_seeded(node, graph)
    assert answer is None or isinstance(answer, bool)
    return node, answer


@pytest.mark.parametrize(
    "source",
    [
        "rng = np.random.RandomState(3)\ntrain_test_split(x, random_state=rng)",
        "train_test_split(x, random_state=np.random.RandomState(3))",
        "torch.utils.data.random_split(x, [1, 2], generator=torch.Generator().manual_seed(3))",
        "g = torch.Generator()\ng.manual_seed(3)\ntorch.utils.data.random_split(x, [1, 2], generator=g)",
    ],
)
def test_a_generator_that_is_handed_on_brings_its_seed(source: str, tmp_path: Path) -> None:
    assert _last(source, "split", tmp_path)[0].fields["seed"] == 3


@pytest.mark.parametrize(
    "source",
    [
        "def part(rng): return train_test_split(x, random_state=rng)",
        "rng = np.random.RandomState()\ntrain_test_split(x, random_state=rng)",
        "from ours import rng\ntrain_test_split(x, random_state=rng.bit_generator)",
        "a = b\nb = a\ntrain_test_split(x, random_state=a)",
    ],
)
def test_of_a_generator_from_elsewhere_or_without_seed_nothing_is_known(source: str, tmp_path: Path) -> None:
    assert "seed" not in _last(source, "split", tmp_path)[0].fields


def test_arguments_by_position_cannot_be_the_seed(tmp_path: Path) -> None:
    assert _last("train_test_split(*parts)", "split", tmp_path)[0].fields["seed"] is None


def test_arguments_by_name_may_be_the_seed(tmp_path: Path) -> None:
    assert "seed" not in _last("train_test_split(x, **options)", "split", tmp_path)[0].fields


@pytest.mark.parametrize(
    ("source", "seeded"),
    [
        ("np.random.seed(1)\nnp.random.rand(3)", True),
        ("np.random.rand(3)\nnp.random.seed(1)", False),
        ("np.random.rand(3)\nif __name__ == '__main__':\n    np.random.seed(1)", False),
        ("def fix():\n    np.random.seed(1)\n    np.random.rand(3)", True),
        ("def fix():\n    np.random.seed(1)\n\ndef draw():\n    np.random.rand(3)", False),
        ("def draw():\n    np.random.rand(3)\n\ndef all():\n    np.random.seed(1)\n    draw()", True),
        ("def draw():\n    np.random.rand(3)\n\nif __name__ == '__main__':\n    np.random.seed(1)\n    draw()", True),
        ("from ours import set_seed\nset_seed(1)\nnp.random.rand(3)", None),
    ],
)
def test_a_draw_is_seeded_by_what_runs_before_it(source: str, seeded: bool | None, tmp_path: Path) -> None:
    assert _last(source, "random_call", tmp_path)[1] is seeded


def test_a_seed_that_is_drawn_is_no_draw_of_data(tmp_path: Path) -> None:
    source = "import random\nseed = random.randint(1, 9)\nrandom.seed(seed)\nx = random.random()"
    node, seeded = _last(source, "random_call", tmp_path)
    assert node.name == "random.random"
    assert seeded is True
