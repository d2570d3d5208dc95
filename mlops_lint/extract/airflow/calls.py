"""A call in a DAG file to what it makes: a DAG, a group, a task, or an order between tasks."""

import ast
from typing import TYPE_CHECKING

from mlops_lint.extract.airflow import methods, names, texts
from mlops_lint.extract.airflow.order import chained, crossed, link, outputs
from mlops_lint.extract.airflow.values import (
    Dag,
    Data,
    Decorated,
    Decorator,
    Frame,
    Function,
    Given,
    Group,
    Items,
    Label,
    Mapping,
    Options,
    Partial,
    Step,
    Text,
    Unknown,
    Value,
    code,
)
from mlops_lint.extract.python.uris import HERE

if TYPE_CHECKING:
    from mlops_lint.extract.airflow.machine import Machine

# Airflow 1 and 2 take it as the third positional argument.
_SCHEDULE = 2
# What a task costs of the budget: no file has more than some thousands.
STEP = 20
# They take a task_id and make no task.
_NO_TASKS = frozenset({"dict", "get_task", "has_task", "TaskInstance", "XComArg", "PlainXComArg", "xcom_pull", "Link"})


def call(machine: "Machine", node: ast.Call, frame: Frame) -> Value:
    """Gives what a call gives."""
    function = node.func
    if isinstance(function, ast.Attribute):
        receiver = machine.value(function.value, frame)
        if isinstance(receiver, (Decorated, Partial)):
            return _of_decorated(machine, receiver, function.attr, given(machine, node, frame), node)
        if methods.known(receiver):
            return methods.call(machine, receiver, function.attr, given(machine, node, frame), node)
        called = Unknown() if _acts(function.value) else machine.value(function, frame)
    else:
        called = machine.value(function, frame)
    arguments = given(machine, node, frame)
    if isinstance(called, Function):
        return machine.invoke(called, arguments.positional, arguments.named, node)
    if isinstance(called, Decorated):
        return made(machine, called, arguments, node, frame)
    if isinstance(called, Decorator):
        return _applied(machine, called, arguments, node)
    return _of_name(machine, machine.dotted(function, frame), arguments, node, frame)


def _acts(node: ast.expr) -> bool:
    """Says whether an expression must not be followed twice."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return not isinstance(node, ast.Name)


def given(machine: "Machine", node: ast.Call, frame: Frame) -> Given:
    """Gives the arguments of a call; the tasks in them are made."""
    found = Given([], Mapping())
    for argument in node.args:
        value = machine.value(argument, frame)
        if not isinstance(argument, ast.Starred):
            found.positional.append(value)
        elif isinstance(value, Items):
            found.positional += value.items
            machine.spend(len(value.items))
        else:
            found.named.complete = False
    for keyword in node.keywords:
        value = machine.value(keyword.value, frame)
        if keyword.arg is not None:
            found.named.entries[keyword.arg] = value
        elif isinstance(value, Mapping):
            # No argument may be given twice.
            found.named.entries |= value.entries
            found.named.complete = found.named.complete and value.complete
        else:
            found.named.complete = False
    return found


def decorated(machine: "Machine", decorator: Decorator, function: Value) -> Value:
    """Gives what a function is under a decorator."""
    if isinstance(function, Decorated):
        # `@setup` over `@task`.
        return function
    known = code(function)
    if known is None:
        return Unknown()
    found = Decorated(decorator, known)
    if decorator.what == "asset":
        _asset(machine, found)
    return found


def _applied(machine: "Machine", decorator: Decorator, arguments: Given, node: ast.Call) -> Value:
    first = arguments.positional[0] if arguments.positional else None
    if code(first) is not None:
        return decorated(machine, decorator, first)
    settings = arguments.named
    if arguments.positional:
        settings = settings.merged(Mapping({"dag_id" if decorator.what == "dag" else "group_id": first}))
    return Decorator(decorator.what, decorator.operator, settings, node)


def _of_name(machine: "Machine", name: str, arguments: Given, node: ast.Call, frame: Frame) -> Value:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "partial" and "task_id" in arguments.named.entries:
        return Partial(machine.dotted(node.func.value, frame), arguments.named, (), node)
    bases = machine.module.names.bases(name)
    if names.is_dag(name) or any(names.is_dag(base) for base in bases):
        return dag(machine, arguments, node, frame)
    if names.is_group(name) or any(names.is_group(base) for base in bases):
        return _group(machine, arguments, node)
    if names.is_operator(name) or any(names.is_operator(base) for base in bases) or _own(machine, name, arguments):
        return step(machine, name, arguments, node, frame)
    if names.edges(name) is not None:
        return _ordered(machine, name, arguments)
    if names.is_label(name):
        return Label()
    if names.is_data(name):
        return _data(name, arguments)
    return methods.function(machine, name, arguments, node)


def _own(machine: "Machine", name: str, arguments: Given) -> bool:
    """Says whether it is an operator of the project: it takes a task_id, or is called one, inside a DAG."""
    if names.last(name) in _NO_TASKS or not (isinstance(arguments.named.get("dag"), Dag) or machine.dag() is not None):
        return False
    return "task_id" in arguments.named.entries or names.is_operator(f"airflow.{names.last(name)}")


def _ordered(machine: "Machine", name: str, arguments: Given) -> Value:
    values = arguments.positional or [arguments.named.get("from_tasks"), arguments.named.get("to_tasks")]
    (chained if names.edges(name) == "chain" else crossed)(values, machine.spend)
    return None


def _data(name: str, arguments: Given) -> Value:
    uri = arguments.named.entries.get("uri")
    if uri is None:
        position = 1 if names.last(name) == "Asset" and len(arguments.positional) > 1 else 0
        uri = arguments.positional[position] if arguments.positional else arguments.named.get("name")
    return Data(uri) if isinstance(uri, str) else Unknown()


# --- DAGs and groups


def dag(machine: "Machine", arguments: Given, node: ast.expr, frame: Frame) -> Dag:
    """Gives the DAG that a call makes; the same for the same call with the same id."""
    settings = arguments.named
    for index, key in ((0, "dag_id"), (_SCHEDULE, "schedule")):
        if len(arguments.positional) > index:
            settings = settings.merged(Mapping({key: arguments.positional[index]}))
    dag_id = settings.get("dag_id")
    name = dag_id.shown if isinstance(dag_id, Text) else dag_id if isinstance(dag_id, str) else None
    name = name.replace(HERE, "") if name else None
    made_at = (id(node), name, machine.stack)
    if made_at not in machine.dags:
        found = Dag(name, settings, node, getattr(frame.scope.node, "name", ""))
        found.scope = frame.scope
        found.schedule = _schedule(node)
        machine.dags[made_at] = found
    return machine.dags[made_at]


def _schedule(node: ast.expr) -> ast.expr | None:
    for word in ("schedule", "schedule_interval", "timetable"):
        if (found := keyword(node, word)) is not None:
            return found
    return node.args[2] if isinstance(node, ast.Call) and len(node.args) > _SCHEDULE else None


def keyword(node: ast.expr, name: str) -> ast.expr | None:
    """Gives the expression of a keyword argument."""
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return next((one.value for one in keywords if one.arg == name), None)


def _group(machine: "Machine", arguments: Given, node: ast.expr, name: str | None = None) -> Group:
    settings = arguments.named
    parent = settings.get("parent_group")
    outer = parent if isinstance(parent, Group) else machine.group()
    owner = settings.get("dag")
    inside = owner if isinstance(owner, Dag) else outer.dag if outer is not None else machine.dag()
    group_id = name or texts.pattern(arguments.first("group_id"), texts.shown(keyword(node, "group_id")))
    prefix = outer.prefix if outer is not None else ""
    if settings.get("prefix_group_id") is not False:
        prefix = f"{prefix}{group_id}."
    return Group(prefix, settings, outer, inside)


def made(machine: "Machine", function: Decorated, arguments: Given, node: ast.Call, frame: Frame) -> Value:
    """Gives what the call of a decorated function makes."""
    decorator = function.decorator
    if decorator.what == "dag" and isinstance(function.function, Function):
        named = Mapping({"dag_id": function.name}).merged(decorator.settings)
        found = dag(machine, Given([], named), decorator.node, frame)
        _inside(machine, found, function.function, Given([], Mapping(complete=False)), node)
        return found
    if decorator.what == "group" and isinstance(function.function, Function):
        return _grouped(machine, function, function.function, arguments, node)
    if decorator.what == "task":
        return step(machine, decorator.operator, arguments, node, frame, function=function)
    return Unknown()


def _inside(machine: "Machine", context: Dag | Group, function: Function, arguments: Given, node: ast.Call) -> Value:
    machine.contexts.append(context)
    found = machine.invoke(function, arguments.positional, arguments.named, node)
    machine.contexts.pop()
    return found


def _grouped(
    machine: "Machine", decorated_function: Decorated, function: Function, arguments: Given, node: ast.Call
) -> Value:
    settings = decorated_function.decorator.settings
    given_id = settings.get("group_id")
    name = given_id if isinstance(given_id, str) else decorated_function.name
    outer, owner = machine.prefix(), machine.dag()
    taken = owner.groups if owner is not None else []
    taken.append(f"{outer}{name}")
    # As Airflow does: the second call of a decorated group is called group__1.
    count = taken.count(f"{outer}{name}") - 1
    group = _group(machine, Given([], settings), node, f"{name}__{count}" if count else name)
    returned = _inside(machine, group, function, arguments, node)
    return group if returned is None else returned


def _asset(machine: "Machine", function: Decorated) -> None:
    """Makes the DAG of one task that `@asset` stands for."""
    decorator = function.decorator
    arguments = Given([], Mapping({"dag_id": function.name}).merged(decorator.settings))
    found = dag(machine, arguments, decorator.node, machine.frame)
    machine.contexts.append(found)
    made_step = step(
        machine, decorator.operator, Given([], Mapping()), decorator.node, machine.frame, function=function
    )
    machine.contexts.pop()
    uri = decorator.settings.get("uri")
    if isinstance(uri, str):
        made_step.settings = Mapping({"outlets": Items([Data(uri)])}).merged(decorator.settings)


# --- tasks


def step(
    machine: "Machine",
    operator: str,
    arguments: Given,
    node: ast.expr,
    frame: Frame,
    *,
    function: Decorated | None = None,
) -> Step:
    """Gives the task that a call makes; the same for the same call with the same id."""
    settings = arguments.named if function is None else function.decorator.settings
    owner, group = _place(machine, settings)
    prefix = group.prefix if group is not None else ""
    if function is None:
        own = texts.pattern(settings.entries.get("task_id"), texts.shown(keyword(node, "task_id")))
        task_id = prefix + own.replace(HERE, "")
    else:
        own_id = settings.entries.get("task_id")
        task_id = prefix + (own_id if isinstance(own_id, str) else function.name)
    key = (id(node), task_id, id(owner), machine.stack)
    found = machine.steps.get(key)
    if found is None:
        machine.spend(STEP)
        name = _free(task_id, owner) if function is not None else task_id
        where = node if function is None else function.decorator.node
        found = machine.steps[key] = Step(name, operator, settings, where, frame.scope)
        found.callable = settings.get("python_callable") if function is None else function.function
        found.setup = operator == "@setup"
        found.dag = owner
        if owner is not None:
            owner.steps.append(found)
    if group is not None:
        found.group = group
        group.add(found)
    for value in arguments.all():
        for before in outputs(value):
            link(before, found)
    return found


def _free(task_id: str, owner: Dag | None) -> str:
    """Gives an id as Airflow does: the second call of a decorated function is task__1."""
    if owner is None:
        return task_id
    count = owner.taken[task_id] = owner.taken.get(task_id, -1) + 1
    return f"{task_id}__{count}" if count else task_id


def _place(machine: "Machine", settings: Mapping) -> tuple[Dag | None, Group | None]:
    """Gives the DAG and the group that a task comes into."""
    owner: Value = settings.get("dag")
    if isinstance(owner, Options):
        owner = next((option for option in owner.options if isinstance(option, Dag)), None)
    group = settings.get("task_group")
    inside = group if isinstance(group, Group) else machine.group()
    if isinstance(owner, Dag):
        return owner, inside if inside is not None and inside.dag is owner else None
    return (inside.dag if inside is not None and inside.dag is not None else machine.dag()), inside


def expanded(machine: "Machine", of: Partial, arguments: Given, node: ast.Call) -> Value:
    """Gives the task that `partial(...).expand(...)` makes."""
    frame = machine.frame
    if isinstance(of.of, Decorated):
        varied = Mapping(
            {
                key: value if any(True for _ in outputs(value)) else Unknown()
                for key, value in arguments.named.entries.items()
            },
            complete=arguments.named.complete,
        )
        return made(machine, of.of, Given([*of.arguments], of.settings.merged(varied)), node, frame)
    named = Mapping(dict(of.settings.entries), complete=of.settings.complete)
    found = step(machine, of.of, Given([], named), of.node, frame)
    for value in arguments.all():
        for before in outputs(value):
            link(before, found)
    found.settings = named.merged(Mapping(dict.fromkeys(arguments.named.entries, Unknown())))
    return found


def _of_decorated(
    machine: "Machine", receiver: Decorated | Partial, method: str, given: Given, node: ast.Call
) -> Value:
    if isinstance(receiver, Decorated):
        if method == "override":
            old = receiver.decorator
            settings = old.settings.merged(given.named)
            return Decorated(Decorator(old.what, old.operator, settings, node), receiver.function)
        whole = Partial(receiver, given.named if method == "partial" else Mapping(), tuple(given.positional), node)
        if method == "partial":
            return whole
        receiver = whole
    if method in ("expand", "expand_kwargs"):
        return expanded(machine, receiver, given, node)
    return Unknown()
