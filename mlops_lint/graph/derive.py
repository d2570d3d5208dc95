"""What only the whole repository can tell: added to the graph after linking."""

import posixpath
import re

from mlops_lint.discover import Entry
from mlops_lint.extract.context import context
from mlops_lint.graph.calls import commands, instances
from mlops_lint.graph.compiled import compiled
from mlops_lint.graph.configured import configured
from mlops_lint.graph.declared import consumers, declare, dependencies, images, imports
from mlops_lint.graph.definitions import definitions, outward
from mlops_lint.graph.deployed import deployed
from mlops_lint.graph.failures import handled
from mlops_lint.graph.graph import Graph
from mlops_lint.graph.included import included, joined
from mlops_lint.graph.nodes import Node
from mlops_lint.graph.patterns import ordered_by_patterns
from mlops_lint.graph.requested import requested
from mlops_lint.graph.staged import staged
from mlops_lint.graph.templated import composed, templated
from mlops_lint.graph.training import place
from mlops_lint.graph.watched import watched
from mlops_lint.model import Location, Value
from mlops_lint.settings import Settings

DATA = frozenset(
    "arrow avro bin bz2 ckpt csv dat db dta feather gz h5 hdf hdf5 joblib jsonl keras lmdb mat model msgpack ndjson "
    "npy npz onnx orc parquet pb pickle pkl pt pth rar rds rec safetensors sav sqlite tar tfrecord tgz tsv xls xlsx "
    "zip zst".split()
)
# What the body of a module does when it is run, and not only imported.
_WORK = frozenset({"model", "training", "write"})
# The place of lakeFS within a commit, which never changes.
_COMMITTED = re.compile(r"lakefs://[^/]+/[0-9a-f]{12,64}/")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")


def derive(graph: Graph, files: tuple[Entry, ...], git: bool, settings: Settings) -> None:
    """Fills in what follows from the list of files and from all links together."""
    compiled(graph)
    included(graph)
    templated(graph)
    composed(graph)
    _files(graph, files)
    _project(graph, git)
    _datasets(graph, {entry.path: entry for entry in files})
    _settings(graph)
    instances(graph)
    configured(graph)
    definitions(graph)
    staged(graph)
    joined(graph)
    _unshared(graph)
    _starts(graph)
    _scripts(graph)
    commands(graph)
    _ordered_by_data(graph)
    ordered_by_patterns(graph)
    dependencies(graph)
    images(graph)
    imports(graph, _provided(graph))
    place(graph)
    outward(graph)
    deployed(graph)
    requested(graph)
    watched(graph)
    stated = tuple((consumer.of, consumer.by) for consumer in settings.consumers)
    consumers(graph, stated)
    declare(graph, {one: _stated_at(settings, one) for one in stated})
    handled(graph)


def _stated_at(settings: Settings, stated: tuple[str, str]) -> Location | None:
    """The place in the configuration of the repository that names a consumer; None = it stands outside."""
    if settings.config is None or not settings.config.is_relative_to(settings.root):
        return None
    line = settings.places.get(" by ".join(stated), "").rpartition(":")[2]
    return Location(settings.config.relative_to(settings.root).as_posix(), int(line) if line.isdecimal() else 1)


def _files(graph: Graph, files: tuple[Entry, ...]) -> None:
    for entry in files:
        extension = posixpath.splitext(entry.path)[1].lower().lstrip(".")
        id = f"file:{entry.path}"
        if extension in DATA or id in graph.nodes:
            fields: dict[str, Value] = {
                "size": entry.size,
                "extension": extension,
                "tracked": entry.tracked,
                "data": extension in DATA,
            }
            if entry.lfs is not None:
                fields["lfs"] = entry.lfs
            if id in graph.nodes:
                graph.nodes[id].fields.update(fields)
            else:
                graph.add(
                    Node(id, "file", entry.path, Location(entry.path), context(entry.path, b""), dict(fields), id)
                )


def _project(graph: Graph, git: bool) -> None:
    python = any(node.own for node in graph.of_kind("module"))
    graph.add(Node("project:", "project", "the repository", Location(_front(graph)), "source",
                   {"git": git, "python": python}))  # fmt: skip


def _provided(graph: Graph) -> set[str]:
    """The import roots that modules of the repository may be imported under: any part of their dotted names."""
    return {part for node in graph.of_kind("module") for part in node.name.split(".")}


def _front(graph: Graph) -> str:
    """The file that stands for the repository as a whole in a report."""
    files = graph.paths.files
    for name in ("pyproject.toml", "setup.py", "setup.cfg", "README.md", "README.rst", "README", "requirements.txt"):
        if name in files:
            return name
    return min(files, key=lambda path: (path.count("/"), path), default=".")


def _datasets(graph: Graph, files: dict[str, Entry]) -> None:
    for node in graph.of_kind("dataset"):
        uri = (node.symbol or node.id).partition(":")[2]
        scheme = _SCHEME.match(uri)
        node.fields.setdefault("uri", uri)
        node.fields["scheme"] = scheme[1] if scheme else "table" if uri.startswith("table:") else "local"
        if _COMMITTED.match(uri):
            node.fields.setdefault("versioned_by", "uri")
        if scheme is None and not uri.startswith("table:"):
            _local(graph, node, uri, files)
    _containment(graph)


def _local(graph: Graph, node: Node, path: str, files: dict[str, Entry]) -> None:
    inside = [files[path]] if path in files else [files[name] for name in graph.paths.below(path)]
    node.fields["exists"] = bool(inside)
    node.fields["tracked"] = bool(inside) and all(entry.tracked is True for entry in inside)
    if node.fields.get("versioned_by") is None and node.fields["tracked"]:
        node.fields["versioned_by"] = "lfs" if inside[0].lfs else "git"


def _containment(graph: Graph) -> None:
    local = {str(n.fields["uri"]): n for n in graph.of_kind("dataset") if n.fields["scheme"] == "local"}
    for path, node in local.items():
        parent = posixpath.dirname(path)
        while parent not in ("", "/", "."):
            if parent in local:
                graph.connect(node.id, "inside", local[parent].id)
                break
            parent = posixpath.dirname(parent)


def _settings(graph: Graph) -> None:
    """A setting that a stage names, and that no file defines, has its file and key from its symbol."""
    for node in graph.of_kind("config_key"):
        file, _, key = (node.symbol or "").removeprefix("config:").partition("#")
        if key and "file" not in node.fields:
            node.fields.update({"file": file, "key": key, "defined": False})


def _unshared(graph: Graph) -> None:
    """Takes out the methods of what a module makes for others that no other calls, with what stands in them."""
    for node in [one for one in graph.of_kind("function") if one.fields.get("what") == "shared"]:
        if not graph.linked(node, "called_by"):
            for held in [*graph.linked(node, "holds"), node]:
                graph.remove(held)


def _starts(graph: Graph) -> None:
    """To run a file is to run the body of its module and its main block."""
    for node in graph.of_kind("file"):
        for body in graph.bodies(node.name):
            graph.connect(node.id, "starts", body.id)
    for task in graph.of_kind("task"):
        for started in graph.linked(task, "starts"):
            if started.fields.get("what") == "module":
                path = started.location.path
                # `python -m` of a package runs its `__main__` too.
                main = f"{path.removesuffix('__init__.py')}__main__.py" if path.endswith("__init__.py") else ""
                for body in (*graph.bodies(path), *graph.bodies(main)):
                    graph.connect(task.id, "starts", body.id)


def _scripts(graph: Graph) -> None:
    """A module that others import is no script, nor is one of a package, unless its body does a run's work."""
    for node in list(graph.of_kind("entry_point")):
        if node.fields.get("how") == "script":
            bodies = graph.linked(node, "starts")
            folder = posixpath.dirname(node.location.path)
            packaged = posixpath.join(folder, "__init__.py") in graph.paths.files
            works = any(one.kind in _WORK for body in bodies for one in graph.linked(body, "holds"))
            if (packaged and not works) or any(graph.linked(body, "imported_by") for body in bodies):
                graph.remove(node)


def _ordered_by_data(graph: Graph) -> None:
    """Where an orchestrator orders by declared data, a reader waits for the writer, across files too."""
    for task in graph.of_kind("task"):
        if task.fields.get("lineage") is True:
            for read in graph.linked(task, "reads"):
                for data in graph.same_data(read):
                    for writer in graph.linked(data, "written_by"):
                        if writer.kind == "task" and writer is not task and writer.fields.get("lineage") is True:
                            graph.connect(task.id, "depends_on", writer.id)
