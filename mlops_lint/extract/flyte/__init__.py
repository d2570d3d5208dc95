"""Workflows and tasks of Flyte, by flytekit 1 and by the SDK of Flyte 2, to pipelines and tasks.

Source: flytekit 1.16.31 (`flytekit/core/task.py`, `workflow.py`, `launch_plan.py`) and flyte 2.12.1
(`flyte/_task_environment.py`), https://docs-legacy.flyte.org/en/latest/user_guide/basics/index.html
"""

import ast
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.flyte import plans, settings
from mlops_lint.extract.python.flows import settings as read
from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.describe import Words, described
from mlops_lint.extract.python.flows.records import Declared, Settings, Step, Tables
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Pipeline, Task, Text

_CLASS = re.compile(r"^flytekit(?:plugins)?\..*(?:Task|Echo)$")

_ONE = Tables(
    tasks={
        "flytekit.task": "@task",
        "flytekit.core.task.task": "@task",
        "flytekit.reference_task": "@reference_task",
    },
    pipelines={
        "flytekit.workflow": "@workflow",
        "flytekit.core.workflow.workflow": "@workflow",
        "flytekit.dynamic": "@dynamic",
        "flytekit.core.dynamic_workflow_task.dynamic": "@dynamic",
        "flytekit.eager": "@eager",
        "flytekit.experimental.eager": "@eager",
        "flytekit.reference_workflow": "@reference_workflow",
    },
    overrides=frozenset({"with_overrides"}),
    precedes=frozenset({"runs_before"}),
    branches=frozenset({"then"}),
    wrappers=frozenset(
        {
            "flytekit.map_task",
            "flytekit.core.array_node_map_task.map_task",
            "flytekit.experimental.map_task",
            "flytekit.LaunchPlan.get_or_create",
            "flytekit.LaunchPlan.create",
            "flytekit.LaunchPlan.get_default_launch_plan",
            "functools.partial",
        }
    ),
    wrapped=frozenset({"workflow", "workflow_"}),
    callers=frozenset({"flytekit.create_node", "flytekit.core.node_creation.create_node"}),
    classes=lambda name: _CLASS.match(name) is not None,
)
_TWO = Tables(
    tasks={"flyte.TaskEnvironment.task": "@env.task"},
    pipelines={},
    options={"override": ()},
    methods=frozenset({"aio"}),
    wrappers=frozenset({"flyte.map", "functools.partial"}),
    name="short_name",
    blocking=True,
    nested=True,
)


@python
def flyte(module: Module) -> Iterator[Subject]:
    """Gives the workflows of a file, each followed by its tasks."""
    if not module.roots.isdisjoint(("flytekit", "flytekitplugins")):
        file = File(module, _ONE)
        found = plans.Plans(file)
        words = Words(_task, lambda _file, declared: _workflow(declared, found), _links)
        yield from described(file, words)
        yield from found.elsewhere()
    elif "flyte" in module.roots:
        yield from described(File(module, _TWO), Words(_task_of_two, _pipeline_of_two))


def _workflow(declared: Declared, found: plans.Plans) -> Pipeline:
    plan = found.of(declared.name)
    handled = read.is_given(declared.settings, "on_failure")
    return Pipeline(
        framework="flyte",
        schedule=plan.schedule,
        managed=True,
        artifacts=True,
        triggers=plan.triggers,
        schedulable=plan.launched,
        alerts=True if handled is True or plan.alerts else handled,
        alertable=True,
        ownable=False,
        parsed=False,
        compiled=False,
        defined=True,
    )


def _task(file: File, step: Step, workflow: Declared | None) -> Task:
    module, given = file.module, step.settings
    elsewhere = step.declared.maker.endswith("reference_task")
    shell = step.declared.maker.rpartition(".")[2]
    image = settings.image(module, given)
    handled = read.is_given(workflow.settings, "on_failure") if workflow is not None else False
    return Task(
        framework="flyte",
        operator=_operator(step),
        remote=True,
        retryable=not elsewhere,
        retries=UNSET if elsewhere else read.number(module, given, "retries", 0),
        timed=not elsewhere,
        timeout=UNSET if elsewhere else read.seconds(module, given, "timeout"),
        cached=settings.cached(module, given),
        alerts=True if handled is True else UNSET,
        image=image,
        image_pinned=settings.pinned(image),
        command=_command(module, given) if shell in ("ShellTask", "ContainerTask") else UNSET,
        packages=settings.packages(module, given),
        packages_pinned=settings.exact(settings.packages(module, given)),
        sized=not elsewhere,
        requests=UNSET if elsewhere else settings.sizes(given, "requests", 0),
        limits=UNSET if elsewhere else settings.sizes(given, "limits", 1),
        lineage=False,
        manual=False,
    )


def _operator(step: Step) -> str:
    return _ONE.tasks.get(step.declared.maker) or step.declared.maker.rpartition(".")[2] or "@task"


def _command(module: Module, given: Settings) -> Text:
    known = read.value(module, given, "script")
    if known is None:
        known = read.value(module, given, "command")
    return known if known is None or isinstance(known, str) else UNSET


def _links(file: File, step: Step) -> Iterator[Link]:
    """The notebook that a task runs."""
    place = read.value(file.module, step.settings, "notebook_path")
    if isinstance(place, str) and step.declared.maker.endswith("NotebookTask"):
        yield Link("runs", f"path:{place.removeprefix('@/')}" if not place.startswith("@/") else f"file:{place[2:]}")


# --- Flyte 2


def _environment(file: File, declared: Declared) -> Settings:
    """Gives the settings of a task under those of the environment that it is declared with."""
    node = declared.node.func if isinstance(declared.node, ast.Call) else declared.node
    if not isinstance(node, ast.Attribute):
        return declared.settings
    made = read.expression(file.module, node.value, file.module.scopes.module)
    if made is None or not isinstance(made[0], ast.Call):
        return Settings(declared.settings.entries, complete=False)
    inherited = read.settings_of(made[0], made[1])
    entries = {name: one for name, one in inherited.entries.items() if name in ("image", "resources", "cache")}
    return Settings(entries, inherited.complete).under(declared.settings)


def _task_of_two(file: File, step: Step, _pipeline: Declared | None) -> Task:
    module = file.module
    given = _environment(file, step.declared).under(step.settings) if step.declared.own else step.settings
    return Task(
        framework="flyte",
        operator="@env.task",
        remote=True,
        retryable=True,
        retries=settings.retries_of_two(module, given),
        timed=True,
        timeout=settings.timeout_of_two(module, given),
        cached=settings.cached_of_two(module, given),
        image=settings.image_of_two(module, given),
        sized=True,
        requests=settings.sizes(given, "requests", 0),
        lineage=False,
        manual=False,
    )


def _pipeline_of_two(file: File, declared: Declared) -> Pipeline:
    schedule = plans.of_two(file.module, declared.settings)
    return Pipeline(
        framework="flyte",
        schedule=schedule,
        managed=True,
        artifacts=True,
        triggers=UNSET if schedule is UNSET else () if schedule is None else ("schedule",),
        schedulable=True,
        ownable=False,
        parsed=False,
        compiled=False,
        defined=True,
    )
