"""Terraform to the deployments and resources that it declares.

Source: the reference of each provider, https://registry.terraform.io/providers/hashicorp/aws/latest/docs and those of
google, azurerm and kubernetes.
"""

import posixpath
import re
from collections.abc import Callable, Iterator

from msgspec import UNSET, structs

from mlops_lint.extract.platform.containers import environment, owner, pinned
from mlops_lint.extract.platform.kubernetes import number
from mlops_lint.extract.platform.servers import fixed, served
from mlops_lint.extract.platform.stores import HOLDS, is_public
from mlops_lint.extract.platform.terraform_modules import taken
from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Subject
from mlops_lint.parse.hcl import EXPRESSION, Block, parse
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text
from mlops_lint.subjects import Deployment, Flag, Resource, subject

_BUCKET = re.compile(r"((?:aws_s3_bucket|google_storage_bucket)\.[\w-]+)\.")
# Whose copies Application Auto Scaling changes.
_SCALED = {"sagemaker": "aws_sagemaker_endpoint_configuration", "ecs": "aws_ecs_task_definition"}


@texts("*.tf")
def terraform(path: str, text: str) -> Iterator[Subject]:
    """Gives each resource of a file, and a deployment for those that run a program or serve a model."""
    if "resource" not in text:
        return
    for block in parse(text):
        if block.type == "resource" and len(block.labels) == 2:
            what, name = block.labels
            made = _DEPLOYMENTS.get(what)
            if made is not None:
                symbol = f"deployment:{posixpath.dirname(path)}#{what}.{name}"
                record = _common(path, block, made(block))
                yield subject(record, locate(path, block.start), name, symbol=symbol, links=tuple(taken(block)))
            stated = Resource(
                framework="terraform",
                what=what,
                holds=HOLDS.get(what, UNSET),
                public=is_public(what, block.body),
                parameterised=_has_variable(block.body),
            )
            symbol = f"resource:{path}#{what}.{name}"
            yield subject(stated, locate(path, block.start), name, symbol=symbol, links=tuple(_links(path, block)))


def _links(path: str, block: Block) -> Iterator[Link]:
    """What an autoscaler scales: it names an endpoint by a text, so that it is taken for that of its folder."""
    what = _SCALED.get(text(block.body.get("service_namespace")) or "")
    if what is not None and block.labels[0] == "aws_appautoscaling_target":
        yield Link("scales", f"workload:{what}/*", locate(path, block.start))
    bucket = block.body.get("bucket")
    found = _BUCKET.match(bucket.text) if isinstance(bucket, Scalar) and bucket.tag == EXPRESSION else None
    if found is not None:
        yield Link("uses", f"store:{posixpath.dirname(path)}#{found[1]}", locate(path, block.start))


def _has_variable(body: Mapping) -> bool:
    waiting: list[Node] = [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [value for _, value in node.entries]
        elif isinstance(node, Sequence):
            waiting += node.items
        elif (
            isinstance(node, Scalar) and node.tag == EXPRESSION and re.search(r"\bvar\.|\blocal\.|\beach\.", node.text)
        ):
            return True
    return False


def blocks(body: Mapping, name: str) -> list[Mapping]:
    """Gives the inner blocks of a name, in order."""
    return [node for key, node in body.entries if key.text == name and isinstance(node, Mapping)]


def _variants(block: Block) -> Deployment:
    """The configuration of an endpoint of SageMaker: its variants are what serves."""
    body = block.body
    variants = [*blocks(body, "production_variants"), *blocks(body, "shadow_production_variants")]
    serverless = any(blocks(one, "serverless_config") for one in variants)
    shadow = bool(blocks(body, "shadow_production_variants"))
    managed = any(blocks(one, "managed_instance_scaling") for one in variants)
    dynamic = any(key.text == "dynamic" for key, _ in body.entries)
    return Deployment(
        framework="sagemaker",
        what=block.labels[0],
        serves_model=True,
        image=None,
        image_pinned=None,
        replicas=number(variants[0].get("initial_instance_count"), 1) if variants and not serverless else UNSET,
        # What scales it may stand beside it, and name the endpoint as text.
        scales=True if serverless or managed else UNSET if dynamic else False,
        scalable=True,
        rollout="shadow" if shadow else "split" if len(variants) > 1 else UNSET,
        # How an endpoint is brought up to date stands at the endpoint.
        stepwise=True if len(variants) > 1 else UNSET,
        reversible=True,
        # The platform asks `/ping` before a variant gets requests, and afterwards.
        probes=("live", "ready"),
        probed=True,
        sized=True,
        requests=("instance",),
        limits=("instance",),
        secured=True,
    )


def _common(path: str, block: Block, made: Deployment) -> Deployment:
    """Adds what labels and folders say of every deployment."""
    tags = block.body.get("tags") or block.body.get("labels") or block.body.get("metadata", "labels")
    whole = isinstance(tags, Mapping) or tags is None
    return structs.replace(made, environment=environment(path, tags), owner=owner(tags) if whole else UNSET)


def _endpoint(block: Block) -> Deployment:
    """An endpoint of Vertex: what is put on it, and with which share of traffic, is no part of it."""
    named = block.labels[0]
    return Deployment(framework="vertex", what=named, serves_model=True, probes=("live", "ready"), probed=True)


def _function(block: Block) -> Deployment:
    """A function scales by itself; its memory has a default, and what runs before is replaced at once."""
    body = block.body
    image = body.get("image_uri")
    variables = body.get("environment", "variables")
    named = {key.text: text(value) for key, value in variables.entries} if isinstance(variables, Mapping) else {}
    found = served(text(image), "", named)
    return Deployment(
        framework="lambda",
        what=block.labels[0],
        serves_model=found.serves,
        image=UNSET if image is not None and text(image) is None else text(image),
        image_pinned=pinned(text(image)) if image is not None else None,
        model_uri=found.uri,
        model_pinned=fixed(found.uri),
        scales=True,
        scalable=True,
        rollout="rolling",
        stepwise=UNSET,
        reversible=True if text(body.get("publish")) == "true" else UNSET,
        probed=False,
        sized=True,
        requests=("memory",),
        limits=("memory",),
    )


def _cloud_run(block: Block) -> Deployment:
    body = block.body
    holder = body.get("template", "spec") if body.get("template", "spec") is not None else body.get("template")
    container = holder.get("containers") if isinstance(holder, Mapping) else None
    inner = container if isinstance(container, Mapping) else Mapping(0, 0, 0, 0, ())
    image = text(inner.get("image"))
    named = {
        name: text(one.get("value")) for one in blocks(inner, "env") if (name := text(one.get("name"))) is not None
    }
    found = served(image, " ".join((*strings(inner.get("command")), *strings(inner.get("args")))), named)
    traffic = blocks(body, "traffic")
    scaling = holder.get("scaling") if isinstance(holder, Mapping) else None
    fewest, most = (
        (scaling.get(f"{end}_instance_count") for end in ("min", "max"))
        if isinstance(scaling, Mapping)
        else (None, None)
    )
    probes = [name for name, key in (("live", "liveness_probe"), ("startup", "startup_probe")) if inner.get(key)]
    return Deployment(
        framework="cloud-run",
        what=block.labels[0],
        serves_model=found.serves,
        image=UNSET if image is None else image,
        image_pinned=pinned(image),
        model_uri=found.uri,
        model_pinned=fixed(found.uri),
        replicas=number(fewest, 0),
        scales=text(fewest) is None or text(fewest) != text(most),
        scalable=True,
        rollout="split" if len(traffic) > 1 else "rolling",
        stepwise=len(traffic) > 1,
        reversible=True,
        probes=tuple(sorted({*probes, "ready"})) if probes else UNSET,
        probed=True,
        sized=True,
        requests=("cpu", "memory"),
        limits=("cpu", "memory"),
    )


def _pods(block: Block) -> Deployment:
    """A Deployment of Kubernetes in the words of Terraform."""
    spec = block.body.get("spec")
    pod = spec.get("template", "spec") if isinstance(spec, Mapping) else None
    container = next(iter(blocks(pod, "container")), None) if isinstance(pod, Mapping) else None
    inner = container if container is not None else Mapping(0, 0, 0, 0, ())
    image = inner.get("image")
    named = {
        name: text(one.get("value")) for one in blocks(inner, "env") if (name := text(one.get("name"))) is not None
    }
    found = served(text(image), " ".join((*strings(inner.get("command")), *strings(inner.get("args")))), named)
    keys = (("live", "liveness_probe"), ("ready", "readiness_probe"), ("startup", "startup_probe"))
    requests, limits = (_quantities(inner, which) for which in ("requests", "limits"))
    return Deployment(
        framework="kubernetes",
        what="Deployment",
        serves_model=found.serves,
        image=UNSET if text(image) is None else text(image),
        image_pinned=pinned(text(image)),
        model_uri=found.uri,
        model_pinned=fixed(found.uri),
        replicas=number(spec.get("replicas"), 1) if isinstance(spec, Mapping) else 1,
        scales=False,
        scalable=True,
        rollout="rolling",
        stepwise=False,
        reversible=True,
        probes=tuple(name for name, key in keys if inner.get(key) is not None),
        probed=True,
        sized=True,
        requests=tuple(sorted({*requests, *limits})),
        limits=limits,
    )


def _quantities(container: Mapping, which: str) -> tuple[str, ...]:
    node = container.get("resources", which)
    names = [key.text for key, _ in node.entries] if isinstance(node, Mapping) else []
    return tuple(
        sorted({"gpu" if "gpu" in name else name for name in names if name in ("cpu", "memory") or "gpu" in name})
    )


def _task(block: Block) -> Deployment:
    """A task of ECS that a service keeps running; its containers are mostly JSON that a function makes."""
    node = block.body.get("container_definitions")
    written = node.text if isinstance(node, Scalar) else ""
    image = re.search(r"\"?image\"?\s*[:=]\s*\"([^\"$]+)\"", written)
    found = served(image[1] if image else None, "", {})
    checked: Flag = "healthCheck" in written
    return Deployment(
        framework="ecs",
        what=block.labels[0],
        serves_model=found.serves,
        image=image[1] if image else UNSET,
        image_pinned=pinned(image[1]) if image else UNSET,
        scalable=True,
        rollout="rolling",
        stepwise=UNSET,
        reversible=True,
        probes=("live", "ready") if checked else UNSET,
        probed=True,
        sized=True,
        requests=("cpu", "memory") if block.body.get("cpu") is not None else UNSET,
        limits=("cpu", "memory") if block.body.get("memory") is not None else UNSET,
    )


_DEPLOYMENTS: dict[str, Callable[[Block], Deployment]] = {
    "aws_sagemaker_endpoint_configuration": _variants,
    "google_vertex_ai_endpoint": _endpoint,
    "aws_lambda_function": _function,
    "google_cloud_run_service": _cloud_run,
    "google_cloud_run_v2_service": _cloud_run,
    "kubernetes_deployment": _pods,
    "kubernetes_deployment_v1": _pods,
    "aws_ecs_task_definition": _task,
}
