"""The order of transformations and splits: lines of fits, and whether what they were fitted on is split later.

A fit that is not listed was seen neither before nor after a split of its data.
"""

import sys
import time

import pytest
from source import module

from mlops_lint.extract import extract
from mlops_lint.extract.python.flow import flow

HEAD = (
    "from sklearn.preprocessing import StandardScaler; from sklearn.model_selection import train_test_split, KFold\n"
    "s = StandardScaler()\n"
)
SPLIT = "a, b = train_test_split(X)\n"
CASES = {
    "fitted, then split": ("X = s.fit_transform(X)\n" + SPLIT, {3: True}),
    "split, then fitted on a part": (SPLIT + "a = s.fit_transform(a)\nb = s.transform(b)\n", {4: False}),
    "split, then fitted on an item of a part": (SPLIT + "s.fit(a['x'])\n", {4: False}),
    "split, then fitted on what is made of a part": (SPLIT + "c = a.dropna()\ns.fit(c)\n", {5: False}),
    "fitted and transformed apart, then split": ("s.fit(X)\nX = s.transform(X)\n" + SPLIT, {3: True}),
    "fitted, but nothing transformed": ("s.fit(X)\n" + SPLIT, {}),
    "fitted on one thing, split another": ("Y = s.fit_transform(X)\n" + SPLIT, {}),
    "fitted and transformed in one expression": ("X = StandardScaler().fit(X).transform(X)\n" + SPLIT, {3: True}),
    "made and fitted in one expression": ("X = StandardScaler().fit_transform(X)\n" + SPLIT, {3: True}),
    "fitted inside the split": ("a, b = train_test_split(s.fit_transform(X))\n", {3: True}),
    "fitted on a column": ("X['a'] = s.fit_transform(X[['a']])\n" + SPLIT, {3: True}),
    "fitted on a column by place": ("X.loc[:, 'a'] = s.fit_transform(X[['a']])\n" + SPLIT, {3: True}),
    "what another is made of": ("Y = s.fit_transform(X)\nX = Y.dropna()\n" + SPLIT, {3: True}),
    "made anew before the split": ("X = s.fit_transform(X)\nX = load()\n" + SPLIT, {}),
    "fitted by keyword": ("X = s.fit_transform(X=X)\n" + SPLIT, {3: True}),
    "split by keyword": ("X = s.fit_transform(X)\na = train_test_split(arrays=X)\n", {3: True}),
    "fitted under with": ("with x:\n    X = s.fit_transform(X)\n" + SPLIT, {4: True}),
    "fitted under try": ("try:\n    X = s.fit_transform(X)\nexcept E:\n    pass\n" + SPLIT, {4: True}),
    "split in the handler of an error": ("try:\n    X = s.fit_transform(X)\nexcept E:\n    " + SPLIT, {4: True}),
    "fitted under if": ("if x:\n    X = s.fit_transform(X)\n" + SPLIT, {4: True}),
    "fitted in one branch, split in the other": ("if x:\n    X = s.fit_transform(X)\nelse:\n    " + SPLIT, {}),
    "made anew in one branch": ("X = s.fit_transform(X)\nif x:\n    X = load()\n" + SPLIT, {3: True}),
    "a part after one branch alone": ("if x:\n    " + SPLIT + "else:\n    a = X\ns.fit(a)\n", {}),
    "a part after both branches": (
        "if x:\n    a, b = train_test_split(X)\nelse:\n    a, b = train_test_split(Y)\ns.fit(a)\n",
        {7: False},
    ),
    "fitted in one case": ("match x:\n    case 1:\n        X = s.fit_transform(X)\n" + SPLIT, {5: True}),
    "fitted in one case, split in another": (
        "match x:\n    case 1:\n        X = s.fit_transform(X)\n    case 2:\n        " + SPLIT,
        {},
    ),
    "folds of what was fitted": ("X = s.fit_transform(X)\nfor i, j in KFold().split(X):\n    pass\n", {3: True}),
    "fitted within each fold": ("for i, j in KFold().split(X):\n    s.fit_transform(X[i])\n", {4: False}),
    "fitted on what is called a training part": ("X_train = load()\ns.fit(X_train)\n" + SPLIT, {4: False}),
    "fitted in a function": ("def f(X):\n    X = s.fit_transform(X)\n    " + SPLIT, {4: True}),
    "fitted in one function, split in another": (
        "def f(X):\n    return s.fit_transform(X)\ndef g(X):\n    " + SPLIT,
        {},
    ),
    "fitted in the main block": ("if __name__ == '__main__':\n    X = s.fit_transform(X)\n    " + SPLIT, {4: True}),
    "fitted on an attribute": (
        "class A:\n    def f(self):\n        self.X = s.fit_transform(self.X)\n        train_test_split(self.X)\n",
        {5: True},
    ),
    "a method by another name": ("fit = s.fit_transform\nX = fit(X)\n" + SPLIT, {4: True}),
    "fitted on what is not given": ("X = s.fit_transform()\n" + SPLIT, {}),
    "no split at all": ("X = s.fit_transform(X)\n", {}),
    "fitted on both parts put together, then folds of one": (
        f"{SPLIT}s.fit(pd.concat([a, b]))\na = s.transform(a)\nfor i, j in KFold().split(a):\n    pass\n",
        {4: True},
    ),
    "folds of the target alone": (
        "X = s.fit_transform(X)\nfor i, j in KFold().split(y):\n    a, b = X[i], X[j]\n",
        {3: True},
    ),
    "into a column that is dropped": (
        "X['b'] = s.fit_transform(X[['a']])\nX = X.drop(['b', 'c'], axis=1)\n" + SPLIT,
        {},
    ),
    "into a column that is dropped in place": (
        "X['b'] = s.fit_transform(X[['a']])\nX.drop(columns='b', inplace=True)\n" + SPLIT,
        {},
    ),
    "into a column that is deleted": ("X['b'] = s.fit_transform(X[['a']])\ndel X['b']\n" + SPLIT, {}),
    "into a column that is not chosen": (
        "X['b'] = s.fit_transform(X[['a']])\nX = X[['a', 'c']]\n" + SPLIT,
        {},
    ),
    "into a column of those that a list names": (
        "NAMES = ['b', 'c']\nX['b'] = s.fit_transform(X[['a']])\nX = X[NAMES]\n" + SPLIT,
        {4: True},
    ),
    "into a column that another is made of": (
        "X['b'] = s.fit_transform(X[['a']])\nX['c'] = X['b'] * 2\nX = X.drop('b', axis=1)\n" + SPLIT,
        {3: True},
    ),
    "into a column that is cut by hand": (
        "X.b = s.fit_transform(X[['a']])\nX.loc[X.b > 2, 'c'] = 1\nX = X[['a', 'c']]\n" + SPLIT,
        {3: True},
    ),
    "into a column of which dummies are made": (
        "X['b'] = s.fit_transform(X[['a']])\nX = pd.get_dummies(X)[['b_1', 'b_2']]\n" + SPLIT,
        {3: True},
    ),
    "into a column of which codes are made": (
        "X['b'] = s.fit_transform(X[['a']])\nX['c'] = X['b'].cat.codes\nX = X[['a', 'c']]\n" + SPLIT,
        {3: True},
    ),
    "into a column that is made anew": ("X['b'] = s.fit_transform(X[['a']])\nX['b'] = load()\n" + SPLIT, {}),
    "in a loop over two frames": (
        "for one in [X, Y]:\n    one['a'] = s.fit_transform(one[['a']])\n" + SPLIT,
        {4: True},
    ),
    "in a loop over a list of frames": (
        "both = [X, Y]\nfor one in both:\n    one['a'].fillna(one['a'].mean(), inplace=True)\n" + SPLIT,
        {5: True},
    ),
    "in a loop that makes another": (
        "for one in [X, Y]:\n    one = one.copy()\n    one['a'] = s.fit_transform(one[['a']])\n" + SPLIT,
        {},
    ),
    "in a function that changes what it is given": (
        "def f(d):\n    d['a'] = s.fit_transform(d[['a']])\nf(X)\n" + SPLIT,
        {4: True},
    ),
    "in a function that changes a copy of what it is given": (
        "def f(d):\n    d = d.copy()\n    d['a'] = s.fit_transform(d[['a']])\nf(X)\n" + SPLIT,
        {},
    ),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_a_fit_comes_before_a_split(source: str, expected: dict[int, bool]) -> None:
    of = module(HEAD + source)
    found = flow(of).before_split
    assert {call.node.lineno: found[id(call.node)] for call in of.calls if id(call.node) in found} == expected


TRAINS = (
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split\n"
    "m = LogisticRegression()\n"
)
HALVES = "a, b, c, d = train_test_split(X, y)\n"
NUMBERED = "a, b, c, d = train_test_split(X, y, random_state=1)\n"
MEASURED = {
    "on the other part": (HALVES + "m.fit(a, c)\nm.score(b, d)\n", {6: True}),
    "on its own rows": (HALVES + "m.fit(a, c)\nm.score(a, c)\n", {6: False}),
    "on both": (HALVES + "m.fit(a, c)\nm.score(a, c)\nm.score(b, d)\n", {6: True}),
    "on a part of its own rows": (HALVES + "m.fit(X, y)\nm.score(b, d)\n", {6: False}),
    "by what it predicts": (HALVES + "m.fit(a, c)\np = m.predict(b)\nf1_score(d, p)\n", {}),
    "on the second half": ("m.fit(X[:9], y[:9])\nm.score(X[9:], y[9:])\n", {5: True}),
    "on folds": ("m.fit(X, y)\ncross_val_score(m, X, y)\n", {5: True}),
    "on folds before": ("cross_val_score(m, X, y)\nm.fit(X, y)\n", {6: True}),
    "by a search": ("g = GridSearchCV(m, {})\ng.fit(X, y)\n", {6: True}),
    "on another part of the same data set": (
        "m.fit(pd.read_csv('a', nrows=9), y)\nm.score(pd.read_csv('a', skiprows=9), d)\n",
        {5: True},
    ),
    "on a part of the same split, made again": (
        f"{NUMBERED}e, f, g, h = train_test_split(X, y, random_state=1)\nm.fit(a, c)\nm.score(f, h)\n",
        {7: True},
    ),
    "on a part of a part that is split by the same number": (
        f"{NUMBERED}e, f, g, h = train_test_split(a, c, random_state=1)\nm.fit(e, g)\nm.score(f, h)\n",
        {7: True},
    ),
    "on rows that are chosen by a name, and the rest": (
        "v = chosen()\nb = X.loc[v, :]\na = X[~X.index.isin(b.index)]\nm.fit(a, y)\nm.score(b, y)\n",
        {8: True},
    ),
    "one model after the other, each on its own rows": (
        "m.fit(X, y)\nm.score(X, y)\nm = GridSearchCV(m, {})\nm.fit(X, y)\n",
        {5: False, 8: True},
    ),
    "on rows of another file": ("m.fit(pd.read_csv('a'), y)\nm.score(pd.read_csv('b'), d)\n", {5: True}),
    "on the same file, read again": ("m.fit(pd.read_csv('a'), y)\nm.score(pd.read_csv('a'), d)\n", {5: False}),
    "on what a function reads twice": (
        "def f(p):\n    return pd.read_csv(p)\nm.fit(f(A), y)\nm.score(f(B), d)\n",
        {7: True},
    ),
    "on parts that go by their names": ("m.fit(X['train'], y)\nm.score(X['test'], y)\n", {5: True}),
    "on what an unknown function gives": ("a, b = halves(X)\nm.fit(a, y)\nm.score(b, d)\n", {6: True}),
    "in a function": ("def f(k, a, c):\n    k.fit(a, c)\n    return k\nf(m, X, y).score(X, y)\n", {6: False}),
    "not at all": ("m.fit(X, y)\n", {}),
    "on the rows that no tree drew": (
        "import sklearn.ensemble as e\nf = e.RandomForestClassifier(oob_score=True)\nf.fit(X, y)\nf.score(X, y)\n",
        {7: True},
    ),
    "without a target": ("m.fit(X)\nm.score(X)\n", {}),
}


@pytest.mark.parametrize(("source", "expected"), MEASURED.values(), ids=MEASURED.keys())
def test_a_model_is_measured(source: str, expected: dict[int, bool]) -> None:
    of = module(TRAINS + source)
    found = flow(of).held_out
    assert {call.node.lineno: found[id(call.node)] for call in of.calls if id(call.node) in found} == expected


ON_TEST = {
    "a part of a split": ("a, b = train_test_split(X)\ns.fit(a)\ns.fit(b)\n", {4: False, 5: True}),
    "a part by its name": ("s.fit(X_train)\ns.fit(X_test)\n", {3: False, 4: True}),
    "a part that a function is given": (
        "def f(x_tr, x_test):\n    s.fit(x_tr)\n    s.fit(x_test)\n",
        {4: False, 5: True},
    ),
    "train and test together": ("train_test = X\ns.fit(train_test)\n", {}),
    "a test and nothing else": ("s.fit(X_test)\n", {}),
    "words that only look so": ("s.fit(latest)\ns.fit(contest)\n", {}),
    "what is divided afterwards": (
        "s.fit(q)\nx_val = s.fit_transform(x_val)\na, b = train_test_split(x_val)\n",
        {4: False},
    ),
    "bands that nobody uses": ("s.fit(X_train)\nX_test['a'] = pd.qcut(X_test['b'], 4)\n", {3: False}),
    "rows, one by one": (
        "def f(x):\n    return (x - np.mean(x)) / np.std(x)\ns.fit(X_train)\nX_test = X_test.apply(f, axis=1)\n",
        {5: False},
    ),
    "the mean of the other part": (
        "a, b = train_test_split(X)\nb = b.fillna(a.mean())\ns.fit(a)\n",
        {5: False},
    ),
}


@pytest.mark.parametrize(("source", "expected"), ON_TEST.values(), ids=ON_TEST.keys())
def test_a_fit_is_on_the_test_part(source: str, expected: dict[int, bool]) -> None:
    of = module(HEAD + source)
    found = flow(of).on_test
    assert {call.node.lineno: found[id(call.node)] for call in of.calls if id(call.node) in found} == expected


ENDLESS = {
    "functions that call themselves": "def f(x):\n    return f(f(x))\nf(X)\n",
    "functions that call one another often": "".join(
        f"def f{n}(x):\n    return {' + '.join([f'f{n + 1}(x)'] * 40)}\n" for n in range(40)
    )
    + "f0(X)\n",
    "a lambda that hands on itself": "f = lambda x: x.apply(f)\nX.apply(f)\n",
    "a sum of many": "X = " + " + ".join(["X"] * 900) + "\n",
    "a name that is cut again and again": "while X:\n    X = X[1:]\n" * 200,
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_what_has_no_end_is_left(source: str) -> None:
    started = time.perf_counter()
    flow(module(HEAD + "X = s.fit_transform(X)\n" + source + SPLIT))
    assert time.perf_counter() - started < 10


def test_a_file_that_splits_nothing_and_fits_nothing_is_not_followed() -> None:
    """Seen by the calls that Python makes, not by the clock."""
    called: set[str] = set()

    def note(frame: object, event: str, _argument: object) -> None:
        if event == "call":
            called.add(frame.f_code.co_qualname)  # type: ignore[attr-defined]

    def calls(source: str) -> set[str]:
        extract("a.py", b"")
        called.clear()
        sys.setprofile(note)
        try:
            extract("a.py", source.encode())
        finally:
            sys.setprofile(None)
        return {name for name in called if name.startswith("Run.")}

    assert calls("import acme\nx = acme.load()\nx.fit_transform(1)\n") == set()
    assert calls(HEAD + "X = s.fit_transform(X)\n" + SPLIT) != set()
