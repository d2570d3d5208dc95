"""Jobs of Ray, as objects of Kubernetes or sent by its client, to tasks; one with a schedule is a pipeline too.

Functions of Ray and trainers are code of whatever runs them, no tasks of an orchestrator.
Source: https://github.com/ray-project/kuberay/blob/master/ray-operator/apis/ray/v1/rayjob_types.go and
https://docs.ray.io/en/latest/cluster/running-applications/job-submission/sdk.html
"""

import ast
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.errors import ParseError
from mlops_lint.extract.commands import code_links
from mlops_lint.extract.manifests import Manifest, containers, manifests, owner, quantities
from mlops_lint.extract.python.made import Frame, Made
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python, trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse import yaml
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text
from mlops_lint.subjects import Flag, Number, Pipeline, Task, Texts, subject

# What the entry point asks for by itself, by the argument of the client.
_ASKED = (("cpu", "entrypoint_num_cpus"), ("gpu", "entrypoint_num_gpus"), ("memory", "entrypoint_memory"))


@trees("*.yaml", "*.yml", word=b"ray.io/")
def ray_jobs(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the jobs in a file of manifests."""
    for manifest in manifests(documents):
        if manifest.group != "ray.io" or manifest.kind not in ("RayJob", "RayCronJob") or manifest.spec is None:
            continue
        name = manifest.name or manifest.kind
        if manifest.kind == "RayJob":
            yield _job(path, manifest, manifest.spec, name, ())
            continue
        job = manifest.spec.get("jobTemplate")
        symbol = f"pipeline:{path}#{name}"
        schedule = text(manifest.spec.get("schedule"))
        record = Pipeline(
            framework="ray",
            schedule=schedule,
            owner=owner(manifest.root),
            managed=True,
            triggers=("schedule",) if schedule is not None else UNSET,
            schedulable=True,
            ownable=True,
            parsed=False,
        )
        yield subject(record, locate(path, manifest.key), name, symbol=symbol)
        if isinstance(job, Mapping):
            yield _job(path, manifest, job, name, (Link("part_of", symbol),))


def _job(path: str, manifest: Manifest, spec: Mapping, name: str, links: tuple[Link, ...]) -> Subject:
    command = text(spec.get("entrypoint"))
    pods = list(_pods(spec.get("rayClusterSpec")))
    images = [image for one in pods if (image := text(one.get("image"))) is not None]
    packages, pinned = _packages(text(spec.get("runtimeEnvYAML")))
    record = Task(
        framework="ray",
        operator=manifest.kind,
        remote=True,
        retryable=True,
        retries=_number(spec.get("backoffLimit"), 0),
        timed=True,
        timeout=_number(spec.get("activeDeadlineSeconds"), None),
        image=images[0] if images else UNSET,
        image_pinned=all(reference(image).pinned is True for image in images) if images else UNSET,
        command=command if command is not None else UNSET,
        lineage=False,
        sized=bool(pods),
        requests=_sizes(pods, "requests") if pods else UNSET,
        limits=_sizes(pods, "limits") if pods else UNSET,
        packages=packages,
        packages_pinned=pinned,
    )
    code = code_links(command, None) if command is not None else ()
    return subject(record, locate(path, manifest.key), name, symbol=f"task:{path}#{name}", links=(*links, *code))


def _pods(cluster: Node | None) -> Iterator[Mapping]:
    """The containers of the head and of the workers of the cluster that is made for a job."""
    if not isinstance(cluster, Mapping):
        return
    workers = cluster.get("workerGroupSpecs")
    for group in (cluster.get("headGroupSpec"), *(workers.items if isinstance(workers, Sequence) else ())):
        pod = group.get("template", "spec") if isinstance(group, Mapping) else None
        if isinstance(pod, Mapping):
            yield from containers(pod)[:1]


def _sizes(pods: list[Mapping], which: str) -> Texts:
    return tuple(sorted({one for pod in pods for one in quantities(pod, which)}))


def _number(node: Node | None, default: int | None) -> Number:
    if node is None:
        return default
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else UNSET


def _packages(written: str | None) -> tuple[Texts, Flag]:
    """What a runtime environment installs, and whether each has one version; None = it installs nothing."""
    try:
        found = yaml.parse(written.encode()) if written is not None else ()
    except (ParseError, UnicodeEncodeError):
        return UNSET, UNSET
    root = found[0] if found else None
    given = root.get("pip") if isinstance(root, Mapping) else None
    listed = strings(given.get("packages") if isinstance(given, Mapping) else given)
    if len(listed) == 1 and listed[0].endswith(".txt"):
        return UNSET, UNSET
    return listed, all("==" in one for one in listed) if listed else None


# --- sent by the client


@python
def submitted(module: Module) -> Iterator[Subject]:
    """Gives a task for each job that a module sends to a cluster."""
    if "ray" not in module.roots or "submit_job" not in module.source:
        return
    made = Made(module)
    for call in module.calls:
        if isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "submit_job":
            frame = made.frame(call.scope)
            given = made.argument(call.node, frame, "entrypoint")
            command = made.text(*given) if given is not None else None
            if command is not None:
                yield _submitted(module, made, call.node, frame, command)


def _submitted(module: Module, made: Made, node: ast.Call, frame: Frame, command: str) -> Subject:
    words = {one.arg for one in node.keywords}
    asked = tuple(what for what, word in _ASKED if word in words)
    given = made.argument(node, frame, "submission_id")
    name = (made.text(*given) if given is not None else None) or command[:60]
    record = Task(
        framework="ray",
        operator="submit_job",
        remote=True,
        retryable=False,
        timed=False,
        command=command,
        lineage=False,
        sized=True,
        requests=asked if made.complete(node, frame) else UNSET,
        limits=UNSET,
    )
    location = module.locate(node)
    symbol = f"task:{module.path}#{name}"
    return subject(record, location, name, symbol=symbol, links=code_links(command.replace("{", "{{"), None))
