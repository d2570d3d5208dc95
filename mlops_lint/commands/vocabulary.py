"""`mlops-lint vocabulary`: what the expressions of rules are made of."""

import argparse

from mlops_lint.predicates.expression import FUNCTIONS
from mlops_lint.predicates.registry import predicates
from mlops_lint.roles import ROLES
from mlops_lint.subjects import COMMON, KINDS, documentation


def arguments(_parser: argparse.ArgumentParser) -> None:
    """Adds no option."""


def run(_options: argparse.Namespace) -> int:
    """Prints the kinds of subjects with their fields, the roles of links, and the functions."""
    print("KINDS OF SUBJECTS, each with its fields\n")
    print("every kind")
    _table(COMMON)
    for name, kind in sorted(KINDS.items()):
        print(f"\n{name}: {kind.__doc__ or ''}")
        _table({field: text for field, text in documentation(kind).items() if field not in COMMON})
    print("\nROLES OF LINKS, each with its name when read backwards\n")
    _table({f"{role}, {backwards}": text for role, (backwards, text) in ROLES.items()})
    print("\nFUNCTIONS, besides those of CEL\n")
    _table(dict(usage.rsplit(": ", 1) for usage in FUNCTIONS.values()))
    print("\nPREDICATES, each of a subject\n")
    _table({name: (found.__doc__ or "").split("\n")[0] for name, found in sorted(predicates().items())})
    return 0


def _table(rows: dict[str, str]) -> None:
    width = max(map(len, rows), default=0)
    for name, text in rows.items():
        print(f"  {name:<{width}}  {text}")
