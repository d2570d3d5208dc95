"""Pipelines and steps of ZenML to pipelines and tasks.

Source: zenml 0.98.0 (`zenml/steps/base_step.py`, `zenml/config/retry_config.py`, `zenml/config/schedule.py`),
https://docs.zenml.io/concepts/steps_and_pipelines
"""

import ast
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.flows import settings as read
from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.describe import Words, described, operator
from mlops_lint.extract.python.flows.elsewhere import scheduled
from mlops_lint.extract.python.flows.records import Declared, Settings, Step, Tables
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Ref, Subject
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Flag, Number, Pipeline, Task, Text, Texts

_TABLES = Tables(
    tasks={"zenml.step": "@step", "zenml.steps.step": "@step", "zenml.steps.step_decorator.step": "@step"},
    pipelines={"zenml.pipeline": "@pipeline", "zenml.pipelines.pipeline": "@pipeline"},
    methods=frozenset({"submit", "map", "product"}),
    options={"with_options": (), "configure": ()},
    # Steps that come with it.
    packages=("zenml.integrations.",),
    named_waits=frozenset({"after"}),
    call_name="id",
    call_settings=frozenset({"id"}),
    parameters=True,
)
_SIZES = {"cpu_count": "cpu", "memory": "memory", "gpu_count": "gpu"}
_WHEN = ("cron_expression", "interval_second", "start_time", "run_once_start_time")


@python
def zenml(module: Module) -> Iterator[Subject]:
    """Gives the pipelines of a file, each followed by its steps."""
    if "zenml" not in module.roots:
        return
    file = File(module, _TABLES)
    when, elsewhere = _schedules(file)
    yield from described(file, Words(_task, lambda _file, declared: _pipeline(declared, when.get(declared.name))))
    yield from elsewhere


def _schedules(file: File) -> tuple[dict[str, Text], list[Subject]]:
    """Gives when pipelines run, by their functions, and what the file says of pipelines of other files."""
    found: dict[str, Text] = {}
    elsewhere: list[Subject] = []
    for call in file.module.calls:
        function = call.node.func
        if not isinstance(function, ast.Attribute) or function.attr not in _TABLES.options:
            continue
        given = read.settings_of(call.node, call.scope)
        if "schedule" not in given.entries or not read.is_given(given, "schedule"):
            continue
        pipeline = file.resolve(function.value, call.scope)
        if pipeline is not None:
            when = found[pipeline.name] = _when(file.module, given)
            if not pipeline.own:
                triggers: Texts = UNSET if isinstance(when, UnsetType) else ("schedule",)
                elsewhere.append(scheduled(file, pipeline, call.node, when, triggers))
    return found, elsewhere


def _when(module: Module, given: Settings) -> Text:
    made = read.made(module, given, "schedule", "Schedule")
    if made is None:
        return UNSET
    for name in _WHEN:
        if read.is_given(made, name) is True:
            known = read.value(module, made, name)
            return known if isinstance(known, (str, Ref)) else ast.unparse(made.entries[name][0])[:200]
    return UNSET


def _pipeline(declared: Declared, schedule: Text) -> Pipeline:
    return Pipeline(
        framework="zenml",
        schedule=schedule,
        managed=True,
        artifacts=True,
        triggers=UNSET if isinstance(schedule, UnsetType) else ("schedule",) if schedule is not None else (),
        schedulable=schedule is not None,
        alerts=read.is_given(declared.settings, "on_failure"),
        alertable=True,
        ownable=False,
        parsed=False,
        compiled=False,
        defined=True,
    )


def _task(file: File, step: Step, pipeline: Declared | None) -> Task:
    module, own = file.module, step.settings
    above = Settings() if pipeline is None else pipeline.settings
    retry = next((one for one in (own, above) if "retry" in one.entries), own)
    image = _image(module, own, above)
    packages = _packages(module, own, above)
    return Task(
        framework="zenml",
        operator=operator(file, step),
        retryable=True,
        retries=_retry(module, retry, "max_retries", 1),
        retry_delay=_retry(module, retry, "delay", 0),
        backoff=_grows(_retry(module, retry, "backoff", 0)),
        timed=False,
        cached=read.flag(module, own, "enable_cache", read.flag(module, above, "enable_cache", True)),
        alerts=_told(own, above),
        image=image,
        image_pinned=None if image is None else _pinned(image),
        packages=packages,
        packages_pinned=_exact(packages),
        sized=True,
        requests=_sizes(own, above),
        lineage=False,
        manual=False,
    )


def _retry(module: Module, given: Settings, name: str, default: int) -> Number:
    """Gives a number of the retry configuration; without one there are no retries."""
    if "retry" not in given.entries:
        return 0 if given.complete else UNSET
    made = read.made(module, given, "retry", "StepRetryConfig")
    if made is not None:
        return read.number(module, made, name, default)
    return 0 if read.is_given(given, "retry") is False else UNSET


def _grows(backoff: Number) -> Flag:
    return backoff > 1 if isinstance(backoff, (int, float)) else UNSET


def _told(own: Settings, above: Settings) -> Flag:
    known = [read.is_given(one, "on_failure") for one in (own, above)]
    return True if True in known else UNSET if UNSET in known else False


def _made(settings: Settings, name: str) -> Settings | None:
    """The arguments of the first settings object of a class that stands in `settings={...}`."""
    given = settings.entries.get("settings")
    for part in walk(given[0]) if given is not None else ():
        if isinstance(part, ast.Call) and last_name(part.func) == name and given is not None:
            return read.settings_of(part, given[1])
    return None


def _hidden(settings: Settings) -> bool:
    """Whether settings are given that are not seen here."""
    given = settings.entries.get("settings")
    return not settings.complete or (given is not None and not isinstance(given[0], ast.Dict))


def _sizes(own: Settings, above: Settings) -> Texts:
    made = _made(own, "ResourceSettings") or _made(above, "ResourceSettings")
    if made is None:
        return UNSET if _hidden(own) or _hidden(above) else ()
    return tuple(sorted(_SIZES[name] for name in made.entries if name in _SIZES))


def _image(module: Module, own: Settings, above: Settings) -> Text:
    """Gives the image that the step's is built on; None = that of ZenML, which its version fixes."""
    made = _made(own, "DockerSettings") or _made(above, "DockerSettings")
    if made is None:
        return UNSET if _hidden(own) or _hidden(above) else None
    return read.text(module, made, "parent_image")


def _pinned(image: Text) -> Flag:
    return reference(image).pinned if isinstance(image, str) else UNSET


def _packages(module: Module, own: Settings, above: Settings) -> Texts:
    made = _made(own, "DockerSettings") or _made(above, "DockerSettings")
    if made is None:
        return UNSET if _hidden(own) or _hidden(above) else ()
    found = read.value(module, made, "requirements", ())
    # A text is the path of a requirements file, which other rules are about.
    return found if isinstance(found, tuple) else () if isinstance(found, str) else UNSET


def _exact(packages: Texts) -> Flag:
    if isinstance(packages, UnsetType):
        return UNSET
    return all("==" in one or "@" in one for one in packages) if packages else None
