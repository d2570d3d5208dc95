"""The directives of a process of Nextflow to the settings of a task; what is computed cannot be known.

Source: https://www.nextflow.io/docs/latest/reference/process.html#directives
"""

import re

import msgspec
from msgspec import UNSET, UnsetType

from mlops_lint.subjects import Flag, Number, Text

_ENDS = re.compile(r"^[ \t]*(?:input|output|script|shell|exec|stub|when|topic)[ \t]*:", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*(?P<name>[a-zA-Z]\w*)[ \t]*(?:=[ \t]*)?(?P<value>[^=\s:].*)$", re.MULTILINE)
_QUOTED = re.compile(r"(['\"])([^'\"]{1,300})\1")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*\.?\s*(ms|milli\w*|s|sec\w*|m|min\w*|h|hours?|d|days?)\b")
# What grows with each attempt is this at the first.
_FIRST = re.compile(
    r"\{\s*(?:check_max\(\s*)?([\w. ]{1,40}?)\s*(?:\*\s*task\.attempt\s*)?(?:,\s*['\"]time['\"]\s*\)\s*)?\}\s*"
)
_LABEL = re.compile(r"^[ \t]*label[ \t]+['\"]([\w.-]{1,100})['\"]", re.MULTILINE)
_UNITS = {"ms": 0.001, "mi": 60, "s": 1, "m": 60, "h": 3600, "d": 86400}
_REQUESTS = {"cpus": "cpu", "memory": "memory", "accelerator": "gpu", "machineType": "instance"}


class Directives(msgspec.Struct, frozen=True):
    """What a process says of how it runs."""

    retries: Number
    timeout: Number
    image: Text
    ignores_failure: Flag
    cached: Flag
    requests: tuple[str, ...]
    labels: tuple[str, ...] = ()


def directives(body: str) -> Directives:
    """Gives the settings that stand in a process before its first section."""
    end = _ENDS.search(body)
    head = body[: end.start()] if end is not None else body
    # A value may go on over several lines, as a condition within braces or quotes.
    found = {one["name"]: head[one.start("value") :] for one in _DIRECTIVE.finditer(head)}
    lines = {one["name"]: one["value"].strip() for one in _DIRECTIVE.finditer(head)}
    strategy = lines.get("errorStrategy", "")
    return Directives(
        retries=_retries(strategy, lines.get("maxRetries")),
        timeout=_timeout(lines.get("time")),
        image=_image(found.get("container")),
        ignores_failure=UNSET if "{" in strategy or not strategy else "ignore" in strategy,
        cached=lines.get("cache", "true").strip("'\"") != "false",
        requests=tuple(sorted({_REQUESTS[name] for name in lines if name in _REQUESTS})),
        labels=tuple(_LABEL.findall(head)),
    )


def _retries(strategy: str, most: str | None) -> Number:
    if not strategy:
        return UNSET
    if "retry" not in strategy:
        return UNSET if "{" in strategy else 0
    if most is None:
        # Of `maxRetries` the default is one.
        return 1
    return int(most) if most.isdigit() and len(most) < 5 else UNSET


def _timeout(value: str | None) -> Number:
    first = _FIRST.fullmatch(value) if value is not None else None
    value = first[1] if first is not None else value
    if value is None or "{" in value:
        return UNSET
    parts = _TIME.findall(value[:100])
    total = sum(float(number) * _unit(unit) for number, unit in parts)
    return total if parts else UNSET


def _unit(unit: str) -> float:
    if unit.startswith("milli") or unit == "ms":
        return 0.001
    return _UNITS[unit[0]]


def _image(value: str | None) -> str | UnsetType:
    """The image: of a condition on the engine, the one that is no address of a file."""
    if value is None:
        return UNSET
    outer = value.lstrip("{ \t")
    if outer.startswith('"${'):
        inside = outer[3:].partition('}"')[0]
    else:
        first = _QUOTED.match(outer)
        inside = first.group() if first is not None else ""
    names = [text for _, text in _QUOTED.findall(inside) if "/" in text or ":" in text]
    known = [text for text in names if "://" not in text and "$" not in text]
    return known[-1] if known else UNSET
