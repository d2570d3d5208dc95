"""Workflows of Argo to pipelines and tasks, as they stand in YAML or as Kubeflow Pipelines 1 compiles them.

Source: https://argo-workflows.readthedocs.io/en/latest/fields/ and .../cron-workflows/,
https://argoproj.github.io/argo-events/sensors/triggers/argo-workflow/
"""

import json
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.argo import templates
from mlops_lint.extract.argo.order import Around, Leaf, Templates, named, uncalled
from mlops_lint.extract.leaves import ends
from mlops_lint.extract.manifests import Manifest, is_filled, manifests, owner, sequence
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.helm import shown
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, mappings, strings, text
from mlops_lint.subjects import Constant, Flag, Pipeline, Text, Texts, subject

_GROUP = "argoproj.io"
_TEMPLATES = frozenset({"WorkflowTemplate", "ClusterWorkflowTemplate"})
_KUBEFLOW = "pipelines.kubeflow.org/"


class Workflow(msgspec.Struct, frozen=True):
    """One workflow, of whatever object it is a part; `spec` says what it does."""

    name: str
    kind: str
    spec: Mapping
    root: Mapping
    place: Location
    schedule: Text
    triggers: Texts


@trees("*.yaml", "*.yml", word=b"argoproj.io")
def argo(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the workflows of a file, each followed by its tasks, and what it says of templates that others use."""
    objects = [one for one in manifests(documents) if one.group == _GROUP]
    found = [workflow for one in objects for workflow in _workflows(path, one)]
    shared = {one.name: one.spec for one in found if one.kind in _TEMPLATES}
    taken: dict[str, int] = {}
    for workflow in found:
        count = taken[workflow.name] = taken.get(workflow.name, 0) + 1
        unique = workflow.name if count == 1 else f"{workflow.name}__{count}"
        yield from _pipeline(path, workflow, unique, shared)
        if workflow.kind in _TEMPLATES:
            yield from _stated(path, workflow)


def _workflows(path: str, one: Manifest) -> Iterator[Workflow]:
    spec = one.spec
    if spec is None:
        return
    name, place = shown(one.name or one.kind).strip("-"), locate(path, one.key)
    if one.kind == "CronWorkflow":
        inner = spec.get("workflowSpec")
        if isinstance(inner, Mapping):
            schedule = _schedule(spec)
            triggers = ("schedule",) if isinstance(schedule, str) else () if schedule is None else UNSET
            yield Workflow(name, one.kind, inner, one.root, place, schedule, triggers)
    elif one.kind == "Workflow":
        yield Workflow(name, one.kind, spec, one.root, place, None, ())
    elif one.kind in _TEMPLATES:
        yield Workflow(name, one.kind, spec, one.root, place, UNSET, UNSET)
    elif one.kind == "WorkflowEventBinding":
        submitted = spec.get("submit")
        if isinstance(submitted, Mapping):
            yield Workflow(name, one.kind, submitted, one.root, place, None, ("event",))
    elif one.kind == "Sensor":
        yield from _of_sensor(path, one, spec)


def _of_sensor(path: str, one: Manifest, spec: Mapping) -> Iterator[Workflow]:
    """Gives the workflows that an event starts."""
    for trigger in sequence(spec.get("triggers")):
        for sort in ("argoWorkflow", "k8s"):
            resource = trigger.get("template", sort, "source", "resource")
            inner = resource.get("spec") if isinstance(resource, Mapping) else None
            if (
                isinstance(resource, Mapping)
                and isinstance(inner, Mapping)
                and text(resource.get("kind")) == "Workflow"
            ):
                metadata = resource.get("metadata", "name") or resource.get("metadata", "generateName")
                name = (text(metadata) or one.name or "Sensor").strip("-")
                yield Workflow(name, one.kind, inner, resource, locate(path, resource), None, ("event",))


def _schedule(spec: Mapping) -> Text:
    """Gives when a workflow runs; None where it is suspended."""
    suspended = spec.get("suspend")
    if isinstance(suspended, Scalar) and suspended.value is True:
        return None
    found = [*strings(spec.get("schedules")), *strings(spec.get("schedule"))]
    return ", ".join(found) if found and not any(is_filled(one) for one in found) else UNSET


def _pipeline(path: str, workflow: Workflow, unique: str, shared: dict[str, Mapping]) -> Iterator[Subject]:
    spec, template = workflow.spec, text(workflow.spec.get("workflowTemplateRef", "name"))
    leaves, last = _leaves(spec, shared)
    if not leaves and template is None:
        return
    compiled = _is_compiled(workflow.root)
    framework = "kubeflow" if compiled else "argo"
    alerts: Flag = True if any(templates.tells(one) for one in last) else UNSET if last else False
    scheduled = workflow.kind == "CronWorkflow"
    record = Pipeline(
        framework=framework,
        schedule=UNSET if compiled else workflow.schedule,
        triggers=UNSET if compiled else workflow.triggers,
        owner=owner(workflow.root),
        managed=True,
        schedulable=scheduled,
        alerts=UNSET if template is not None and alerts is False else alerts,
        alertable=True,
        ownable=not compiled,
        compiled=compiled,
    )
    symbol = f"pipeline:{path}#{unique}"
    starts = (Link("triggers", f"pipeline-id:{template}"),) if template is not None else ()
    yield subject(record, workflow.place, _name(workflow, compiled), symbol=symbol, links=starts)
    for leaf in (*leaves, *last):
        order = (Link("depends_on", f"task:{path}#{unique}.{before}") for before in leaf.upstream)
        links = dict.fromkeys((Link("part_of", symbol), *order, *templates.links(leaf)))
        record_of_task = templates.task(leaf, spec, framework, UNSET if leaf.last else alerts)
        location = locate(path, leaf.place)
        yield subject(
            record_of_task, location, leaf.name, symbol=f"task:{path}#{unique}.{leaf.name}", links=tuple(links)
        )


def _leaves(spec: Mapping, shared: dict[str, Mapping]) -> tuple[list[Leaf], list[Leaf]]:
    """Gives the tasks of a workflow, and those that run when it has ended."""
    known = Templates(spec, shared)
    entry = text(spec.get("entrypoint"))
    leaves = [leaf for name in ([entry] if entry is not None else uncalled(spec)) for leaf in known.entry(name)]
    finished = ends(leaves)
    handlers = [name for name in (text(spec.get("onExit")),) if name is not None]
    last = [leaf for name in handlers for leaf in known.entry(name)]
    during: list[Leaf] = []
    for key, hook in mappings(spec.get("hooks")):
        found = known.called(hook, text(hook.get("template")) or key.text, Around("hooks.", (), ()))
        # Other hooks run while the workflow does.
        (last if key.text == "exit" else during).extend(found)
    for leaf in last:
        if not leaf.upstream:
            leaf.upstream |= dict.fromkeys(finished)
    for leaf in (*last, *during):
        leaf.last = True
    return leaves, [*last, *during]


def _is_compiled(root: Mapping) -> bool:
    node = root.get("metadata", "annotations")
    return any(key.text.startswith(_KUBEFLOW) for key, _ in node.entries) if isinstance(node, Mapping) else False


def _name(workflow: Workflow, compiled: bool) -> str:
    """Gives the name of a workflow; of a compiled one that of its source, which stands in an annotation."""
    written = text(workflow.root.get("metadata", "annotations", f"{_KUBEFLOW}pipeline_spec")) if compiled else None
    try:
        spec = json.loads(written) if written is not None and len(written) < 1_000_000 else None
    except (ValueError, RecursionError):
        spec = None
    name = spec.get("name") if isinstance(spec, dict) else None
    return name if isinstance(name, str) else workflow.name


def _stated(path: str, workflow: Workflow) -> Iterator[Subject]:
    """Gives what those who use a template of this file are told of it."""
    for name, template in named(workflow.spec).items():
        settings = templates.Settings(template, template)
        if settings.kind == "unknown":
            continue
        leaf = Leaf(name, template, template, template, "", (), {})
        record = templates.task(leaf, template, "argo", UNSET)
        for field in templates.STATED:
            value = getattr(record, field)
            if value is not UNSET:
                symbol = templates.reference(f"{workflow.name}#{name}", field).symbol
                location = locate(path, template.get("name") or template)
                yield subject(Constant(value=value), location, f"{name}.{field}", symbol=symbol)
