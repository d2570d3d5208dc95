"""Texts of which parts may be unknown: joined, formatted, shortened."""

import ast
import re
import string
from collections.abc import Callable

from mlops_lint.extract.airflow.values import Duration, Mapping, Text, Unknown, Value

# No name or command is longer; a text made to grow ends here.
LIMIT = 4_000
_PERCENT = re.compile(r"%(?:[-#0 +]*\d*(?:\.\d+)?[sdrif]|%)")
_SHORT = 60
_BRACES = re.compile(r"(?<!\{)\{[^{}]*\}(?!\})")

# Methods of a text that give another, when all of it is known.
_METHODS: dict[str, Callable[..., str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "title": str.title,
    "capitalize": str.capitalize,
    "replace": str.replace,
    "removesuffix": str.removesuffix,
    "removeprefix": str.removeprefix,
}


def joined(parts: list[tuple[Value, str]]) -> Value:
    """Gives the text of parts that follow one another, each with how it is shown where it is not known."""
    text, known, written = "", True, False
    for value, shown in parts:
        piece = plain(value)
        if piece is None:
            known = False
            piece = pattern(value, shown)
            written = written or isinstance(value, Text)
        else:
            written = written or bool(piece)
        text += piece
        if len(text) > LIMIT:
            return Unknown()
    if known:
        return text
    return Text(text) if written or len(parts) > 1 else Unknown(text)


def plain(value: Value) -> str | None:
    """Gives the text of a value that is known."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (bool, int, float)) else None


def pattern(value: Value, shown: str = "") -> str:
    """Gives a text with its unknown parts in braces; `shown` stands for a value of which nothing is known."""
    if isinstance(value, (Text, Unknown)) and value.shown:
        return value.shown
    known = plain(value)
    return known if known is not None else "{" + shown[:_SHORT] + "}"


def shown(node: ast.expr | None) -> str:
    """Gives how a part of a text is shown that is not known."""
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) else "..."


def formatted(template: Value, positional: list[tuple[Value, str]], named: dict[str, Value]) -> Value:
    """Gives what `template.format(...)` gives."""
    if not isinstance(template, str):
        return Unknown()
    parts: list[tuple[Value, str]] = []
    try:
        for index, (literal, field, _, _) in enumerate(string.Formatter().parse(template)):
            parts.append((literal, ""))
            if field is not None:
                parts.append(_field(field, index, positional, named))
    except ValueError:
        return Unknown()
    return joined(parts)


def _field(field: str, index: int, positional: list[tuple[Value, str]], named: dict[str, Value]) -> tuple[Value, str]:
    at = index if field == "" else int(field) if field.isdecimal() and len(field) < 4 else None
    if at is not None:
        return positional[at] if at < len(positional) else (Unknown(), field)
    return named.get(field, Unknown()), field


def interpolated(template: Value, values: list[tuple[Value, str]]) -> Value:
    """Gives what `template % values` gives."""
    if not isinstance(template, str):
        return Unknown()
    parts: list[tuple[Value, str]] = []
    at, rest = 0, iter(values)
    for found in _PERCENT.finditer(template):
        parts.append((template[at : found.start()], ""))
        parts.append(("%", "") if found.group() == "%%" else next(rest, (Unknown(), "")))
        at = found.end()
    return joined([*parts, (template[at:], "")])


def changed(text: Value, method: str, arguments: list[Value]) -> Value:
    """Gives what a method of a text gives."""
    function = _METHODS.get(method)
    if function is None or not isinstance(text, str):
        return Unknown()
    texts = [argument for argument in arguments if isinstance(argument, str) and len(argument) < LIMIT]
    if len(texts) != len(arguments) or len(text) > LIMIT:
        return Unknown()
    try:
        return function(text, *texts)[:LIMIT]
    except TypeError:
        return Unknown()


_UNITS = {
    "days": 86_400.0,
    "seconds": 1.0,
    "microseconds": 1e-6,
    "milliseconds": 1e-3,
    "minutes": 60.0,
    "hours": 3_600.0,
    "weeks": 604_800.0,
}
# A longer time is not meant, and would not fit where it is kept.
_AGES = 1e12


def duration(positional: list[Value], named: Mapping) -> Value:
    """Gives what `timedelta(...)` gives."""
    given = dict(zip(_UNITS, positional, strict=False)) | named.entries
    seconds = 0.0
    for unit, value in given.items():
        if unit not in _UNITS or not isinstance(value, (int, float)):
            return Unknown()
        seconds += value * _UNITS[unit]
    return Duration(seconds) if named.complete and abs(seconds) < _AGES else Unknown()


def holed(text: str) -> str:
    """Gives a text whose unknown parts stand in braces as a template of a shell command."""
    return _BRACES.sub("{{ }}", text)
