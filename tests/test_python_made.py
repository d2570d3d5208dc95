"""An expression leads to the calls that made what it holds, and to no others."""

import ast

import pytest

from mlops_lint.extract.python.made import Frame, Made
from mlops_lint.extract.python.module import Module
from mlops_lint.parse import python

PATH = "flow.py"
CASES: dict[str, tuple[str, list[str]]] = {
    "a list of names": ("a = Step('a')\nb = Step('b')\nfound = [b, a]", ["b", "a"]),
    "a list that grows": (
        "found = [Step('a')]\nfound.append(Step('b'))\nfound += [Step('c')]\nother.append(Step('d'))",
        ["a", "b", "c"],
    ),
    "two lists together": ("first = [Step('a')]\nfound = first + [Step('b')]", ["a", "b"]),
    "the last of several of one name": ("x = Step('a')\nx = Step('b')\nfound = x\nx = Step('c')", ["b"]),
    "both branches of an if": ("if y:\n    x = Step('a')\nelse:\n    x = Step('b')\nfound = x", ["a", "b"]),
    "what a function returns, with what it is given": (
        "def make(name, other=None):\n    return Step(name, other)\nfound = make('a')",
        ["a"],
    ),
    "a part of what a function returns": (
        "def make():\n    return 1, Step('a')\nrest, found = make()",
        ["a"],
    ),
    "what stands under a key": ("steps = {'x': Step('a'), 'y': Step('b')}\nfound = steps['y']", ["b"]),
    "an output of a step": ("a = Step('a')\nfound = a.outputs['model'].path", ["a"]),
    "nothing behind a call that is wanted": ("found = Step(Step('b'))", ["Step('b')"]),
    "a function that calls itself ends": ("def f(x):\n    return f(x) or Step(x)\nfound = f('a')", ["a"]),
    "a name that is bound to itself": ("x = x\nfound = [x]", []),
    "a method of an object": ("class A:\n    def __init__(self):\n        self.s = Step('a')\nfound = A().s", []),
}


def made(source: str) -> tuple[Made, ast.expr, Frame]:
    parsed = python.parse(source.encode(), PATH)
    module = Module(PATH, "source", parsed.tree, source, parsed.locate)
    frames = Made(module)
    found = ast.Name("found", ast.Load())
    found.lineno, found.col_offset = source.count("\n") + 2, 0
    return frames, found, frames.frame(module.scopes.module)


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_an_expression_leads_to_what_made_it(source: str, expected: list[str]) -> None:
    frames, found, frame = made(source)
    calls = frames.mentioned(found, frame, lambda node, _: isinstance(node.func, ast.Name) and node.func.id == "Step")
    named = [frames.text(call.args[0], where) or ast.unparse(call.args[0]) for call, where in calls]
    assert named == expected


def test_an_argument_is_found_in_a_mapping_that_is_spread() -> None:
    frames, found, frame = made("common = dict(size=3, name='x')\nfound = Step('a', **common)")
    ((call, where),) = frames.mentioned(found, frame, lambda node, _: bool(node.keywords) and bool(node.args))
    given = frames.argument(call, where, "size")
    assert given is not None
    assert ast.unparse(given[0]) == "3"
    assert frames.complete(call, where)
