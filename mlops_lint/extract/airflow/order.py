"""Which task waits for which: the operators, methods and functions that say so."""

from collections.abc import Iterator
from itertools import pairwise

from mlops_lint.extract.airflow.values import Group, Items, Label, Mapping, Options, Output, Step, Value

# A list in a list in a list is as deep as anybody writes.
_DEPTH = 6


def ends(value: Value, *, last: bool) -> list[Step]:
    """Gives the tasks that a value stands for: of a group those that end it, or else those that begin it."""
    found: dict[Step, None] = {}
    for part in parts(value):
        if isinstance(part, Group):
            found.update(dict.fromkeys(part.leaves() if last else part.roots()))
        else:
            found[part] = None
    return list(found)


def parts(value: Value, depth: int = _DEPTH) -> Iterator[Step | Group]:
    """Gives the tasks and groups that a value holds."""
    if isinstance(value, (Step, Group)):
        yield value
    elif isinstance(value, Output):
        yield value.step
    elif isinstance(value, Label):
        yield from value.carried
    elif depth > 0:
        for inner in _inner(value):
            yield from parts(inner, depth - 1)


def outputs(value: Value, depth: int = _DEPTH) -> Iterator[Step]:
    """Gives the tasks whose results a value holds."""
    if isinstance(value, Output):
        yield value.step
    elif isinstance(value, Step) and value.operator.startswith("@"):
        yield value
    elif depth > 0 and not isinstance(value, Step):
        for inner in _inner(value):
            yield from outputs(inner, depth - 1)


def _inner(value: Value) -> "list[Value] | tuple[Value, ...]":
    if isinstance(value, Items):
        return value.items
    if isinstance(value, Options):
        return value.options
    return value.values() if isinstance(value, Mapping) else []


def shifted(left: Value, right: Value, *, forward: bool) -> Value:
    """Links what stands on the two sides of `>>` or `<<`, and gives what the expression gives."""
    if isinstance(right, Label):
        right.carried = tuple(parts(left))
        return right
    if forward:
        join(left, right)
    else:
        join(right, left)
    return right


def join(before: Value, after: Value) -> None:
    """Lets all tasks of `after` wait for all of `before`."""
    later = ends(after, last=False)
    for step in ends(before, last=True):
        for waiting in later:
            link(step, waiting)


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


def chained(values: list[Value]) -> None:
    """Links as `chain` does: lists side by side pairwise, all else completely."""
    values = [value for value in values if not isinstance(value, Label)]
    for before, after in pairwise(values):
        if isinstance(before, Items) and isinstance(after, Items):
            if len(before.items) == len(after.items):
                for one, other in zip(before.items, after.items, strict=True):
                    join(one, other)
        else:
            join(before, after)


def crossed(values: list[Value]) -> None:
    """Links as `chain_linear` and `cross_downstream` do: each completely to the next."""
    for before, after in pairwise(values):
        join(before, after)
