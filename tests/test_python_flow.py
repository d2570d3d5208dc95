"""The order of transformations and splits: lines of fits, and whether what they were fitted on is split later.

A fit that is not listed was seen neither before nor after a split of its data.
"""

import sys

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
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_a_fit_comes_before_a_split(source: str, expected: dict[int, bool]) -> None:
    of = module(HEAD + source)
    found = flow(of).before_split
    assert {call.node.lineno: found[id(call.node)] for call in of.calls if id(call.node) in found} == expected


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
