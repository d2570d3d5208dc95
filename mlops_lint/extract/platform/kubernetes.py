"""Documents of Kubernetes to deployments, and to what scales them, rolls them out or guards them.

Source: https://kubernetes.io/docs/reference/kubernetes-api/, https://keda.sh/docs/latest/reference/scaledobject-spec/,
https://argo-rollouts.readthedocs.io/en/stable/features/specification/, https://docs.flagger.app/usage/how-it-works,
https://istio.io/latest/docs/reference/config/networking/virtual-service/
"""

from collections.abc import Callable, Iterator

from msgspec import UNSET

from mlops_lint.extract.manifests import Manifest, manifests
from mlops_lint.extract.platform.containers import environment, owner, running
from mlops_lint.extract.platform.patches import about, is_partial, merged, says
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.helm import shown
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text
from mlops_lint.subjects import Deployment, Flag, Number, Resource, Text, subject

# group -> kinds of workloads that keep running.
WORKLOADS = {
    ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("extensions", "Deployment"),
    ("extensions", "DaemonSet"),
    ("argoproj.io", "Rollout"),
}  # fmt: skip
# What is no workload -> what it holds.
_RESOURCES = {
    ("", "Service"): "network", ("networking.k8s.io", "Ingress"): "network", ("extensions", "Ingress"): "network",
    ("networking.k8s.io", "NetworkPolicy"): "access", ("policy", "PodDisruptionBudget"): "availability",
    ("", "LimitRange"): "limits", ("", "PersistentVolumeClaim"): "data",
    ("networking.istio.io", "VirtualService"): "traffic", ("gateway.networking.k8s.io", "HTTPRoute"): "traffic",
    ("flagger.app", "Canary"): "rollout", ("autoscaling", "HorizontalPodAutoscaler"): "scaling",
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): "compute", ("keda.sh", "ScaledObject"): "scaling",
    ("security.istio.io", "AuthorizationPolicy"): "access", ("security.istio.io", "RequestAuthentication"): "access",
    ("security.istio.io", "PeerAuthentication"): "access",
}  # fmt: skip
# Kept revisions without `revisionHistoryLimit`.
_REVISIONS = 10


@trees("*.yaml", "*.yml")
def kubernetes(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the workloads of a file as deployments, and each other object that bears on them as a resource."""
    for one in manifests(documents):
        if (one.group, one.kind) in WORKLOADS:
            yield from _workload(path, one)
        elif (one.group, one.kind) in _RESOURCES:
            yield _resource(path, one)


def workload(kind: str, name: str) -> str:
    """Gives the symbol by which other objects name a workload; the linker looks for the nearest of that name."""
    return f"workload:{kind}/{shown(name)}"


def is_template(root: Mapping) -> bool:
    """Says whether a template puts something into an object: then it may put in what is not seen, too."""
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [value for _, value in node.entries]
        elif isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Scalar) and ("{{" in node.text or node.text != shown(node.text)):
            return True
    return False


def _workload(path: str, one: Manifest) -> Iterator[Subject]:
    spec, pod = one.spec, one.pod
    certain = not is_template(one.root)
    found = running(pod, certain) if pod is not None else None
    if spec is None or found is None:
        yield from _patch(path, one)
        return
    rollout, stepwise = _rollout(one, spec)
    record = Deployment(
        framework="kubernetes",
        what=one.kind,
        serves_model=found.serves_model,
        image=found.image,
        image_pinned=found.image_pinned,
        model_uri=found.model_uri,
        model_pinned=found.model_pinned,
        replicas=UNSET if one.kind == "DaemonSet" else number(spec.get("replicas"), 1),
        # One on each node: their number follows the nodes.
        scales=UNSET if one.kind == "DaemonSet" else False,
        scalable=one.kind != "DaemonSet",
        rollout=rollout,
        stepwise=stepwise,
        reversible=_reversible(spec),
        probes=found.probes,
        probed=True,
        sized=True,
        requests=found.requests,
        limits=found.limits,
        environment="local" if found.local else environment(path, *_placed(one)),
        owner=_owner(one) or (None if certain else UNSET),
    )
    name = shown(one.name or one.kind)
    symbol = f"deployment:{path}#{one.kind}/{name}"
    # A part of a workload that is laid over another one decides only what stands in it.
    more = (*(says(one) if is_partial(one) else ()), *about(found))
    yield subject(record, locate(path, one.key), name, symbol=symbol, links=(*found.links, *more))


def _patch(path: str, one: Manifest) -> Iterator[Subject]:
    """A workload that names no container, as a part of one that only sets its copies."""
    if one.name is not None and (is_partial(one) or one.root.get("$patch") is not None):
        found = merged(one, number(one.spec.get("replicas"), UNSET) if one.spec is not None else UNSET)
        name = f"{one.kind}/{one.name}"
        yield subject(found.record, locate(path, one.key), name, symbol=f"patch:{path}#{name}", links=found.says)


def _placed(one: Manifest) -> tuple[Node | None, ...]:
    """What says where it runs."""
    return one.root.get("metadata", "labels"), one.root.get("metadata", "namespace")


def _owner(one: Manifest) -> Text:
    template = one.root.get("spec", "template", "metadata")
    places = [node.get(key) for node in (one.root.get("metadata"), template) if isinstance(node, Mapping)
              for key in ("labels", "annotations")]  # fmt: skip
    return owner(*places)


def number(node: Node | None, default: Number) -> Number:
    """Gives a number as written; UNSET where it is none, or a template."""
    if node is None:
        return default
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else UNSET


def _rollout(one: Manifest, spec: Mapping) -> tuple[Text, Flag]:
    if one.kind == "Rollout":
        for name, key in (("canary", "canary"), ("blue-green", "blueGreen")):
            node = spec.get("strategy", key)
            if isinstance(node, Mapping):
                steps = node.get("steps")
                # A canary without steps goes out at once.
                return name, key == "blueGreen" or isinstance(steps, Sequence)
        return UNSET, UNSET
    key = "updateStrategy" if one.kind in ("StatefulSet", "DaemonSet") else "strategy"
    sort = text(spec.get(key, "type")) if spec.get(key) is not None else "RollingUpdate"
    if sort == "RollingUpdate" or sort is None:
        # A part of the pods that waits for somebody to go on is a canary by hand.
        return "rolling", isinstance(spec.get(key, "rollingUpdate", "partition"), Scalar)
    return {"Recreate": "recreate", "OnDelete": "recreate"}.get(sort, UNSET), False


def _reversible(spec: Mapping) -> Flag:
    kept = number(spec.get("revisionHistoryLimit"), _REVISIONS)
    return kept > 0 if isinstance(kept, (int, float)) else UNSET


def _resource(path: str, one: Manifest) -> Subject:
    holds = _RESOURCES[one.group, one.kind]
    public = _public(one)
    record = Resource(framework="kubernetes", what=one.kind, holds=holds, public=public, parameterised=False)
    links = _LINKS.get(one.kind, lambda _path, _one: ())(path, one)
    name = shown(one.name or one.kind)
    symbol = f"resource:{path}#{one.kind}/{name}"
    return subject(record, locate(path, one.key), name, symbol=symbol, links=tuple(links))


def _public(one: Manifest) -> Flag:
    if one.kind != "Service":
        return UNSET
    return text(one.root.get("spec", "type")) in ("LoadBalancer", "NodePort")


def _scaled(path: str, one: Manifest) -> Iterator[Link]:
    """`scaleTargetRef` of an autoscaler, `targetRef` of Flagger."""
    role = "deploys" if one.kind == "Canary" else "scales"
    for key in ("scaleTargetRef", "targetRef"):
        node = one.root.get("spec", key)
        if isinstance(node, Mapping) and (name := text(node.get("name"))) is not None:
            yield Link(role, workload(text(node.get("kind")) or "Deployment", name), locate(path, node))


def _split(path: str, one: Manifest) -> Iterator[Link]:
    """What a route sends traffic to, where it is more than one place: by weights, or a copy of it."""
    routes = one.root.get("spec", "http") or one.root.get("spec", "rules")
    for route in routes.items if isinstance(routes, Sequence) else ():
        if not isinstance(route, Mapping):
            continue
        targets = route.get("route") or route.get("backendRefs")
        nodes = [node for node in targets.items if isinstance(node, Mapping)] if isinstance(targets, Sequence) else []
        mirrored = route.get("mirror") is not None or route.get("mirrors") is not None or _mirrors(route)
        weights = [text(node.get("weight")) for node in nodes if node.get("weight") is not None]
        # A template may make many of one.
        if mirrored or len(weights) > 1 or any(weight != shown(weight or "") for weight in weights):
            for node in nodes:
                host = text(node.get("destination", "host")) or text(node.get("name"))
                if host is not None:
                    plain = host == shown(host) and "{{" not in host
                    named = host.partition(".")[0] if plain else host
                    yield Link("deploys", workload("Service", named), locate(path, node))


def _mirrors(route: Mapping) -> bool:
    filters = route.get("filters")
    items = filters.items if isinstance(filters, Sequence) else ()
    return any(isinstance(one, Mapping) and text(one.get("type")) == "RequestMirror" for one in items)


def _selected(path: str, one: Manifest) -> Iterator[Link]:
    """A service or policy is named after what it is for, as far as a linker can tell: by its selector of one label."""
    node = one.root.get("spec", "selector") or one.root.get("spec", "podSelector")
    if isinstance(node, Mapping) and isinstance(node.get("matchLabels"), Mapping):
        node = node.get("matchLabels")
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if key.text in ("app", "app.kubernetes.io/name", "name", "k8s-app") and (name := text(value)):
            yield Link("requests", workload("Deployment", name), locate(path, value))


_LINKS: dict[str, Callable[[str, Manifest], Iterator[Link]]] = {
    "HorizontalPodAutoscaler": _scaled,
    "ScaledObject": _scaled,
    "Canary": _scaled,
    "VirtualService": _split,
    "HTTPRoute": _split,
    "Service": _selected,
    "NetworkPolicy": _selected,
}
