"""Full names to what they are in Airflow 2 and 3.

Source: airflow/__init__.py, airflow/decorators/__init__.py and airflow/models of apache-airflow 2.11.0,
airflow/sdk/__init__.py of apache-airflow-task-sdk 1.3.2.
"""

import re

from mlops_lint.extract.airflow.values import What

_OPERATOR = re.compile(r"(Operator|Sensor)(Async)?$")
_SENSOR = re.compile(r"Sensor(Async)?$")
# They decide or mark and do nothing that could fail for a while; a branch by SQL asks a database.
_MARKERS = re.compile(
    r"(Empty|Dummy|LatestOnly|ShortCircuit|Branch\w*|BaseBranch)Operator$|ExternalTaskMarker$"
    r"|^@task\.(branch\w*|short_circuit|run_if|skip_if|stub)$"
)
_ASKING_BRANCH = re.compile(r"SQL")
_DECORATORS: dict[str, What] = {
    "dag": "dag",
    "task": "task",
    "setup": "task",
    "teardown": "task",
    "python_task": "task",
    "task_group": "group",
    "asset": "asset",
}
_DATA = frozenset({"Dataset", "Asset"})
_EDGES = frozenset({"chain", "chain_linear", "cross_downstream"})
# What only Airflow 2 has; it schedules daily a DAG that does not say when.
_ONLY_2 = re.compile(
    r"airflow\.(contrib|operators\.(\w+_operator|dummy|subdag)|sensors\.\w+_sensor|utils\.dates|utils\.helpers"
    r"|datasets|timetables\.datasets|hooks\.\w+_hook)(\.|$)"
)


def of_airflow(name: str) -> bool:
    """Says whether the name is one of Airflow or of a provider."""
    return name.startswith("airflow.")


def last(name: str) -> str:
    """Gives the last part of a dotted name."""
    return name.rpartition(".")[2]


def is_dag(name: str) -> bool:
    """Says whether the name is that of the class of DAGs."""
    return of_airflow(name) and last(name) == "DAG"


def is_group(name: str) -> bool:
    """Says whether the name is that of the class of task groups."""
    return of_airflow(name) and last(name) == "TaskGroup"


def is_operator(name: str) -> bool:
    """Says whether the name is that of an operator or sensor class of Airflow or of a provider."""
    return of_airflow(name) and _OPERATOR.search(name) is not None


def is_label(name: str) -> bool:
    """Says whether the name is that of labels on edges."""
    return of_airflow(name) and last(name) == "Label"


def is_data(name: str) -> bool:
    """Says whether the name is that of datasets or assets."""
    return of_airflow(name) and last(name) in _DATA


def edges(name: str) -> str | None:
    """Gives which of the functions it is that link tasks: chain, chain_linear or cross_downstream."""
    return last(name) if of_airflow(name) and last(name) in _EDGES else None


def decorator(name: str) -> tuple[What, str] | None:
    """Gives what a decorator makes, and for a task its operator as `@task.branch`."""
    if not of_airflow(name):
        return None
    owner, _, end = name.rpartition(".")
    if last(owner) == "task":
        return "task", f"@task.{end}"
    what = _DECORATORS.get(end)
    return None if what is None else (what, f"@{'task' if end == 'python_task' else end}")


def is_sensor(names: tuple[str, ...]) -> bool:
    """Says whether a class with these names, its own and those of its bases, is a sensor."""
    return any(name == "@task.sensor" or _SENSOR.search(name) is not None for name in names)


def is_marker(names: tuple[str, ...]) -> bool:
    """Says whether a class with these names, its own and those of its bases, only marks or branches."""
    return any(_MARKERS.search(shown(name) or "") and not _ASKING_BRANCH.search(name) for name in names)


def shown(operator: str) -> str | None:
    """Gives the name of the operator for people: the class, or `@task.<kind>`; None = cannot tell."""
    if operator.startswith("@"):
        return operator
    name = last(operator)
    return name if name.isidentifier() else None


def version(imported: list[str]) -> int | None:
    """Gives the major version that the imports of a file need; None = both have them."""
    if any(
        name.startswith("airflow.sdk") or name in ("airflow.Asset", "airflow.timetables.assets") for name in imported
    ):
        return 3
    return 2 if any(_ONLY_2.match(name) for name in imported) else None
