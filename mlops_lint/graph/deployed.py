"""Deployments against what the repository builds: which program each runs, what scales it, how it is rolled out."""

import posixpath
from collections.abc import Iterable, Iterator

from mlops_lint.graph.charted import charted
from mlops_lint.graph.graph import Graph
from mlops_lint.graph.infrastructure import infrastructure
from mlops_lint.graph.kustomized import affixed
from mlops_lint.graph.nodes import Node
from mlops_lint.graph.programs import NO_MODELS, serves
from mlops_lint.parse.image import reference

_STARTERS = frozenset("main run app server serve wsgi asgi start __main__ manage application index api".split())
# Folders and hosts that say nothing of what is made.
_ANY_FOLDER = frozenset("docker dockerfiles deploy deployment build images infra".split())
_OF_OTHERS = ("registry.k8s.io/", "quay.io/", "docker.elastic.co/", "mcr.microsoft.com/", "nvcr.io/", "public.ecr.aws/")
_STEPS = {"Canary": "canary", "VirtualService": "split", "HTTPRoute": "split", "AWS::SageMaker::Endpoint": "canary"}


def deployed(graph: Graph) -> None:
    """Says of every deployment what it runs, whether that serves a model, and what other objects do with it."""
    charted(graph)
    infrastructure(graph)
    programs = _Programs(graph)
    for node in graph.of_kind("deployment"):
        programs.find(node)
    _substituted(graph, programs)
    _named(graph)
    _told_once(graph)
    _stores(graph)


def _told_once(graph: Graph) -> None:
    """Of several descriptions of one deployment, as a chart and a manifest, what one says may well hold of all."""
    same: dict[object, list[Node]] = {}
    for node in graph.of_kind("deployment"):
        if node.fields.get("scalable") is True and node.context != "test":
            same.setdefault(_program(node, graph), []).append(node)
    for nodes in same.values():
        for name in ("scales", "stepwise"):
            if any(one.fields.get(name) is True for one in nodes):
                for one in nodes:
                    if one.fields.get(name) is False:
                        del one.fields[name]


def _program(node: Node, graph: Graph) -> object:
    """What a deployment runs: code of the repository, or a program of others under its name."""
    own = [one.id for role in ("builds", "deploys") for one in graph.linked(node, role)]
    image = node.fields.get("image")
    name = plain(reference(image).name.rpartition("/")[2]) if isinstance(image, str) else node.id
    return frozenset(own) or (name, node.fields.get("model_uri"))


def _stores(graph: Graph) -> None:
    """Who may reach a store that is meant for everybody, as a page is, is not asked of its lists of access either."""
    every = {f"{posixpath.dirname(one.location.path)}#{one.fields.get('what')}.{one.name}": one
             for one in graph.of_kind("resource")}  # fmt: skip
    for one in graph.of_kind("resource"):
        for link in one.links if one.fields.get("public") is True else ():
            store = every.get(link.symbol.removeprefix("store:"))
            if store is not None and "public" not in store.fields:
                del one.fields["public"]
                break


class _Programs:
    """The images that the repository builds, and the services in them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        uses = graph.of_kind("use")
        self._files = {one.location.path: one for one in uses if one.fields.get("purpose") == "image-file"}
        self._checked = {one.location.path for one in uses if one.fields.get("purpose") == "health-check"}
        self.built: dict[str, set[str]] = {}
        """Name of an image -> the Dockerfiles that it may be built from; none known where only a command names it."""
        for one in uses:
            if one.fields.get("purpose") == "image-build":
                self.built.setdefault(plain(str(one.fields.get("tool"))), set()).update(self._beside(one.location.path))
        for node in graph.of_kind("deployment"):
            for link in node.links:
                if link.role == "builds" and isinstance(node.fields.get("image"), str):
                    name = plain(reference(str(node.fields["image"])).name.rpartition("/")[2])
                    self.built.setdefault(name, set()).add(link.symbol.removeprefix("file:"))
        for path in self._files:
            folder = posixpath.basename(posixpath.dirname(path))
            if folder:
                self.built.setdefault(plain(folder), set()).add(path)

    def _beside(self, path: str) -> Iterable[str]:
        """The Dockerfile that a command in a file builds, where it is the only one in its folder or everywhere."""
        here = [one for one in self._files if posixpath.dirname(one) == posixpath.dirname(path)]
        only = here or list(self._files)
        return only if len(only) == 1 else ()

    def find(self, node: Node) -> None:
        """Links a deployment to its Dockerfile and services, and fills in what follows."""
        if node.fields.get("serves_model") is False:
            return
        graph = self._graph
        classes = [link.symbol for link in node.links if link.symbol.startswith("code:class:")]
        if classes:
            # Beside a class that holds the model there are others, that only hand requests on.
            if self._loads(node.location.path, classes[0].removeprefix("code:class:")):
                node.fields["serves_model"] = True
            return
        file = self._file(node)
        used = self._files.get(file or "")
        built = f"file:{file}" if f"file:{file}" in graph.nodes else used.id if used is not None else None
        if built is not None:
            graph.connect(node.id, "builds", built)
        services = list(self._services(node, used))
        for service in services:
            graph.connect(node.id, "deploys", service.id)
        if "serves_model" not in node.fields and (answers := self._answers(node, used, services)) is not None:
            node.fields["serves_model"] = answers
        # Only Docker itself asks what an image says of its health.
        if file is not None and node.fields.get("probes") == () and node.fields.get("framework") == "compose":
            if file in self._checked:
                node.fields["probes"] = ("live", "ready")
            elif file not in self._files:
                del node.fields["probes"]

    def _loads(self, path: str, name: str) -> bool:
        """Whether a method of a class loads a model, itself or by what it calls."""
        graph = self._graph
        symbol = f"function:{name}"
        methods = [
            one for one in graph.in_file(path, "function") if one.id == symbol or one.id.startswith(f"{symbol}.")
        ]
        return self._load(methods)

    def _answers(self, node: Node, used: Node | None, services: list[Node]) -> bool | None:
        """Whether a deployment serves a model; None = what it starts is not known."""
        if used is not None and used.fields.get("tool") == "model-server":
            return True
        if services:
            return any(serves(one, self._graph) for one in services)
        return True if node.fields.get("what") == "function" and self._handles(node) else None

    def _handles(self, node: Node) -> bool:
        """Whether the file in which a function of a cloud stands loads a model: it has no service that answers."""
        scripts = [link.symbol for link in node.links if link.symbol.startswith("code:script:")]
        bodies = [body for one in scripts for body in self._graph.in_file(_path(one), "function")]
        return self._load(bodies)

    def _load(self, bodies: list[Node]) -> bool:
        held = [found for one in bodies for found in self._graph.reached(one)]
        return any(one.kind == "model_load" and one.fields.get("library") not in NO_MODELS for one in held)

    def _file(self, node: Node) -> str | None:
        files = {link.symbol.removeprefix("file:") for link in node.links if link.role == "builds"}
        image = node.fields.get("image")
        if not files and isinstance(image, str):
            name = plain(reference(image).name.rpartition("/")[2])
            files = self.built.get(name) or self._ending(name) or self._only(node, image)
        return next(iter(files)) if len(files) == 1 else None

    def _ending(self, name: str) -> set[str]:
        """The Dockerfile in the folder after which an image is called: `shop-ranker` is made in `ranker/`."""
        ends = [one for one in self.built if name.endswith(f"-{one}") and one not in _ANY_FOLDER]
        return self.built[max(ends, key=len)] if ends else set()

    def _only(self, node: Node, image: str) -> set[str]:
        """The only Dockerfile, where only one deployment runs what may be made here, whatever it is called."""
        file = next(iter(self._files), "")
        folder = plain(posixpath.basename(posixpath.dirname(file)))
        # What is known to be made of it is no other image.
        taken = any(file in files for name, files in self.built.items() if name != folder)
        if len(self._files) != 1 or taken or image.startswith(_OF_OTHERS):
            return set()
        unknown = [one for one in self._graph.of_kind("deployment") if _may_be_made(one)]
        return set(self._files) if unknown == [node] else set()

    def _services(self, node: Node, used: Node | None) -> Iterator[Node]:
        """The services in the code that a deployment starts; where that is not said, the one beside its Dockerfile."""
        graph = self._graph
        folder = posixpath.dirname(used.location.path) if used is not None else posixpath.dirname(node.location.path)
        every = [one for one in graph.of_kind("service") if one.context != "test"]
        near = [one for one in every if not folder or one.location.path.startswith(f"{folder}/")] if used else []
        own = [link.symbol for link in node.links if link.symbol.startswith("code:")]
        said = own or [link.symbol for link in used.links] if used is not None else own
        # A file beside the Dockerfile is meant, not one of the same name elsewhere.
        paths = [self._beside_it(folder, _path(symbol)) for symbol in said]
        found = [one for one in near or every for path in paths if path and self._runs(path, one)]
        if found:
            yield from _nearest(found, folder)
        elif near and not paths and len({one.location.path for one in near}) == 1:
            yield from near

    def _beside_it(self, folder: str, path: str) -> str:
        exact = posixpath.normpath(posixpath.join(folder, path)) if path else ""
        return exact if exact in self._graph.paths.files else path

    def _runs(self, path: str, service: Node) -> bool:
        """Whether the code at the end of some path is that of a service, or imports it."""
        if _ends(service.location.path, path):
            return True
        graph = self._graph
        # A program of many commands imports the service, too, for one of them.
        if posixpath.basename(path).partition(".")[0] not in _STARTERS:
            return False
        imported = graph.in_file(service.location.path, "function")[:1]
        return any(_ends(one.location.path, path) for body in imported for one in graph.linked(body, "imported_by"))


def _may_be_made(node: Node) -> bool:
    fields = node.fields
    return (
        fields.get("framework") != "compose" and "serves_model" not in fields and isinstance(fields.get("image"), str)
    )


def names_of(deployment: Node, graph: Graph) -> frozenset[str]:
    """Gives the plain names under which a deployment is reached: its own, and those of what leads to it."""
    leading = [one for one in graph.linked(deployment, "requested_by") if one.kind == "resource"]
    own = [one.name for one in (deployment, *leading)]
    return frozenset(plain(name) for one in own for name in (one, *affixed(one, deployment, graph)))


def plain(name: str) -> str:
    """Gives a name as hosts, labels and images write it."""
    return name.lower().replace("_", "-")


def _path(symbol: str) -> str:
    """The end of the path of a script or module: in an image it lies wherever it was copied to."""
    what, _, name = symbol.removeprefix("code:").partition(":")
    if what == "other":
        return ""
    if what == "module":
        return f"{name.replace('.', '/')}.py"
    name = name.lstrip("/")
    return name.partition("/")[2] if name.startswith(("app/", "src/", "code/", "opt/")) and "/" in name else name


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith(f"/{end}")


def _nearest(nodes: list[Node], folder: str) -> list[Node]:
    """Those that share the longest path with a folder."""
    shared = {one.id: len(posixpath.commonprefix([f"{folder}/", one.location.path])) for one in nodes}
    most = max(shared.values(), default=0)
    return [one for one in {one.id: one for one in nodes}.values() if shared[one.id] == most]


def _substituted(graph: Graph, programs: _Programs) -> None:
    """Leaves open whether an image is pinned whose tag something puts in before the file is applied."""
    sets = any(one.fields.get("purpose") == "image-set" for one in graph.of_kind("use"))
    for node in graph.of_kind("deployment"):
        image = node.fields.get("image")
        if node.fields.get("image_pinned") is False and isinstance(image, str):
            name = reference(image).name
            here = plain(name.rpartition("/")[2]) in programs.built
            if sets or (here and "/" not in name):
                del node.fields["image_pinned"]


def _named(graph: Graph) -> None:
    """Resolves what objects of a cluster say of others by kind and name."""
    for resource in graph.of_kind("resource"):
        for link in list(resource.dangling):
            scheme, _, rest = link.symbol.partition(":")
            if scheme == "workload":
                for node in _workloads(graph, resource, *rest.split("/", 1)):
                    graph.connect(resource.id, link.role, node.id)
    by_hand = any(one.fields.get("purpose") == "traffic-set" for one in graph.of_kind("use") if one.context != "test")
    outside = {one.fields.get("tool") for one in graph.of_kind("use") if one.fields.get("purpose") == "autoscaling"}
    for node in graph.of_kind("deployment"):
        scaling = graph.linked(node, "scaled_by")
        if scaling and all("{{" in one.name for one in scaling):
            # A chart scales it where its values say so.
            node.fields.pop("scales", None)
        elif scaling:
            node.fields["scales"] = True
        elif node.fields.get("scales") is False and node.fields.get("framework") in outside:
            # A command scales some deployment of the platform, and perhaps this one.
            del node.fields["scales"]
        _rolled_out(graph, node, by_hand)


def _rolled_out(graph: Graph, node: Node, by_hand: bool) -> None:
    for one in graph.linked(node, "deployed_by"):
        rollout = _STEPS.get(str(one.fields.get("what")))
        if rollout is not None and "{{" in one.name:
            # A chart splits traffic where its values say so.
            node.fields.pop("stepwise", None)
        elif rollout is not None:
            node.fields.update({"rollout": rollout, "stepwise": True})
    if by_hand and node.fields.get("stepwise") is False:
        del node.fields["stepwise"]


def _workloads(graph: Graph, resource: Node, kind: str, name: str) -> list[Node]:
    """The deployments that are meant by kind and name, those that lie nearest; a service means what it selects."""
    every = [one for one in graph.of_kind("deployment") if one.context != "test" or resource.context == "test"]
    if kind == "Service":
        behind = [one for one in graph.of_kind("resource") if one.fields.get("what") == "Service" and one.name == name]
        names = {name, *(_last(link.symbol) for one in behind for link in one.links if link.role == "requests")}
    else:
        names = {name}
        every = [one for one in every if one.fields.get("what") in (kind, "Rollout")]
    same = [one for one in every if one.name in names or name == "*"]
    # Two expressions of a chart may well give one name.
    if not same and "{{" in name:
        folder = posixpath.dirname(resource.location.path)
        same = [one for one in every if posixpath.dirname(one.location.path) == folder and "{{" in one.name]
    longer = [one for one in every if any(one.name.startswith(f"{other}-") for other in names)]
    # An autoscaler names exactly what it scales; a selector names a label.
    loose = longer if resource.fields.get("holds") != "scaling" and len(longer) == 1 else []
    return _nearest(same or loose, posixpath.dirname(resource.location.path))


def _last(symbol: str) -> str:
    return symbol.rpartition("/")[2]
