"""The Python of a notebook to the names that a cell uses before any cell has defined them."""

import ast
from collections.abc import Iterator

import msgspec

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import walk
from mlops_lint.model import Location

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BINDING = (*_FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom, ast.ExceptHandler)
# They define names that nobody sees in the source.
_HIDDEN = frozenset({"exec", "eval", "globals", "locals", "get_ipython", "vars"})


class Late(msgspec.Struct, frozen=True):
    """A name that a cell uses, and that only a later cell defines."""

    name: str
    used: Location
    defined: Location


def late(module: Module) -> list[Late] | None:
    """Gives the names that are used before they are defined, in order; None where names come from what is not seen.

    Bodies of functions run when they are called, and what stands under `try` may be meant to fail: both are left out.
    """
    if any(found.dotted.endswith(".*") for found in module.imports):
        return None
    defined: dict[str, ast.AST] = {}
    used: list[ast.Name] = []
    hidden = False
    for statement in module.tree.body:
        for node in _run_at_once(statement):
            if not isinstance(node, ast.Name):
                for name in _bound(node):
                    defined.setdefault(name, node)
            elif isinstance(node.ctx, ast.Load):
                hidden = hidden or node.id in _HIDDEN
                used.append(node)
            else:
                defined.setdefault(node.id, node)
    if hidden:
        return None
    found: dict[str, Late] = {}
    for node in used:
        first = defined.get(node.id)
        if first is not None and node.id not in found and _place(node) < _place(first):
            at, definition = module.locate(node), module.locate(first)
            if at.cell is not None and definition.cell is not None and at.cell < definition.cell:
                found[node.id] = Late(node.id, at, definition)
    return list(found.values())


def _run_at_once(statement: ast.AST) -> Iterator[ast.AST]:
    """Gives the names, and what else binds some, that run with a statement; of names that only it knows, none."""
    wanted: list[tuple[ast.AST, frozenset[str], bool]] = [(statement, frozenset(), False)]
    while wanted:
        node, own, guarded = wanted.pop()
        if isinstance(node, ast.Name):
            if node.id not in own and not (guarded and isinstance(node.ctx, ast.Load)):
                yield node
            continue
        if isinstance(node, _BINDING):
            yield node
        if isinstance(node, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, _COMPREHENSIONS):
            own |= {one.id for part in node.generators for one in walk(part.target) if isinstance(one, ast.Name)}
        guarded = guarded or isinstance(node, ast.Try)
        wanted.extend((child, own, guarded) for child in _children(node))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without those that hold no names: most of them."""
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            yield from (one for one in value if isinstance(one, ast.AST))
        elif isinstance(value, (ast.expr, ast.stmt, ast.excepthandler, ast.arguments)) and not isinstance(
            value, ast.Constant
        ):
            yield value


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield node.name
        # What a function makes global is there once somebody has called it.
        yield from (name for one in walk(node) if isinstance(one, ast.Global) for name in one.names)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
