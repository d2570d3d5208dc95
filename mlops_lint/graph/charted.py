"""Manifests that charts and kustomizations fill in: values, images, and patches of other manifests."""

import re

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.kustomized import kustomized
from mlops_lint.graph.nodes import Node
from mlops_lint.parse.image import reference

_VALUE = re.compile(r"\{\{-?\s*\$?\.Values\.([\w.-]+?)\s*(?:\|[^{}|]*)*-?\}\}")
_OWN = ("values.yaml", "values.yml")
_TRIALS = frozenset({"dev", "development", "test", "testing", "local", "ci", "example", "demo", "sample", "trial"})
# (folder of a chart, key) -> name of the file -> value.
Files = dict[tuple[str, str], dict[str, str]]
# What a patch says, and the workload then has.
_ADDED = ("probes", "requests", "limits")


def charted(graph: Graph) -> None:
    """Puts the values of charts into the images of their deployments, and patches into what they are patches of."""
    values = {
        str(one.symbol): str(one.fields.get("tool"))
        for one in graph.of_kind("use")
        if one.fields.get("purpose") == "chart-value"
    }
    files: Files = {}
    for symbol, said in values.items():
        path, _, key = symbol.removeprefix("value:").rpartition("#")
        folder, _, name = path.rpartition("/")
        files.setdefault((f"{folder}/" if folder else "", key), {})[name] = said
    for node in list(graph.of_kind("deployment")):
        image = node.fields.get("image")
        if isinstance(image, str) and "{{" in image:
            _fill(node, image, values, files)
    covered = kustomized(graph)
    _patch(graph)
    _retag(graph, covered)


def _fill(node: Node, image: str, values: dict[str, str], files: Files) -> None:
    # Few repositories have charts, and a hook would import what reads containers on every commit.
    from mlops_lint.extract.platform.containers import pinned
    from mlops_lint.extract.platform.servers import served

    chart = node.location.path.partition("templates/")[0]

    def value(match: re.Match[str]) -> str:
        return _stated(chart, match[1], files) or match[0]

    prefix = f"value:{chart}values"
    pulled = [one for key, one in values.items() if key.startswith(prefix) and key.lower().endswith("pullpolicy")]
    if pulled and set(pulled) == {"Never"}:
        # It runs on the machine that has built the image.
        node.fields["environment"] = "local"
    filled = _VALUE.sub(value, image)
    node.fields["image"] = filled
    fixed = pinned(filled)
    if isinstance(fixed, bool):
        node.fields["image_pinned"] = fixed
    # A command of its own may start something else than the image does.
    other = any(link.symbol.startswith("code:other:") for link in node.links)
    serves = served(filled, "", {}).serves if not other else None
    if "serves_model" not in node.fields and isinstance(serves, bool):
        node.fields["serves_model"] = serves


def _stated(chart: str, key: str, files: Files) -> str | None:
    """A value as it is deployed: in production, where a file of values is for that; None = cannot tell.

    A chart that holds another gives it values under its name.
    """
    from mlops_lint.extract.platform.containers import environment

    own = files.get((chart, key), {})
    known = [own[name] for name in _OWN if own.get(name)]
    above, inner, name = chart.rstrip("/").rpartition("charts/")
    if inner and above:
        outer = files.get((above, f"{name}.{key}"), {})
        known = [*(outer[one] for one in _OWN if outer.get(one)), *known]
    stages = {environment(one): said for one, said in own.items() if one not in _OWN}
    real = {said for stage, said in stages.items() if stage in ("production", "prod")}
    if real:
        return real.pop() if len(real) == 1 else None
    others = {said for stage, said in stages.items() if stage not in _TRIALS}
    return known[0] if known and others <= {known[0]} else None


def _patch(graph: Graph) -> None:
    """A workload without an image is a part of one, that an overlay lays over it."""
    every = [one for one in graph.of_kind("deployment") if one.fields.get("framework") == "kubernetes"]
    for patch in [one for one in every if "image" in one.fields and one.fields["image"] is None]:
        for node in every:
            if node is not patch and node.name == patch.name and isinstance(node.fields.get("image"), str):
                for name in _ADDED:
                    own, more = node.fields.get(name), patch.fields.get(name)
                    if isinstance(own, tuple) and isinstance(more, tuple):
                        node.fields[name] = tuple(sorted({*own, *more}))
        graph.remove(patch)


def _retag(graph: Graph, covered: frozenset[str]) -> None:
    """Kustomizations name the tags of images; where some leave one out, it cannot be known.

    For those that are `covered` it is known which of them deploy them.
    """
    stated: dict[str, list[str]] = {}
    for one in graph.of_kind("resource"):
        for link in one.links:
            if link.symbol.startswith("image:"):
                name, _, to = link.symbol.removeprefix("image:").partition("=")
                stated.setdefault(name, []).append(to)
    for node in [one for one in graph.of_kind("deployment") if one.id not in covered]:
        image = node.fields.get("image")
        found = stated.get(reference(image).name) if isinstance(image, str) else None
        if found and node.fields.get("framework") == "kubernetes":
            from mlops_lint.extract.platform.containers import pinned

            fixed = {pinned(one) for one in found}
            node.fields.pop("image_pinned", None)
            if len(fixed) == 1 and isinstance(only := fixed.pop(), bool):
                node.fields["image_pinned"] = only
