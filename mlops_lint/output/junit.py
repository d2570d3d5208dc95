"""A report to JUnit's XML, which most CI systems show as test results.

Source: https://github.com/testmoapp/junitxml
"""

from xml.sax.saxutils import escape, quoteattr  # it writes, and parses nothing

from mlops_lint.model import Finding, Report
from mlops_lint.output._text import place, visible
from mlops_lint.rules import Rule


def render(report: Report, rules: tuple[Rule, ...]) -> str:
    """Gives a test for each rule that ran without a finding, and one that fails for each finding."""
    failed = {found.rule for found in report.findings}
    passed = [rule for rule in rules if rule.id not in failed]
    cases = [f"    <testcase classname={_value(rule.id)} name={_value(rule.name)}/>" for rule in passed]
    cases += [_case(found) for found in report.findings]
    counts = f'tests="{len(cases)}" failures="{len(report.findings)}"'
    errors = [f"{one.path}:{one.line}: {one.code} {one.message}" for one in report.problems]
    notes = "".join(f"    <system-err>{escape(visible(each))}</system-err>\n" for each in ["; ".join(errors)] if each)
    body = "".join(f"{case}\n" for case in cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="mlops-lint" {counts}>\n  <testsuite name="mlops-lint" {counts}>\n'
        f"{body}{notes}  </testsuite>\n</testsuites>\n"
    )


def _case(found: Finding) -> str:
    at = found.location
    said = f"{place(at)}: {visible(found.message)}"
    return (
        f"    <testcase classname={_value(found.rule)} name={_value(f'{found.name} {place(at)}')} "
        f'file={_value(at.path)} line="{at.line}">\n'
        f'      <failure type="{found.severity}" message={_value(found.message)}>{escape(said)}</failure>\n'
        "    </testcase>"
    )


def _value(text: str) -> str:
    return quoteattr(visible(text))
