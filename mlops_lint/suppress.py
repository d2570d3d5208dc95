"""Verdicts and suppression comments to verdicts that are muted, and comments that mute nothing."""

from collections.abc import Iterable

import msgspec

from mlops_lint.model import Facts, Location, Problem, Suppression, Verdict
from mlops_lint.rules import Rule


def suppress(
    verdicts: list[Verdict], facts: Iterable[Facts], rules: tuple[Rule, ...], ran: frozenset[str]
) -> tuple[list[Verdict], list[Problem]]:
    """Gives the verdicts, failures muted where a comment says so, and a problem for each needless comment.

    `rules` are all that exist, by which names are known; `ran` are the ids of those that ran: a comment for a rule that
    did not run is not known to be needless.
    """
    comments = {one.path: one.suppressions for one in facts if one.suppressions}
    names = {rule.name: rule.id for rule in rules} | {rule.id: rule.id for rule in rules}
    used: set[tuple[Suppression, str]] = set()
    muted: list[Verdict] = []
    for verdict in verdicts:
        reason: str | None = None
        if verdict.outcome == "fail":
            for comment in comments.get(verdict.location.path, ()):
                name = _fitting(comment, verdict, names)
                if name is not None:
                    used.add((comment, name))
                    reason = comment.reason
        muted.append(verdict if reason is None else msgspec.structs.replace(verdict, muted=reason))
    problems: list[Problem] = []
    for path, found in comments.items():
        for comment in found:
            problems.extend(_needless(path, comment, used, names, ran))
    return muted, problems


def _fitting(comment: Suppression, verdict: Verdict, names: dict[str, str]) -> str | None:
    if comment.lines is not None and not _touches(comment, comment.lines, verdict.location):
        return None
    return next((name for name in comment.rules if names.get(name) == verdict.rule), None)


def _touches(comment: Suppression, lines: tuple[int, int], location: Location) -> bool:
    """Whether a comment is about a line of a finding: its first, its last, where black puts it, or one between."""
    if comment.location.cell != location.cell:
        return False
    start = location.cell_line or location.line
    end = start + max(location.end_line - location.line, 0)
    return lines[0] <= end and start <= lines[1]


def _needless(
    path: str, comment: Suppression, used: set[tuple[Suppression, str]], names: dict[str, str], ran: frozenset[str]
) -> Iterable[Problem]:
    line = comment.location.line
    if not comment.rules:
        yield Problem(path, line, "MLL006", "an ignore comment names its rules: `# mlops-lint: ignore[TRN002] reason`")
    for name in comment.rules:
        if name not in names:
            yield Problem(path, line, "MLL006", f"no rule is called '{name}'")
        elif (comment, name) not in used and names[name] in ran:
            yield Problem(path, line, "MLL006", f"ignore[{name}] matches no finding and can be removed")
