"""Jobs of Databricks that are made in Python, for a bundle or by its client, to pipelines and tasks.

Source: https://docs.databricks.com/dev-tools/bundles/python/ and databricks-sdk 0.162.0, databricks/sdk/service/jobs.py
"""

import ast
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.databricks.tasks import KINDS
from mlops_lint.extract.python.made import Frame, Made
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Number, Pipeline, Task, subject

_IDLE = frozenset({"condition_task", "run_job_task"})
_ON_CLUSTERS = frozenset(KINDS[:5]) | {"dbt_task", "for_each_task"}
_CLUSTERS = ("existing_cluster_id", "job_cluster_key", "new_cluster")
_CODE = frozenset({"notebook_path", "python_file", "path"})
# `trigger` may name a period too, which the SDK has as `schedule` as well; mostly it is a file or table.
_STARTS = {"schedule": "schedule", "continuous": "schedule", "trigger": "data"}
_ELSEWHERE = ("/", "dbfs:", "@")
_ENDINGS = (".py", ".ipynb", ".sql")


@python
def databricks_jobs(module: Module) -> Iterator[Subject]:
    """Gives the jobs that a module makes, each followed by its tasks."""
    if "databricks" not in module.roots or "task_key" not in module.source:
        return
    made = Made(module)
    for call in module.calls:
        tasks = next((one.value for one in call.node.keywords if one.arg == "tasks"), None)
        if tasks is not None and (call.name.startswith("databricks.") or call.name.endswith("jobs.create")):
            yield from _job(made, module, call.node, made.frame(call.scope), tasks)


def _job(made: Made, module: Module, node: ast.Call, frame: Frame, tasks: ast.expr) -> Iterator[Subject]:
    given = made.argument(node, frame, "name")
    name = (made.text(*given) if given is not None else None) or frame.scope.name.rpartition(".")[2]
    found = made.mentioned(tasks, frame, lambda one, where: _is_task(made, one, where))
    if not found:
        return
    symbol = f"pipeline:{module.path}#{name}"
    names = [word.arg for word in node.keywords]
    record = Pipeline(
        framework="databricks",
        schedule=_schedule(made, node, frame),
        managed=True,
        triggers=tuple(_STARTS[name] for name in names if name in _STARTS) if made.complete(node, frame) else UNSET,
        schedulable=True,
        alerts=True if {"email_notifications", "webhook_notifications"} & set(names) else UNSET,
        parsed=False,
        compiled=False,
    )
    yield subject(record, module.locate(node), name, symbol=symbol)
    timeout = _number(made, module, node, frame, "timeout_seconds")
    for call, where in found:
        key = _text(made, call, where, "task_key") or "task"
        before = [Link("depends_on", f"task:{module.path}#{name}.{one}") for one in _before(made, call, where)]
        links = (Link("part_of", symbol), *before, *_code(made, module, call, where))
        task = _task(made, module, call, where, timeout)
        yield subject(task, module.locate(call), key, symbol=f"task:{module.path}#{name}.{key}", links=links)


def _is_task(made: Made, node: ast.Call, frame: Frame) -> bool:
    name = made.name(node.func, frame)
    return name.startswith("databricks.") and name.endswith((".Task", ".SubmitTask"))


def _text(made: Made, node: ast.Call, frame: Frame, name: str) -> str | None:
    given = made.argument(node, frame, name)
    return made.text(*given) if given is not None else None


def _number(made: Made, module: Module, node: ast.Call, frame: Frame, name: str) -> Number:
    """A number; None = it is not said."""
    given = made.argument(node, frame, name)
    if given is None:
        return None if made.complete(node, frame) else UNSET
    value = module.values.value(given[0], given[1].scope)
    return value if isinstance(value, int) and not isinstance(value, bool) else UNSET


def _schedule(made: Made, node: ast.Call, frame: Frame) -> str | None:
    given = made.argument(node, frame, "schedule")
    for one, where in made.options(*given) if given is not None else ():
        if isinstance(one, ast.Call):
            return _text(made, one, where, "quartz_cron_expression") or "schedule"
    return None


def _before(made: Made, node: ast.Call, frame: Frame) -> Iterator[str]:
    given = made.argument(node, frame, "depends_on")
    for one, where in made.mentioned(*given, lambda one, _: bool(one.keywords)) if given is not None else ():
        key = _text(made, one, where, "task_key")
        if key is not None:
            yield key


def _code(made: Made, module: Module, node: ast.Call, frame: Frame) -> Iterator[Link]:
    """The files that a task runs, from the root of its bundle, which is not known here."""
    for keyword in node.keywords:
        for one, where in made.mentioned(keyword.value, frame, _names_code) if keyword.arg in KINDS else ():
            for inner in one.keywords:
                value = module.values.value(inner.value, where.scope) if inner.arg in _CODE else UNSET
                if isinstance(value, str) and value.endswith(_ENDINGS) and not value.startswith(_ELSEWHERE):
                    yield Link("runs", f"path:{value}", module.locate(inner.value))


def _names_code(node: ast.Call, _: Frame) -> bool:
    return any(one.arg in _CODE for one in node.keywords)


def _task(made: Made, module: Module, node: ast.Call, frame: Frame, of_job: Number) -> Task:
    given = {keyword.arg for keyword in node.keywords}
    sort = next((one for one in KINDS if one in given), "")
    retries = _number(made, module, node, frame, "max_retries")
    if retries is None:
        # Without a cluster a task is tried again by itself.
        retries = 1 if sort in _ON_CLUSTERS and not given & set(_CLUSTERS) else 0
    timeout = _number(made, module, node, frame, "timeout_seconds")
    timeout = of_job if timeout in (None, 0) else timeout
    retryable = sort not in _IDLE and sort != "pipeline_task"
    return Task(
        framework="databricks",
        operator=sort.removesuffix("_task"),
        remote=sort not in _IDLE,
        retryable=retryable,
        retries=retries if retryable else UNSET,
        timed=sort not in _IDLE,
        timeout=(None if timeout == 0 else timeout) if sort not in _IDLE else UNSET,
        lineage=False,
        alerts=True if {"email_notifications", "webhook_notifications"} & given else UNSET,
    )
