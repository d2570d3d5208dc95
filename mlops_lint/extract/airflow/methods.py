"""Methods of the values of a DAG file, and the functions of Python that hand tasks on."""

import ast
from typing import TYPE_CHECKING

from mlops_lint.extract.airflow import names, texts, times
from mlops_lint.extract.airflow.frames import one_of
from mlops_lint.extract.airflow.order import ends, join, link
from mlops_lint.extract.airflow.values import (
    Dag,
    Given,
    Group,
    Items,
    Mapping,
    Moment,
    Options,
    Output,
    Step,
    Text,
    Unknown,
    Value,
    code,
)

if TYPE_CHECKING:
    from mlops_lint.extract.airflow.machine import Machine

_KNOWN = (Step, Output, Group, Items, Mapping, Dag, Moment, str, Text)


def known(receiver: Value) -> bool:
    """Says whether methods of the value are known here."""
    if isinstance(receiver, Options):
        return all(isinstance(option, (Step, Group, Output)) for option in receiver.options)
    return isinstance(receiver, _KNOWN)


def call(machine: "Machine", receiver: Value, method: str, given: Given, node: ast.Call) -> Value:
    """Gives what a method gives."""
    if isinstance(receiver, (Step, Output, Group, Options)):
        return _of_task(machine, receiver, method, given)
    if isinstance(receiver, Items):
        return _of_items(receiver, method, given)
    if isinstance(receiver, Mapping):
        return _of_mapping(receiver, method, given)
    if isinstance(receiver, Dag):
        return _of_dag(receiver, method, given)
    if isinstance(receiver, Moment):
        return receiver if method in times.STILL_TIMES else Unknown()
    return _of_text(receiver, method, given, node)


def _of_task(machine: "Machine", receiver: Step | Output | Group | Options, method: str, given: Given) -> Value:
    if method == "set_downstream":
        join(receiver, given.first("task_or_task_list"), machine.spend)
    elif method == "set_upstream":
        join(given.first("task_or_task_list"), receiver, machine.spend)
    elif method in ("as_setup", "as_teardown") and isinstance(receiver, (Step, Output)):
        return _set_up(receiver.step if isinstance(receiver, Output) else receiver, method, given)
    elif isinstance(receiver, (Step, Output)):
        # map, zip, concat: all give the results of the task in another form.
        return Output(receiver.step if isinstance(receiver, Output) else receiver)
    return None


def _set_up(step: Step, method: str, given: Given) -> Step:
    step.setup = method == "as_setup"
    for setup in ends(given.named.entries.get("setups"), last=True):
        setup.setup = True
        link(setup, step)
    return step


def _of_items(receiver: Items, method: str, given: Given) -> Value:
    first = given.positional[-1] if given.positional else None
    if method in ("append", "add", "insert"):
        receiver.add([first])
    elif method in ("extend", "update"):
        receiver.add(first.items if isinstance(first, Items) else [first])
    elif method == "copy":
        return Items(list(receiver.items))
    elif method == "pop":
        return one_of(list(receiver.items)) if receiver.items else Unknown()
    return None


def _of_mapping(receiver: Mapping, method: str, given: Given) -> Value:
    key = given.positional[0] if given.positional else None
    if method in ("get", "setdefault", "pop") and isinstance(key, str):
        default = given.positional[1] if len(given.positional) > 1 else None
        if key not in receiver.entries and receiver.complete:
            if method == "setdefault":
                receiver.entries[key] = default
            return default
        return receiver.get(key) if method != "pop" else receiver.entries.pop(key, Unknown())
    if method == "update":
        changed = receiver.merged(key) if given.positional else receiver
        changed = changed.merged(given.named)
        receiver.entries, receiver.complete, receiver.others = changed.entries, changed.complete, changed.others
        return None
    return _whole(receiver, method)


def _whole(receiver: Mapping, method: str) -> Value:
    if method == "copy":
        return Mapping().merged(receiver)
    if method == "values":
        return Items(receiver.values())
    if method == "items":
        pairs = [Items([key, value]) for key, value in receiver.entries.items()]
        return Items([*pairs, *(Items([Unknown(), value]) for value in receiver.others)])
    return Items([*receiver.entries]) if method == "keys" else Unknown()


def _of_dag(receiver: Dag, method: str, given: Given) -> Value:
    if method in ("add_task", "add_tasks"):
        for step in ends(given.first("task", "tasks"), last=True):
            if step.dag is None:
                step.dag = receiver
                receiver.steps.append(step)
    elif method == "set_dependency" and len(given.positional) > 1:
        found = {step.task_id: step for step in receiver.steps}
        before, after = (found.get(name) if isinstance(name, str) else None for name in given.positional[:2])
        if before is not None and after is not None:
            link(before, after)
    return None if method != "get_task" else Unknown()


def _of_text(receiver: Value, method: str, given: Given, node: ast.Call) -> Value:
    if method == "format":
        shown = [texts.shown(one) for one in node.args]
        positional = list(zip(given.positional, shown, strict=False))
        return texts.formatted(receiver, positional, given.named.entries)
    if method == "join" and isinstance(receiver, str) and given.positional and isinstance(given.positional[0], Items):
        parts = [part for item in given.positional[0].items for part in ((receiver, ""), (item, "..."))]
        return texts.joined(parts[1:])
    return texts.changed(receiver, method, given.positional)


def function(machine: "Machine", name: str, given: Given, node: ast.Call) -> Value:
    """Gives what a function gives that is not of Airflow."""
    end = names.last(name)
    first = given.positional[0] if given.positional else None
    if end in ("timedelta", "duration"):
        return texts.duration(given.positional, given.named)
    if (moment := times.moment(name, given)) is not None:
        return moment
    if name in ("builtins.dict", "collections.OrderedDict", "builtins.OrderedDict"):
        return Mapping().merged(first if given.positional else Mapping()).merged(given.named)
    if end == "V1ResourceRequirements":
        return given.named
    if end in ("list", "tuple", "set", "reversed", "sorted", "copy", "deepcopy"):
        return _copied(first) if given.positional else Items()
    if name == "builtins.str" and first is not None:
        return texts.joined([(first, texts.shown(node.args[0]))])
    if end in ("enumerate", "zip"):
        return _paired(end, given)
    if name in ("functools.partial", "builtins.partial"):
        return code(first) or Unknown()
    found = machine.module.values.value(node, machine.frame.scope)
    return found if isinstance(found, (str, int, float)) else Unknown()


def _copied(value: Value) -> Value:
    if isinstance(value, Items):
        return Items(list(value.items))
    return Mapping().merged(value) if isinstance(value, Mapping) else value


def _paired(name: str, given: Given) -> Value:
    columns = [value.items for value in given.positional if isinstance(value, Items)]
    if name == "enumerate" and columns:
        return Items([Items([Unknown(), item]) for item in columns[0]])
    if len(columns) != len(given.positional) or len({len(column) for column in columns}) != 1:
        return Unknown()
    return Items([Items(list(row)) for row in zip(*columns, strict=True)])
