"""Kustomizations to what they deploy: each workload of a base with what the overlays say that are deployed.

Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node
from mlops_lint.model import OWN, Value
from mlops_lint.parse.image import reference

# As deep as overlays stand upon one another.
_DEPTH = 10
_LONGEST = 63
_TRIALS = frozenset({"dev", "development", "test", "testing", "local", "ci", "example", "demo", "sample", "trial"})
_REAL = frozenset({"production", "prod"})
# Of these a patch adds some, and takes none away.
_ADDED = frozenset({"probes", "requests", "limits"})
# What a patch decides that is a whole workload, with its defaults filled in.
_WHOLE = frozenset({"image", "image_pinned", "probes", "requests", "limits"})

State = dict[str, Value]
States = dict[str, State]


def kustomized(graph: Graph) -> frozenset[str]:
    """Gives deployments of kustomizations their effective settings; patches are no deployments of their own.

    Gives the ids of those deployments.
    """
    every = {posixpath.dirname(one.location.path) or ".": one
             for one in graph.of_kind("resource") if one.fields.get("framework") == "kustomize"}  # fmt: skip
    covered: frozenset[str] = frozenset()
    if every:
        covered = _Overlays(graph, every).settle()
    for one in [one for one in graph.of_kind("deployment") if one.id.startswith("patch:")]:
        graph.remove(one)
    return covered


class _Overlays:
    """The kustomizations of a repository by their folders."""

    def __init__(self, graph: Graph, every: dict[str, Node]) -> None:
        self._graph = graph
        self._every = every
        self._built: dict[str, States] = {}
        self._patches: set[str] = set()

    def settle(self) -> frozenset[str]:
        used = {path for one in self._every.values() for what, path in _parts(one) if what in ("resource", "component")}
        for folder, one in self._every.items():
            for what, path in _parts(one):
                if what in ("resource", "component") and path in self._every and path != folder:
                    self._graph.connect(one.id, "uses", self._every[path].id)
        found: dict[str, list[tuple[Node, State]]] = {}
        for folder, one in self._every.items():
            if folder not in used and one.fields.get("what") != "Component":
                for id, state in self._build(folder, _DEPTH).items():
                    found.setdefault(id, []).append((one, state))
            else:
                # What its patches are is seen even where nobody uses it.
                self._build(folder, _DEPTH)
        for id, states in found.items():
            self._settle(self._graph.nodes[id], states)
        for id in self._patches - found.keys():
            if id in self._graph.nodes:
                self._graph.remove(self._graph.nodes[id])
        return frozenset(found)

    def _settle(self, node: Node, states: list[tuple[Node, State]]) -> None:
        """One workload as it is deployed: in production, where something says so, else wherever it is in earnest."""
        stages = [(_stage(one, state), one, state) for one, state in states]
        real = [one for one in stages if one[0] in _REAL]
        earnest = [one for one in stages if one[0] not in _TRIALS and one[1].context in OWN]
        chosen = real or earnest or stages
        kept = [one for one in chosen if "deleted" not in one[2]]
        if not kept:
            self._graph.remove(node)
            return
        first = kept[0][2]
        node.fields = {
            field: value for field, value in first.items()
            if field == "image" or all(field in one and one[field] == value for _, _, one in kept)
        }  # fmt: skip
        if len({stage for stage, _, _ in kept}) == 1 and (stage := kept[0][0]):
            node.fields["environment"] = stage
        for _, one, _ in kept:
            self._graph.connect(one.id, "deploys", node.id)

    def _build(self, folder: str, depth: int) -> States:
        """What the kustomization of a folder gives: a state for each deployment."""
        if folder not in self._built:
            self._built[folder] = {}
            node = self._every.get(folder)
            if node is not None and depth > 0:
                self._built[folder] = self._layered(node, depth)
        return {id: dict(state) for id, state in self._built[folder].items()}

    def _layered(self, node: Node, depth: int) -> States:
        states: States = {}
        parts = list(_parts(node))
        for what, path in parts:
            if what == "resource":
                states |= self._build(path, depth - 1) if path in self._every else self._file(path)
        for what, path in parts:
            if what == "component" and path in self._every:
                states |= self._build(path, depth - 1)
                self._change(self._every[path], states)
        self._change(node, states)
        return states

    def _file(self, path: str) -> States:
        every = [one for one in self._graph.in_file(path, "deployment") if not one.id.startswith("patch:")]
        return {one.id: dict(one.fields) for one in every}

    def _change(self, node: Node, states: States) -> None:
        """Applies what one kustomization says to all that it is made of."""
        for patch, target in self._said(node):
            self._patches.add(patch.id)
            kind, _, name = target.partition("/")
            for id, state in states.items():
                one = self._graph.nodes[id]
                if kind in ("*", one.fields.get("what")) and _is_named(name, one.name):
                    _lay(patch, one, state, certain=name != "?")
        for link in node.links:
            scheme, _, said = link.symbol.partition(":")
            for id, state in states.items() if link.role == "uses" else ():
                if scheme == "image":
                    _retag(said, state)
                elif said.startswith("replicas:"):
                    name, _, count = said.removeprefix("replicas:").partition("=")
                    if self._graph.nodes[id].name == name and count.isdigit():
                        state["replicas"] = int(count)

    def _said(self, node: Node) -> Iterator[tuple[Node, str]]:
        """The patches of a kustomization, and the kind and name of what each is for."""
        graph = self._graph
        for one in graph.in_file(node.location.path, "deployment"):
            if one.id.startswith("patch:"):
                yield one, one.name
        for what, said in _parts(node):
            path, _, target = said.partition("?")
            for one in graph.in_file(path, "deployment") if what == "patch" else ():
                own = one.name if one.id.startswith("patch:") else f"{one.fields.get('what')}/{one.name}"
                yield one, target or own


def _parts(node: Node) -> Iterator[tuple[str, str]]:
    for link in node.links:
        if link.symbol.startswith("kustomize:"):
            what, _, rest = link.symbol.removeprefix("kustomize:").partition(":")
            yield what, rest


def _stage(node: Node, state: State) -> str:
    """The environment of an overlay: that of its folder, else what its objects say."""
    # Few repositories have kustomizations, and a hook would import what reads containers on every commit.
    from mlops_lint.extract.platform.containers import environment

    found = environment(node.location.path)
    return found if isinstance(found, str) else str(state.get("environment") or "")


def _is_named(pattern: str, name: str) -> bool:
    """Whether the target of a patch, which may be a pattern, is meant to be this name; some may be, by labels."""
    if pattern in ("*", "?", name):
        return True
    # As much of the language of patterns as people use in names, and nothing that takes long; no name is longer.
    if max(len(pattern), len(name)) > _LONGEST or pattern.count(".*") > 2 or re.search(r"[^\w.*|-]", pattern):
        return False
    wild = "".join(r"[^\n]*" if part == ".*" else re.escape(part) for part in re.split(r"(\.\*)", pattern))
    return re.fullmatch(wild.replace(r"\|", "|"), name) is not None


def _lay(patch: Node, target: Node, state: State, certain: bool) -> None:
    said = {link.symbol.removeprefix("says:") for link in patch.links if link.symbol.startswith("says:")}
    about, of = _container(patch), _container(target)
    fields = said or ({name for name in _WHOLE if name in patch.fields} if not patch.id.startswith("patch:") else set())
    of_container = {"image", "image_pinned", "probes", "requests", "limits", "model_uri", "model_pinned"}
    if of is not None and about is not None and about not in {of, "?"}:
        fields -= of_container
    unsure = not certain or about == "?"
    for field in fields:
        _put(field, patch, state, unsure)


def _put(field: str, patch: Node, state: State, unsure: bool) -> None:
    if field == "deleted":
        state[field] = True
        return
    more, own = patch.fields.get(field), state.get(field)
    if unsure or field not in patch.fields:
        # A setting is put in or taken out that we cannot read; what is there stays where nothing is said of it.
        if own != more:
            state.pop(field, None)
    elif field in _ADDED and isinstance(more, tuple):
        if isinstance(own, tuple):
            state[field] = tuple(sorted({*own, *more}))
    elif more is not None:
        state[field] = more


def _container(node: Node) -> str | None:
    return next((link.symbol.removeprefix("container:") for link in node.links
                 if link.symbol.startswith("container:")), None)  # fmt: skip


def _retag(said: str, state: State) -> None:
    """`name=other:tag`: the tag stays where none is given."""
    name, _, to = said.partition("=")
    image = state.get("image")
    if not isinstance(image, str) or reference(image).name != name:
        return
    from mlops_lint.extract.platform.containers import pinned

    rest = image[len(name) :] if image.startswith(name) else ""
    new = reference(to)
    state["image"] = to if new.name != to else f"{to}{rest}"
    state.pop("image_pinned", None)
    if state.get("environment") == "local":
        # It stood there for the image that was to be put in.
        del state["environment"]
    if isinstance(fixed := pinned(str(state["image"])), bool):
        state["image_pinned"] = fixed


def affixed(name: str, deployment: Node, graph: Graph) -> Iterator[str]:
    """Gives the names that a deployment has under the kustomizations that put something before or after it."""
    for one in graph.linked(deployment, "deployed_by"):
        for what, said in _parts(one):
            if what == "name":
                before, _, after = said.partition("*")
                yield f"{before}{name}{after}"
