"""The command line to an exit status: 0 nothing to fail for, 1 findings, 2 a wrong command or configuration."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from mlops_lint import __version__
from mlops_lint.errors import UsageError
from mlops_lint.resources import HOMEPAGE

# Each is a module of `commands` with `arguments(parser)` and `run(options)`, imported only when it is asked for.
COMMANDS = {
    "check": "report findings",
    "init": "write a configuration to start from",
    "baseline": "accept the findings of today, so that only new ones are reported",
    "score": "show how mature the repository is: level, stages, and every question with its evidence",
    "report": "write one page with score, questions, findings and graph",
    "rules": "list the rules",
    "explain": "show one rule, or one question with its rules, in full",
    "vocabulary": "show the language of the rules: kinds, fields, roles, functions",
    "policy": "check rules of your own, or test them by their fixtures",
    "graph": "write the dependency graph of the repository",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the only place where an error becomes a line and a status."""
    try:
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except UsageError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted. Python flushes once more at exit: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _fail("interrupted")
    except Exception as error:
        if os.environ.get("MLOPS_LINT_DEBUG") == "1":
            raise
        return _fail(_internal(error))
    return status


def _run(arguments: list[str]) -> int:
    # Text of a repository may hold what the terminal cannot show: that is no reason to fail.
    # A run ends before its garbage matters, and a graph of 100,000 nodes would be collected over and over.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    parser, chosen = _parser(arguments)
    try:
        options = parser.parse_args(arguments)
    except SystemExit as end:
        sys.stdout.flush()
        return end.code if isinstance(end.code, int) else 2
    if chosen is None:
        parser.print_help()
        return 2
    status: int = import_module(f"mlops_lint.commands.{chosen}").run(options)
    return status


def _parser(arguments: list[str]) -> tuple[argparse.ArgumentParser, str | None]:
    """Gives the parser, with the options of the one command that the arguments name."""
    parser = _Parser(prog="mlops-lint", description="Policy as code for machine-learning repositories.")
    parser.add_argument("--version", action="version", version=f"mlops-lint {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            import_module(f"mlops_lint.commands.{name}").arguments(command)
    return parser, chosen


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line; that of a command is made by it too."""

    def error(self, message: str) -> NoReturn:
        """Ends with status 2."""
        self.exit(2, f"{self.prog}: {message}; see `{self.prog} --help`\n")


def _fail(message: str) -> int:
    print("mlops-lint: " + " ".join(message.split()), file=sys.stderr)
    return 2


def _internal(error: Exception) -> str:
    """Says which rule, subject and file were at hand: those who know them add them to the exception as notes."""
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    return (
        f"internal error: {type(error).__name__}: {error}{notes}; this is a bug in mlops-lint, please report it at "
        f"{HOMEPAGE}/issues (MLOPS_LINT_DEBUG=1 shows the traceback)"
    )
