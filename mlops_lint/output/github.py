"""A report to workflow commands, which GitHub Actions shows beside the lines of a pull request.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from mlops_lint.model import Finding, Report
from mlops_lint.output._text import visible
from mlops_lint.rules import Rule

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, _rules: tuple[Rule, ...]) -> str:
    """Gives one command a line; GitHub shows ten of each level in a step, the worst come first."""
    order = sorted(report.findings, key=lambda found: list(_LEVELS).index(found.severity))
    lines = [_command(found) for found in order]
    lines += [
        f"::warning file={_property(one.path)},line={one.line},title={one.code}::{_data(one.message)}"
        for one in report.problems
    ]
    return "".join(line + "\n" for line in lines)


def _command(found: Finding) -> str:
    at = found.location
    place = f"file={_property(at.path)},line={at.line},endLine={max(at.line, at.end_line)}"
    # GitHub takes columns only of one line.
    if at.line == at.end_line and at.end_column > at.column:
        place += f",col={at.column},endColumn={at.end_column}"
    title = _property(f"{found.rule} {found.name}")
    return f"::{_LEVELS[found.severity]} {place},title={title}::{_data(found.message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
