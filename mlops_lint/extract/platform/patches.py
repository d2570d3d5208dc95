"""Patches of workloads to what they say of one: a part of an object, or operations on it.

Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ and RFC 6902
"""

import msgspec
from msgspec import UNSET

from mlops_lint.extract.manifests import Manifest, containers, quantities
from mlops_lint.extract.platform.containers import Running, pinned, running
from mlops_lint.model import Link
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text
from mlops_lint.subjects import Deployment, Number, Text, Texts

_PROBES = {"livenessProbe": "live", "readinessProbe": "ready", "startupProbe": "startup"}
# Keys of a container -> the fields of a deployment that they decide.
_CONTAINER = {
    "image": ("image", "image_pinned"),
    "livenessProbe": ("probes",),
    "readinessProbe": ("probes",),
    "startupProbe": ("probes",),
    "resources": ("requests", "limits"),
    "env": ("model_uri", "model_pinned"),
    "args": ("model_uri", "model_pinned"),
    "command": ("model_uri", "model_pinned"),
}
_SPEC = {
    "replicas": ("replicas",),
    "strategy": ("rollout", "stepwise"),
    "updateStrategy": ("rollout", "stepwise"),
    "revisionHistoryLimit": ("reversible",),
}
_POD = ("spec", "template", "spec", "containers")
_MOST = 200


class Patch(msgspec.Struct, frozen=True):
    """What a patch says in the fields of a deployment; `says` names those that it decides, known or not."""

    record: Deployment
    says: tuple[Link, ...]


def is_partial(one: Manifest) -> bool:
    """Says whether a workload lacks what each must have: it is then a part of one, to be laid over it."""
    return one.spec is not None and one.group in ("apps", "argoproj.io") and one.spec.get("selector") is None


def says(one: Manifest) -> tuple[Link, ...]:
    """Gives the fields of a deployment that a part of a workload decides."""
    spec = one.spec
    every = containers(one.pod) if one.pod is not None else ()
    found = {field for each in every for key, fields in _CONTAINER.items() if each.key(key) for field in fields}
    found |= {field for key, fields in _SPEC.items() if spec is not None and spec.key(key) for field in fields}
    if text(one.root.get("$patch")) == "delete":
        found.add("deleted")
    return _links(found)


def about(container: Running | None) -> tuple[Link, ...]:
    """Gives the name of the container that is described: a patch of another one leaves it as it is."""
    named = container is not None and container.name is not None
    return (Link("declares", f"container:{container.name}"),) if container is not None and named else ()


def merged(one: Manifest, replicas: Number) -> Patch:
    """Gives what a part of a workload says that is laid over the whole."""
    found = running(one.pod) if one.pod is not None else None
    record = Deployment(framework="kubernetes", what=one.kind, image=None, replicas=replicas)
    if found is not None:
        record = msgspec.structs.replace(
            record, image=found.image, image_pinned=found.image_pinned, probes=found.probes, requests=found.requests,
            limits=found.limits, model_uri=UNSET if found.model_uri is None else found.model_uri,
            model_pinned=UNSET if found.model_uri is None else found.model_pinned,
        )  # fmt: skip
    return Patch(record, (*says(one), *about(found)))


def operations(node: Node) -> Patch | None:
    """Gives what a list of operations says of a workload; None where it is no such list."""
    items = [one for one in node.items if isinstance(one, Mapping)] if isinstance(node, Sequence) else []
    steps = [(text(one.get("op")), text(one.get("path")), one.get("value")) for one in items[:_MOST]]
    if not steps or any(op is None or path is None or not path.startswith("/") for op, path, _ in steps):
        return None
    record, touched, other = Deployment(framework="kubernetes", what="*", image=None), set[str](), False
    for op, path, value in steps:
        parts = tuple((path or "").strip("/").split("/"))
        step = _operation(op or "", parts, value, record)
        if step is not None:
            record, fields = step
            touched |= fields
            other = other or (parts[: len(_POD)] == _POD and len(parts) > len(_POD) and parts[len(_POD)] != "0")
    return Patch(record, (*_links(touched), *((Link("declares", "container:?"),) if other else ())))


def _operation(
    op: str, parts: tuple[str, ...], value: Node | None, record: Deployment
) -> tuple[Deployment, set[str]] | None:
    """What one operation makes of what is said so far, and the fields that it decides."""
    if parts[:2] == ("spec", "replicas"):
        count = value.value if isinstance(value, Scalar) and op != "remove" else None
        number: Number = count if isinstance(count, (int, float)) else UNSET
        return msgspec.structs.replace(record, replicas=number), {"replicas"}
    if parts == _POD[: len(parts)] or (parts[: len(_POD)] == _POD and len(parts) == len(_POD) + 1):
        # A container as a whole, or what holds it.
        return record, {field for fields in _CONTAINER.values() for field in fields}
    if parts[: len(_POD)] != _POD:
        return record, set(_SPEC.get(parts[1], ())) if parts[0] == "spec" and len(parts) > 1 else set()
    key, below = parts[len(_POD) + 1], parts[len(_POD) + 2 :]
    fields = set(_CONTAINER.get(key, ()))
    if op == "remove":
        return record, fields
    if key == "image":
        image: Text = text(value) or UNSET
        return msgspec.structs.replace(record, image=image, image_pinned=pinned(text(value))), fields
    if key in _PROBES:
        had = record.probes if isinstance(record.probes, tuple) else ()
        return msgspec.structs.replace(record, probes=tuple(sorted({*had, _PROBES[key]}))), fields
    return (_sized(record, below, value), fields) if key == "resources" else (record, fields)


def _sized(record: Deployment, below: tuple[str, ...], value: Node | None) -> Deployment:
    """Quantities under `resources`, whichever of its levels an operation puts in."""
    node = value
    for name in reversed(below):
        at = (0, 0, 0, 0)
        node = Mapping(*at, entries=((Scalar(*at, value=name, text=name), node or Scalar(*at, value="", text="")),))
    whole = Mapping(0, 0, 0, 0, entries=((Scalar(0, 0, 0, 0, value="resources", text="resources"), node),)) if node \
        else Mapping(0, 0, 0, 0, entries=())  # fmt: skip
    limits, asked = quantities(whole, "limits"), quantities(whole, "requests")
    return msgspec.structs.replace(
        record, limits=_both(record.limits, limits), requests=_both(record.requests, (*asked, *limits))
    )


def _both(had: Texts, more: tuple[str, ...]) -> Texts:
    return tuple(sorted({*(had if isinstance(had, tuple) else ()), *more}))


def _links(fields: set[str]) -> tuple[Link, ...]:
    return tuple(Link("declares", f"says:{field}") for field in sorted(fields))
