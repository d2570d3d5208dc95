"""Calls on data frames: which go row by row, which joins are checked, what names people, what is asserted of data."""

import textwrap

import pytest
from source import module

from mlops_lint.extract.frame_checks import frame_checks
from mlops_lint.extract.python.frames import on_frames
from mlops_lint.extract.python.rows import by_row

HEAD = "import pandas as pd\nframe = pd.read_csv('a.csv')\nother = pd.read_csv('b.csv')\n"


def _last(answers: dict[int, object], found: object) -> list[object]:
    """What is said of the calls of a module, in order of the source."""
    return [answers[id(call.node)] for call in found.calls if id(call.node) in answers]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "slow"),
    [
        pytest.param("total = 0\nfor _, row in frame.iterrows():\n    total += row['a']", [True], id="a sum"),
        pytest.param("for i, row in frame.iterrows():\n    frame.loc[i, 'b'] = row['a'] + 1", [True], id="a column"),
        pytest.param(
            "x = []\nfor _, row in frame.iterrows():\n    x.append({'a': row['a']})\ny = pd.DataFrame(x)",
            [True],
            id="a table",
        ),
        pytest.param(
            "x = []\nfor _, row in frame.iterrows():\n    x.append(f'- {row.a}')\ny = ' '.join(x)", [False], id="a text"
        ),
        pytest.param(
            "from pet import Pet\nx = [Pet(row.a) for row in frame.itertuples()]", [False], id="an object of each"
        ),
        pytest.param("x = frame.apply(lambda row: f'{row.a} {row.b}', axis=1)", [False], id="labels"),
        pytest.param("few = frame.head(9)\nx = [row.a for _, row in few.iterrows()]", [False], id="a name of few"),
        pytest.param(
            "for _, row in frame.iterrows():\n    if row.a:\n        y = row.b\n        break", [False], id="a search"
        ),
        pytest.param("x = [row.a for row in frame.itertuples()]", [True], id="a comprehension"),
        pytest.param("x = [i * row.a for i, (_, row) in enumerate(frame.iterrows())]", [True], id="wrapped"),
        pytest.param("for _, row in frame.head(3).iterrows():\n    print(row)", [False], id="the first rows"),
        pytest.param("for _, row in frame[:9].iterrows():\n    print(row)", [False], id="a slice"),
        pytest.param("rows = list(frame.itertuples())", [], id="handed over, not looped over"),
        pytest.param("def f():\n    for row in frame.itertuples():\n        yield row", [False], id="a generator"),
        pytest.param("def f(it):\n    it.style.apply(print, axis=1)", [False], id="a table that is shown"),
        pytest.param(
            "for x in [1]:\n    frame = pd.concat([frame, pd.DataFrame([{'x': x}])])", [True], id="grown by a row"
        ),
        pytest.param("for x in [1]:\n    frame = pd.concat([frame, other])", [], id="grown by a table"),
    ],
)
def test_a_loop_over_rows_is_slow_unless_columns_could_not_do_it(code: str, slow: list[bool]) -> None:
    found = module(HEAD + code)
    assert _last(dict(by_row(found)), found) == slow


@pytest.mark.parametrize(
    ("code", "checked"),
    [
        pytest.param("x = frame.merge(other, on='k')", [], id="nothing known"),
        pytest.param("x = frame.merge(other.drop_duplicates('k'), on='k')", [{"checked": True}], id="without doubles"),
        pytest.param("x = frame.merge(other, on='k')\nassert len(x) == len(frame)", [{"checked": True}], id="counted"),
        pytest.param("x = frame.merge(other, left_index=True, right_index=True)", [None], id="aligned by the index"),
        pytest.param(
            "u = other.drop_duplicates('k').merge(frame)\nx = frame.merge(u, on='k')", [{"checked": True}], id="doubled"
        ),
    ],
)  # fmt: skip
def test_a_join_is_checked_where_keys_are_unique_or_rows_are_counted(code: str, checked: list[object]) -> None:
    found = module(HEAD + code)
    assert _last(dict(on_frames(found)), found) == checked


def test_columns_of_people_are_followed_to_where_they_are_hidden() -> None:
    bare = module("import pandas as pd\na = pd.read_csv('a.csv')\nb = a['email']\n")
    assert _last(dict(on_frames(bare)), bare) == [{"personal": ("email",), "hidden": False}]
    dropped = module(
        "import pandas as pd\na = pd.read_csv('a.csv', usecols=['E-Mail'])\na = a.drop(columns=['E-Mail'])\n"
    )
    assert _last(dict(on_frames(dropped)), dropped) == [{"personal": ("E-Mail",), "hidden": True}]
    other = module("import pandas as pd\na = pd.read_csv('a.csv')\nb = a['email_count']\n")
    assert _last(dict(on_frames(other)), other) == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("assert frame['a'].notna().all()", [4]),
        ("if 'a' not in frame.columns:\n    raise ValueError('a')", [4]),
        ("import numpy as np\nassert not np.isnan(frame.to_numpy()).any()", [5]),
        ("import numpy as np\nassert np.isfinite(loss)", []),
        ("if frame.empty:\n    print('nothing')", []),
        ("assert frame is not None", []),
    ],
)
def test_an_assertion_on_what_a_frame_holds_is_a_check_of_data(code: str, lines: list[int]) -> None:
    found = frame_checks(module(HEAD + textwrap.dedent(code)))
    assert [one.location.line for one in found] == lines
