"""Pipelines and tasks of Kubeflow, as they were followed, to subjects with the settings that take effect.

Source: kfp 2.17.3 (kfp/dsl/structures.py, RetryPolicy) and kfp 1.8.22; without `set_retry` nothing is tried again.
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.kubeflow import components, names
from mlops_lint.extract.kubeflow.things import Component, Group, Pipeline, Task
from mlops_lint.extract.manifests import notifies
from mlops_lint.extract.python.following.things import Items, held
from mlops_lint.extract.python.module import Module
from mlops_lint.model import Link, Ref, Subject
from mlops_lint.parse.duration import seconds
from mlops_lint.parse.image import reference
from mlops_lint.parse.pins import exact
from mlops_lint.subjects import Flag, Number, Text, Texts, subject
from mlops_lint.subjects import Pipeline as PipelineKind
from mlops_lint.subjects import Task as TaskKind

# The factor by which version 2 makes a delay longer where nothing is said.
_FACTOR = 2.0
# Seconds after which Vertex AI ends a training job that names no other limit.
JOB_TIMEOUT = 604_800
_VERTEX = re.compile(r"google\.cloud|google_cloud_pipeline|aiplatform|vertex", re.IGNORECASE)
_MACHINES = re.compile(r"machine_type|worker_pool_specs|machine_spec")


class Surroundings:
    """What the whole file says of its tasks."""

    def __init__(self, module: Module) -> None:
        source = module.source
        self.vertex = _VERTEX.search(source) is not None
        self.first = any(word in source for word in names.VERSION_1)
        self.transformed = "add_op_transformer" in source
        """A function of the file may set anything on each task."""
        self.cache_said = "enable_caching" in source.replace("set_caching_options", "")
        self.timeout = _whole_timeout(module)

    @property
    def framework(self) -> str:
        """The orchestrator."""
        return "vertex" if self.vertex else "kubeflow"


def _whole_timeout(module: Module) -> Number:
    """Gives the seconds that a configuration of the pipeline allows a run; None = no limit."""
    for call in module.calls:
        last = names.last(call.name)
        if last == "set_timeout" and "onf" in call.name and call.node.args:
            return _number(module.values.value(call.node.args[0], call.scope))
        if last == "PipelineConfig":
            for keyword in call.node.keywords:
                if keyword.arg == "active_deadline_seconds":
                    return _number(module.values.value(keyword.value, call.scope))
    return None


def _number(found: object) -> Number:
    if isinstance(found, (bool, Ref)):
        return UNSET if isinstance(found, bool) else found
    known = seconds(found)
    return UNSET if known is None else known


def pipeline(module: Module, found: Pipeline, around: Surroundings, schedule: Text) -> Iterator[Subject]:
    """Gives a pipeline, followed by its tasks."""
    symbol = f"pipeline:{module.path}#{found.name}"
    record = PipelineKind(
        framework=around.framework,
        schedule=schedule,
        triggers=("schedule",) if isinstance(schedule, str) else UNSET,
        managed=True,
        artifacts=True,
        # When it runs, and whose it is, is said where it is submitted.
        schedulable=isinstance(schedule, str),
        alerts=_alerts(found.groups),
        alertable=True,
        ownable=False,
        compiled=False,
    )
    yield subject(record, module.locate(found.node), found.name, symbol=symbol)
    symbols = {task: f"task:{module.path}#{found.name}.{task.name}" for task in found.tasks}
    for task in found.tasks:
        order = [Link("depends_on", symbols[before]) for before in task.upstream if before in symbols]
        links = dict.fromkeys((Link("part_of", symbol), *order, *task.component.links))
        yield subject(
            _task(task, around), module.locate(task.node), task.name, symbol=symbols[task], links=tuple(links)
        )


def _alerts(groups: list[Group]) -> Flag:
    """Says whether somebody is told: by a task that runs at the end, if its name says so."""
    exits = [task.component.name for group in groups for task in group.exits]
    if any(notifies(name) for name in exits):
        return True
    return UNSET if exits or any(group.sort == "ExitHandler" for group in groups) else False


def _task(task: Task, around: Surroundings) -> TaskKind:
    component = task.component
    works = component.name not in names.MARKERS
    google = component.sort == "google"
    retries, delay, backoff = _retries(task, around)
    machine = any(_MACHINES.search(name) for name in component.settings.entries)
    return TaskKind(
        framework=around.framework,
        operator=component.name if google or component.sort in names.OPERATIONS else component.sort,
        remote=works,
        retryable=works,
        retries=retries,
        retry_delay=delay,
        backoff=backoff,
        timed=_timed(task, around) if works else False,
        timeout=_timeout(task, around),
        image=image(task.image, component),
        image_pinned=pinned(task.image, component),
        command=_text(component.command),
        lineage=False,
        cached=_cached(task, around),
        alerts=_alerts(task.groups),
        ignores_failure=task.ignores_failure,
        parameters=_parameters(task),
        sized=works and (machine or not google),
        requests=_resources(task.requests, machine, around),
        limits=_resources(task.limits, False, around),
        packages=packages(component.packages),
        packages_pinned=packages_pinned(component.packages),
        purpose=(names.purpose(component.name) or UNSET) if google else "train" if component.sort == "job" else UNSET,
    )


def _retries(task: Task, around: Surroundings) -> tuple[Number, Number, Flag]:
    """Gives how often a task is tried again, the seconds before the first time, and whether they become more."""
    if task.retried is None:
        return (UNSET if around.transformed else 0), UNSET, UNSET
    count, delay, factor = task.retried
    known = 0 if delay is None else _number(delay)
    number = (1 if around.first else _FACTOR) if factor is None else factor
    longer: Flag = UNSET
    if isinstance(known, (int, float)) and isinstance(number, (int, float)):
        longer = known > 0 and number > 1
    return _number(count), known, longer


def _timed(task: Task, around: Surroundings) -> Flag:
    if task.component.sort in ("google", "job"):
        return True if "timeout" in task.component.settings.entries or task.component.sort == "job" else UNSET
    if around.first or task.timeout is not None:
        return True
    # Vertex AI has none for tasks; elsewhere an extension of the SDK has.
    return UNSET if around.vertex else True


def _timeout(task: Task, around: Surroundings) -> Number:
    google = task.component.sort in ("google", "job")
    given = task.component.settings.entries.get("timeout") if google else task.timeout
    if google and given is None:
        return JOB_TIMEOUT if task.component.sort == "job" or "TrainingJob" in task.component.name else UNSET
    own = None if given is None else _number(given)
    if own is None and around.timeout is None and around.transformed:
        return UNSET
    both = [one for one in (own, around.timeout) if isinstance(one, (int, float))]
    if both:
        return min(both)
    return around.timeout if own is None else own


def image(given: object, component: Component) -> Text:
    """Gives the image of a task or component; None = it has none."""
    found = components.reference(component)
    if found is not None:
        return found
    return given if given is None or isinstance(given, (str, Ref)) else UNSET


def pinned(given: object, component: Component) -> Flag:
    """Says whether the image is fixed; of a component of another file that file says so."""
    found = components.reference(component)
    if found is not None:
        return Ref(f"{found.symbol}_pinned")
    if isinstance(given, str):
        return reference(given).pinned
    return None if given is None else UNSET


def _cached(task: Task, around: Surroundings) -> Flag:
    if isinstance(task.cached, bool):
        return task.cached
    given = "set_caching_options" in task.called
    return UNSET if given or around.first or around.cache_said or around.transformed else True


def _parameters(task: Task) -> Texts:
    if task.component.sort in names.OPERATIONS or not task.arguments.complete:
        return UNSET
    return tuple(name for name, value in task.arguments.entries.items() if next(held(value), None) is None)


def _resources(found: dict[str, None], machine: bool, around: Surroundings) -> Texts:
    if around.transformed and not found:
        return UNSET
    return tuple(sorted({*found, *(("instance",) if machine else ())}))


def packages(given: object) -> Texts:
    """Gives what a component installs when it starts."""
    if given is None:
        return ()
    items = given.items if isinstance(given, Items) else None
    if items is None:
        return UNSET
    found = tuple(item for item in items if isinstance(item, str))
    return found if len(found) == len(items) else UNSET


def packages_pinned(given: object) -> Flag:
    """Says whether each of them names one exact version; None = there are none."""
    known = packages(given)
    if isinstance(known, tuple):
        return exact(known) if known else None
    return UNSET


def _text(found: object) -> Text:
    return found if found is None or isinstance(found, str) else UNSET
