"""A report to JSON, version 1: a contract with other programs, documented in design and manual."""

import json

from mlops_lint import __version__
from mlops_lint.model import Finding, Location, Report
from mlops_lint.rules import Rule

SCHEMA_VERSION = 1


def render(report: Report, _rules: tuple[Rule, ...]) -> str:
    """Gives one JSON object and a line break; the same for the same report."""
    summary = report.summary
    content = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "mlops-lint", "version": __version__},
        "summary": {name: getattr(summary, name) for name in summary.__struct_fields__},
        "findings": [_finding(finding) for finding in report.findings],
        "problems": [
            {"code": problem.code, "path": problem.path, "line": problem.line, "message": problem.message}
            for problem in report.problems
        ],
    }
    # Escaped to ASCII: no control or bidirectional character of a repository reaches a terminal or a log.
    return json.dumps(content, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, object]:
    location = finding.location
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "question": finding.question,
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        "cell": _cell(location),
        "message": finding.message,
        "subject": {"kind": finding.subject_kind, "name": finding.subject_name, "symbol": finding.subject_symbol},
        "fingerprint": finding.fingerprint,
        "related": [
            {"path": other.location.path, "line": other.location.line, "message": other.message}
            for other in finding.related
        ],
        "fixable": finding.fixable,
    }


def _cell(location: Location) -> dict[str, int | None] | None:
    return None if location.cell is None else {"index": location.cell, "line": location.cell_line}
