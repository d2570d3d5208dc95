"""Python source as a test writes it to what the extractors are given."""

import ast
import textwrap

from mlops_lint.extract.context import context
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.parse.python import parse


def module(source: str, path: str = "src/train.py") -> Module:
    data = textwrap.dedent(source).encode()
    parsed = parse(data, path)
    return Module(path, context(path, data), parsed.tree, parsed.positions.source, parsed.locate)


def here(of: Module) -> tuple[ast.expr, Call]:
    """The argument of `here(...)`, by which a test says what it asks about, and that call."""
    call = next(c for c in of.calls if isinstance(c.node.func, ast.Name) and c.node.func.id == "here")
    return call.node.args[0], call
