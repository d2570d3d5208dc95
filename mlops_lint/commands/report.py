"""`mlops-lint report`: a repository to one page with all that is known of it."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from mlops_lint.commands import options as common
from mlops_lint.commands.saved import saved
from mlops_lint.commands.terminal import Progress
from mlops_lint.maturity import Examined, examine
from mlops_lint.output import Page, page
from mlops_lint.score import Point

# More boxes than these are no picture.
_MOST = 60


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `report`."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument(
        "-o",
        "--output-file",
        type=Path,
        default=Path("report.html"),
        metavar="F",
        help="default: report.html; - = print",
    )
    parser.add_argument("--title", metavar="T", help="what the repository is called; default: its folder")
    parser.add_argument(
        "--history", type=Path, nargs="+", default=[], metavar="F", help="earlier JSON scores, oldest first"
    )
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the page; the status is 0 whatever it says."""
    history = tuple(saved(file).point for file in options.history)
    settings = common.settings(options, [options.path])
    today = dt.datetime.now(tz=dt.UTC).date()
    with Progress(wanted=not options.no_progress) as progress:
        found = examine(settings, today, progress)
    text = page(_page(found, options.title or settings.root.name, history))
    if str(options.output_file) == "-":
        sys.stdout.write(text)
    else:
        common.save(options.output_file, text)
        print(f"wrote {options.output_file}", file=sys.stderr)
    return 0


def _page(found: Examined, name: str, history: tuple[Point, ...]) -> Page:
    from mlops_lint.graph.view import SHOWN, folded, part, ways

    kept, _ = part(found.graph, SHOWN, (), 0)
    view = folded(found.graph, ways(found.graph, kept), _MOST)
    boxes, subjects = len(view.nodes), sum(node.members for node in view.nodes)
    drawn = f"{subjects} pipelines, tasks, datasets, models and services that are linked."
    if boxes < subjects:
        drawn += f" They are folded into {boxes} boxes by kind and folder."
    return Page(name, found.score, found.report, found.rules, found.ignored, view, drawn, history)
