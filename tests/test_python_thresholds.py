"""Assertions to whether they demand a number of what is computed."""

import pytest
from source import module

from mlops_lint.extract.python.demands import fed_by
from mlops_lint.extract.python.thresholds import thresholds


@pytest.mark.parametrize(
    "source",
    [
        "assert score > 0.8",
        "assert 0.2 < score",
        "assert loss == pytest.approx(0.25)",
        "self.assertGreater(score, 0.8)",
        "np.testing.assert_allclose(mean, 0.5, atol=1e-3)",
    ],
)
def test_a_number_is_demanded(source: str) -> None:
    assert [node.lineno for node in thresholds(module(source))] == [1]


@pytest.mark.parametrize(
    "source",
    [
        "assert rows.shape == (3, 2)",
        "assert 0.0 <= share <= 1.0",
        "assert size > 4e2",
        "assert len(rows) > 3",
        "assert np.allclose(a, b)",
        "score > 0.8",
        "assert rate == 0.1",
    ],
)
def test_what_holds_of_any_draw_is_no_demand(source: str) -> None:
    assert not thresholds(module(source))


def _fed_by(source: str) -> set[str]:
    parsed = module(source)
    return set(fed_by(parsed.tree.body[0], frozenset(map(id, thresholds(parsed)))))


def test_what_feeds_a_demand_is_followed_backwards() -> None:
    source = """def test():
    rows = draw()
    other = draw_again()
    model = Model()
    model.fit(rows)
    other.look()
    assert model.score(fixed) > 0.9
"""
    found = _fed_by(source)
    assert {"2", "4", "5", "7", "draw", "rows"} <= found
    assert not {"3", "6", "draw_again"} & found


def test_a_name_that_is_bound_anew_is_no_longer_what_it_was() -> None:
    source = """def test():
    rows = draw()
    assert rows.shape == (2,)
    rows = fixed()
    assert rows.mean() > 0.5
"""
    assert not {"2", "draw"} & _fed_by(source)


def test_a_name_that_a_branch_or_a_loop_binds_may_be_what_it_was() -> None:
    source = """def test():
    rows = draw()
    for one in range(3):
        if one:
            rows = rows + step
        step = more()
    with scaled(rows) as wide:
        assert wide.mean() > 0.5
"""
    assert {"2", "5", "6", "7", "more", "scaled"} <= _fed_by(source)
