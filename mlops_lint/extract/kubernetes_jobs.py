"""A Job or CronJob of Kubernetes to a pipeline of one task.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/ (six tries, the first after ten seconds, each
after twice the time) and .../cron-jobs/
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.manifests import (
    Manifest,
    containers,
    image_of,
    is_filled,
    manifests,
    owner,
    packages_of,
    resources_of,
    script_of,
)
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.helm import shown
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, text
from mlops_lint.subjects import Flag, Number, Pipeline, Task, Text, subject

_RETRIES = 6
_DELAY = 10
# Where each index has a limit of its own, all together have none.
_UNLIMITED = 2_147_483_647
_COMMAND = 4000


@trees("*.yaml", "*.yml", word=b"batch/")
def kubernetes_jobs(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the jobs of a file, each followed by its task."""
    taken: dict[str, int] = {}
    for one in manifests(documents):
        # A part of a job without an image changes another that is not seen here.
        pod = one.pod if one.group == "batch" and one.kind in ("Job", "CronJob") else None
        if pod is None or not any(container.get("image") is not None for container in containers(pod)):
            continue
        name = shown(one.name or one.kind).strip("-")
        count = taken[name] = taken.get(name, 0) + 1
        yield from _job(path, one, pod, name if count == 1 else f"{name}__{count}")


def _job(path: str, one: Manifest, pod: Mapping, unique: str) -> Iterator[Subject]:
    periodic = one.kind == "CronJob"
    schedule = _schedule(one) if periodic else None
    record = Pipeline(
        framework="kubernetes",
        schedule=schedule,
        triggers=("schedule",) if isinstance(schedule, str) else () if schedule is None else UNSET,
        owner=owner(one.root),
        managed=True,
        schedulable=periodic,
        alertable=False,
        ownable=True,
        compiled=False,
    )
    name, symbol, location = unique.partition("__")[0], f"pipeline:{path}#{unique}", locate(path, one.key)
    yield subject(record, location, name, symbol=symbol)
    links = dict.fromkeys((Link("part_of", symbol), *_code(pod)))
    task = _task(one, pod)
    yield subject(task, location, name, symbol=f"task:{path}#{unique}.{name}", links=tuple(links))


def _schedule(one: Manifest) -> Text:
    """Gives when a job runs; None where it is suspended."""
    suspended = one.root.get("spec", "suspend")
    if isinstance(suspended, Scalar) and suspended.value is True:
        return None
    found = text(one.root.get("spec", "schedule"))
    return UNSET if found is None or is_filled(found) else found


def _task(one: Manifest, pod: Mapping) -> Task:
    below = ("spec", "jobTemplate", "spec") if one.kind == "CronJob" else ("spec",)
    scripts = [script for container in containers(pod) if (script := script_of(container)) is not None]
    image, pinned = _image(pod)
    packages, packages_pinned = packages_of("\n".join(scripts))
    limit = one.root.get(*below, "backoffLimit")
    default = _UNLIMITED if one.root.get(*below, "backoffLimitPerIndex") is not None else _RETRIES
    deadline = one.root.get(*below, "activeDeadlineSeconds")
    return Task(
        framework="kubernetes",
        operator=one.kind,
        remote=True,
        retryable=True,
        retries=default if limit is None else _number(limit),
        retry_delay=_DELAY,
        backoff=True,
        timed=True,
        timeout=None if deadline is None else _number(deadline),
        image=image,
        image_pinned=pinned,
        command="\n".join(scripts)[:_COMMAND] or None,
        lineage=False,
        cached=False,
        ignores_failure=False,
        parameters=(),
        sized=True,
        requests=resources_of(containers(pod), "requests"),
        limits=resources_of(containers(pod), "limits"),
        packages=packages,
        packages_pinned=packages_pinned,
        manual=False,
    )


def _number(node: Node) -> Number:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else UNSET


def _image(pod: Mapping) -> tuple[Text, Flag]:
    """Gives the image, of several the first that is not fixed."""
    known = [image_of(one) for one in containers(pod)]
    loose = next((one for one in known if one[1] is False), None)
    return loose or next((one for one in known if one[1] is UNSET), known[0])


def _code(pod: Mapping) -> Iterator[Link]:
    for one in containers(pod):
        script = script_of(one)
        if script is not None:
            yield from code_links(script, None)
