"""Imports, dependencies and consumers against what the repository declares."""

import posixpath

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node
from mlops_lint.model import Value


def dependencies(graph: Graph) -> None:
    """Says of every dependency whether a lock file beside it, or above it, fixes its version."""
    locks = [node for node in graph.of_kind("use") if node.fields.get("purpose") == "lock"]
    folders = {posixpath.dirname(node.location.path) for node in locks}
    for node in graph.of_kind("dependency"):
        node.fields["locked"] = any(folder in folders for folder in _upwards(node.location.path))


def imports(graph: Graph, modules: set[str]) -> None:
    """Says of the first import of each package in a project whether the project declares what provides it.

    `modules` are the import roots that the repository itself provides. The project of a file are the dependency files
    in its folder and above, where they declare anything that the file imports: a list of tools for the manual at the
    root says nothing about a notebook three folders below. Where there is none, `declared` is left out.
    """
    declared: dict[str, set[str]] = {}
    for node in graph.of_kind("dependency"):
        name = node.fields.get("distribution")
        if isinstance(name, str):
            declared.setdefault(posixpath.dirname(node.location.path), set()).add(name)
    files: dict[str, list[Node]] = {}
    for node in graph.of_kind("import"):
        if str(node.fields.get("top")) not in modules:
            files.setdefault(node.location.path, []).append(node)
    seen: set[tuple[str, str, object]] = set()
    for path in sorted(files):
        nodes = sorted(files[path], key=lambda node: (node.location, node.id))
        folders = [folder for folder in _upwards(path) if folder in declared]
        known = {name for folder in folders for name in declared[folder]}
        if any(_provided(node, known) for node in nodes):
            for node in nodes:
                key = (folders[0], node.context, node.fields.get("top"))
                if key not in seen and node.fields.get("guarded") is False:
                    seen.add(key)
                    node.fields["declared"] = _provided(node, known)


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
            producers = {part for node in graph.linked(published, made) for part in _publishers(published, node, graph)}
            for user in graph.linked(published, used):
                for part in _parts(user, graph) - producers if producers else ():
                    _add(graph, published, user, part, min(producers), stated)


def _publishers(published: Node, maker: Node, graph: Graph) -> set[str]:
    """The parts that publish what a call or task makes: a local file only where a pipeline makes it."""
    if published.kind == "dataset" and published.fields.get("scheme") == "local":
        if str(published.fields.get("uri", "")).startswith(("/", "~")):
            return set()
        return _pipelines(maker, graph)
    return _parts(maker, graph)


def _add(
    graph: Graph, published: Node, user: Node, part: str, producer: str, stated: tuple[tuple[str, str], ...]
) -> None:
    id = f"consumer:{published.symbol}<-{part}"
    if id in graph.nodes or user.context not in ("source", "notebook"):
        return
    symbol = str(published.symbol)
    declared = any(_names(symbol, of) and (part == by or part.startswith(f"{by.rstrip('/')}/")) for of, by in stated)
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
