"""A report to SARIF 2.1.0, as GitHub code scanning and other viewers read it.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ and
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

import json
import os
from urllib.parse import quote

from mlops_lint import __version__
from mlops_lint.masked import MASK
from mlops_lint.model import Finding, Location, Related, Report
from mlops_lint.output._line_hash import line_hashes
from mlops_lint.output._rule_text import is_security, one_line, page, tags
from mlops_lint.output._source import Code, Sources
from mlops_lint.output._text import visible
from mlops_lint.resources import HOMEPAGE
from mlops_lint.rules import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS = 5_000
"""GitHub keeps no more of one run, and says nothing of the rest."""
TAGS = 10
"""GitHub shows no more, and rejects a file with more than 20."""
HASHED = 2_000_000
"""Characters; hashing takes 0.5 s a million. Of a larger file the upload action computes the hashes."""
LONGEST_LINE = 400
"""Characters; a snippet of longer lines helps nobody."""

# GitHub: above 9.0 critical, from 7.0 high, from 4.0 medium. Text, as a number makes it reject the whole file.
_SECURITY_SEVERITY = {"error": "8.0", "warning": "5.5", "note": "3.0"}
_PROBLEM_SEVERITY = {"error": "error", "warning": "warning", "note": "recommendation"}
_RANKS = {"error": 0, "warning": 1, "note": 2}

Json = dict[str, object]


def render(report: Report, rules: tuple[Rule, ...]) -> str:
    """Gives one run without times or paths of this machine: the same for the same report."""
    ordered = sorted(rules, key=lambda rule: rule.id)
    places = {rule.id: index for index, rule in enumerate(ordered)}
    sources = _Sources(report)
    worst_first = sorted(report.findings, key=lambda found: _RANKS[found.severity])
    run = {
        "tool": {"driver": _driver(ordered)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "results": [_result(found, places, sources) for found in worst_first[:RESULTS]],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


class _Sources(Sources):
    """The files of a report with their hashes, computed once each."""

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self._hashes: dict[str, tuple[str, ...]] = {}

    def line_hash(self, location: Location) -> str | None:
        """Gives the hash of the first line of a location; None where the file cannot be read or is too large."""
        path = location.path
        if path not in self._hashes:
            text = self.text(path)
            self._hashes[path] = line_hashes(text) if text is not None and len(text) <= HASHED else ()
        hashes = self._hashes[path]
        return hashes[location.line - 1] if location.line <= len(hashes) else None


def _driver(rules: list[Rule]) -> Json:
    return {
        "name": "mlops-lint",
        "fullName": f"mlops-lint {__version__}",
        "organization": "mlops-lint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOMEPAGE,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> Json:
    properties: Json = {
        "tags": list(tags(rule, TAGS)),
        "precision": "high" if rule.status == "stable" else "medium",
        # Its presence makes an alert one of security, for which GitHub does not read problem.severity.
        **(
            {"security-severity": _SECURITY_SEVERITY[rule.severity]}
            if is_security(rule)
            else {"problem.severity": _PROBLEM_SEVERITY[rule.severity]}
        ),
    }
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": _sentence(one_line(visible(rule.summary)))},
        "fullDescription": {"text": _sentence(visible(one_line(rule.why)))},
        "help": {"text": visible(one_line(rule.how, 100_000)), "markdown": page(rule)},
        "helpUri": f"{HOMEPAGE}/blob/main/fixtures/rules/{quote(f'{rule.id}-{rule.name}')}.md",
        "defaultConfiguration": {"level": rule.severity},
        "properties": properties,
    }


def _notifications(report: Report) -> list[Json]:
    found: list[Json] = [
        {
            "descriptor": {"id": problem.code},
            "level": "warning",
            "message": {"text": _message(problem.message)},
            "locations": [{"physicalLocation": _file(problem.path) | {"region": {"startLine": max(1, problem.line)}}}],
        }
        for problem in report.problems
    ]
    if (left := len(report.findings) - RESULTS) > 0:
        text = f"{left} of {len(report.findings)} findings, the least severe, are left out: GitHub keeps {RESULTS}."
        found.append({"level": "warning", "message": {"text": text}})
    return found


def _result(finding: Finding, places: dict[str, int], sources: _Sources) -> Json:
    line_hash = sources.line_hash(finding.location)
    fingerprints = {"mlopsLint/v1": finding.fingerprint}
    result: Json = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": _message(finding.message)},
        "locations": [{"physicalLocation": _physical(finding.location, sources)}],
        "partialFingerprints": ({"primaryLocationLineHash": line_hash} if line_hash else {}) | fingerprints,
    }
    if finding.rule in places:
        result["ruleIndex"] = places[finding.rule]
    if finding.related:
        result["relatedLocations"] = [
            _related(number, other, sources) for number, other in enumerate(finding.related, start=1)
        ]
    return result


def _related(number: int, other: Related, sources: Sources) -> Json:
    return {
        "id": number,
        "physicalLocation": _physical(other.location, sources),
        "message": {"text": _message(other.message)},
    }


def _physical(location: Location, sources: Sources) -> Json:
    region: Json = {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }
    physical = _file(location.path) | {"region": region}
    code = sources.on_disk(location)
    if code is None or location.line != location.end_line or len(code.lines[location.line - 1]) > LONGEST_LINE:
        return physical
    first, last = max(1, location.line - 1), min(len(code.lines), location.line + 1)
    context = ["".join(_shown(code, number)) for number in range(first, last + 1)]
    if first < last and max(map(len, context)) <= LONGEST_LINE:
        physical["contextRegion"] = {"startLine": first, "endLine": last, "snippet": {"text": "\n".join(context)}}
    if text := "".join(_shown(code, location.line)[location.column - 1 : location.end_column - 1]):
        region["snippet"] = {"text": text}
    return physical


def _shown(code: Code, line: int) -> list[str]:
    """Gives what is shown for each character of a line."""
    cells = [each if each == "\t" else visible(each) for each in code.lines[line - 1]]
    if not code.secrets:
        return cells
    hidden = [code.hidden(line, column) for column in range(1, len(cells) + 1)]
    return [
        cell if not masked else "" if index and hidden[index - 1] else MASK
        for index, (cell, masked) in enumerate(zip(cells, hidden, strict=True))
    ]


def _file(path: str) -> Json:
    return {"artifactLocation": {"uri": quote(os.fsencode(path)), "uriBaseId": "%SRCROOT%"}}


def _message(text: str) -> str:
    """Gives text in which nothing that stood in the repository becomes a link (SARIF 2.1.0, 3.11.6)."""
    return visible(text).replace("](", "] (")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else text + "."
