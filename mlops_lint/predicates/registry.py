"""Predicates by name: filled when the modules of this package are imported, then only read."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import msgspec

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Location, Related


class Answer(msgspec.Struct, frozen=True):
    """What a predicate says with its reasons; `value` None = cannot tell, `detail` fills `{detail}` in the message."""

    value: bool | None
    detail: str = ""
    related: tuple[Related, ...] = ()
    at: Location | None = None
    """Where the reason of a failure stands, if not where the subject does: a line in a notebook."""


Predicate = Callable[[Node, Graph], "bool | Answer | None"]

PREDICATES: dict[str, Predicate] = {}


def predicate(function: Predicate) -> Predicate:
    """Registers a predicate under its own name, callable from rules with a subject."""
    name = function.__name__
    # A second one of the same name would silently take the place of the first, in rules that mean the other.
    assert name not in PREDICATES, f"two predicates are called {name}"
    PREDICATES[name] = function
    return function


@cache
def predicates() -> dict[str, Predicate]:
    """Gives all predicates, with every module of this package imported."""
    import mlops_lint.predicates as package

    for found in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{found.name}")
    return PREDICATES
