"""A Compose file to its services as deployments, and a Dockerfile to the program that its image starts.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md and deploy.md,
https://docs.docker.com/reference/dockerfile/#healthcheck
"""

import json
import posixpath
import re
import shlex
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.platform.containers import code, environment, every_string, owner, pinned
from mlops_lint.extract.platform.kubernetes import number
from mlops_lint.extract.platform.servers import fixed, served
from mlops_lint.extract.registry import dockerfiles, trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.dockerfile import Dockerfile
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, mappings, strings, text
from mlops_lint.subjects import Deployment, Texts, Use, subject

_DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}")
_QUANTITIES = {"cpus": "cpu", "memory": "memory", "devices": "gpu"}
_LONGEST = 2000


@trees("*docker-compose*.yml", "*docker-compose*.yaml", "compose*.yml", "compose*.yaml")
def compose(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives one deployment for each service that keeps running; a single machine cannot scale it."""
    for root in documents:
        for key, service in mappings(root.get("services") if isinstance(root, Mapping) else None):
            if service.get("image") is not None or service.get("build") is not None or service.get("extends") is None:
                record, links = _service(path, service)
                symbol = f"deployment:{path}#{key.text}"
                yield subject(record, locate(path, key), key.text, symbol=symbol, links=links)


def _service(path: str, service: Mapping) -> tuple[Deployment, tuple[Link, ...]]:
    built = service.get("build")
    written = text(service.get("image"))
    image = _DEFAULT.sub(r"\1", written) if written is not None else None
    line = " ".join(every_string(service.get(key)) for key in ("entrypoint", "command")).strip()
    found = served(image, line, _environment(service.get("environment")))
    extended = service.get("extends") is not None
    absent: Texts = UNSET if extended else ()
    # An image of others may check its health by itself; those of model servers do not.
    unchecked = absent if built is not None or found.serves is True else UNSET
    limits = _resources(service, "limits")
    record = Deployment(
        framework="compose",
        what="service",
        serves_model=found.serves,
        image=image,
        # What is built here is named here, too.
        image_pinned=None if built is not None else pinned(image),
        model_uri=found.uri,
        model_pinned=fixed(found.uri),
        replicas=number(service.get("deploy", "replicas") or service.get("scale"), 1),
        scales=False,
        scalable=False,
        rollout="recreate",
        stepwise=False,
        reversible=UNSET,
        probes=_probes(service) or unchecked,
        probed=True,
        sized=True,
        requests=tuple(sorted({*_resources(service, "reservations"), *limits})) or absent,
        limits=limits or absent,
        environment=environment(path),
        owner=owner(service.get("labels")),
    )
    links = [
        Link("builds", f"file:{file}", locate(path, built)) for file in _dockerfile(path, built) if built is not None
    ]
    return record, (*links, *code(line))


def _environment(node: Node | None) -> dict[str, str | None]:
    if isinstance(node, Mapping):
        return {key.text: text(value) for key, value in node.entries}
    pairs = (one.partition("=") for one in strings(node))
    return {name: value if equals else None for name, equals, value in pairs}


def _probes(service: Mapping) -> Texts:
    """A check of health is one of life and readiness at once; that of an image built here is found by the linker."""
    check = service.get("healthcheck")
    if isinstance(check, Mapping):
        off = text(check.get("disable")) == "true" or strings(check.get("test"))[:1] == ("NONE",)
        return () if off else ("live", "ready")
    return ()


def _resources(service: Mapping, which: str) -> tuple[str, ...]:
    node = service.get("deploy", "resources", which)
    found = (
        {_QUANTITIES[key.text] for key, _ in node.entries if key.text in _QUANTITIES}
        if isinstance(node, Mapping)
        else set()
    )
    older = {"limits": (("mem_limit", "memory"), ("cpus", "cpu")), "reservations": (("mem_reservation", "memory"),)}
    found |= {name for key, name in older[which] if service.get(key) is not None}
    return tuple(sorted(found))


def _dockerfile(path: str, built: Node | None) -> Iterator[str]:
    context = text(built) if not isinstance(built, Mapping) else text(built.get("context")) or "."
    file = text(built.get("dockerfile")) if isinstance(built, Mapping) else None
    if context is not None and "$" not in context and "://" not in context and "$" not in (file or ""):
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), context, file or "Dockerfile"))
        if not found.startswith(("..", "/")):
            yield found


@dockerfiles
def program(path: str, parsed: Dockerfile) -> Iterator[Subject]:
    """Gives what the last stage starts, and whether it says how its health is checked."""
    if not parsed.stages:
        return
    last = parsed.stages[-1]
    own = [last]
    while own[-1].base is not None and len(own) < len(parsed.stages):
        own.append(parsed.stages[own[-1].base])
    said = [one for stage in own for one in reversed(stage.instructions)]
    words = [next((one.value for one in said if one.keyword == key), "") for key in ("ENTRYPOINT", "CMD")]
    line = " ".join(filter(None, (_line(one) for one in words)))
    found = served(reference(last.image).name if last.image else None, line, {})
    links = code(line)
    at = last.start
    location = Location(path, at.line, at.column, at.end_line, at.end_column)
    what = "model-server" if found.serves is True else "docker"
    symbol = f"image-file:{path}"
    yield subject(Use(purpose="image-file", tool=what), location, path, symbol=symbol, links=tuple(links))
    check = next((one for one in said if one.keyword == "HEALTHCHECK"), None)
    if check is not None and check.value.strip().upper() != "NONE":
        at = check
        location = Location(path, at.line, at.column, at.end_line, at.end_column)
        yield subject(
            Use(purpose="health-check", tool="docker"), location, "HEALTHCHECK", symbol=f"health-check:{path}"
        )


def _line(value: str) -> str:
    """A command in either of its forms as one line."""
    value = value.strip()[:_LONGEST]
    if value.startswith("["):
        try:
            words = json.loads(value)
        except ValueError:
            return value
        if isinstance(words, list):
            texts = [str(one) for one in words]
            return texts[2] if len(texts) > 2 and texts[1] in ("-c", "-lc") else shlex.join(texts)
    return value
