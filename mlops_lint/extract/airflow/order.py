"""Which task waits for which: the operators, methods and functions that say so."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from mlops_lint.extract.airflow.values import Group, Items, Label, Mapping, Options, Output, Step, Value

Spend = Callable[[int], None]
"""Takes from the budget of the file."""


def ends(value: Value, *, last: bool) -> list[Step]:
    """Gives the tasks that a value stands for: of a group those that end it, or else those that begin it."""
    found: dict[Step, None] = {}
    for part in parts(value):
        if isinstance(part, Group):
            found.update(dict.fromkeys(part.leaves() if last else part.roots()))
        else:
            found[part] = None
    return list(found)


def parts(value: Value) -> Iterator[Step | Group]:
    """Gives the tasks and groups that a value holds."""
    for one in _all(value):
        if isinstance(one, (Step, Group)):
            yield one
        elif isinstance(one, Output):
            yield one.step
        elif isinstance(one, Label):
            yield from one.carried


def outputs(value: Value) -> Iterator[Step]:
    """Gives the tasks whose results a value holds."""
    for one in _all(value):
        if isinstance(one, Output):
            yield one.step
        elif isinstance(one, Step) and one.operator.startswith("@"):
            yield one


def _all(value: Value) -> Iterator[Value]:
    """Gives a value and all in it, each list once: one may hold itself."""
    seen: set[int] = set()
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, (Items, Options, Mapping)):
            if id(one) not in seen:
                seen.add(id(one))
                rest += reversed(_inner(one))
        else:
            yield one


def _inner(value: Items | Options | Mapping) -> "list[Value] | tuple[Value, ...]":
    if isinstance(value, Items):
        return value.items
    return value.options if isinstance(value, Options) else value.values()


def shifted(left: Value, right: Value, spend: Spend, *, forward: bool) -> Value:
    """Links what stands on the two sides of `>>` or `<<`, and gives what the expression gives."""
    if isinstance(right, Label):
        right.carried = tuple(parts(left))
        return right
    if forward:
        join(left, right, spend)
    else:
        join(right, left, spend)
    return right


def join(before: Value, after: Value, spend: Spend) -> None:
    """Lets all tasks of `after` wait for all of `before`."""
    spend(sum(_weight(part) for side in (before, after) for part in parts(side)))
    later = ends(after, last=False)
    earlier = ends(before, last=True)
    spend(len(earlier) * len(later))
    for step in earlier:
        for waiting in later:
            link(step, waiting)


def _weight(part: Step | Group) -> int:
    return 1 if isinstance(part, Step) else sum(1 + len(step.upstream) for step in part.steps)


def link(before: Step, after: Step) -> None:
    """Lets one task wait for another; a task without a DAG comes into that of the other."""
    if before.dag is None or after.dag is None:
        _adopt(before, after)
    # A task that a loop makes stands for all of its round: that it waits for itself says nothing.
    if before is not after and before.dag is after.dag:
        after.upstream[before] = None


def _adopt(one: Step, other: Step) -> None:
    for step, dag in ((one, other.dag), (other, one.dag)):
        if step.dag is None and dag is not None:
            step.dag = dag
            dag.steps.append(step)


def chained(values: list[Value], spend: Spend) -> None:
    """Links as `chain` does: lists side by side pairwise, all else completely."""
    values = [value for value in values if not isinstance(value, Label)]
    for before, after in pairwise(values):
        if isinstance(before, Items) and isinstance(after, Items):
            if len(before.items) == len(after.items):
                for one, other in zip(before.items, after.items, strict=True):
                    join(one, other, spend)
        else:
            join(before, after, spend)


def crossed(values: list[Value], spend: Spend) -> None:
    """Links as `chain_linear` and `cross_downstream` do: each completely to the next."""
    for before, after in pairwise(values):
        join(before, after, spend)
