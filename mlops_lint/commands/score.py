"""`mlops-lint score`: a repository to its maturity."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from mlops_lint.commands import options as common
from mlops_lint.commands.saved import Saved, saved
from mlops_lint.commands.terminal import Progress
from mlops_lint.errors import UsageError
from mlops_lint.output import score_formats
from mlops_lint.score import Score


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `score`."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument("--format", choices=score_formats(), default="text", help="default: text")
    parser.add_argument("--output-file", type=Path, metavar="F", help="write there, not to standard output")
    parser.add_argument("--min-score", type=_share, metavar="X", help="exit with 1 below this score, 0 to 1")
    parser.add_argument("--min-level", type=int, choices=range(5), metavar="N", help="exit with 1 below this level")
    parser.add_argument(
        "--max-drop", type=_share, metavar="X", help="exit with 1 where the score is more than this below --against"
    )
    parser.add_argument("--against", type=Path, metavar="F", help="what `score --format json` wrote before")
    parser.add_argument(
        "--history", type=Path, nargs="+", default=[], metavar="F", help="earlier JSON scores, oldest first, to show"
    )
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the score of the repository that the path is in; 1 where it is below what is asked for."""
    from mlops_lint.maturity import examine
    from mlops_lint.output import score as formatted

    if (options.max_drop is None) is not (options.against is None):
        raise UsageError("--max-drop and --against go together: how much, and below what")
    before = saved(options.against) if options.against else None
    history = tuple(saved(file) for file in options.history)
    settings = common.settings(options, [options.path])
    today = dt.datetime.now(tz=dt.UTC).date()
    with Progress(wanted=not options.no_progress) as progress:
        found = examine(settings, today, progress)
    text = formatted(options.format, found.score, found.rules, tuple(one.point for one in history))
    if options.output_file:
        common.save(options.output_file, text)
    else:
        sys.stdout.write(text)
    reasons = _reasons(options, found.score, before)
    for reason in reasons:
        print(f"mlops-lint: {reason}", file=sys.stderr)
    return int(bool(reasons))


def _reasons(options: argparse.Namespace, score: Score, before: Saved | None) -> list[str]:
    """Gives what keeps the score from passing the gate, each on one line."""
    gates = (options.min_score, options.min_level, before)
    if score.score is None:
        return [] if gates == (None, None, None) else ["nothing to score, so no score passes the gate"]
    reasons = []
    # As it is shown: a score of 0.6996 is written 0.700, and passes 0.7.
    value = round(score.score, 3)
    if options.min_score is not None and value < options.min_score:
        reasons.append(f"score {value:.3f} is below --min-score {options.min_score:g}")
    if options.min_level is not None and score.level < options.min_level:
        lacking = ", ".join(score.missing)
        reasons.append(f"level {score.level} is below --min-level {options.min_level}; it lacks {lacking}")
    if before is not None:
        reasons += _dropped(options.max_drop, score, value, before)
    return reasons


def _dropped(most: float, score: Score, value: float, before: Saved) -> list[str]:
    if before.score is None:
        return []
    if (before.profile, before.preview) != (score.basis.profile, score.basis.preview):
        asked = f"{before.profile}{' with --preview' if before.preview else ''}"
        return [f"{before.file} was scored as {asked}; score with the same --profile and --preview to compare"]
    drop = round(before.score - value, 3)
    if drop <= most:
        return []
    now = {answer.question.id: answer.score for answer in score.answers}
    worse = [
        name for name, old in before.questions.items() if (new := now.get(name)) is not None and new < old - 0.0005
    ]
    fell = f"; lower than before: {', '.join(worse)}" if worse else ""
    return [f"score {value:.3f} is {drop:.3f} below that of {before.file}, more than --max-drop {most:g}{fell}"]


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("between 0 and 1")
    return number
