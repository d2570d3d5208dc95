"""What operations on known values are worth: joined paths, filled texts, sums."""

import ast
import math
import posixpath
import re
from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.uris import HERE
from mlops_lint.model import Ref, Value

CONVERSIONS: dict[str, type[str] | type[int] | type[float]] = {"str": str, "int": int, "float": float}
_SPECIFIER = re.compile(r"%(.?)")
# Longer than any path, command or query that a rule could look at.
_LONGEST = 10_000

Known = Value | UnsetType


def item_of(literal: ast.expr, key: object) -> ast.expr | None:
    """The expression under a key of a mapping, or at a place of a sequence; None where that cannot be told."""
    if isinstance(literal, ast.Call):
        named = {keyword.arg: keyword.value for keyword in literal.keywords}
        return named.get(key) if isinstance(key, str) and None not in named and not literal.args else None
    if isinstance(literal, ast.Dict):
        entries: dict[object, ast.expr] = {}
        for one, value in zip(literal.keys, literal.values, strict=True):
            if not isinstance(one, ast.Constant):
                return None
            entries[one.value] = value
        return entries.get(key)
    if isinstance(literal, (ast.Tuple, ast.List)) and type(key) is int and 0 <= key < len(literal.elts):
        return None if any(isinstance(part, ast.Starred) for part in literal.elts) else literal.elts[key]
    return None


def plain(value: object) -> Known:
    """Gives a constant as a value; UNSET where it is too large to keep."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else UNSET
    # MessagePack holds 64 bits; what is not finite is not even equal to itself.
    if isinstance(value, int):
        return value if abs(value) < 2**63 else UNSET
    return value if isinstance(value, float) and math.isfinite(value) else UNSET


def text(parts: Iterable[Known]) -> Known:
    """Gives the texts one behind the other; one of them may stand elsewhere."""
    found: list[str] = [""]
    reference: Ref | None = None
    length = 0
    for part in parts:
        if isinstance(part, (UnsetType, tuple)) or length > _LONGEST:
            return UNSET
        if isinstance(part, Ref):
            if reference is not None:
                return UNSET
            reference = part
            found.append("")
        else:
            found[-1] += str(part)
            length += len(str(part))
    if reference is not None:
        return Ref(reference.symbol, found[0] + reference.before, reference.after + found[1])
    return plain(found[0])


def interpolated(written: str, values: list[Known]) -> Known:
    """Gives `written % values`, where all that it asks for are plain texts and whole numbers."""
    pieces = _SPECIFIER.split(written)
    if any(kind not in ("s", "d") for kind in pieces[1::2]) or len(pieces) // 2 != len(values):
        return UNSET
    whole = all(isinstance(v, int) for v, kind in zip(values, pieces[1::2], strict=True) if kind == "d")
    return text(part for pair in zip(pieces[::2], [*values, ""], strict=True) for part in pair) if whole else UNSET


def calculated(operator: ast.operator, left: float, right: float) -> Known:
    """Gives the result of an operation on numbers."""
    # Division and powers can fail and grow: only what stays small is calculated.
    if isinstance(operator, ast.Mult):
        return plain(left * right)
    if isinstance(operator, ast.Add):
        return plain(left + right)
    if isinstance(operator, ast.Sub):
        return plain(left - right)
    if isinstance(operator, ast.Div) and right != 0 and abs(left) < 2**63:
        return plain(left / right)
    if isinstance(operator, ast.FloorDiv) and right != 0:
        return plain(left // right)
    if isinstance(operator, ast.Pow) and 0 < abs(left) < 2**16 and abs(right) < 64:
        return plain(left**right) if left > 0 or isinstance(right, int) else UNSET
    return UNSET


def converted(name: str, value: Known) -> Known:
    """Gives `str(value)`, `int(value)` or `float(value)`."""
    if isinstance(value, (str, int, float)):
        try:
            return plain(CONVERSIONS[name](value))
        except (ValueError, OverflowError):
            return UNSET
    return UNSET


def joined(parts: list[Known]) -> Known:
    """Gives the path that is joined of parts; one of them may stand elsewhere."""
    known = [part for part in parts if isinstance(part, (str, Ref))]
    places = [place for place, part in enumerate(known) if isinstance(part, Ref)]
    texts = [part for part in known if isinstance(part, str)]
    if len(known) != len(parts) or not parts or len(places) > 1:
        return UNSET
    if not places:
        return plain(posixpath.join(*texts))
    before, after = texts[: places[0]], texts[places[0] :]
    start = posixpath.join(*before, "") if before else ""
    return text([start, known[places[0]], *(f"/{part}" for part in after)])


def parent(value: Known) -> Known:
    """Gives the folder of a path."""
    if not isinstance(value, str) or value == HERE.rstrip("/"):
        return UNSET
    return posixpath.dirname(value.rstrip("/"))
