"""Assertions to whether they demand a number of what is computed."""

import pytest
from source import module

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
    assert thresholds(module(source)) == [1]


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
