"""`mlops-lint graph`: a repository to its dependency graph."""

import argparse
import sys
from pathlib import Path

from mlops_lint.commands import options as common
from mlops_lint.commands.terminal import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `graph`."""
    parser.add_argument("paths", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument("--format", choices=("json",), default="json", help="default: json")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)
