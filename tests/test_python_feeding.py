"""What a file reads and trains nothing on: the line of the read `pd.read_csv("x.csv")`, and whether it is idle."""

import pytest
from source import module

from mlops_lint.extract.python.feeding import unfed

HEAD = "import pandas as pd\nfrom sklearn.linear_model import LinearRegression\nm = LinearRegression()\n"
READ = 'x = pd.read_csv("x.csv")\n'
FIT = "m.fit(y, y)\n"
FED = {
    "straight into the training": 'm.fit(pd.read_csv("x.csv"), y)\n',
    "by one name": READ + "m.fit(x, y)\n",
    "by two names": READ + "z = x.dropna()\nm.fit(z, y)\n",
    "by a part of a tuple": READ + "a, b = x.a, x.b\nm.fit(a, b)\n",
    "by an item": READ + "y['a'] = x.a\n" + FIT,
    "into a list": READ + "y = []\ny.append(x)\n" + FIT,
    "over a loop": READ + "for row in x:\n    y = row\n" + FIT,
    "used in the loop that trains": READ + "for row in rows:\n    z = x[row]\n    m.fit(y, y)\n",
    "by a parameter": READ + "def train(rows):\n    m.fit(rows, rows)\ntrain(x)\n",
    "by a return": 'def load():\n    return pd.read_csv("x.csv")\ny = load()\n' + FIT,
    "by a generator": 'def load():\n    yield pd.read_csv("x.csv")\ny = next(load())\n' + FIT,
    "by an object": "class D:\n    def __init__(self, rows):\n        self.rows = rows\n" + READ + "y = D(x)\n" + FIT,
    "by an expression that names it": 'if (x := pd.read_csv("x.csv")) is not None:\n    y = x\n' + FIT,
    "by with": "with " + READ[4:-1] + " as y:\n    m.fit(y, y)\n",
    "by a file that is written before": READ + "x.to_csv('y.csv')\n" + FIT,
    "into a function of whose training we know the name": READ + "train_forest(x)\n" + FIT,
    "there is no training": READ,
}
IDLE = {
    "printed": READ + "print(x)\n" + FIT,
    "printed where it is read": 'print(pd.read_csv("x.csv"))\n' + FIT,
    "filled in and written after": READ + FIT + "x['a'] = m.predict(y)\nx.to_csv('out.csv')\n",
    "of the same method as what is trained on": READ + "x.head()\ny = z.head()\n" + FIT,
    "given to a function that only shows it": READ + "def show(rows):\n    print(rows)\nshow(x)\n" + FIT,
}


@pytest.mark.parametrize("source", FED.values(), ids=FED)
def test_what_may_reach_a_training_is_never_said_not_to(source: str) -> None:
    assert not unfed(module(HEAD + source))


@pytest.mark.parametrize("source", IDLE.values(), ids=IDLE)
def test_what_reaches_no_training_is_idle(source: str) -> None:
    assert len(unfed(module(HEAD + source))) == 1


def test_what_a_module_gives_back_others_may_train_on() -> None:
    source = HEAD + 'def load():\n    return pd.read_csv("x.csv")\nm.fit(y, y)\n'
    assert not unfed(module(source))
