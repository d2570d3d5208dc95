"""A report to a Code Quality report, which GitLab shows in a merge request.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import json

from mlops_lint.model import Report
from mlops_lint.output._text import visible
from mlops_lint.rules import Rule

_SEVERITIES = {"error": "critical", "warning": "major", "note": "minor"}


def render(report: Report, _rules: tuple[Rule, ...]) -> str:
    """Gives a list of issues; the fingerprints are ours, by which GitLab tells new ones from old."""
    issues = [
        {
            "description": f"{found.rule} {found.name}: {visible(found.message)}",
            "check_name": found.rule,
            "fingerprint": found.fingerprint,
            "severity": _SEVERITIES[found.severity],
            "location": {
                "path": found.location.path,
                "lines": {"begin": found.location.line, "end": max(found.location.line, found.location.end_line)},
            },
        }
        for found in report.findings
    ]
    return json.dumps(issues, indent=2) + "\n"
