"""`mlops-lint score`: a repository to its maturity."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from mlops_lint.commands import options as common
from mlops_lint.commands.terminal import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `score`."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="default: text")
    parser.add_argument("--min-score", type=float, metavar="X", help="exit with 1 below this score, 0 to 1")
    parser.add_argument("--min-level", type=int, metavar="N", help="exit with 1 below this level, 0 to 4")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the score of the repository that the path is in; 1 where it is below what is asked for."""
    from mlops_lint.output import score as formatted
    from mlops_lint.run import maturity

    settings = common.settings(options, [options.path])
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    with Progress(wanted=not options.no_progress) as progress:
        score, rules = maturity(settings, today, progress)
    sys.stdout.write(formatted(options.format, score, rules))
    below = options.min_score is not None and (score.score is None or score.score < options.min_score)
    return int(below or (options.min_level is not None and score.level < options.min_level))
