"""YAML of platforms that serve models themselves to deployments: Azure ML, Databricks, Ray, BentoCloud, functions.

Source: https://learn.microsoft.com/azure/machine-learning/reference-yaml-deployment-managed-online,
https://docs.databricks.com/aws/en/dev-tools/bundles/resources#model_serving_endpoint,
https://docs.ray.io/en/latest/serve/production-guide/config.html and .../kubernetes.html,
https://docs.bentoml.com/en/latest/scale-with-bentocloud/deployment/, https://www.serverless.com/framework/docs
"""

import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.errors import ParseError
from mlops_lint.extract.manifests import manifests
from mlops_lint.extract.platform.containers import environment, owner, pinned, running
from mlops_lint.extract.platform.kubernetes import number
from mlops_lint.extract.platform.servers import fixed, served
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, text
from mlops_lint.parse.yaml import parse
from mlops_lint.subjects import Deployment, Flag, Resource, Text, subject

_AZURE = re.compile(r"(managed|kubernetes)OnlineDeployment\.schema")
_AZURE_ENDPOINT = re.compile(r"(managed|kubernetes)OnlineEndpoint\.schema")
# A file inside a file that is longer was written by a program.
_INNER = 200_000


@trees("*.yaml", "*.yml")
def managed(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the deployments of a file, by the keys that each platform demands."""
    for root in documents:
        if not isinstance(root, Mapping):
            continue
        schema = text(root.get("$schema")) or ""
        if _AZURE.search(schema):
            yield _azure(path, root, schema)
        elif _AZURE_ENDPOINT.search(schema):
            yield _azure_endpoint(path, root, schema)
        endpoints = root.get("resources", "model_serving_endpoints")
        for key, node in mappings(endpoints):
            yield _databricks(path, key, node)
        if isinstance(root.get("applications"), Sequence):
            yield from _applications(path, root, None)
    for one in manifests(documents):
        if (one.group, one.kind) == ("ray.io", "RayService") and isinstance(config := one.root.get("spec"), Mapping):
            yield from _ray_service(path, config)


def _azure(path: str, root: Mapping, schema: str) -> Subject:
    model = root.get("model")
    uri = text(model) if not isinstance(model, Mapping) else text(model.get("path"))
    sort = text(root.get("scale_settings", "type"))
    # Put together by a template before it is used.
    if uri is not None and ("${{" in uri or "{{" in uri):
        uri = None
    name = text(root.get("name")) or "deployment"
    record = Deployment(
        framework="azureml",
        what="kubernetesOnlineDeployment" if "kubernetes" in schema else "managedOnlineDeployment",
        serves_model=True,
        image=text(root.get("environment", "image")),
        image_pinned=pinned(text(root.get("environment", "image"))) if root.get("environment", "image") else None,
        model_uri=uri if uri is not None or model is None else UNSET,
        model_pinned=fixed(uri) if uri is not None else UNSET,
        replicas=number(root.get("instance_count"), 1),
        scales=sort == "target_utilization",
        scalable=True,
        # Which share of the traffic it gets is said to its endpoint.
        stepwise=UNSET,
        reversible=True,
        # Both have defaults.
        probes=("live", "ready"),
        probed=True,
        sized=True,
        requests=("instance",),
        limits=("instance",),
        environment=environment(path, root.get("tags")),
        owner=owner(root.get("tags")),
        secured=True,
    )
    symbol = f"deployment:{path}#{name}"
    return subject(record, locate(path, root.key("$schema") or root.entries[0][0]), name, symbol=symbol)


def _azure_endpoint(path: str, root: Mapping, schema: str) -> Subject:
    """An endpoint says who may call it, and how its traffic is split."""
    closed = (text(root.get("public_network_access")) or "").lower()
    name = text(root.get("name")) or "endpoint"
    public: Flag = {"disabled": False}.get(closed, UNSET)
    what = "kubernetesOnlineEndpoint" if "kubernetes" in schema else "managedOnlineEndpoint"
    record = Resource(framework="azureml", what=what, holds="endpoint", public=public)
    traffic = root.get("traffic")
    several = isinstance(traffic, Mapping) and len(traffic.entries) > 1
    split = several or root.get("mirror_traffic") is not None
    at = locate(path, root.key("$schema") or root.entries[0][0])
    links = (Link("deploys", "workload:managedOnlineDeployment/*"),) if split else ()
    return subject(record, at, name, symbol=f"resource:{path}#{name}", links=links)


def _databricks(path: str, key: Scalar, node: Mapping) -> Subject:
    config = node.get("config")
    inner = config if isinstance(config, Mapping) else node
    entities = inner.get("served_entities") or inner.get("served_models")
    found = [one for one in entities.items if isinstance(one, Mapping)] if isinstance(entities, Sequence) else []
    first = found[0] if found else None
    name = text(first.get("entity_name") or first.get("model_name")) if first is not None else None
    version = text(first.get("entity_version") or first.get("model_version")) if first is not None else None
    hidden = version is None or "${" in version or "{{" in version
    routes = inner.get("traffic_config", "routes")
    split = isinstance(routes, Sequence) and len(routes.items) > 1
    record = Deployment(
        framework="databricks",
        what="model_serving_endpoint",
        serves_model=True,
        image=None,
        image_pinned=None,
        model_uri=UNSET if name is None or "${" in name else f"models:/{name}",
        model_pinned=UNSET if hidden else True,
        scales=True,
        scalable=True,
        rollout="split" if split else "rolling",
        stepwise=split,
        reversible=True,
        probes=("live", "ready"),
        probed=True,
        sized=True,
        requests=("instance",),
        limits=("instance",),
        environment=environment(path),
        owner=owner(node.get("tags")),
        secured=True,
    )
    return subject(record, locate(path, key), key.text, symbol=f"deployment:{path}#{key.text}")


def _ray_service(path: str, spec: Mapping) -> Iterator[Subject]:
    node = spec.get("serveConfigV2")
    written = text(node)
    if node is None or written is None or len(written) > _INNER:
        return
    try:
        inner = parse(written.encode())
    except (ParseError, UnicodeEncodeError):
        return
    for root in inner:
        if isinstance(root, Mapping):
            yield from _applications(path, root, (spec, node))


def _applications(path: str, root: Mapping, around: tuple[Mapping, Node] | None) -> Iterator[Subject]:
    """The applications of a configuration of Ray Serve; `around` is the RayService that it stands in."""
    nodes = root.get("applications")
    pod = around[0].get("rayClusterConfig", "headGroupSpec", "template", "spec") if around is not None else None
    container = running(pod) if isinstance(pod, Mapping) else None
    kept = around is not None and text(around[0].get("upgradeStrategy", "type")) != "None"
    for one in nodes.items if isinstance(nodes, Sequence) else ():
        code = text(one.get("import_path")) if isinstance(one, Mapping) else None
        if not isinstance(one, Mapping) or code is None or ":" not in code:
            continue
        name = text(one.get("name")) or code
        record = Deployment(
            framework="ray-serve",
            what="RayService" if around is not None else "application",
            image=container.image if container is not None else UNSET,
            image_pinned=container.image_pinned if container is not None else UNSET,
            model_uri=UNSET,
            scales=_ray_scales(one),
            scalable=True,
            # A new cluster takes over where it is healthy.
            rollout="blue-green" if kept else UNSET,
            stepwise=True if kept else UNSET,
            reversible=True if kept else UNSET,
            probes=("live", "ready"),
            probed=True,
            sized=True,
            requests=container.requests if container is not None else UNSET,
            limits=container.limits if container is not None else UNSET,
            environment=environment(path),
        )
        at = locate(path, around[1] if around is not None else one)
        links = (Link("deploys", f"code:module:{code.partition(':')[0]}"),)
        yield subject(record, at, name, symbol=f"deployment:{path}#{name}", links=links)


def _ray_scales(application: Mapping) -> Flag:
    """Whether some deployment of an application scales; what is not listed stands in the code."""
    nodes = application.get("deployments")
    found = [one for one in nodes.items if isinstance(one, Mapping)] if isinstance(nodes, Sequence) else []
    if any(one.get("autoscaling_config") is not None or text(one.get("num_replicas")) == "auto" for one in found):
        return True
    return False if found and all(one.get("num_replicas") is not None for one in found) else UNSET


@trees("bento*deployment*.yaml", "bento*deployment*.yml", "deployment.yaml", "deployment.yml")
def bento_cloud(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the deployment of a bento: `bento` and `scaling` or `services` stand at the top."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or root.get("bento") is None or root.get("apiVersion") is not None:
        return
    fewest, most = (number(root.get("scaling", f"{end}_replicas"), None) for end in ("min", "max"))
    key = root.key("bento")
    if key is None or not (root.get("scaling") or root.get("services")):
        return
    uri = text(root.get("bento"))
    record = Deployment(
        framework="bentoml",
        what="deployment",
        serves_model=True,
        image=None,
        image_pinned=None,
        model_uri=uri,
        model_pinned=fixed(uri),
        scales=UNSET if fewest is None or most is None else fewest != most,
        scalable=True,
        stepwise=UNSET,
        reversible=True,
        probes=("live", "ready"),
        probed=True,
        secured=text(root.get("access_authorization")) == "true",
    )
    name = text(root.get("name")) or uri or "bento"
    yield subject(record, locate(path, key), name, symbol=f"deployment:{path}#{name}")


@trees("serverless.yml", "serverless.yaml", "*serverless*.yml")
def serverless(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the functions of the Serverless Framework; the platform scales them."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or root.get("provider") is None:
        return
    for key, node in mappings(root.get("functions")):
        variables = node.get("environment")
        named = {one.text: text(value) for one, value in variables.entries} if isinstance(variables, Mapping) else {}
        image = text(node.get("image"))
        found = served(image, "", named)
        record = Deployment(
            framework="lambda",
            what="function",
            serves_model=found.serves,
            image=image,
            image_pinned=pinned(image) if image is not None else None,
            model_uri=found.uri,
            model_pinned=fixed(found.uri),
            scales=True,
            scalable=True,
            stepwise=UNSET,
            # Each deployment keeps five versions, to which `serverless rollback` goes back.
            reversible=True,
            probed=False,
            sized=True,
            requests=("memory",),
            limits=("memory",),
            environment=environment(path),
            owner=owner(node.get("tags")),
        )
        yield subject(
            record, locate(path, key), key.text, symbol=f"deployment:{path}#{key.text}", links=_handler(path, node)
        )


def _handler(path: str, node: Mapping) -> tuple[Link, ...]:
    handler: Text = text(node.get("handler"))
    if not isinstance(handler, str) or "." not in handler or "$" in handler:
        return ()
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), f"{handler.rpartition('.')[0]}.py"))
    return (Link("deploys", f"code:script:{file}"),)
