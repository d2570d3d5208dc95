"""Containers of pods to what they run, what they may use, and what is checked of their health.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.commands import code_links, started
from mlops_lint.extract.manifests import command, containers, quantities
from mlops_lint.extract.platform.servers import fixed, served
from mlops_lint.model import Link
from mlops_lint.parse.helm import shown
from mlops_lint.parse.image import reference
from mlops_lint.parse.tree import Mapping, Node, Sequence, strings, text
from mlops_lint.subjects import Flag, Text, Texts

_PROBES = (("live", "livenessProbe"), ("ready", "readinessProbe"), ("startup", "startupProbe"))
# Beside the program itself.
_SIDECAR = re.compile(r"(?i)proxy|sidecar|exporter|agent|envoy|istio|logger|fluent|otel|git-sync|reloader")
# A registry on this machine, and the name of nobody.
_TRIED = re.compile(
    r"^(?:localhost|127\.0\.0\.1|kind-registry|k3d-[\w.-]+|registry\.local(?:host)?)(?::\d+)?/|(?i:\byour[-_ ]?[a-z])"
)
# How a container calls the machine on which a cluster is tried.
_ON_MACHINE = "host.minikube.internal"
# As much of a command is looked at.
_LONGEST = 2000
# What is put in before the file is used: by CI, a template or a person.
HOLE = re.compile(r"\$|\{\{|<[^<>]*>|(?i:your|placeholder|replace|changeme|image_?tag)")


class Running(msgspec.Struct, frozen=True):
    """What the main container of a workload says, in the fields of a deployment."""

    image: Text
    image_pinned: Flag
    serves_model: Flag
    model_uri: Text
    model_pinned: Flag
    probes: Texts
    requests: Texts
    limits: Texts
    links: tuple[Link, ...] = ()
    local: bool = False
    """Its image is never pulled, or from this machine alone, or nobody has put in whose it is: it is only tried."""
    name: str | None = None
    """What the container is called."""


def running(pod: Mapping, certain: bool = True) -> Running | None:
    """Gives what the pod of a workload runs; None where it names no container.

    Where a template may add to it (not `certain`), what is not seen cannot be known to be absent.
    """
    every = containers(pod)
    if not every:
        return None
    main = _main(every)
    written = text(main.get("image"))
    image = shown(written) if written is not None else None
    line = shown(command(main) or "")
    found = served(image, line, variables(main))
    absent: Texts = () if certain else UNSET
    limits = quantities(main, "limits") or absent
    requests = quantities(main, "requests")
    # Where only a limit is set, the same is asked for.
    asked = tuple(sorted({*requests, *limits})) if isinstance(limits, tuple) else requests or absent
    probes = _probes(main, certain)
    return Running(
        image=UNSET if image is None and not certain else image,
        image_pinned=pinned(image),
        serves_model=found.serves,
        model_uri=found.uri,
        model_pinned=fixed(found.uri),
        probes=probes,
        requests=asked,
        limits=limits,
        links=(*code_links(line, None), *code(line)),
        local=text(main.get("imagePullPolicy")) == "Never"
        or _TRIED.search(image or "") is not None
        or any(_ON_MACHINE in value for value in variables(main).values() if value is not None),
        name=text(main.get("name")),
    )


def _probes(container: Mapping, certain: bool) -> Texts:
    if certain:
        return tuple(name for name, key in _PROBES if isinstance(container.get(key), Mapping))
    # What stands below the key, a template may put in.
    found = tuple(name for name, key in _PROBES if container.key(key) is not None)
    return found if {"live", "ready"} <= set(found) else UNSET


def pinned(image: str | None) -> Flag:
    """Says whether an image is one fixed one; UNSET where something fills it in first."""
    if image is None:
        return UNSET
    return UNSET if HOLE.search(image) else reference(image).pinned


def code(line: str) -> Iterator[Link]:
    """Gives the code that a command starts; where it starts something else, this: it is then not that of the image."""
    found = [(one.what, one.name) for one in started(line) if one.what in ("script", "module")]
    words = line[:_LONGEST].split()
    # `fastapi run app/main.py`; `flask run` finds its program by itself.
    found = found or [("script", word.strip("'\"")) for word in words if word.strip("'\"").endswith(".py")][:1]
    yield from (Link("deploys", f"code:{what}:{name}") for what, name in found)
    if not found and words and not words[0].startswith("-") and words[0] != "flask":
        yield Link("deploys", f"code:other:{words[0]}")


def variables(container: Mapping) -> dict[str, str | None]:
    """Gives the environment of a container; None = its value stands elsewhere."""
    node = container.get("env")
    items = [one for one in node.items if isinstance(one, Mapping)] if isinstance(node, Sequence) else []
    return {name: text(one.get("value")) for one in items if (name := text(one.get("name"))) is not None}


def owner(*nodes: Node | None) -> Text:
    """Gives who is responsible, by labels and annotations; None = nobody is named."""
    for node in nodes:
        for key, value in node.entries if isinstance(node, Mapping) else ():
            last = key.text.rpartition("/")[2].lower()
            if last in ("owner", "team", "maintainer", "contact", "owners", "squad") and (found := text(value)):
                return found
    return None


def environment(path: str, *nodes: Node | None) -> Text:
    """Gives the environment that labels, namespace or folders name; UNSET = none is named."""
    for node in nodes:
        for name in ("environment", "env", "stage"):
            if isinstance(node, Mapping) and (found := text(node.get(name))):
                return found
        # A namespace in which something is tried says so: `llm-poc`.
        tried = re.search(r"(?:^|[-_.])(poc|demo|dev|test|sandbox)(?=$|[-_.])", text(node) or "")
        if tried is not None:
            return tried[1]
    words = re.findall(
        r"(?:^|[/_.-])(production|prod|staging|stage|dev|development|qa|uat|test|testing|local|ci|example|demo|sample)(?=[/_.-])",
        path.lower(),
    )
    return words[-1] if words else UNSET


def _main(every: tuple[Mapping, ...]) -> Mapping:
    """The container that does the work: one that serves a model, else the first that is none beside another."""
    for one in every:
        if served(text(one.get("image")), command(one) or "", variables(one)).serves is True:
            return one
    names = [f"{text(one.get('name'))} {(text(one.get('image')) or '').rpartition('/')[2]}" for one in every]
    return next((one for one, name in zip(every, names, strict=True) if not _SIDECAR.search(name)), every[0])


def every_string(node: Node | None) -> str:
    """Gives a command as one line, whether it is a list or a text."""
    return " ".join(strings(node))
