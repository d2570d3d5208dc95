"""`mlops-lint check`: a repository to findings."""

import argparse
import sys
from pathlib import Path

from mlops_lint import narrow
from mlops_lint.baseline import accepted
from mlops_lint.changes import changes
from mlops_lint.commands import options as common
from mlops_lint.commands.terminal import Progress, colours
from mlops_lint.errors import UsageError
from mlops_lint.model import Report
from mlops_lint.output import formats, render, summary_line, visible_lines
from mlops_lint.rules import Rule
from mlops_lint.settings import Settings

_RANKS = {"note": 1, "warning": 2, "error": 3, "never": 4}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `check`."""
    names = formats()
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="report only what is here; default: all")
    parser.add_argument("--output-format", choices=names, default="text", help="default: text")
    parser.add_argument("--output-file", type=Path, metavar="F", help="write there, not to standard output")
    parser.add_argument(
        "--output", action="append", default=[], metavar="FORMAT=F", help="also write this format there; repeatable"
    )
    parser.add_argument("--select", action="append", metavar="RULES", help="ids, names, prefixes, stages, ALL")
    parser.add_argument("--ignore", action="append", metavar="RULES", help="the same, not to run")
    parser.add_argument("--fail-on", choices=("error", "warning", "note", "never"), help="default: warning")
    parser.add_argument("--baseline", type=Path, metavar="F", help="do not report what this file of `baseline` accepts")
    parser.add_argument("--diff", metavar="COMMIT", help="report only what is on lines that changed since then")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended, and report the rest")
    parser.add_argument("--diff-only", action="store_true", help="with --fix: show the differences, and change no file")
    parser.add_argument("--quiet", action="store_true", help="write findings only")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    parser.add_argument("--force-exclude", action="store_true", help="for hooks; excluded paths are never reported")
    parser.add_argument(
        "--report-only-files", action="store_true", help="the paths are all that is reported, even when there is none"
    )
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Reports the findings; 1 where one is at or above `--fail-on`."""
    outputs = _outputs(options.output)
    if options.diff_only and not options.fix:
        raise UsageError("--diff-only: says how --fix would mend; give --fix too")
    if options.report_only_files and not options.paths:
        return 0
    settings = common.settings(options, options.paths)
    paths = common.below(settings.root, options.paths)
    rules = common.rules(settings)
    hidden = accepted(options.baseline) if options.baseline else frozenset[str]()
    with Progress(wanted=not (options.quiet or options.no_progress)) as progress:
        report = _report(settings, paths, options.diff, hidden, progress)
        if options.fix and not options.diff_only and _mended(report, write=True):
            report = _report(settings, paths, options.diff, hidden, progress)
    if options.fix and options.diff_only:
        return _mended(report, write=False)
    _write(options, outputs, report, rules)
    return _status(report, settings.fail_on)


def _report(
    settings: Settings, paths: tuple[str, ...], since: str | None, hidden: frozenset[str], progress: Progress
) -> Report:
    from mlops_lint.run import lint

    # Before the scan: a commit that is not there is no reason to wait for it.
    changed = changes(settings.root, since) if since is not None else None
    report = narrow.without(lint(settings, paths, progress), hidden)
    return report if changed is None else narrow.changed(report, changed)


def _mended(report: Report, *, write: bool) -> int:
    """Mends files, or shows how; 1 where there is something to mend."""
    from mlops_lint.fix.files import repair

    repaired = repair(report, write=write)
    if not write:
        sys.stdout.write(visible_lines(repaired.difference))
    done = "mended" if write else "to be mended"
    print(f"{repaired.places} places in {repaired.files} files {done}", file=sys.stderr)
    return int(repaired.places > 0)


def _outputs(given: list[str]) -> tuple[tuple[str, Path], ...]:
    outputs = []
    for text in given:
        name, _, file = text.partition("=")
        if name not in formats() or not file:
            raise UsageError(f"--output {text}: not FORMAT=FILE with one of {', '.join(formats())}")
        outputs.append((name, Path(file)))
    return tuple(outputs)


def _write(
    options: argparse.Namespace, outputs: tuple[tuple[str, Path], ...], report: Report, rules: tuple[Rule, ...]
) -> None:
    if options.output_file:
        outputs = (*outputs, (options.output_format, options.output_file))
    for name, file in outputs:
        common.save(file, render(name, report, rules))
    if not options.output_file:
        sys.stdout.write(render(options.output_format, report, rules, colour=colours(sys.stdout)))
    # Text on standard output ends with the summary itself; what programs read is not mixed with it.
    if not options.quiet and (options.output_file or options.output_format != "text"):
        print(summary_line(report), file=sys.stderr)


def _status(report: Report, fail_on: str) -> int:
    limit = _RANKS[fail_on]
    return int(any(_RANKS[found.severity] >= limit for found in report.findings))
