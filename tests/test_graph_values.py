"""Values that one file states and another uses."""

import pytest
from test_graph import graph

from mlops_lint.model import Value

SPLIT = "from sklearn.model_selection import train_test_split\n"
CALL = "train_test_split(x, random_state={})\n"
DATACLASS = "from pydantic import BaseModel, Field\nclass Settings(BaseModel):\n    seed: int = Field(42)\n"
LOAD = "import yaml\np = yaml.safe_load(open('params.yaml'))\n"
HYDRA = """
import hydra
from sklearn.model_selection import train_test_split

@hydra.main(config_path="conf", config_name="config")
def main(cfg):
    train_test_split(x, random_state=cfg.split.seed)

main()
"""

SEEDS: dict[str, tuple[dict[str, str], Value]] = {
    "of a constant": (
        {
            "settings.py": "SEED = 42\n",
            "train.py": f"{SPLIT}from settings import SEED\ntrain_test_split(x, random_state=SEED)\n",
        },
        42,
    ),
    "of a field of an instance": (
        {
            "settings.py": "class Settings:\n    seed: int = 42\nsettings = Settings()\n",
            "train.py": f"{SPLIT}from settings import settings\ntrain_test_split(x, random_state=settings.seed)\n",
        },
        42,
    ),
    "of a field of a class": (
        {
            "settings.py": DATACLASS,
            "train.py": f"{SPLIT}from settings import Settings\ncfg = Settings()\n{CALL.format('cfg.seed')}",
        },
        42,
    ),
    "of a file": (
        {
            "params.yaml": "split:\n  seed: 42\n",
            "train.py": SPLIT + LOAD + CALL.format("p['split']['seed']"),
        },
        42,
    ),
    "of the file of Hydra": ({"conf/config.yaml": "split:\n  seed: 42\n", "train.py": HYDRA}, 42),
    "of a group of Hydra": (
        {"conf/config.yaml": "defaults:\n  - split: usual\n", "conf/split/usual.yaml": "seed: 42\n", "train.py": HYDRA},
        42,
    ),
    "of a file that Hydra includes": (
        {"conf/config.yaml": "defaults:\n  - base\n", "conf/base.yaml": "split:\n  seed: 42\n", "train.py": HYDRA},
        42,
    ),
    "of a file that does not say": ({"conf/config.yaml": "split:\n  share: 1\n", "train.py": HYDRA}, "unknown"),
}


@pytest.mark.parametrize(("texts", "expected"), SEEDS.values(), ids=SEEDS.keys())
def test_a_seed_is_that(texts: dict[str, str], expected: Value) -> None:
    split = graph(texts).of_kind("split")[0]
    assert split.fields.get("seed", "unknown") == expected


PATHS = {
    "a constant": "from settings import RAW\nimport pandas as pd\npd.read_csv(RAW)\n",
    "a path below a folder": "import os, settings, pandas as pd\npd.read_csv(os.path.join(settings.DATA, 'a.csv'))\n",
    "an f-string": "from settings import DATA\nimport pandas as pd\npd.read_csv(f'{DATA}/a.csv')\n",
    "a path beside the settings": "from settings import HERE\nimport pandas\npandas.read_csv(HERE / 'data/a.csv')\n",
}


@pytest.mark.parametrize("text", PATHS.values(), ids=PATHS.keys())
def test_a_read_is_linked_to_the_data_whose_path_another_module_states(text: str) -> None:
    settings = "from pathlib import Path\nDATA = 'data'\nRAW = 'data/a.csv'\nHERE = Path(__file__).parent\n"
    of = graph({"settings.py": settings, "load.py": text, "data/a.csv": ""})
    read = of.of_kind("read")[0]
    assert [one.id for one in of.linked(read, "reads")] == ["dataset:data/a.csv"]
