"""A report to text: each module here is a format of that name, unless its name begins with `_`."""

from importlib import import_module
from pkgutil import iter_modules

from mlops_lint.graph.view import View
from mlops_lint.model import Report
from mlops_lint.output import _badge, _drawing, _report, _score
from mlops_lint.output._report import Page
from mlops_lint.output._text import summary_line, visible, visible_lines
from mlops_lint.rules import Rule
from mlops_lint.score import Point, Score

__all__ = [
    "Page", "drawn", "formats", "page", "render", "score", "score_formats", "summary_line", "visible", "visible_lines",
]  # fmt: skip


def formats() -> tuple[str, ...]:
    """Gives the names of the formats, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_")))


def render(format_name: str, report: Report, rules: tuple[Rule, ...], *, colour: bool = False) -> str:
    """Gives the report in one format; `rules` are those that ran. A format without colours has no `coloured`."""
    module = import_module(f"{__name__}.{format_name}")
    renderer = getattr(module, "coloured", module.render) if colour else module.render
    text: str = renderer(report, rules)
    return text


def drawn(format_name: str, view: View) -> str:
    """Gives a view of the graph in the language of `dot` or `mermaid`."""
    text: str = {"dot": _drawing.dot, "mermaid": _drawing.mermaid}[format_name](view)
    return text


def page(found: Page) -> str:
    """Gives the report as one HTML page."""
    return _report.as_html(found)


def score_formats() -> tuple[str, ...]:
    """Gives the names of the formats of a score."""
    return ("text", "json", "markdown", "badge", "shields")


def score(format_name: str, found: Score, rules: tuple[Rule, ...], history: tuple[Point, ...] = ()) -> str:
    """Gives a score in one of `score_formats`; `rules` are those that it rests on, `history` its earlier values."""
    writers = {"text": _score.as_text, "json": _score.as_json, "markdown": _score.as_markdown}
    badges = {"badge": _badge.as_badge, "shields": _badge.as_shields}
    if format_name in badges:
        return badges[format_name](found)
    return writers[format_name](found, {rule.id: rule for rule in rules}, history)
