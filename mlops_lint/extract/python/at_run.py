"""An expression to what it is worth when a command runs the program: arguments are Refs that the linker fills in."""

import ast

from mlops_lint.extract.python.arguments_of_programs import Option
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.values import Values
from mlops_lint.model import Ref

ARGUMENT = "argument:"
"""Starts the symbol of an argument of a program: `argument:src/train.py#data`, or its place, as `#1`."""


class AtRun(Values):
    """Evaluates as `Values`, but what the command line says is a Ref in place of a default."""

    def _of_option(self, option: Option, depth: int) -> Known:
        if not self.options.flags(option) or option.takes != "one":
            return super()._of_option(option, depth)
        return Ref(f"{ARGUMENT}{self._path}#{option.name}")

    def _of_item(self, node: ast.Subscript, scope: Scope, depth: int) -> Known:
        place = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if type(place) is int and place > 0 and self._names.name(node.value, scope) == "sys.argv":
            return Ref(f"{ARGUMENT}{self._path}#{place}")
        return super()._of_item(node, scope, depth)
