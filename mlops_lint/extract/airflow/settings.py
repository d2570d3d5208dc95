"""The settings of a task that take effect: its own, those of its groups, those of its DAG, those of Airflow.

Source: airflow/models/baseoperator.py and airflow/config_templates/config.yml of apache-airflow 2.11.0, airflow/sdk/
bases/operator.py of apache-airflow-task-sdk 1.3.2; the order was tried with both.
"""

import ast
import string
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from mlops_lint.extract.airflow import names, texts
from mlops_lint.extract.airflow.values import Assets, Dag, Duration, Items, Mapping, Step, Unknown, Value
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import walk
from mlops_lint.extract.python.uris import HERE
from mlops_lint.model import Ref

# [core] default_task_retry_delay and [sensors] default_timeout, in seconds.
RETRY_DELAY = 300
SENSOR_TIMEOUT = 604_800
# How the names of classes begin, and those of decorators.
_CLASSES = (*string.ascii_uppercase, "_", "@")
# [operators] default_owner
NOBODY = "airflow"

Number = int | float | None | Ref | UnsetType
Text = str | None | Ref | UnsetType


def effective(step: Step, key: str, default: Value) -> Value:
    """Gives the setting that takes effect; Unknown where it cannot be known."""
    for source in _sources(step):
        if key in source.entries:
            return source.entries[key]
        if not source.complete:
            return Unknown()
    return default


def states(step: Step, key: str) -> bool:
    """Says whether a setting is written down for a task, whatever its value is."""
    for source in _sources(step):
        if key in source.entries:
            return True
        if not source.complete:
            return False
    return False


def _sources(step: Step) -> Iterator[Mapping]:
    yield step.settings
    yield _defaults(step.settings)
    group = step.group
    while group is not None:
        yield _defaults(group.settings)
        group = group.parent
    if step.dag is not None:
        yield _defaults(step.dag.settings)


def _defaults(settings: Mapping) -> Mapping:
    given = settings.get("default_args")
    if isinstance(given, Mapping):
        return given
    return Mapping(complete=given is None)


def classes(module: Module, step: Step) -> tuple[str, ...]:
    """Gives the full names of the class of a task and of its bases."""
    return (step.operator, *module.names.bases(step.operator))


def of_class(module: Module, step: Step, key: str, default: Value) -> Value:
    """Gives the default of a setting: Unknown where a class of the file, or a function elsewhere, may have its own."""
    if not (names.shown(step.operator) or "").startswith(_CLASSES):
        return Unknown()
    for name in classes(module, step):
        scope = module.names.scope(name)
        if scope is not None and isinstance(scope.node, ast.ClassDef) and key in _words(scope.node):
            return Unknown()
    return default


def _words(node: ast.ClassDef) -> set[str]:
    """Gives the names of parameters, keywords and keys in the constructor of a class."""
    constructor = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    found: set[str] = set()
    for inner in walk(constructor) if constructor is not None else ():
        if isinstance(inner, (ast.arg, ast.keyword)) and inner.arg:
            found.add(inner.arg)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            found.add(inner.value)
    return found


def retries(module: Module, step: Step) -> Number:
    """Gives how often a task is tried again."""
    found = effective(step, "retries", of_class(module, step, "retries", 0))
    if isinstance(found, str) and found.isdecimal():
        return int(found)
    return 0 if found is None else _number(found)


def retry_delay(module: Module, step: Step) -> Number:
    """Gives the seconds between two tries."""
    return _number(effective(step, "retry_delay", of_class(module, step, "retry_delay", RETRY_DELAY)))


def timeout(module: Module, step: Step) -> Number:
    """Gives the seconds after which a task is ended; of a sensor also those that it waits; None = unlimited."""
    limit = effective(step, "execution_timeout", of_class(module, step, "execution_timeout", None))
    if not names.is_sensor(classes(module, step)):
        return None if limit is None else _number(limit)
    waited = _number(effective(step, "timeout", of_class(module, step, "timeout", SENSOR_TIMEOUT)))
    other = None if limit is None else _number(limit)
    if isinstance(waited, (int, float)) and isinstance(other, (int, float)):
        return min(waited, other)
    return waited


def _number(found: Value) -> Number:
    if isinstance(found, Duration):
        return int(found.seconds) if found.seconds.is_integer() else found.seconds
    if isinstance(found, (bool, int, float)):
        return int(found) if isinstance(found, bool) else found
    return found if isinstance(found, Ref) else UNSET


def owner(module: Module, step: Step) -> Text:
    """Gives who is responsible for a task; None = nobody named."""
    return _person(effective(step, "owner", of_class(module, step, "owner", None)))


def _person(found: Value) -> Text:
    if found is None or isinstance(found, Ref):
        return found
    if not isinstance(found, str):
        return UNSET
    return None if found.strip().lower() in ("", NOBODY) else found


def dag_owner(dag: Dag, owners: list[Text]) -> Text:
    """Gives who is responsible for a DAG: whom its default_args name, else all that own its tasks."""
    default = _person(_defaults(dag.settings).get("owner"))
    if default is not None and default is not UNSET:
        return default
    named = sorted({one for one in owners if isinstance(one, str)})
    if named:
        return ", ".join(named)
    known = default is None and dag.settings.complete and all(one is None for one in owners)
    return None if known else UNSET


def schedule(module: Module, dag: Dag, version: int | None) -> Text:
    """Gives when a DAG runs; None = only by hand. Without a word Airflow 2 runs it daily and Airflow 3 not."""
    for key in ("schedule", "schedule_interval", "timetable"):
        if key in dag.settings.entries:
            return _schedule(module, dag, dag.settings.entries[key])
    if not dag.settings.complete or version is None:
        return UNSET
    return None if version > 2 else "@daily"


def _schedule(module: Module, dag: Dag, found: Value) -> Text:
    if found is None or isinstance(found, (str, Ref)):
        return found
    if isinstance(found, Duration):
        return f"timedelta(seconds={texts.plain(_whole(found.seconds))})"
    node = dag.schedule
    if (
        node is not None
        and dag.scope is not None
        and (isinstance(found, (Items, Assets)) or _is_made(module, dag, node))
    ):
        return ast.unparse(node)[:200]
    return UNSET


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _is_made(module: Module, dag: Dag, node: ast.expr) -> bool:
    """Says whether a schedule is an object that is made on the spot, as a timetable or an expression of assets."""
    if isinstance(node, ast.BinOp):
        return _is_made(module, dag, node.left) and _is_made(module, dag, node.right)
    if not isinstance(node, ast.Call) or dag.scope is None:
        return not isinstance(dag.settings.get("schedule"), Unknown) and isinstance(node, ast.Name)
    name = module.names.name(node.func, dag.scope)
    return names.last(name)[:1].isupper()


def text(step: Step, key: str) -> Text:
    """Gives a text among the settings of a task itself; None = not given."""
    found = step.settings.entries.get(key, None if step.settings.complete else Unknown())
    if isinstance(found, str):
        return found.replace(HERE, "")
    return found if found is None or isinstance(found, Ref) else UNSET


def parameters(step: Step) -> tuple[str, ...] | UnsetType:
    """Gives the names of what a task is given: arguments of its function, parameters and variables of its command."""
    found: set[str] = set()
    for key in ("op_kwargs", "params", "env", "env_vars", "environment"):
        given = step.settings.get(key)
        if isinstance(given, Mapping) and given.complete:
            found.update(given.entries)
        elif given is not None:
            return UNSET
    return tuple(sorted(found))
