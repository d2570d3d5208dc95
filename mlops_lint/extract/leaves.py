"""Calls of templates in templates that are laid out to tasks: what they are called, and which waits for which.

For the workflows of Argo, whether they are written in YAML or in Python.
Source: https://argo-workflows.readthedocs.io/en/latest/walk-through/dag/ and .../walk-through/steps/
"""

from typing import Protocol, TypeVar

from mlops_lint.extract.numbered import unique

DEPTH = 30
"""Templates in templates; a template may call itself."""

# Calls of templates, and orders between tasks, in one workflow: more is made to be more.
_TASKS = 3_000
_EDGES = 50_000


class Leaf(Protocol):
    """A call of a template that does something itself."""

    name: str
    upstream: dict[str, None]


One = TypeVar("One", bound=Leaf)


def starts(leaves: list[One]) -> list[One]:
    """Gives those that wait for none of them."""
    names = {leaf.name for leaf in leaves}
    return [leaf for leaf in leaves if names.isdisjoint(leaf.upstream)]


def ends(leaves: list[One]) -> list[str]:
    """Gives the names of those that none of them waits for."""
    awaited = {before for leaf in leaves for before in leaf.upstream}
    return [leaf.name for leaf in leaves if leaf.name not in awaited]


class Ledger:
    """The names that are taken in one workflow, and what of its size is left."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        self._tasks = _TASKS
        self._edges = _EDGES

    def unique(self, name: str) -> str:
        """Gives a name that no other task of the workflow has."""
        return unique(name, self._taken)

    def spend(self) -> bool:
        """Says whether one more call may be laid out, and counts it."""
        self._tasks -= 1
        return self._tasks >= 0

    def wait(self, leaf: Leaf, names: list[str]) -> None:
        """Lets a task wait for those of these names."""
        for name in names:
            if self._edges <= 0:
                return
            if name != leaf.name and name not in leaf.upstream:
                leaf.upstream[name] = None
                self._edges -= 1
