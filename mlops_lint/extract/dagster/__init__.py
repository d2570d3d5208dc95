"""Jobs, graphs, ops and assets of Dagster to pipelines, tasks and the data that they declare.

Source: dagster 1.13.28 (`dagster/_core/definitions/decorators`, `policy.py`, `schedule_definition.py`),
https://docs.dagster.io/guides/build/assets/defining-assets
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.dagster import settings
from mlops_lint.extract.dagster.assets import assets
from mlops_lint.extract.dagster.jobs import Jobs
from mlops_lint.extract.python.flows import settings as read
from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.describe import Words, described, operator
from mlops_lint.extract.python.flows.records import Declared, Settings, Step, Tables
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Pipeline, Task

_TABLES = Tables(
    tasks={"dagster.op": "@op", "dagster.solid": "@solid"},
    pipelines={
        "dagster.job": "@job",
        "dagster.graph": "@graph",
        "dagster.graph_asset": "@graph_asset",
        "dagster.graph_multi_asset": "@graph_multi_asset",
    },
    options={
        "alias": ("name",),
        "with_retry_policy": ("retry_policy",),
        "with_hooks": ("hooks",),
        "tag": ("tags",),
        "configured": (),
        "to_job": ("name",),
    },
    applies=frozenset({"map"}),
)


@python
def dagster(module: Module) -> Iterator[Subject]:
    """Gives the jobs and graphs of a file with their ops, then its assets."""
    if "dagster" not in module.roots and not any(root.startswith("dagster_") for root in module.roots):
        return
    file = File(module, _TABLES)
    jobs = Jobs(file)
    yield from described(file, Words(_task, lambda _file, declared: _pipeline(file, declared, jobs)))
    yield from jobs.of_assets()
    yield from jobs.elsewhere()
    yield from assets(file)


def _pipeline(file: File, declared: Declared, jobs: Jobs) -> Pipeline:
    found = jobs.when(declared.name)
    return Pipeline(
        framework="dagster",
        schedule=found.schedule,
        managed=True,
        triggers=found.triggers,
        schedulable=found.scheduled,
        owner=settings.owner(file.module, declared.settings),
        ownable=declared.maker == "dagster.job",
        alerts=True if read.is_given(declared.settings, "hooks") is True else UNSET,
        alertable=True,
        parsed=False,
        compiled=False,
        defined=True,
    )


def _task(file: File, step: Step, job: Declared | None) -> Task:
    above = Settings() if job is None else _inherited(job.settings)
    hooks = read.is_given(job.settings, "hooks") if job is not None else False
    return settings.task(file.module, step.settings, above, operator(file, step), hooks)


def _inherited(job: Settings) -> Settings:
    """What a job says for its ops: `op_retry_policy`."""
    found = {"retry_policy": job.entries["op_retry_policy"]} if "op_retry_policy" in job.entries else {}
    return Settings(found, job.complete)
