"""The left side of a statement that binds or changes something, and what a module asks itself first, to names."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.tree import written


def names(targets: list[ast.expr]) -> Iterator[str]:
    """Gives the names that targets bind, as `x` or `self.x`."""
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Attribute):
            yield written(target)
        elif isinstance(target, (ast.Tuple, ast.List)):
            yield from names(target.elts)


def root(target: ast.expr) -> str:
    """Gives the name, or `.x` of the attribute, whose items a statement sets."""
    while isinstance(target, (ast.Subscript, ast.Starred)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else f".{target.attr}" if isinstance(target, ast.Attribute) else ""


def is_main_guard(test: ast.expr) -> bool:
    """Says whether a test is `__name__ == "__main__"`."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
        return False
    sides = (test.left, test.comparators[0])
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )
