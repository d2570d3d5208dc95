"""A report to Markdown, for a comment on a pull request or the summary of a job."""

import re

from mlops_lint.model import Finding, Report
from mlops_lint.output._text import count, place, summary_line, visible
from mlops_lint.rules import Rule

# GitHub refuses a comment of more than 65,536 letters.
_ROWS, _LONGEST = 100, 400
_ORDER = ("error", "warning", "note")


def render(report: Report, _rules: tuple[Rule, ...]) -> str:
    """Gives the counts, and a table with the worst findings first."""
    lines = [f"**mlops-lint**: {summary_line(report)}"]
    order = sorted(report.findings, key=lambda found: _ORDER.index(found.severity))
    if order:
        lines += ["", "| | rule | where | what |", "| --- | --- | --- | --- |", *map(_row, order[:_ROWS])]
    if len(order) > _ROWS:
        lines += ["", f"{count(len(order) - _ROWS, 'finding')} more: see `mlops-lint check`."]
    lines += [f"\n- {_plain(f'{one.path}:{one.line}: {one.message} ({one.code})')}" for one in report.problems[:_ROWS]]
    return "\n".join(lines) + "\n"


def _row(found: Finding) -> str:
    return (
        f"| {found.severity} | {_plain(f'{found.rule} {found.name}')} "
        f"| {_plain(place(found.location))} | {_plain(found.message)} |"
    )


def _plain(text: str) -> str:
    """Text that stays text: no markup, link, mention or reference comes of it."""
    text = visible(text)
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    # A number sign and an at sign would name issues and people; `://` and `www.` make links by themselves.
    text = re.sub(r"[&<>@#|`*_~\[\]\\$]", lambda sign: f"&#{ord(sign[0])};", text)
    return text.replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
