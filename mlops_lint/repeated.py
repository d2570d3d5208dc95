"""Verdicts to those failures that say a fact again which another rule has said already."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import msgspec

from mlops_lint.model import Location, Verdict
from mlops_lint.resources import rules_folder


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule that may say the fact again; `says` = only where its message fits this regular expression."""

    rule: str
    says: str | None = None


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact of `rules/repeated.yaml`, and the rule at which it is counted."""

    fact: str
    counts: str
    again: tuple[Again, ...]
    practice: bool = False
    """The fact is that something is not done at all, where nothing passes."""


class _Facts(msgspec.Struct, frozen=True):
    facts: tuple[Fact, ...]


@cache
def facts() -> tuple[Fact, ...]:
    """Gives what several rules say, in the order of the file."""
    return msgspec.yaml.decode((rules_folder() / "repeated.yaml").read_bytes(), type=_Facts).facts


def repeated(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], str]:
    """Gives (rule, node) of each failure that is not to be counted -> the rule at which its fact is."""
    failed: dict[str, list[Verdict]] = defaultdict(list)
    passed: set[str] = set()
    for verdict in verdicts:
        if verdict.outcome == "fail" and not verdict.muted:
            failed[verdict.rule].append(verdict)
        elif verdict.outcome == "pass":
            passed.add(verdict.rule)
    found: dict[tuple[str, str], str] = {}
    for fact in facts():
        first = failed.get(fact.counts, [])
        absent = fact.practice and fact.counts not in passed
        nodes = {one.node for one in first}
        places = {place for one in first for place in _places(one)}
        for again in fact.again if first else ():
            for one in failed.get(again.rule, []):
                if _same(one, again, nodes, places) or (absent and again.says is None):
                    found.setdefault((one.rule, one.node), fact.counts)
    return found


def _same(verdict: Verdict, again: Again, nodes: set[str], places: set[Location]) -> bool:
    if again.says is not None:
        return re.search(again.says, verdict.message) is not None
    return verdict.node in nodes or not places.isdisjoint(_places(verdict))


def _places(verdict: Verdict) -> list[Location]:
    """Gives the places a verdict points at, without files as a whole: that two are about one file says little."""
    places = [verdict.location, *(one.location for one in verdict.related)]
    return [one for one in places if (one.end_line, one.end_column) != (1, 1)]
