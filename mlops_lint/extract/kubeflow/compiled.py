"""Compiled pipelines of Kubeflow, version 2, to pipelines and tasks, as their source would give.

Source: https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.kubeflow import records
from mlops_lint.extract.kubeflow.compiled_order import Placed, placed
from mlops_lint.extract.manifests import notifies
from mlops_lint.extract.python.following.things import Items
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.duration import seconds
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, mappings, text
from mlops_lint.subjects import Flag, Number, Pipeline, Task, Texts, subject

_INSTALLED = re.compile(r"pip install (?P<words>[^&|;\n]*)")
_QUOTED = re.compile(r"'([^'\s][^']*)'")
# The compiler itself has every component install it.
_OWN = re.compile(r"kfp[=<>~!]")
_RESOURCES = {"cpu": "cpu", "memory": "memory", "accelerator": "gpu"}


@trees("*.yaml", "*.yml", "*.json", word=b"deploymentSpec")
def compiled(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the pipeline that a file holds, followed by its tasks."""
    for root in documents[:1]:
        spec = root.get("pipelineSpec") if isinstance(root, Mapping) else None
        spec = spec if isinstance(spec, Mapping) else root
        if not isinstance(spec, Mapping) or spec.get("deploymentSpec") is None:
            continue
        name, key = text(spec.get("pipelineInfo", "name")), spec.key("pipelineInfo")
        tasks = placed(spec)
        # A component that is compiled by itself is a pipeline of one task of its own name.
        if name is None or key is None or not tasks or [one.name for one in tasks] == [name]:
            continue
        framework = "vertex" if _on_vertex(spec) else "kubeflow"
        exits = [one for one in tasks if one.last]
        alerts: Flag = True if any(notifies(one.name) for one in exits) else UNSET if exits else False
        record = Pipeline(
            framework=framework, managed=True, artifacts=True, schedulable=False, alerts=alerts, alertable=True,
            ownable=False, compiled=True,
        )  # fmt: skip
        symbol = f"pipeline:{path}#{name}"
        yield subject(record, locate(path, key), name, symbol=symbol)
        platform = next((one for one in documents[1:] if isinstance(one, Mapping)), None)
        for one in tasks:
            order = (Link("depends_on", f"task:{path}#{name}.{before}") for before in one.upstream)
            links = (Link("part_of", symbol), *order)
            task = _task(spec, platform, one, framework)
            yield subject(task, locate(path, one.key), one.name, symbol=f"task:{path}#{name}.{one.name}", links=links)


def _task(spec: Mapping, platform: Mapping | None, one: Placed, framework: str) -> Task:
    label = text(one.component.get("executorLabel")) or ""
    executor = spec.get("deploymentSpec", "executors", label)
    executor = executor if isinstance(executor, Mapping) else None
    container = executor.get("container") if executor is not None else None
    works = executor is None or executor.get("importer") is None
    image = text(container.get("image")) if isinstance(container, Mapping) else None
    installed = _packages(container) if isinstance(container, Mapping) else None
    timeout = _timeout(platform, label)
    return Task(
        framework=framework,
        operator="container" if image is not None else "importer" if not works else UNSET,
        remote=works,
        retryable=works,
        retries=_retries(one.node),
        retry_delay=_seconds(one.node.get("retryPolicy", "backoffDuration")),
        backoff=_longer(one.node),
        # Vertex AI has no limits of time for tasks.
        timed=UNSET if framework == "vertex" and timeout is None else works,
        timeout=timeout,
        image=image,
        image_pinned=None if image is None else reference(image).pinned,
        command=UNSET,
        lineage=False,
        cached=_cached(one.node),
        ignores_failure=one.ignores_failure and not one.last,
        alerts=UNSET,
        sized=works,
        requests=_resources(container, "Request"),
        limits=_resources(container, "Limit"),
        packages=records.packages(installed),
        packages_pinned=records.packages_pinned(installed),
    )


def _on_vertex(spec: Mapping) -> bool:
    """Says whether a pipeline uses the services of Google, and so can run nowhere else."""
    executors = [one for _, one in mappings(spec.get("deploymentSpec", "executors"))]
    images = [text(one.get("container", "image")) or "" for one in executors]
    return any("google-cloud-pipeline-components" in image or "/vertex-ai/" in image for image in images)


def _retries(node: Mapping) -> Number:
    count = node.get("retryPolicy", "maxRetryCount")
    if node.get("retryPolicy") is None:
        return 0
    value = count.value if isinstance(count, Scalar) else None
    return int(value) if isinstance(value, (int, float)) else UNSET


def _seconds(node: Node | None) -> Number:
    found = seconds(text(node))
    return UNSET if found is None else found


def _longer(node: Mapping) -> Flag:
    delay, factor = _seconds(node.get("retryPolicy", "backoffDuration")), node.get("retryPolicy", "backoffFactor")
    if not isinstance(delay, (int, float)) or not isinstance(factor, Scalar):
        return UNSET
    return delay > 0 and isinstance(factor.value, (int, float)) and factor.value > 1


def _timeout(platform: Mapping | None, label: str) -> Number:
    if platform is None:
        return None
    path = ("platforms", "kubernetes", "deploymentSpec", "executors", label, "activeDeadlineSeconds")
    node = platform.get(*path)
    return None if node is None else _seconds(node)


def _cached(node: Mapping) -> Flag:
    options = node.get("cachingOptions")
    if options is None:
        return UNSET
    enabled = options.get("enableCache") if isinstance(options, Mapping) else None
    return isinstance(enabled, Scalar) and enabled.value is True


def _resources(container: Node | None, what: str) -> Texts:
    given = container.get("resources") if isinstance(container, Mapping) else None
    keys = [key.text.lower() for key, _ in given.entries] if isinstance(given, Mapping) else []
    wanted = what.lower()
    found = {
        resource
        for word, resource in _RESOURCES.items()
        for key in keys
        if word in key and (wanted in key or (word == "accelerator" and what == "Limit"))
    }
    return tuple(sorted(found))


def _packages(container: Mapping) -> Items | None:
    """Gives what the command installs before it runs; None = nothing."""
    node = container.get("command")
    script = "\n".join(text(item) or "" for item in getattr(node, "items", ()))
    found = [
        word
        for installed in _INSTALLED.finditer(script)
        for word in _QUOTED.findall(installed["words"])
        if not _OWN.match(word)
    ]
    return Items(found) if found else None
