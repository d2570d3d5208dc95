"""A call to the lines that are run instead of it: the other branches of each condition that it stands in."""

import ast

from mlops_lint.extract.python.module import Module


def instead_of(module: Module, node: ast.AST) -> tuple[str, ...]:
    """Gives the first and last line of each block that is run where this node is not, as `31-40`."""
    found: list[str] = []
    around = module.nodes.around
    below, above = node, around.get(node)
    while above is not None and not isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        blocks: list[list[ast.stmt]] = []
        if isinstance(above, ast.If):
            blocks = [block for block in (above.body, above.orelse) if below in (*above.body, *above.orelse)]
        elif isinstance(above, ast.Match):
            blocks = [case.body for case in above.cases]
        found += [_lines(module, block) for block in blocks if block and not _holds(block, below)]
        below, above = above, around.get(above)
    return tuple(found)


def _holds(block: list[ast.stmt], below: ast.AST) -> bool:
    return below in block or (isinstance(below, ast.match_case) and below.body is block)


def _lines(module: Module, block: list[ast.stmt]) -> str:
    return f"{module.locate(block[0]).line}-{module.locate(block[-1]).end_line}"
