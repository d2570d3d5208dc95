"""Columns of frames in the flow of data: what was learned goes with the column that it was written into."""

import ast
from typing import TYPE_CHECKING

import msgspec

from mlops_lint.extract.python.provenance import Held, Learned

if TYPE_CHECKING:
    from mlops_lint.extract.python.flow import Run

_PLACES = frozenset({"loc", "at", "ix"})
# Attributes of a frame that are no columns.
_VIEWS = frozenset("loc iloc ix at iat values T index str dt cat array data".split())
# A value with more than this is not followed by its columns.
_MOST = 200


def column_of(node: ast.expr) -> str:
    """Gives the column that an expression is of: `frame["a"]`, `frame.a`, `frame.loc[rows, "a"]`; empty if unknown."""
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr not in _VIEWS else ""
    if not isinstance(node, ast.Subscript):
        return ""
    index = node.slice
    if isinstance(index, ast.Tuple) and len(index.elts) > 1 and _is_place(node.value):
        index = index.elts[1]
    return index.value if isinstance(index, ast.Constant) and isinstance(index.value, str) else ""


def _is_place(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _PLACES


def only(held: Held, names: tuple[str, ...]) -> Held:
    """Gives a value with what was learned into some of its columns alone, or into what these were made of."""
    kept = (one for one in held.learned if not one.column or _is_among(one.column, names))
    return msgspec.structs.replace(held, learned=frozenset(kept))


def _is_among(column: str, names: tuple[str, ...]) -> bool:
    # `get_dummies` makes `port_S` of `port`.
    return column in names or any(name.startswith(f"{column}_") for name in names)


def without(held: Held, names: tuple[str, ...]) -> Held:
    """Gives a value that some columns were dropped of."""
    return msgspec.structs.replace(held, learned=frozenset(one for one in held.learned if one.column not in names))


def attribute(held: Held, name: str) -> Held:
    """Gives an attribute of a frame: a column, or a view of all of it."""
    return only(held, (name,)) if has_columns(held) and name not in _VIEWS else held


def has_columns(held: Held) -> bool:
    """Says whether anything is known by its column."""
    return any(one.column for one in held.learned)


def chosen(run: "Run", held: Held, index: ast.expr) -> Held:
    """Gives the columns of a frame that a subscript names; all where it does not say."""
    names = run.texts(index) if has_columns(held) else None
    return held if names is None else only(held, names)


def written(held: Held, target: ast.expr, value: Held) -> tuple[Held, Held]:
    """Gives a frame as it is before something is written into a column of it, and what is written."""
    column = column_of(target)
    if not column or len(held.learned) > _MOST:
        return held, value
    learned = value.learned
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Tuple):
        learned |= _of_mask(held, target.slice.elts[0])
    else:
        held = without(held, (column,))
    learned = frozenset(_into(one, column, held) for one in learned)
    return held, msgspec.structs.replace(value, learned=learned)


def _of_mask(held: Held, mask: ast.expr) -> frozenset[Learned]:
    """What was learned into the columns by which rows are chosen: bins are made in this way."""
    names = {column_of(node) for node in ast.walk(mask) if isinstance(node, (ast.Subscript, ast.Attribute))}
    return frozenset(one for one in held.learned if one.column and one.column in names)


def _into(one: Learned, column: str, held: Held) -> Learned:
    # What is in all columns is in this one too.
    return one if not one.column and one in held.learned else msgspec.structs.replace(one, column=column)
