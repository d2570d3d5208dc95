"""`mlops-lint rules`: the rules, one a line, or as JSON."""

import argparse
import json
import sys
from pathlib import Path

from mlops_lint.commands.options import every_rule
from mlops_lint.output import visible
from mlops_lint.rules import Rule

_FIELDS = ("id", "name", "summary", "question", "subject", "severity", "status", "profile", "fixable")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `rules`."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--config", type=Path, metavar="F", help="the configuration that names own rules")


def run(options: argparse.Namespace) -> int:
    """Lists our rules, and those of the configuration that is found here."""
    rules = sorted(every_rule(options.config), key=lambda rule: rule.id)
    if options.format == "json":
        listed = [{field: getattr(rule, field) for field in _FIELDS} for rule in rules]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
    else:
        sys.stdout.write("".join(_line(rule) for rule in rules))
    return 0


def _line(rule: Rule) -> str:
    preview = " (preview)" if rule.status == "preview" else ""
    return f"{rule.id}  {rule.severity:<7}  {rule.name}: {visible(rule.summary)}{preview}\n"
