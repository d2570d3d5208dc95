"""`mlops-lint baseline`: the findings of today to a file by which `check` leaves them out."""

import argparse
import sys
from pathlib import Path

from mlops_lint.baseline import NAME, written
from mlops_lint.commands import options as common
from mlops_lint.commands.terminal import Progress
from mlops_lint.configuration import shown


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `baseline`."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument(
        "-o", "--output-file", type=Path, metavar="F", help=f"default: {NAME} at the top of the repository; - prints"
    )
    parser.add_argument("--select", action="append", metavar="RULES", help="as for check")
    parser.add_argument("--ignore", action="append", metavar="RULES", help="as for check")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the file, over one that is there: what is mended since falls out of it."""
    from mlops_lint.run import lint

    settings = common.settings(options, [options.path])
    file = options.output_file or settings.root / NAME
    with Progress(wanted=not options.no_progress) as progress:
        report = lint(settings, (), progress)
    if str(file) == "-":
        sys.stdout.write(written(report))
        return 0
    common.save(file, written(report))
    print(f"accepted {len(report.findings)} findings; `mlops-lint check --baseline {shown(file)}` reports others")
    return 0
