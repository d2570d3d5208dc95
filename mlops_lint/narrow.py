"""A report to a part of it: what no baseline accepts, and what is on lines that changed."""

from collections import Counter

from msgspec.structs import replace

from mlops_lint.changes import Changes
from mlops_lint.model import Finding, Report


def without(report: Report, accepted: frozenset[str]) -> Report:
    """Gives the report without the findings of these fingerprints; they are counted as muted."""
    left = tuple(one for one in report.findings if one.fingerprint not in accepted)
    muted = report.summary.muted + len(report.findings) - len(left)
    return replace(_of(report, left), summary=replace(_of(report, left).summary, muted=muted))


def changed(report: Report, since: Changes) -> Report:
    """Gives the report with the findings, and problems, of what changed."""
    left = tuple(one for one in report.findings if since.touch(one.location))
    return replace(_of(report, left), problems=tuple(one for one in report.problems if one.path in since.files))


def _of(report: Report, findings: tuple[Finding, ...]) -> Report:
    count = Counter(one.severity for one in findings)
    summary = replace(report.summary, error=count["error"], warning=count["warning"], note=count["note"])
    return replace(report, findings=findings, summary=summary)
