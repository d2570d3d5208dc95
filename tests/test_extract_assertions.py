"""Which comparisons of a test are of computed floats, and what its assertions are about."""

import textwrap

import pytest

from mlops_lint.extract import extract
from mlops_lint.model import Subject


def assertions(body: str, head: str = "import numpy as np") -> list[Subject]:
    source = f"{head}\n\ndef test_it():\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    return [one for one in extract("tests/test_it.py", source.encode()).subjects if one.kind == "assertion"]


@pytest.mark.parametrize(
    "body",
    [
        "assert np.mean(rows) == 0.3",
        "assert 0.3 == np.mean(rows)",
        "assert rows.mean().item() == 0.3",
        "assert a / b * 100 == 33.3",
        "assert price * 0.19 == total",
        "expected = 0.3\nfound = np.std(rows)\nassert found == expected",
        "assert np.array_equal(np.log(rows), [0.1, 0.2])",
        "np.testing.assert_array_equal(np.exp(rows), np.array([0.1, 0.2]))",
        "assert all(np.sqrt(rows) == [[0.1], [0.2]])",
        "assert np.mean(rows) == r2_score(a, b)",
        "assert hinge_loss(a, b) == 1.2 / 4",
        "assert probabilities.sum() == 1.0",
    ],
)
def test_computed_floats_that_must_be_equal_are_seen(body: str) -> None:
    if body.startswith("assert price"):
        body = "total = 1.9\n" + body
    assert [one.fields["exact"] for one in assertions(body)] == [True]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("assert SETTINGS['rate'] == 0.1", id="a setting"),
        pytest.param("assert rows.mean() == 2.5", id="a half"),
        pytest.param("assert rows.sum() == 10.0", id="a sum of counts"),
        pytest.param("assert 1 / 10 == 0.1", id="one division"),
        pytest.param("assert round(a / b * 100, 1) == 33.3", id="rounded"),
        pytest.param("assert np.mean(a) == np.mean(b)", id="the same way twice"),
        pytest.param("assert np.mean(a) > 0.3", id="an order"),
        pytest.param("assert a == 0.3", id="nothing is known of it"),
        pytest.param("assert np.mean(a) == float('nan')", id="no number"),
        pytest.param("assert f'{a / b * 2}' == '0.3'", id="a text"),
    ],
)
def test_what_is_exact_or_not_known_is_not_said_to_be_wrong(body: str) -> None:
    assert not [one for one in assertions(body) if one.fields.get("exact") is not None]


@pytest.mark.parametrize(
    "body",
    [
        "assert np.mean(rows) == pytest.approx(0.3)",
        "assert math.isclose(np.mean(rows), 0.3)",
        "np.testing.assert_allclose(np.mean(rows), 0.3)",
        "self.assertAlmostEqual(np.mean(rows), 0.3)",
        "assert np.allclose(np.log(rows), [0.1, 0.2])",
    ],
)
def test_a_tolerance_is_seen(body: str) -> None:
    assert [one.fields["exact"] for one in assertions(body)] == [False]


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ("assert set(rows.columns) == {'a'}", ("data",)),
        ("assert rows['a'].isnull().sum() == 0", ("data",)),
        ("assert model.score(rows, labels) > 0.8", ("model",)),
        ("assert predictions.shape == (3, 1)", ("model",)),
        ("assert after.loss < before.loss", ("model",)),
    ],
)
def test_assertions_about_data_and_models_are_told_apart(body: str, about: tuple[str, ...]) -> None:
    assert [one.fields["about"] for one in assertions(body)] == [about]


def test_other_assertions_are_not_kept() -> None:
    assert assertions("assert name == 'a'\nassert len(rows) == 3\nassert rows") == []


def test_the_function_whose_result_is_compared_is_named() -> None:
    found = assertions("result = rate(3)\nassert result == 0.57", "from rates import rate")
    assert [link.symbol for one in found for link in one.links if link.role == "calls"] == ["function:rates.rate"]
    assert "exact" not in found[0].fields


@pytest.mark.parametrize(
    ("returned", "computes"),
    [
        ("a * 0.1", True),
        ("a / b * 100", True),
        ("rows.mean()", True),
        ("a / b", False),
        ("a + b", False),
        ("round(a * 0.1, 2)", False),
        ("'%s' % a", False),
        ("{'rate': a * 0.1}", False),
    ],
)
def test_a_function_computes_where_its_result_is_rounded_on_the_way(returned: str, computes: bool) -> None:
    subjects = extract("rates.py", f"def rate(a, b, rows):\n    return {returned}\n".encode()).subjects
    assert any(one.fields.get("computes") is True for one in subjects) == computes
