"""`mlops-lint vocabulary`: what the expressions of rules are made of."""

import argparse
from collections.abc import Iterator

from mlops_lint.predicates.expression import FUNCTIONS
from mlops_lint.predicates.registry import predicates
from mlops_lint.roles import ROLES
from mlops_lint.subjects import COMMON, KINDS, documentation

Rows = dict[str, str]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `vocabulary`."""
    parser.add_argument("--format", choices=("text", "markdown"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Prints the kinds of subjects with their fields, the roles of links, and the functions."""
    print("\n".join(_markdown() if options.format == "markdown" else _text()))
    return 0


def _kinds() -> Iterator[tuple[str, str, Rows]]:
    for name, kind in sorted(KINDS.items()):
        yield name, kind.__doc__ or "", {f: text for f, text in documentation(kind).items() if f not in COMMON}


def _roles() -> Rows:
    return {f"{role}, {backwards}": text for role, (backwards, text) in ROLES.items()}


def _functions() -> Rows:
    return dict(usage.rsplit(": ", 1) for usage in FUNCTIONS.values())


def _predicates() -> Rows:
    return {name: (found.__doc__ or "").split("\n")[0] for name, found in sorted(predicates().items())}


def _text() -> Iterator[str]:
    yield "KINDS OF SUBJECTS, each with its fields\n\nevery kind"
    yield from _lines(COMMON)
    for name, says, fields in _kinds():
        yield f"\n{name}: {says}"
        yield from _lines(fields)
    yield "\nROLES OF LINKS, each with its name when read backwards\n"
    yield from _lines(_roles())
    yield "\nFUNCTIONS, besides those of CEL\n"
    yield from _lines(_functions())
    yield "\nPREDICATES, each of a subject\n"
    yield from _lines(_predicates())


def _lines(rows: Rows) -> Iterator[str]:
    width = max(map(len, rows), default=0)
    yield from (f"  {name:<{width}}  {text}" for name, text in rows.items())


def _markdown() -> Iterator[str]:
    yield "# The language of the rules\n"
    yield "`mlops-lint vocabulary --format markdown` writes it; see [how to write rules](writing-rules.md).\n"
    yield "## Fields of every kind\n"
    yield from _table(COMMON)
    yield "## Kinds of subjects\n"
    for name, says, fields in _kinds():
        yield f"### {name}\n\n{says}\n"
        yield from _table(fields)
    yield "## Roles of links, each with its name when read backwards\n"
    yield from _table(_roles())
    yield "## Functions, besides those of CEL\n"
    yield from _table(_functions())
    yield "## Predicates, each of a subject\n"
    yield from _table(_predicates())


def _table(rows: Rows) -> Iterator[str]:
    if rows:
        yield "| | |\n| --- | --- |"
        yield from (f"| `{name}` | {_plain(text)} |" for name, text in rows.items())
        yield ""


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
