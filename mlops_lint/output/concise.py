"""A report to one line for each finding and problem, for editors and grep."""

from mlops_lint.model import Report
from mlops_lint.output._text import visible
from mlops_lint.rules import Rule


def render(report: Report, _rules: tuple[Rule, ...]) -> str:
    """Gives `path:line:column: severity[ID name] message`; line and column are those of the file on disk."""
    lines = [
        f"{visible(found.location.path)}:{found.location.line}:{found.location.column}: "
        f"{found.severity}[{found.rule} {found.name}] {visible(found.message)}"
        for found in report.findings
    ]
    lines += [
        f"{visible(problem.path)}:{problem.line}:1: problem[{problem.code}] {visible(problem.message)}"
        for problem in report.problems
    ]
    return "".join(line + "\n" for line in lines)
