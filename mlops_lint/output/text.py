"""A report to text for people: each finding with its code, then problems, then the counts."""

from collections.abc import Callable

from mlops_lint.model import Finding, Location, Problem, Report
from mlops_lint.output._frame import Row, frame
from mlops_lint.output._source import Sources
from mlops_lint.output._text import first_sentence, place, summary_line, visible
from mlops_lint.rules import Rule

Paint = Callable[[str, str], str]

# Style -> SGR parameters.
_STYLES = {"error": "1;31", "warning": "1;33", "note": "1;36", "problem": "1;35", "frame": "34", "strong": "1"}


def render(report: Report, rules: tuple[Rule, ...]) -> str:
    """Gives the report as plain text."""
    return _render(report, rules, lambda _, text: text)


def coloured(report: Report, rules: tuple[Rule, ...]) -> str:
    """Gives the report with ANSI colours."""
    return _render(report, rules, lambda style, text: f"\x1b[{_STYLES[style]}m{text}\x1b[0m")


def _render(report: Report, rules: tuple[Rule, ...], paint: Paint) -> str:
    sources = Sources(report)
    remedies = {rule.id: first_sentence(rule.how) for rule in rules}
    blocks = ["\n".join(_finding(found, sources, remedies.get(found.rule), paint)) for found in report.findings]
    if report.problems:
        blocks.append("\n".join(_problem(problem, paint) for problem in report.problems))
    return "\n\n".join([*blocks, paint("strong", summary_line(report))]) + "\n"


def _finding(finding: Finding, sources: Sources, remedy: str | None, paint: Paint) -> list[str]:
    places: list[tuple[Location, str, str, str]] = [(finding.location, "^", finding.severity, "")]
    places += [(other.location, "-", "frame", visible(other.message)) for other in finding.related]
    frames = [(each, _frame(sources, each[0], each[1])) for each in places]
    gutter = max((len(str(row.number)) for _, rows in frames for row in rows if row.number), default=1)
    title = paint(finding.severity, f"{finding.severity}[{finding.rule} {finding.name}]")
    lines = [f"{title}: {paint('strong', visible(finding.message))}"]
    for index, ((location, _, style, label), rows) in enumerate(frames):
        arrow = paint("frame", ":::" if index else "-->")
        note = f": {label}" if label and not rows else ""
        lines.append(f"{' ' * gutter}{arrow} {_place(location, sources)}{note}")
        lines += _rows(rows, gutter, style, label, paint)
    return [*lines, f"{' ' * gutter}{paint('frame', '=')} help: {visible(remedy)}"] if remedy else lines


def _frame(sources: Sources, location: Location, mark: str) -> tuple[Row, ...]:
    code = sources.code(location)
    if code is None:
        return ()
    return frame(code, mark) if mark == "^" else frame(code, mark, context=0)


def _place(location: Location, sources: Sources) -> str:
    if location.cell is None:
        return place(location)
    code = sources.code(location)
    column = f":{code.span.column}" if code else ""
    return f"{place(location)}{column} (file line {location.line})"


def _rows(rows: tuple[Row, ...], gutter: int, style: str, label: str, paint: Paint) -> list[str]:
    if not rows:
        return []
    empty = f"{' ' * gutter} {paint('frame', '|')}"
    lines = [empty]
    for row in rows:
        if row.number is None:
            marks = row.text.lstrip()
            text = f"{marks} {label}" if label else marks
            lines.append(f"{empty} {' ' * (len(row.text) - len(marks))}{paint(style, text)}")
        else:
            lines.append(f"{paint('frame', f'{row.number:>{gutter}} |')} {row.text}".rstrip())
    return lines


def _problem(problem: Problem, paint: Paint) -> str:
    title = paint("problem", f"problem[{problem.code}]")
    return f"{visible(problem.path)}:{problem.line}: {title}: {visible(problem.message)}"
