"""Pipelines, runs and tasks of Tekton to pipelines and tasks.

Source: https://tekton.dev/docs/pipelines/pipelines/, .../pipelineruns/, .../taskruns/,
https://tekton.dev/docs/triggers/triggertemplates/ and https://pipelinesascode.com/docs/guide/authoringprs/
"""

import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.manifests import Manifest, manifests, notifies, owner, sequence
from mlops_lint.extract.registry import trees
from mlops_lint.extract.tekton import tasks
from mlops_lint.model import Link, Subject
from mlops_lint.parse.helm import shown
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text
from mlops_lint.subjects import Constant, Flag, Pipeline, Text, Texts, subject

_TASKS = frozenset({"Task", "ClusterTask"})
_COMPILED = "pipelines.kubeflow.org/"
_EVENT = ("metadata", "annotations", "pipelinesascode.tekton.dev/on-event")


class Found(msgspec.Struct, frozen=True):
    """A pipeline, with the run that it is a part of."""

    name: str
    manifest: Manifest
    spec: Mapping
    around: tasks.Limits
    schedule: Text
    triggers: Texts


@trees("*.yaml", "*.yml", word=b"tekton.dev")
def tekton(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the pipelines of a file, each followed by its tasks, and what it says of tasks that others use."""
    objects = [one for one in manifests(documents) if one.group.endswith("tekton.dev") and one.spec is not None]
    known = {one.name or "": one.spec for one in objects if one.kind in _TASKS and one.spec is not None}
    taken: dict[str, int] = {}
    runs = {text(one.root.get("spec", "pipelineRef", "name")): one for one in objects if one.kind == "PipelineRun"}
    here = {one.name for one in objects if one.kind == "Pipeline"}
    for one in objects:
        for found in _pipelines(one, runs):
            count = taken[found.name] = taken.get(found.name, 0) + 1
            unique = found.name if count == 1 else f"{found.name}__{count}"
            yield from _pipeline(path, found, unique, known)
        yield from _started(path, one, here)
        if one.kind in _TASKS and one.name is not None:
            yield from _stated(path, one)


def _pipelines(one: Manifest, runs: dict[str | None, Manifest]) -> Iterator[Found]:
    """Gives what an object describes: a pipeline, or a run with its own, or a run of one task."""
    spec = one.spec
    if spec is None:
        return
    name = shown(one.name or one.kind).strip("-")
    if one.kind == "Pipeline":
        run = runs.get(one.name)
        around = tasks.limits(run.spec) if run is not None and run.spec is not None else tasks.Limits()
        yield Found(name, one, spec, around, UNSET, UNSET)
    elif one.kind == "PipelineRun":
        inner = spec.get("pipelineSpec")
        if isinstance(inner, Mapping):
            yield Found(name, one, inner, tasks.limits(spec), None, _events(one))
    elif one.kind == "TaskRun" and (spec.get("taskSpec") is not None or spec.get("taskRef") is not None):
        yield Found(name, one, spec, tasks.limits(spec), None, _events(one))


def _events(one: Manifest) -> Texts:
    """Gives what starts a run: the events that Pipelines as Code waits for; else a person."""
    written = text(one.root.get(*_EVENT)) or ""
    return tuple(dict.fromkeys(re.findall(r"[a-z_]+", written.replace("-", "_"))))


def _pipeline(path: str, found: Found, unique: str, known: dict[str, Mapping]) -> Iterator[Subject]:
    symbol = f"pipeline:{path}#{unique}"
    single = found.manifest.kind == "TaskRun"
    calls = (found.spec,) if single else sequence(found.spec.get("tasks"))
    last = () if single else sequence(found.spec.get("finally"))
    if not calls:
        return
    names = {id(call): text(call.get("name")) or unique for call in (*calls, *last)}
    specs = {id(call): _spec(call, known) for call in (*calls, *last)}
    alerts: Flag = True if any(_tells(call, specs[id(call)]) for call in last) else UNSET if last else False
    annotations = found.manifest.root.get("metadata", "annotations")
    compiled = isinstance(annotations, Mapping) and any(
        key.text.startswith(_COMPILED) for key, _ in annotations.entries
    )
    record = Pipeline(
        framework="tekton",
        schedule=UNSET if compiled else found.schedule,
        triggers=UNSET if compiled else found.triggers,
        owner=owner(found.manifest.root),
        managed=True,
        schedulable=False,
        alerts=alerts,
        alertable=not single,
        ownable=not compiled,
        compiled=compiled,
    )
    yield subject(record, locate(path, found.manifest.key), found.name, symbol=symbol)
    order = {names[id(call)]: [name for name in tasks.awaited(call) if name != names[id(call)]] for call in calls}
    ends = [name for name in order if not any(name in before for before in order.values())]
    for call in (*calls, *last):
        name, finishes = names[id(call)], any(call is one for one in last)
        before = ends if finishes else [one for one in order[name] if one in order]
        depends = (Link("depends_on", f"task:{path}#{unique}.{one}") for one in before)
        spec = specs[id(call)]
        links = dict.fromkeys((Link("part_of", symbol), *depends, *tasks.links(spec), *_nested(call)))
        task = tasks.task(call, spec, found.around, last=finishes, alerts=UNSET if finishes else alerts)
        place = found.manifest.key if single else call.get("name") or call
        location = locate(path, place)
        yield subject(task, location, name, symbol=f"task:{path}#{unique}.{name}", links=tuple(links))


def _spec(call: Mapping, known: dict[str, Mapping]) -> Mapping | None:
    """Gives what a task does, where this file says so."""
    inline = call.get("taskSpec")
    if isinstance(inline, Mapping):
        return inline if inline.get("steps") is not None else None
    return known.get(text(call.get("taskRef", "name")) or "")


def _nested(call: Mapping) -> Iterator[Link]:
    name = text(call.get("pipelineRef", "name"))
    if name is not None:
        yield Link("triggers", f"pipeline-id:{name}")


def _tells(call: Mapping, spec: Mapping | None) -> bool:
    words = [text(call.get("name")) or "", text(call.get("taskRef", "name")) or ""]
    for one in tasks.steps(spec) if spec is not None else ():
        words += [text(one.get("image")) or "", text(one.get("script")) or "", text(one.get("name")) or ""]
    return notifies(" ".join(words))


def _started(path: str, one: Manifest, here: set[str | None]) -> Iterator[Subject]:
    """Gives the runs of pipelines of other files that an event starts."""
    spec = one.spec
    inner: tuple[Manifest, ...] = (one,) if one.kind == "PipelineRun" else ()
    events = _events(one) if inner else ("event",)
    if one.kind == "TriggerTemplate" and spec is not None:
        node = spec.get("resourcetemplates")
        inner = tuple(manifests(node.items)) if isinstance(node, Sequence) else ()
    for run in inner:
        name = text(run.root.get("spec", "pipelineRef", "name"))
        if run.kind != "PipelineRun" or name is None or not events or (name in here and one.kind == "PipelineRun"):
            continue
        record = Pipeline(
            framework="tekton", schedule=None, triggers=events, managed=True, schedulable=False, alertable=False,
            ownable=True, owner=owner(one.root), compiled=False,
        )  # fmt: skip
        label = (run.name or name).strip("-")
        location = locate(path, run.key)
        symbol = f"pipeline:{path}#{label}:{location.line}"
        yield subject(record, location, label, symbol=symbol, links=(Link("triggers", f"pipeline-id:{name}"),))


def _stated(path: str, one: Manifest) -> Iterator[Subject]:
    """Gives what the pipelines of other files are told of a task."""
    if one.spec is None or one.name is None:
        return
    image, pinned = tasks.images(one.spec)
    for field, value in zip(tasks.STATED, (image, pinned), strict=True):
        if value is not UNSET:
            symbol = tasks.reference(one.name, field).symbol
            yield subject(Constant(value=value), locate(path, one.key), f"{one.name}.{field}", symbol=symbol)
