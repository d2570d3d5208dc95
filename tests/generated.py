"""A repository as large as one needs it, with something to find in files of every language."""

import json
import random
from pathlib import Path

SCRIPT = """\
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from pkg.settings import SEED

df = pd.read_csv("data/raw_{0}.csv")
train, test = train_test_split(df)
again, more = train_test_split(df, random_state=SEED)
model = RandomForestClassifier().fit(train, train.y)
pd.DataFrame(model.predict(test)).to_csv("out/{0}.csv", mode="a")
"""


def files(count: int) -> dict[str, str]:
    """Gives path -> text of about three times `count` files."""
    found = {
        "pkg/__init__.py": "",
        "pkg/settings.py": "SEED = 42\n",
        "pyproject.toml": '[project]\nname = "pkg"\ndependencies = ["pandas"]\n',
        "requirements.txt": "scikit-learn\n",
        "Dockerfile": "FROM python:latest\nRUN pip install pandas\n",
        "params.yaml": "train:\n  lr: 0.1\n",
        "dvc.yaml": "stages:\n"
        + "".join(
            f"  s{n}:\n    cmd: python scripts/train_{n}.py\n    deps: [data/raw_{n}.csv]\n    outs: [out/{n}.csv]\n"
            for n in range(count)
        ),
    }
    for number in range(count):
        found[f"scripts/train_{number}.py"] = SCRIPT.format(number)
        found[f"notebooks/eda_{number}.ipynb"] = notebook(SCRIPT.format(number))
        found[f"conf/{number}.yaml"] = f"path: /home/jane/data/{number}.csv\n"
    return found


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def write(root: Path, texts: dict[str, str], order: int = 0) -> None:
    """Writes files, in an order of their own for every number."""
    names = list(texts)
    random.Random(order).shuffle(names)
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[name])
