"""Flows and tasks of Prefect 2 and 3 to pipelines and tasks.

Source: prefect 2.20.25 and 3.9.1 (`prefect/tasks.py`, `prefect/flows.py`), https://docs.prefect.io/v3/concepts/tasks
"""

import ast
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.prefect.deployments import Schedules
from mlops_lint.extract.python.flows import settings as read
from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.describe import Words, described, operator
from mlops_lint.extract.python.flows.records import Declared, Settings, Step, Tables
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Flag, Number, Pipeline, Task

_TABLES = Tables(
    tasks={
        "prefect.task": "@task",
        "prefect.tasks.task": "@task",
        "prefect.assets.materialize": "@materialize",
        "prefect.assets.materialize.materialize": "@materialize",
    },
    pipelines={"prefect.flow": "@flow", "prefect.flows.flow": "@flow"},
    methods=frozenset({"submit", "map", "delay", "apply_async"}),
    options={"with_options": ()},
    packages=("prefect_",),
    runners={
        f"prefect.deployments.{module}run_deployment": ("name", "/") for module in ("", "deployments.", "flow_runs.")
    },
    pipeline_name=lambda name: name.replace("_", "-"),
    blocking=True,
    results=frozenset({"result", "wait"}),
)
# Policies that reuse no result of another run: 3.x has the run among what DEFAULT compares.
_UNCACHED = frozenset({"NO_CACHE", "NONE", "DEFAULT", "RUN_ID"})
_DEPLOYS = vocabulary(".serve(", ".to_deployment(")


@python
def prefect(module: Module) -> Iterator[Subject]:
    """Gives the flows of a file, each followed by its tasks."""
    if "prefect" not in module.roots:
        # Who deploys the flow of another file needs nothing of Prefect for that.
        if module.says(_DEPLOYS):
            yield from Schedules(File(module, _TABLES)).elsewhere()
        return
    # With `Flow` as a class it is Prefect 1, of which we know nothing.
    if any(found.dotted == "prefect.Flow" for found in module.imports):
        return
    file = File(module, _TABLES)
    schedules = Schedules(file)
    words = Words(task=_task, pipeline=lambda _file, declared: _pipeline(declared, schedules))
    yield from described(file, words)
    yield from schedules.elsewhere()


def _pipeline(declared: Declared, schedules: Schedules) -> Pipeline:
    found = schedules.of(declared)
    return Pipeline(
        framework="prefect",
        schedule=found.schedule,
        managed=True,
        triggers=found.triggers,
        schedulable=found.deployed,
        alerts=_told(declared.settings),
        alertable=True,
        ownable=False,
        parsed=False,
        compiled=False,
        defined=True,
    )


def _task(file: File, step: Step, flow: Declared | None) -> Task:
    module, given = file.module, step.settings
    return Task(
        framework="prefect",
        operator=operator(file, step),
        retryable=True,
        retries=_retries(module, given),
        retry_delay=_delay(module, given),
        backoff=_backoff(module, given),
        timed=True,
        timeout=_timeout(module, given, flow),
        cached=_cached(module, given),
        alerts=_alerts(given, flow),
        lineage=False,
        manual=False,
        sized=False,
    )


def _retries(module: Module, given: Settings) -> Number:
    return read.number(module, given, "retries", 0)


def _delay(module: Module, given: Settings) -> Number:
    found = read.behind(module, given, "retry_delay_seconds")
    if found is not None and isinstance(found[0], (ast.List, ast.Tuple)) and found[0].elts:
        first = read.duration(module, found[0].elts[0], found[1])
        return 0 if first is None else first
    if found is not None and _grows(found[0]):
        return UNSET
    return read.number(module, given, "retry_delay_seconds", 0)


def _grows(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "exponential_backoff"


def _backoff(module: Module, given: Settings) -> Flag:
    found = read.behind(module, given, "retry_delay_seconds")
    if found is None:
        return UNSET if "retry_delay_seconds" in given.entries or not given.complete else False
    node, scope = found
    if isinstance(node, (ast.List, ast.Tuple)):
        known = [module.values.value(one, scope) for one in node.elts]
        numbers = [one for one in known if isinstance(one, (int, float))]
        return UNSET if len(numbers) < len(known) else len(set(numbers)) > 1 and numbers == sorted(numbers)
    return _grows(node) or (False if isinstance(node, ast.Constant) else UNSET)


def _timeout(module: Module, given: Settings, flow: Declared | None) -> Number:
    """Its own, else that of the flow, which ends its tasks too."""
    own = read.seconds(module, given, "timeout_seconds")
    above = read.seconds(module, flow.settings, "timeout_seconds") if flow is not None else None
    return above if own is None or (own is UNSET and isinstance(above, (int, float))) else own


def _cached(module: Module, given: Settings) -> Flag:
    if not given.complete:
        return UNSET
    if read.value(module, given, "persist_result") is False:
        return False
    if read.is_given(given, "cache_key_fn") is True:
        return True
    found = given.entries.get("cache_policy")
    if found is None or not read.is_given(given, "cache_policy"):
        return False
    names = {last_name(part) for part in walk(found[0])} - {""}
    return True if names - _UNCACHED and not names & {"RUN_ID"} else False if names <= _UNCACHED else UNSET


def _alerts(given: Settings, flow: Declared | None) -> Flag:
    own = _told(given)
    return True if flow is not None and _told(flow.settings) is True else own


def _told(settings: Settings) -> Flag:
    hooks = [read.is_given(settings, name) for name in ("on_failure", "on_crashed")]
    return True if True in hooks else UNSET if UNSET in hooks else False
