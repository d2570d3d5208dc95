"""Expressions to where their values are decided."""

import pytest
from source import here, module

from mlops_lint.extract.python.origins import origin

CASES = {
    "a number": ("here(0.1)", "literal"),
    "a negative number": ("here(-0.1)", "literal"),
    "a sum of numbers": ("here(1 + 2)", "literal"),
    "a converted number": ("here(int(3.0))", "literal"),
    "a name at the top": ("LR = 0.1\ndef f():\n    here(LR)", "constant"),
    "a name in the function": ("def f():\n    lr = 0.1\n    here(lr)", "constant"),
    "a constant of another module": ("from settings import LR\nhere(LR)", "constant"),
    "an attribute of another module": ("import settings\nhere(settings.LR)", "constant"),
    "a parameter": ("def f(lr):\n    here(lr)", "argument"),
    "a field of a parameter": ("def f(args):\n    here(args.lr)", "argument"),
    "a field of self": ("class C:\n    def f(self):\n        here(self.lr)", "argument"),
    "an option": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default=1)\nhere(p.parse_args().lr)",
        "argument",
    ),
    "twice a parameter": ("def f(size):\n    here(2 * size)", "argument"),
    "an environment variable": ("import os\nhere(float(os.environ.get('LR', 1)))", "setting"),
    "a key of a file": ("import yaml\np = yaml.safe_load(open('params.yaml'))\nhere(p['lr'])", "setting"),
    "the result of a call": ("here(best())", "unknown"),
    "a name that a loop binds": ("for lr in [1, 2]:\n    here(lr)", "unknown"),
    "a name that nothing binds": ("here(lr)", "unknown"),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES.keys())
def test_a_value_is_decided(source: str, expected: str) -> None:
    of = module(source)
    node, call = here(of)
    assert origin(node, call.scope, of) == expected
