"""`mlops-lint init`: a repository to a configuration to start from, and to a hook for pre-commit."""

import argparse
import json
import sys
from pathlib import Path

from mlops_lint import __version__
from mlops_lint.commands import options as common
from mlops_lint.commands.terminal import Progress
from mlops_lint.configuration import YAML, Consumer, shown
from mlops_lint.errors import UsageError
from mlops_lint.resources import HOMEPAGE

HOOKS = ".pre-commit-config.yaml"
# More proposals than these are read by nobody.
_MOST = 20
_HOOK = f"""\
- repo: {HOMEPAGE}
  rev: v{__version__}
  hooks:
  - id: mlops-lint
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `init`."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument("--yes", action="store_true", help="write without a question, as where there is no terminal")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Writes what is not there yet; a file that is there is left as it is, and the rest is said."""
    from mlops_lint.maturity import production
    from mlops_lint.run import read

    settings = common.settings(options, [options.path])
    with Progress(wanted=not options.no_progress) as progress:
        graph = read(settings, progress).graph
    found = [one for one in graph.of_kind("consumer") if one.fields.get("declared") is not True]
    consumers = [Consumer(of=str(one.fields.get("of")), by=one.name) for one in found]
    if settings.config:
        print(f"{shown(settings.config)} is there already, and stays as it is.")
    else:
        text = _configuration(production(graph), consumers)
        _write(settings.root / YAML, text, ask=not options.yes)
    hooks = settings.root / HOOKS
    if not hooks.exists():
        _write(hooks, f"repos:\n{_HOOK}", ask=not options.yes)
    elif HOMEPAGE not in hooks.read_text("utf-8", "replace"):
        print(f"{shown(hooks)} is there already; add to its `repos`:\n\n{_HOOK}")
    print("Next: `mlops-lint check` shows the findings of today, `mlops-lint baseline` accepts them,")
    print("and `mlops-lint report -o report.html` draws where the repository stands.")
    return 0


def _write(file: Path, text: str, *, ask: bool) -> None:
    if ask and sys.stdin.isatty() and sys.stdout.isatty():
        answer = input(f"Write {shown(file)}? [Y/n] ").strip().lower()
        if answer not in ("", "y", "yes"):
            print(f"{shown(file)} is not written.")
            return
    try:
        # Also what came there while we looked is not overwritten.
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except FileExistsError:
        print(f"{shown(file)} is there already, and stays as it is.")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
    else:
        print(f"wrote {shown(file)}")


def _configuration(shows: tuple[str, str], consumers: list[Consumer]) -> str:
    profile, because = shows
    return (
        f"# Settings of mlops-lint; {HOMEPAGE}#configuration tells of all.\n"
        "\n"
        "# research asks what holds for every repository; production also what is asked of models that run.\n"
        f"# Detected: {profile}, as {json.dumps(because)[1:-1]}. It follows the repository unless it is set:\n"
        f"# profile: {profile}\n"
        "\n"
        "# The lowest severity for which `mlops-lint check` fails: error, warning, note or never.\n"
        "fail-on: warning\n"
        "\n"
        "# Rules that are not wanted: ids, names, prefixes (TRN), stages (training).\n"
        "# ignore: [TRN014]\n"
        "\n"
        "# What is not ours, besides what git ignores; patterns as in .gitignore.\n"
        "# exclude: [third_party/]\n"
        "\n"
        f"{_consumers(consumers)}"
        "\n"
        "# Who is responsible: a symbol or a pattern of paths, and a person or team.\n"
        "# owners:\n"
        '#   "model:*": forecasting@example.org\n'
        "\n"
        "# What no file can show, as a person says until a day. It stands beside the score, in none of its numbers.\n"
        "# attestations:\n"
        "# - {question: governance.review, answer: true, evidence: docs/review.md, by: Ada, expires: 2030-01-31}\n"
    )


def _consumers(consumers: list[Consumer]) -> str:
    lines = ["# Who uses the models and datasets that are made here, so that nobody breaks them unknowingly."]
    if consumers:
        lines += [
            "# These were found in the code; take out the `# ` of those that are meant, and add who is to be told:"
        ]
        lines += ["# consumers:"]
        # JSON is YAML, on one line whatever a name holds.
        lines += [f"# - {{of: {json.dumps(one.of)}, by: {json.dumps(one.by)}}}" for one in consumers[:_MOST]]
    else:
        lines += ["# consumers:", '# - {of: "model:churn", by: services/recommender, contact: team@example.org}']
    if len(consumers) > _MOST:
        lines += [f"# and {len(consumers) - _MOST} more: `mlops-lint check --preview --select GOV002` shows them."]
    return "\n".join(lines) + "\n"
