"""Airflow DAG files to pipelines and tasks.

Source: apache-airflow 2.11.0 and 3.3.2, https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.airflow import attention, containers, names, settings, texts
from mlops_lint.extract.airflow.at_import import at_import
from mlops_lint.extract.airflow.machine import Machine
from mlops_lint.extract.airflow.values import Dag, Data, Function, Items, Options, Step, Text, Value, code
from mlops_lint.extract.commands import code_links
from mlops_lint.extract.numbered import unique
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Pipeline, Task, subject

_SAYS = frozenset({"echo", "printf", "sleep", "date", "exit", "true", "false", ":"})


@python
def airflow(module: Module) -> Iterator[Subject]:
    """Gives the DAGs that a file makes, each followed by its tasks."""
    # Airflow itself reads no other file: core.dag_discovery_safe_mode.
    if "airflow" not in module.roots or module.notebook:
        return
    source = module.source.lower()
    if "dag" not in source and "asset" not in source:
        return
    machine = Machine(module)
    machine.run()
    version = names.version([found.dotted for found in module.imports])
    taken: dict[str, int] = {}
    # What a program makes for itself, in a function that only its main block calls, no scheduler sees.
    program = module.scopes.main is not None
    for key, dag in machine.dags.items():
        name = _name(dag, module)
        # What a function makes of nothing that is known, for nobody that is known.
        if dag.dag_id is None and not dag.steps:
            continue
        yield from _pipeline(
            module, dag, name, unique(name, taken, second=1), version, parsed=not program or key in machine.read
        )
    if taken and module.own:
        yield from at_import(module, machine)


def _name(dag: Dag, module: Module) -> str:
    """Gives the id of a DAG; where it is not known, the function or the variable that it is made in."""
    return dag.dag_id or dag.function or dag.variable or module.path.rpartition("/")[2].removesuffix(".py")


def _pipeline(module: Module, dag: Dag, name: str, own: str, version: int | None, *, parsed: bool) -> Iterator[Subject]:
    owners = [settings.owner(module, step) for step in dag.steps]
    schedule = settings.schedule(module, dag, version)
    record = Pipeline(
        framework="airflow",
        schedule=schedule,
        owner=settings.dag_owner(dag, owners),
        managed=True,
        triggers=attention.triggers(dag, schedule),
        schedulable=True,
        alerts=attention.alerts_of(module, dag),
        alertable=True,
        ownable=True,
        parsed=parsed,
        start_moves=attention.start_moves(dag),
        compiled=False,
    )
    symbol = f"pipeline:{module.path}#{own}"
    yield subject(record, module.locate(dag.node), name, symbol=symbol)
    taken: dict[str, int] = {}
    symbols = {step: f"task:{module.path}#{own}.{unique(step.task_id, taken, second=1)}" for step in dag.steps}
    for step in dag.steps:
        links = (Link("part_of", symbol), *_order(step, symbols), *_code(step), *_triggers(step), *_data(step))
        yield subject(_task(module, step), module.locate(step.node), step.task_id, symbol=symbols[step], links=links)


def _task(module: Module, step: Step) -> Task:
    container = containers.container(module, step)
    return Task(
        framework="airflow",
        operator=names.shown(step.operator) or UNSET,
        remote=not names.is_marker(settings.classes(module, step)) and not _only_says(step),
        retryable=True,
        retries=settings.retries(module, step),
        # What is written at an operator takes effect for it alone; `@task` stands at the function.
        retries_argument=None if step.operator.startswith("@") else "retries",
        retry_delay=settings.retry_delay(module, step),
        timed=True,
        timeout=settings.timeout(module, step),
        owner=settings.owner(module, step),
        image=settings.text(step, "image"),
        command=settings.text(step, "bash_command"),
        lineage=False,
        backoff=attention.backoff(module, step),
        alerts=attention.alerts(module, step),
        ignores_failure=attention.ignores_failure(step),
        cached=False,
        parameters=settings.parameters(step),
        sized=container.sized,
        requests=container.requests,
        limits=container.limits,
        image_pinned=container.image_pinned,
        packages=container.packages,
        packages_pinned=container.packages_pinned,
        manual=False,
    )


def _only_says(step: Step) -> bool:
    """Whether the command of a task prints or waits, and does nothing else."""
    command = step.settings.entries.get("bash_command")
    if not isinstance(command, (str, Text)):
        return False
    shown = command if isinstance(command, str) else command.shown
    parts = [part.split() for part in re.split(r"[;&|\n]+", shown)]
    return ">" not in shown and "$(" not in shown and all(part[0] in _SAYS for part in parts if part) and any(parts)


def _order(step: Step, symbols: dict[Step, str]) -> Iterator[Link]:
    for before in step.upstream:
        if before in symbols:
            yield Link("depends_on", symbols[before])


def _code(step: Step) -> Iterator[Link]:
    """Gives the links to the functions that a task calls and to the files that its command runs."""
    for value in step.callable.options if isinstance(step.callable, Options) else (step.callable,):
        known = code(value)
        if known is not None:
            yield Link("starts", symbol_of(known.scope) if isinstance(known, Function) else known.symbol)
    command = step.settings.entries.get("bash_command")
    if isinstance(command, (str, Text)):
        yield from code_links(_shell(command), _folder(step.settings.get("cwd")))


def _shell(command: str | Text) -> str:
    """Gives a command with its unknown parts as the templates that Airflow would fill in."""
    return command if isinstance(command, str) else texts.holed(command.shown)


def _folder(cwd: Value) -> str | None:
    # Without cwd a command stands in a temporary folder.
    return cwd.removeprefix(HERE) if isinstance(cwd, str) and cwd.startswith(HERE) else None


def _triggers(step: Step) -> Iterator[Link]:
    dag_id = step.settings.entries.get("trigger_dag_id")
    if isinstance(dag_id, str):
        yield Link("triggers", f"pipeline-id:{dag_id}")


def _data(step: Step) -> Iterator[Link]:
    for key, role in (("inlets", "reads"), ("outlets", "writes")):
        given = step.settings.entries.get(key)
        for item in given.items if isinstance(given, Items) else (given,):
            if isinstance(item, Data):
                yield Link(role, f"dataset:{item.uri}")
