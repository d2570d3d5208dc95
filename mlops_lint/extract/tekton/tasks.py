"""A task of Tekton, with the run around it, to the settings that take effect.

Source: https://tekton.dev/docs/pipelines/tasks/, .../pipelines/#using-the-retries-field and
https://github.com/tektoncd/pipeline/blob/main/config/config-defaults.yaml
"""

import re

import msgspec
from msgspec import UNSET, UnsetType, structs

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.manifests import image_of, is_filled, packages_of, resources_of, script_of, sequence
from mlops_lint.model import Link, Ref
from mlops_lint.parse.duration import seconds
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text
from mlops_lint.subjects import Flag, Number, Task, Text, Texts

# A run that says nothing is ended after an hour.
_DEFAULT_TIMEOUT = 3600
# What a file with tasks says of them for the pipelines of other files.
STATED = ("image", "image_pinned")
_RESULT = re.compile(r"\$\(tasks\.([A-Za-z0-9_-]+)\.(?:results|outputs|status)\b")
# Of one task: more is data.
_SCALARS = 5_000
_COMMAND = 4000


class Limits(msgspec.Struct, frozen=True):
    """What the run around a pipeline says of the time that its tasks may take; None = it says nothing."""

    tasks: Node | None = None
    last: Node | None = None
    whole: Node | None = None


def limits(spec: Mapping) -> Limits:
    """Gives the limits that a run states."""
    return Limits(
        spec.get("timeouts", "tasks"),
        spec.get("timeouts", "finally"),
        spec.get("timeouts", "pipeline") or spec.get("timeout"),
    )


def task(call: Mapping, spec: Mapping | None, around: Limits, *, last: bool, alerts: Flag) -> Task:
    """Gives a task of a pipeline; `spec` says what it does, None = another file does."""
    record = Task(
        framework="tekton",
        operator=_operator(call),
        remote=True,
        retryable=True,
        retries=_count(call.get("retries")),
        retry_delay=0,
        backoff=False,
        timed=True,
        timeout=_timeout(call.get("timeout"), around, last),
        lineage=False,
        cached=False,
        alerts=alerts,
        ignores_failure=text(call.get("onError")) == "continue",
        parameters=_parameters(call),
        sized=True,
        manual=text(call.get("taskRef", "kind")) == "ApprovalTask",
    )
    if spec is not None:
        return _with_steps(record, spec)
    name = text(call.get("taskRef", "name"))
    custom = not (text(call.get("taskRef", "apiVersion")) or "tekton.dev/").startswith("tekton.dev/")
    if name is None or custom or is_filled(name):
        return record
    return structs.replace(record, **{field: reference(name, field) for field in STATED})


def reference(name: str, field: str) -> Ref:
    """Gives the symbol under which the file of a task states something of it."""
    return Ref(f"config:tekton/{name}.{field}")


def _with_steps(record: Task, spec: Mapping) -> Task:
    every = steps(spec)
    image, pinned = images(spec)
    scripts = [script for one in every if (script := script_of(one)) is not None]
    packages, packages_pinned = packages_of("\n".join(scripts))
    return structs.replace(
        record,
        image=image,
        image_pinned=pinned,
        command="\n".join(scripts)[:_COMMAND] or None,
        sized=bool(every),
        requests=_resources(spec, "requests"),
        limits=_resources(spec, "limits"),
        packages=packages,
        packages_pinned=packages_pinned,
    )


def steps(spec: Mapping) -> tuple[Mapping, ...]:
    """Gives the containers that a task runs one after the other."""
    return sequence(spec.get("steps"))


def images(spec: Mapping) -> tuple[Text, Flag]:
    """Gives the image of a task, of several the first that is not fixed; None = it has none."""
    shared = spec.get("stepTemplate")
    known = [image_of(one) for one in steps(spec) if one.get("ref") is None and one.get("image") is not None]
    if len(known) < len(steps(spec)):
        of_all = image_of(shared) if isinstance(shared, Mapping) and shared.get("image") is not None else (UNSET, UNSET)
        known.append(of_all)
    if not known:
        return None, None
    loose = next((one for one in known if one[1] is False), None)
    if loose is not None:
        return loose
    return next((one for one in known if one[1] is UNSET), known[0])


def links(spec: Mapping | None) -> tuple[Link, ...]:
    """Gives the links from a task to the code that its steps start."""
    found: dict[Link, None] = {}
    for one in steps(spec) if spec is not None else ():
        script = script_of(one)
        if script is not None:
            found |= dict.fromkeys(code_links(script, None))
    return tuple(found)


def awaited(call: Mapping) -> tuple[str, ...]:
    """Gives the tasks that one waits for: those after which it is to run, and those whose results it is given."""
    found: dict[str, None] = {}
    waiting: list[Node] = [call]
    count = 0
    while waiting and count < _SCALARS:
        node = waiting.pop()
        count += 1
        if isinstance(node, Scalar):
            found |= dict.fromkeys(_RESULT.findall(node.text))
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            waiting.extend(value for key, value in node.entries if key.text not in ("runAfter", "from"))
            for key, value in node.entries:
                if key.text in ("runAfter", "from") and isinstance(value, Sequence):
                    found |= {name: None for item in value.items if (name := text(item)) is not None}
    return tuple(found)


def _operator(call: Mapping) -> Text:
    if call.get("pipelineSpec") is not None or call.get("pipelineRef") is not None:
        return "pipeline"
    kind = text(call.get("taskRef", "kind")) or text(call.get("taskSpec", "kind"))
    return kind or "Task"


def _count(node: Node | None) -> Number:
    if node is None:
        return 0
    found = seconds(node.value if isinstance(node, Scalar) else None)
    return UNSET if found is None else int(found)


def _timeout(own: Node | None, around: Limits, last: bool) -> Number:
    """Gives the seconds after which a task is ended; 0 is no limit."""
    stated = own or (around.last if last else around.tasks) or around.whole
    if stated is None:
        return _DEFAULT_TIMEOUT
    found = seconds(stated.value if isinstance(stated, Scalar) else None)
    return UNSET if found is None else found or None


def _parameters(call: Mapping) -> Texts:
    params = sequence(call.get("params"))
    return tuple(
        name
        for one in params
        if (name := text(one.get("name"))) is not None and _RESULT.search(text(one.get("value")) or "") is None
    )


def _resources(spec: Mapping, which: str) -> Texts:
    shared = spec.get("stepTemplate")
    parts = (*steps(spec), *((shared,) if isinstance(shared, Mapping) else ()))
    old, new = resources_of(parts, which), resources_of(parts, which, "computeResources")
    return UNSET if isinstance(old, UnsetType) or isinstance(new, UnsetType) else tuple(sorted({*old, *new}))
