"""Loops of PyTorch code: what clears gradients, what saves, and in which mode models are."""

import pytest

from mlops_lint.extract import extract
from mlops_lint.model import Value


def _fields(code: str, kind: str, name: str) -> list[Value]:
    """One field of all subjects of a kind in a script, `None` where it is not set."""
    facts = extract("train.py", f"import torch\n{code}".encode())
    assert not facts.problems
    return [subject.fields.get(name) for subject in facts.subjects if subject.kind == kind]


@pytest.mark.parametrize(
    ("clearing", "answer"),
    [
        pytest.param("optimizer.zero_grad()", True, id="by the optimizer"),
        pytest.param("weights.grad.zero_()", True, id="by the gradient"),
        pytest.param("weights.grad = None", True, id="by an assignment"),
        pytest.param("helper(optimizer)", None, id="perhaps by a function that is handed the optimizer"),
        pytest.param("print(1)", False, id="by nothing"),
    ],
)
def test_gradients_are_cleared_in_many_ways(clearing: str, answer: bool | None) -> None:
    body = f"    {clearing}\n    loss(batch).backward()\n    optimizer.step()\n"
    code = f"from acme import helper\nfor batch in batches:\n{body}"
    assert _fields(code, "training", "clears_gradients") == [answer]


def test_a_loop_around_two_functions_clears_for_both() -> None:
    code = (
        "def learn(batch):\n    model(batch).backward()\n\n"
        "def move():\n    optimizer.step()\n    optimizer.zero_grad()\n\n"
        "for batch in batches:\n    learn(batch)\n    move()\n"
    )
    assert _fields(code, "training", "clears_gradients") == [True]


def test_functions_that_call_one_another_have_an_end() -> None:
    functions = "def a():\n    b()\n    loss.backward()\n\ndef b():\n    a()\n    optimizer.step()\n\n"
    code = f"{functions}for _ in range(9):\n    a()\n"
    assert _fields(code, "training", "clears_gradients") == [False]


def test_a_loop_counts_its_epochs() -> None:
    code = "EPOCHS = 30\nfor epoch in range(1, EPOCHS + 1):\n    loss.backward()\n    optimizer.step()\n"
    assert _fields(code, "training", "epochs") == [30]


@pytest.mark.parametrize(
    ("before", "answer"),
    [
        pytest.param("model.eval()", True, id="switched to evaluation"),
        pytest.param("model.train(False)", True, id="switched by an argument"),
        pytest.param("model.train()", False, id="switched to training"),
        pytest.param("model.train(flag)", None, id="switched by what is not known"),
        pytest.param("if flag:\n    model.eval()", None, id="switched in a branch"),
        pytest.param("model = model.to('cpu')", None, id="of unknown origin"),
    ],
)
def test_the_last_switch_before_a_prediction_tells_the_mode(before: str, answer: bool | None) -> None:
    code = f"from acme import flag, load\nmodel = load()\n{before}\nwith torch.no_grad():\n    model(batch)\n"
    assert _fields(code, "evaluation", "eval_mode")[-1:] == [answer]
