"""Pipelines, jobs, components and schedules of Azure Machine Learning in YAML to pipelines and tasks.

Source: https://learn.microsoft.com/azure/machine-learning/reference-yaml-job-pipeline
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.azure_ml.places import code, component, environment, placed
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, text
from mlops_lint.subjects import File, Flag, Number, Pipeline, Task, Text, Texts, subject

_FROM = re.compile(r"\$\{\{\s*parent\.jobs\.([\w-]+)\.outputs?\b")
_KIND = re.compile(r"/(\w+)\.schema\.json")
# What a job is, by its schema, where it is no part of a pipeline.
_JOBS = {"commandJob": "command", "sweepJob": "sweep", "sparkJob": "spark", "parallelJob": "parallel"}
_PURPOSES = {"sweep": "tune", "automl": "automl"}
_MOST = 2_000


@trees("*.yml", "*.yaml", word=b"azuremlschemas")
def azure_ml(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives what a file declares by its schema."""
    root = documents[0] if documents else None
    found = _KIND.search(text(root.get("$schema")) or "") if isinstance(root, Mapping) else None
    if found is None or not isinstance(root, Mapping):
        return
    kind = found[1]
    if kind in ("pipelineJob", "pipelineComponent"):
        yield from _pipeline(path, root)
    elif kind in _JOBS:
        name = text(root.get("display_name")) or text(root.get("name")) or path.rpartition("/")[2]
        links = tuple(code(path, root))
        record = _task(root, root, _JOBS[kind])
        yield subject(record, locate(path, root), name, symbol=f"task:{path}", links=links)
    elif kind.endswith("Component"):
        links = tuple(code(path, root))
        if links:
            yield subject(File(), locate(path, root), path, symbol=f"file:{path}", links=links)
    elif kind == "schedule":
        yield from _schedule(path, root)


def _pipeline(path: str, root: Mapping) -> Iterator[Subject]:
    symbol = f"pipeline:{path}"
    name = text(root.get("display_name")) or text(root.get("name")) or text(root.get("experiment_name"))
    owner = text(root.get("tags", "owner"))
    key = root.key("jobs") or root.entries[0][0]
    record = Pipeline(
        framework="azure-ml",
        # A schedule is a file of its own.
        schedule=UNSET,
        owner=owner if owner is not None else UNSET,
        managed=True,
        artifacts=True,
        schedulable=False,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    yield subject(record, locate(path, key), name or path.rpartition("/")[2], symbol=symbol)
    names = {key.text for key, _ in mappings(root.get("jobs"))}
    for key, job in mappings(root.get("jobs")):
        before = (Link("depends_on", f"task:{path}#{one}") for one in _before(job) if one in names and one != key.text)
        links = [Link("part_of", symbol), *before, *_started(path, job)]
        record_of_job = _task(job, root, text(job.get("type")) or "command")
        yield subject(record_of_job, locate(path, key), key.text, symbol=f"task:{path}#{key.text}", links=tuple(links))


def _before(job: Mapping) -> Iterator[str]:
    """The jobs whose outputs one takes: order comes from data alone."""
    waiting: list[Node | None] = [job.get("inputs"), job.get("condition"), job.get("trial", "inputs")]
    found: dict[str, None] = {}
    for _ in range(_MOST):
        if not waiting:
            break
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [value for _, value in node.entries]
        elif isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Scalar):
            found |= dict.fromkeys(_FROM.findall(node.text))
    return iter(found)


def _started(path: str, job: Mapping) -> Iterator[Link]:
    yield from code(path, job)
    for holder in (job, job.get("trial")):
        node = holder.get("component") if isinstance(holder, Mapping) else job.get("trial")
        if isinstance(node, Mapping):
            yield from code(path, node)
        else:
            link = component(path, node)
            if link is not None:
                yield link


def _task(job: Mapping, root: Mapping, sort: str) -> Task:
    inner = job.get("component") if isinstance(job.get("component"), Mapping) else job
    image, pinned = environment(inner.get("environment") if isinstance(inner, Mapping) else None)
    parallel = sort == "parallel"
    asked = _asked(job, root)
    return Task(
        framework="azure-ml",
        operator=sort,
        remote=True,
        # Only the mini-batches of a parallel job are tried again.
        retryable=parallel,
        retries=_number(job.get("retry_settings", "max_retries")) if parallel else UNSET,
        timed=sort not in ("pipeline", "import"),
        timeout=_timeout(job, parallel),
        image=image,
        image_pinned=pinned,
        command=text(job.get("command")) or UNSET,
        lineage=False,
        cached=_cached(job, root),
        parameters=tuple(_parameters(job)),
        sized=sort != "pipeline",
        disposable=sort != "pipeline",
        requests=asked,
        limits=asked,
        purpose=_PURPOSES.get(sort, UNSET),
    )


def _parameters(job: Mapping) -> Iterator[str]:
    """The inputs that are no data, and that no other job makes."""
    found = job.get("inputs")
    for key, value in found.entries if isinstance(found, Mapping) else ():
        if isinstance(value, Scalar) and "$" not in value.text:
            yield key.text


def _asked(job: Mapping, root: Mapping) -> Texts:
    """A job runs on a cluster that is named, its own or that of the pipeline; another file may name it too."""
    places = (job.get("compute"), job.get("resources", "instance_type"), root.get("settings", "default_compute"))
    return ("instance",) if any(place is not None for place in (*places, root.get("compute"))) else UNSET


def _number(node: Node | None) -> Number:
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else UNSET


def _timeout(job: Mapping, parallel: bool) -> Number:
    """Seconds; None = the job may run for ever. A component of a parallel job has a limit for each mini-batch."""
    stated = job.get("limits", "timeout")
    if stated is None:
        return UNSET if parallel else None
    return _number(stated)


def _cached(job: Mapping, root: Mapping) -> Flag:
    """A component is taken for deterministic, and not run again, unless somebody says otherwise."""
    for node in (root.get("settings", "force_rerun"), job.get("settings", "force_rerun")):
        if isinstance(node, Scalar) and node.value is True:
            return False
    stated = job.get("is_deterministic")
    if isinstance(stated, Scalar):
        return stated.value is True
    # A component of another file may say so.
    return UNSET if text(job.get("component")) is not None else True


def _schedule(path: str, root: Mapping) -> Iterator[Subject]:
    """The schedule of a pipeline that has a file of its own."""
    job = root.get("create_job")
    stated = text(job) or (text(job.get("job")) if isinstance(job, Mapping) else None)
    file = placed(path, stated) if stated is not None else None
    when = _when(root.get("trigger"))
    if file and when is not None:
        record = Pipeline(framework="azure-ml", schedule=when, managed=True, triggers=("schedule",))
        name = text(root.get("name")) or path.rpartition("/")[2]
        yield subject(record, locate(path, root), name, symbol=f"pipeline:{file}")


def _when(trigger: Node | None) -> Text:
    if not isinstance(trigger, Mapping):
        return None
    stated = text(trigger.get("expression"))
    often = (text(trigger.get("interval")), text(trigger.get("frequency")))
    return stated or (f"every {often[0]} {often[1]}" if None not in often else None)
