"""Imports, dependencies and consumers against what the repository declares."""

import posixpath

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node
from mlops_lint.model import Location, Value

# Their tasks run in images or environments that calls and platforms put together: what is there no file need say.
_ELSEWHERE = frozenset(
    "sagemaker sagemaker_core azureml kfp kfp_tekton zenml flytekit flyte metaflow modal vertexai kale tfx mlrun "
    "databricks kubeflow fairing".split()
)
_ELSEWHERE_DOTTED = ("azure.ai.ml", "google.cloud.aiplatform")
# They come with the platform that runs the code, or with the kernel of a notebook.
_PLATFORM = frozenset(
    "airflow pyspark IPython ipykernel ipywidgets google.colab awsglue pip setuptools pkg_resources _snowflake "
    "sagemaker_containers sagemaker_training sagemaker_inference sagemaker_xgboost_container smdebug".split()
)
# Folders beside the code that they are about.
_SETTINGS = frozenset(
    "requirements environment environments env envs conda docker container dependencies deps configuration config "
    "setup build".split()
)
# Modules of people's own that are not in the tree, or are made there; distributions of these names nobody means.
_OWN_NAMES = frozenset(
    "main utils util helpers helper common consts constants config configs settings model models data dataset eval "
    "evaluate modeling train training inference predict preprocess tf plt np pd src lib scripts".split()
)


def dependencies(graph: Graph) -> None:
    """Says of every dependency whether a lock fixes its version, and whether it is metadata of a package.

    A lock stands beside the file, or above it; a file that the script of a package reads states what the package needs.
    """
    locks = [node for node in graph.of_kind("use") if node.fields.get("purpose") == "lock"]
    folders = {posixpath.dirname(node.location.path) for node in locks}
    metadata = {
        posixpath.normpath(posixpath.join(posixpath.dirname(node.location.path), str(node.fields.get("tool"))))
        for node in graph.of_kind("use")
        if node.fields.get("purpose") == "metadata"
    }
    for node in graph.of_kind("dependency"):
        path = node.location.path
        node.fields["locked"] = any(folder in folders for folder in _upwards(path))
        if path in metadata:
            node.fields["library"] = True


def images(graph: Graph) -> None:
    """Leaves open whether an image is pinned that the repository builds itself, under a name without a registry."""
    built = {node.fields.get("tool") for node in graph.of_kind("use") if node.fields.get("purpose") == "image-build"}
    for node in graph.of_kind("image"):
        reference = str(node.fields.get("reference"))
        if node.fields.get("pinned") is False and reference.rpartition("/")[2].partition(":")[0] in built:
            del node.fields["pinned"]
    for task in graph.of_kind("task"):
        name = str(task.fields.get("image")).rpartition("/")[2].partition(":")[0]
        if task.fields.get("image_pinned") is False and name in built:
            del task.fields["image_pinned"]


def imports(graph: Graph, modules: set[str]) -> None:
    """Says of the first import of each package in a project whether the project declares what provides it.

    `modules` are the import roots that the repository itself provides. The project of a file are the dependency files
    in its folder and above, where they declare at least half of what the file imports: a list of tools for the manual
    at the root says nothing about a notebook three folders below. Where there is none, or where the package may come
    by another way, `declared` is left out.
    """
    declared = _declarations(graph)
    installed = _installed(graph)
    elsewhere = _elsewhere(graph)
    files: dict[str, list[Node]] = {}
    for node in graph.of_kind("import"):
        top = str(node.fields.get("top"))
        if top not in modules | _OWN_NAMES and not top.endswith("_pb2") and node.fields.get("guarded") is False:
            files.setdefault(node.location.path, []).append(node)
    seen: set[tuple[str, bool, object]] = set()
    for path in sorted(files):
        nodes = [one for one in files[path] if one.name not in _PLATFORM and one.fields.get("top") not in _PLATFORM]
        folders = [folder for folder in _upwards(path) if folder in declared]
        known = {name for folder in folders for name in declared[folder]}
        meant = {name for folder in folders for name, whole in declared[folder].items() if whole}
        provided = [node for node in nodes if _provided(node, meant)]
        if not provided or 2 * len(provided) < len(nodes):
            continue
        near = {name for top in ("", _top(path)) for name in installed.get(top, ())}
        remote = any(folder in elsewhere for folder in _upwards(path))
        for node in sorted(nodes, key=lambda node: (node.location, node.id)):
            key = (folders[0], node.own, node.fields.get("top"))
            there = _provided(node, known)
            if key not in seen and (there or not (remote or _provided(node, near))):
                seen.add(key)
                node.fields["declared"] = there


def _declarations(graph: Graph) -> dict[str, dict[str, bool]]:
    """Folder -> what is declared for the code in it, and whether by a list that is meant to be whole.

    A list of tools for tests is not, nor is a Dockerfile: the image that it starts from brings the rest.
    """
    code = {folder for node in graph.of_kind("module") for folder in _upwards(node.location.path)}
    found: dict[str, dict[str, bool]] = {}
    for node in graph.of_kind("dependency"):
        name, path = node.fields.get("distribution"), node.location.path
        # What a notebook installs for itself says nothing of the code around it.
        if isinstance(name, str) and node.fields.get("group") != "notebook":
            whole = node.fields.get("group") in ("main", "optional") and "dockerfile" not in path.lower()
            names = found.setdefault(_home(path, code), {})
            names[name] = whole or names.get(name, False)
    return found


def _home(path: str, code: set[str]) -> str:
    """The folder that a dependency file speaks for: that above a folder of settings alone, as `requirements/`."""
    names = {one: posixpath.basename(one) for one in _upwards(path)}
    settings = [one for one in names if names[one] in _SETTINGS and (one not in code or names[one] == "requirements")]
    return posixpath.dirname(settings[-1]) if settings else posixpath.dirname(path)


def _installed(graph: Graph) -> dict[str, set[str]]:
    """First folder of a path, "" = all -> the packages that commands there install, whoever runs them."""
    found: dict[str, set[str]] = {}
    for node in graph.of_kind("use"):
        if node.fields.get("purpose") == "installation":
            top = _top(node.location.path)
            everywhere = top.startswith(".") or top in ("scripts", "docs", "docker", "ci", "setup-scripts")
            found.setdefault("" if everywhere else top, set()).add(str(node.fields.get("tool")))
    return found


def _elsewhere(graph: Graph) -> set[str]:
    """Folders whose code may run in an image that a call names: those around a module that makes such calls."""
    found: set[str] = set()
    for node in graph.of_kind("import"):
        dotted = (node.name, str(node.fields.get("top")))
        if dotted[1] in _ELSEWHERE or dotted[0].startswith(_ELSEWHERE_DOTTED):
            found.add(posixpath.dirname(posixpath.dirname(node.location.path)))
    return found


def _top(path: str) -> str:
    first, slash, _ = path.partition("/")
    return first if slash else ""


def _provided(node: Node, known: set[str]) -> bool:
    distributions = node.fields.get("distributions")
    return isinstance(distributions, tuple) and any(name in known for name in distributions)


def consumers(graph: Graph, stated: tuple[tuple[str, str], ...]) -> None:
    """Adds a consumer for every part of the repository that uses what another part publishes.

    `stated` are (of, by) of the configuration. A part is the pipeline that runs the code, else its project folder.
    """
    for kind, made, used in (("model", "saved_by", "loaded_by"), ("dataset", "written_by", "read_by")):
        for published in graph.of_kind(kind):
            if published.symbol is None or not published.symbol.startswith(f"{kind}:"):
                continue
            makers = graph.linked(published, made)
            producers = {part for node in makers for part in _publishers(published, node, graph)}
            for user in graph.linked(published, used) if producers else ():
                if _is_internal(published, user, makers, graph) or _is_of_makers(user, makers, graph):
                    continue
                for part in _parts(user, graph) - producers if not _makes(user, makers, graph) else ():
                    _add(graph, published, user, part, min(producers), stated)

    for endpoint in graph.of_kind("endpoint"):
        for call in graph.linked(endpoint, "requested_by"):
            _add_request(graph, endpoint, call, stated)


def _is_internal(published: Node, user: Node, makers: list[Node], graph: Graph) -> bool:
    """Whether data is handed on within a run, or is an asset of the same project: nobody has to declare that."""
    symbol = str(published.symbol)
    if symbol.startswith("dataset:memory://"):
        return True
    own = _project(user.location.path, graph)
    # A catalogue of the project says what its pipelines hand to one another.
    listed = symbol.startswith("dataset:asset://") or isinstance(published.fields.get("entry"), str)
    return listed and all(_project(one.location.path, graph) == own for one in makers)


def _is_of_makers(user: Node, makers: list[Node], graph: Graph) -> bool:
    """Whether a script, notebook or service lies in the project that makes what it uses, or around it.

    Two pipelines of one project are two parts of it.
    """
    if (running := _running(user, graph)) and any(_pipelines(one, graph) for one in makers):
        # It may run the same code, which writes under a name that it is given.
        same = {one.id for task in running for one in graph.reach(task, "write") if "uri" not in one.fields}
        return any(one.id in same for maker in makers for one in graph.reach(maker, "write"))
    own = _project(user.location.path, graph)
    return own == "." or any(_is_of(_project(one.location.path, graph), own) for one in makers)


def _add_request(graph: Graph, endpoint: Node, call: Node, stated: tuple[tuple[str, str], ...]) -> None:
    """A consumer of predictions: another part, that calls an endpoint of this one."""
    producer = _project(endpoint.location.path, graph)
    symbol = f"service:{producer}"
    for part in _parts(call, graph):
        id = f"consumer:{symbol}<-{part}"
        # What sends requests to the service of its own project is a part of it.
        related = producer == "." or part == "." or _is_of(part, producer) or _is_of(producer, part)
        if not related and id not in graph.nodes and call.own and endpoint.own and _answers_by_model(endpoint, graph):
            declared = any(_names(symbol, of) and _is_of(part, by) for of, by in stated)
            fields: dict[str, Value] = {
                "of": symbol, "by": part, "producer": producer, "declared": declared, "how": "request",
            }  # fmt: skip
            graph.add(Node(id, "consumer", part, call.location, call.context, fields, id))
            graph.connect(id, "consumes", endpoint.id)


def _answers_by_model(endpoint: Node, graph: Graph) -> bool:
    """Whether the program of an endpoint has a model: of predictions there are consumers, of metrics and pages not."""
    path = endpoint.location.path
    starts = (endpoint, *graph.bodies(path), *graph.in_file(path, "function"))
    held = [one for start in starts for one in graph.reached(start) if one.kind in ("model_load", "model")]
    # A pickle that pandas reads is a table.
    return any(one.fields.get("library") not in ("pandas", "numpy") for one in held)


def declare(graph: Graph, stated: dict[tuple[str, str], Location | None]) -> None:
    """Adds the consumers that the configuration names and that were not seen to consume anything."""
    for (of, by), location in stated.items():
        seen = [one for one in graph.of_kind("consumer") if _names(str(one.fields["of"]), of) and _is_of(one.name, by)]
        id = f"consumer:{of}<-{by}"
        if location is not None and not seen and id not in graph.nodes:
            graph.add(Node(id, "consumer", by, location, "source", {"of": of, "by": by, "declared": True}, id))


def _is_of(part: str, by: str) -> bool:
    return part == by or part.startswith(f"{by.rstrip('/')}/")


def _publishers(published: Node, maker: Node, graph: Graph) -> set[str]:
    """The parts that publish what a call or task makes: a local file only where a pipeline makes it."""
    if published.kind == "dataset" and published.fields.get("scheme") == "local":
        if str(published.fields.get("uri", "")).startswith(("/", "~")):
            return set()
        return _pipelines(maker, graph)
    return _parts(maker, graph)


def _makes(user: Node, makers: list[Node], graph: Graph) -> bool:
    """Whether the file that uses something also runs code that makes it: then it uses its own."""
    ids = {maker.id for maker in makers}
    bodies = graph.in_file(user.location.path, "function")
    return any(one.id in ids for body in bodies for one in graph.reached(body))


def _add(
    graph: Graph, published: Node, user: Node, part: str, producer: str, stated: tuple[tuple[str, str], ...]
) -> None:
    id = f"consumer:{published.symbol}<-{part}"
    if id in graph.nodes or not user.own:
        return
    symbol = str(published.symbol)
    declared = any(_names(symbol, of) and _is_of(part, by) for of, by in stated)
    how = "registry" if published.kind == "model" else "uri" if "://" in symbol else "path"
    fields: dict[str, Value] = {"of": symbol, "by": part, "producer": producer, "declared": declared, "how": how}
    graph.add(Node(id, "consumer", part, user.location, user.context, fields, id))
    graph.connect(id, "consumes", published.id)


def _names(symbol: str, pattern: str) -> bool:
    return symbol == pattern or symbol.partition(":")[2] == pattern


def _parts(node: Node, graph: Graph) -> set[str]:
    """The pipelines that run a piece of code; where none does, the folder of its project."""
    return _pipelines(node, graph) or {_project(node.location.path, graph)}


def _pipelines(node: Node, graph: Graph) -> set[str]:
    tasks = [node] if node.kind == "task" else [one for one in graph.runners(node) if one.kind == "task"]
    return {one.name for task in tasks for one in graph.linked(task, "part_of") if one.fields.get("managed")}


def _running(node: Node, graph: Graph) -> list[Node]:
    """All tasks of the pipelines that run a piece of code."""
    tasks = [node] if node.kind == "task" else [one for one in graph.runners(node) if one.kind == "task"]
    pipelines = {one.id: one for task in tasks for one in graph.linked(task, "part_of") if one.fields.get("managed")}
    return [task for one in pipelines.values() for task in graph.linked(one, "parts")]


def _project(path: str, graph: Graph) -> str:
    """The nearest folder with a file that makes it a project of its own; the root is `.`."""
    marks = ("pyproject.toml", "setup.py", "requirements.txt", "Dockerfile", "dvc.yaml", "MLproject")
    for folder in _upwards(path):
        if folder and any(f"{folder}/{mark}" in graph.paths.files for mark in marks):
            return folder
    return "."


def _upwards(path: str) -> list[str]:
    """The folder of a file and all above it, the root as empty text."""
    folders = []
    folder = posixpath.dirname(path)
    while folder:
        folders.append(folder)
        folder = posixpath.dirname(folder)
    return [*folders, ""]
