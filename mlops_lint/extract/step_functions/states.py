"""The states of one machine: those of its branches too, and which follows which."""

from collections.abc import Iterator

import msgspec

from mlops_lint.extract.step_functions.machines import is_machine
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text

# A machine may be as large as a megabyte; nobody writes more states.
MOST = 2_000
_DEPTH = 10
_INNER = ("ItemProcessor", "Iterator")


class State(msgspec.Struct, frozen=True, eq=False):
    """One state, with the state around it in whose branch it stands."""

    name: str
    key: Scalar
    node: Mapping
    around: "State | None"
    next: tuple[str, ...]
    """The states that may follow, the usual way first."""
    first: tuple[str, ...]
    """The first states of its own branches."""

    @property
    def sort(self) -> str:
        """Task, Choice, Parallel, Map, Wait, Pass, Succeed or Fail."""
        return text(self.node.get("Type")) or ""


def states(root: Mapping) -> list[State]:
    """Gives the states of a machine, each followed by those of its branches."""
    return list(_states(root, None, 0))[:MOST]


def _states(root: Mapping, around: State | None, depth: int) -> Iterator[State]:
    held = root.get("States")
    for key, node in held.entries if isinstance(held, Mapping) and depth < _DEPTH else ():
        if isinstance(node, Mapping):
            inner = list(_branches(node))
            first = tuple(found for one in inner if (found := text(one.get("StartAt"))) is not None)
            state = State(key.text, key, node, around, tuple(dict.fromkeys(_next(node))), first)
            yield state
            for branch in inner:
                yield from _states(branch, state, depth + 1)


def _branches(node: Mapping) -> Iterator[Mapping]:
    branches = node.get("Branches")
    for one in (*(branches.items if isinstance(branches, Sequence) else ()), *(node.get(word) for word in _INNER)):
        if isinstance(one, Mapping) and is_machine(one):
            yield one


def _next(node: Mapping) -> Iterator[str]:
    places: list[Node | None] = [node.get("Next")]
    for word in ("Choices", "Catch"):
        found = node.get(word)
        items = found.items if isinstance(found, Sequence) else ()
        places += [one.get("Next") for one in items if isinstance(one, Mapping)]
        if word == "Choices":
            places.append(node.get("Default"))
    for one in places:
        name = text(one)
        if name is not None:
            yield name


def order(all_states: list[State], start: str | None) -> dict[str, list[str]]:
    """Gives for each state those that it comes after.

    A way back, as in a loop that asks whether a job has ended, orders nothing: it is left out.
    """
    named = {state.name: state for state in all_states}
    after: dict[str, list[str]] = {name: [] for name in named}
    for before, name in _edges(named, start):
        if before not in after[name]:
            after[name].append(before)
    return after


def _edges(named: dict[str, State], start: str | None) -> Iterator[tuple[str, str]]:
    """The ways forward, each machine and branch followed from its start, depth first."""
    done: set[str] = set()
    on_way: set[str] = set()
    for first in dict.fromkeys((start or "", *named)):
        if first not in named or first in done:
            continue
        path: list[tuple[str, Iterator[str]]] = [(first, iter(_following(named[first], named)))]
        done.add(first)
        on_way.add(first)
        while path:
            name, rest = path[-1]
            following = next(rest, None)
            if following is None:
                on_way.discard(name)
                path.pop()
            elif following not in on_way:
                yield name, following
                if following not in done:
                    done.add(following)
                    on_way.add(following)
                    path.append((following, iter(_following(named[following], named))))


def _following(state: State, named: dict[str, State]) -> list[str]:
    """What may come after a state: where a branch ends, what comes after the state around it."""
    found = [*state.first, *state.next]
    outer = state.around
    if outer is not None and not state.next:
        found += outer.next[:1]
    return [name for name in dict.fromkeys(found) if name in named]
