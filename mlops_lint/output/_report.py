"""A score, its findings and the graph to one page that needs nothing else: no server, no font, no library.

The files in `report/` draw it in the browser from the data that is written into it here.
Source: https://www.w3.org/TR/CSP3/#grammardef-hash-source for the hashes of style and script.
"""

import base64
import hashlib
import html
import json
from pathlib import Path

import msgspec

from mlops_lint import __version__
from mlops_lint.graph.view import View
from mlops_lint.masked import masked
from mlops_lint.model import Location, Report
from mlops_lint.output import _score
from mlops_lint.output._frame import CONTEXT, frame
from mlops_lint.output._layout import HEIGHT, WIDTH, flow, placed
from mlops_lint.output._source import Sources
from mlops_lint.output._text import first_sentence, visible
from mlops_lint.rules import Rule, wholes
from mlops_lint.score import Point, Score, scale
from mlops_lint.steps import steps

_FILES = Path(__file__).parent / "report"
# Kind -> what gives it its colour.
_FAMILIES = {
    "dataset": "data", "feature_view": "data", "task": "work", "pipeline": "work", "entry_point": "work",
    "notebook": "work", "model": "model", "service": "serve", "endpoint": "serve", "deployment": "serve",
    "monitor": "watch", "alert": "watch",
}  # fmt: skip


class Page(msgspec.Struct, frozen=True):
    """All that the page shows."""

    name: str
    """What the repository is called."""
    score: Score
    report: Report
    rules: tuple[Rule, ...]
    ignored: frozenset[str]
    """Fingerprints of findings that `check` does not report here, as rules are deselected or ignored."""
    view: View
    drawn: str
    """What the picture shows, in a sentence."""
    history: tuple[Point, ...] = ()


def as_html(page: Page) -> str:
    """Gives the page; the same bytes for the same repository."""
    style, script = ((_FILES / name).read_text("utf-8") for name in ("style.css", "page.js"))
    # The data cannot end its element or start a comment: it holds no `<`, and no letter beyond ASCII.
    data = json.dumps(_data(page), separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e")
    parts = {
        "title": html.escape(f"{visible(page.name)}: MLOps maturity"), "version": html.escape(__version__),
        "style_hash": _hash(style), "script_hash": _hash(script), "style": style, "script": script, "data": data,
    }  # fmt: skip
    # One pass, piece by piece: what is put in is not searched again.
    first, *pieces = (_FILES / "page.html").read_text("utf-8").split("{{")
    return first + "".join(parts[name] + rest for name, _, rest in (piece.partition("}}") for piece in pieces))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(page: Page) -> dict[str, object]:
    rules = {rule.id: rule for rule in page.rules}
    asked: dict[str, list[str]] = {one.question.id: [] for one in page.score.answers}
    for rule in page.rules:
        asked[rule.question].append(rule.id)
    score = _score.content(page.score, rules, page.history)
    listed = score["questions"]
    assert isinstance(listed, list)
    for question in listed:
        # The page has them by their places in `findings`.
        del question["findings"]
        question["rules"] = asked[question["id"]]
    names = _score.level_names()
    means = {0: "nothing is settled yet"} | {one.level: one.means for one in scale().levels}
    todo = steps(page.score, page.rules)
    known = rules | {rule.id: rule for rule in wholes()}
    stated = {id: known[id] for id in {one.rule for one in page.report.findings} | {one.rule for one in todo}}
    content = {
        "name": page.name,
        "basis": _score.basis(page.score) + _commit(page.score),
        "nothing": _score.nothing(page.score),
        "levels": [{"level": level, "name": name, "means": means[level]} for level, name in names.items()],
        "score": score,
        "summary": {name: getattr(page.report.summary, name) for name in page.report.summary.__struct_fields__},
        "steps": [msgspec.to_builtins(one) for one in todo],
        "findings": _findings(page),
        "rules": {id: _rule(stated[id]) for id in sorted(stated)},
        "problems": [msgspec.to_builtins(one) for one in page.report.problems],
        "graph": _graph(page),
    }
    return {name: _shown(value) for name, value in content.items()}


def _shown(value: object) -> object:
    """The same with every text made safe to show; line breaks, of frames and of what rules say, stay."""
    if isinstance(value, str):
        return "\n".join(visible(line) for line in masked(value).split("\n"))
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value


def _commit(score: Score) -> str:
    basis = score.basis
    return f" · commit {basis.commit[:10]} of {basis.date}" if basis.commit else ""


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name, "summary": rule.summary, "why": rule.why.strip(), "how": rule.how.strip(),
        "first": first_sentence(rule.how), "status": rule.status,
    }  # fmt: skip


def _findings(page: Page) -> list[dict[str, object]]:
    sources = Sources(page.report)
    again = {
        (one.rule, one.location): f"{counted}" for answer in page.score.answers for one, counted in answer.again
    }  # fmt: skip
    return [
        {
            "rule": one.rule, "name": one.name, "severity": one.severity, "question": one.question,
            "message": one.message, **_place(one.location), "frame": _frame(sources, one.location, "^"),
            "related": [
                {"message": other.message, **_place(other.location), "frame": _frame(sources, other.location, "-")}
                for other in one.related
            ],
            "repeated": again.get((one.rule, one.location)), "ignored": one.fingerprint in page.ignored,
        }
        for one in page.report.findings
    ]  # fmt: skip


def _place(location: Location) -> dict[str, object]:
    cell = None if location.cell is None else {"index": location.cell, "line": location.cell_line}
    return {"path": location.path, "line": location.line, "cell": cell}


def _frame(sources: Sources, location: Location, mark: str) -> list[tuple[int | None, str]]:
    code = sources.code(location)
    if code is None:
        return []
    return [(row.number, row.text) for row in frame(code, mark, context=CONTEXT if mark == "^" else 0)]


def _graph(page: Page) -> dict[str, object]:
    layout = placed(page.view)
    number = {node.id: index for index, node in enumerate(page.view.nodes)}
    nodes = [
        {
            "kind": one.kind, "family": _FAMILIES.get(one.kind, "use"), "name": one.name, "path": one.path,
            "members": one.members, "x": layout.at[one.id][0], "y": layout.at[one.id][1],
        }
        for one in page.view.nodes
    ]  # fmt: skip
    edges = [
        {
            "from": number[ends[0]], "to": number[ends[1]], "role": role.replace("_", " "),
            "says": [number[source], number[target]], "way": layout.ways.get(ends, ()),
        }
        for source, role, target in page.view.edges
        for ends in [flow(source, role, target)]
    ]  # fmt: skip
    return {
        "nodes": nodes, "edges": edges, "width": layout.width, "height": layout.height,
        "box": {"width": WIDTH, "height": HEIGHT}, "note": page.drawn,
    }  # fmt: skip
