"""Documents of Kubernetes, as they are in YAML files, with what every sort of workload has in common.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/ and .../kubernetes-api/workload-resources/pod-v1/
"""

import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.parse import pins
from mlops_lint.parse.helm import shown
from mlops_lint.parse.image import reference
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text
from mlops_lint.subjects import Flag, Text, Texts

# Where the description of the pod stands below `spec`, for each sort of workload.
_PODS: dict[str, tuple[str, ...]] = {
    "Pod": (),
    "CronJob": ("jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"),
        ("template", "spec"),
    ),
}
_QUANTITIES = {"cpu": "cpu", "memory": "memory"}
# The last part of a label or annotation that says whose an object is.
_OWNERS = frozenset("owner team maintainer contact owners squad".split())
_NOTIFIES = re.compile(r"notif|e?mail|slack|alert|msteams|pagerduty|opsgenie|webhook|telegram", re.IGNORECASE)
# Filled in when the object is used: `{{inputs.parameters.image}}`, `$(params.image)`.
_FILLED = re.compile(r"\{\{|\$[({]")
_COMMAND = 4000
# Stands for an image that somebody is to fill in.
_PLACEHOLDER = re.compile(r"replac|placeholder|change-?me|<[^>]*>|\byour\b|\s|TODO|FIXME", re.IGNORECASE)
_VARIABLE = re.compile(r"^[A-Z0-9_]+$")


class Manifest(msgspec.Struct, frozen=True):
    """One object: `group` is "" for the core of Kubernetes, `key` the node of its `kind`."""

    group: str
    version: str
    kind: str
    name: str | None
    key: Scalar
    root: Mapping

    @property
    def spec(self) -> Mapping | None:
        """What the object is told; None where it has nothing of the sort."""
        node = self.root.get("spec")
        return node if isinstance(node, Mapping) else None

    @property
    def pod(self) -> Mapping | None:
        """The description of the pods of a workload; None for other objects."""
        below = _PODS.get(self.kind)
        node = self.root.get("spec", *below) if below is not None else None
        return node if isinstance(node, Mapping) else None


def manifests(documents: tuple[Node, ...]) -> Iterator[Manifest]:
    """Gives the objects of a file, those of a `List` one by one, in their order."""
    for root in documents:
        if not isinstance(root, Mapping):
            continue
        kind, version = text(root.get("kind")), text(root.get("apiVersion"))
        key = root.key("kind")
        if kind is None or version is None or key is None:
            continue
        items = root.get("items")
        if kind.endswith("List") and isinstance(items, Sequence):
            yield from manifests(items.items)
        else:
            group, _, number = version.rpartition("/")
            name = text(root.get("metadata", "name")) or text(root.get("metadata", "generateName"))
            yield Manifest(group, number, kind, name, key, root)


def containers(pod: Mapping) -> tuple[Mapping, ...]:
    """Gives the containers of a pod that do its work, not those that only prepare it."""
    node = pod.get("containers")
    return tuple(one for one in node.items if isinstance(one, Mapping)) if isinstance(node, Sequence) else ()


def quantities(container: Mapping, which: str, key: str = "resources") -> tuple[str, ...]:
    """Gives cpu, memory, gpu, as far as `resources.requests` or `resources.limits` of a container name them."""
    node = container.get(key, which)
    names = [key.text for key, _ in node.entries] if isinstance(node, Mapping) else []
    found = {_QUANTITIES.get(name, "gpu" if "gpu" in name or "tpu" in name else "") for name in names}
    return tuple(sorted(found - {""}))


def command(container: Mapping) -> str | None:
    """Gives command and arguments as one line of a shell; None where the image decides."""
    words = tuple(shown(word) for word in (*strings(container.get("command")), *strings(container.get("args"))))
    if len(words) > 2 and words[1] in ("-c", "-ec", "-lc", "-xec", "-euc"):
        return words[2]
    return " ".join(words) or None


def owner(root: Mapping) -> Text:
    """Gives who is responsible for an object, by its labels and annotations; None = nobody named."""
    hidden = False
    for where in ("labels", "annotations"):
        node = root.get("metadata", where)
        # A chart may put any labels in.
        hidden = hidden or (node is not None and not isinstance(node, Mapping))
        for key, value in node.entries if isinstance(node, Mapping) else ():
            found = text(value)
            if found and key.text.rpartition("/")[2].lower() in _OWNERS:
                return UNSET if is_filled(found) else found
    return UNSET if hidden else None


def notifies(written: str) -> bool:
    """Says whether something by this name, or with this command, tells somebody."""
    return _NOTIFIES.search(written) is not None


def image_of(container: Mapping | None) -> tuple[Text, Flag]:
    """Gives the image of a container, and whether it is fixed; None = there is no container."""
    if container is None:
        return None, None
    found = text(container.get("image"))
    if found is None or is_filled(found) or _is_placeholder(found):
        return UNSET, UNSET
    return found, reference(found).pinned


def _is_placeholder(image: str) -> bool:
    return _VARIABLE.match(image) is not None or _PLACEHOLDER.search(image) is not None


def resources_of(parts: tuple[Mapping, ...], which: str, key: str = "resources") -> Texts:
    """Gives what some containers together ask for, or are held to; what a chart puts in cannot be known."""
    nodes = [node for one in parts for node in (one.get(key), one.get(key, which)) if node is not None]
    if any(not isinstance(node, Mapping) for node in nodes):
        return UNSET
    return tuple(sorted({name for one in parts for name in quantities(one, which, key)}))


def packages_of(script: str | None) -> tuple[Texts, Flag]:
    """Gives what a command installs by pip, and whether that is fixed; a file of requirements is not looked into."""
    found = pins.installed(script or "")
    if "-r" in (script or "").split() and not found:
        return UNSET, UNSET
    return found, pins.exact(found) if found else None


def script_of(container: Mapping) -> str | None:
    """Gives the shell command of a container, or its script where that is one of a shell."""
    source = text(container.get("source")) or text(container.get("script"))
    if source is None:
        return command(container)
    program = (strings(container.get("command")) or ("",))[0].rpartition("/")[2]
    first = source.split("\n", 1)[0] if source.startswith("#!") else ""
    shell = program in ("sh", "bash", "ash", "zsh", "dash") or (not program and (not first or "sh" in first))
    return shown(source)[:_COMMAND] if shell else None


def is_filled(written: str) -> bool:
    """Says whether a text holds parts that are filled in when the object is used."""
    return _FILLED.search(shown(written)) is not None


def sequence(node: Node | None) -> tuple[Mapping, ...]:
    """Gives the mappings in a list."""
    return tuple(one for one in node.items if isinstance(one, Mapping)) if isinstance(node, Sequence) else ()
