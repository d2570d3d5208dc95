"""Whether a notebook can be run again as it stands."""

import posixpath
import re

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

_WORK = ("read", "write", "transform", "training", "model")
_TABLES = frozenset(
    "csv parquet pickle feather hdf5 avro arrow orc delta iceberg npy npz excel sql tfrecord svmlight zarr".split()
)
# Written to be looked at, or handed in, and not to be built upon.
_SHOWN = re.compile(
    r"(?i)submi|predict|\boof|_oof|result|report|metric|score|log|output|config|param|example|sample|^/tmp/|^$"
)


# What is kept, but no longer meant to be run, and copies of notebooks.
_ASIDE = re.compile(
    r"(?i)(?:^|[/_ -])(?:deprecated|archived?|old|legacy|scratch|sandbox|playground|drafts?|trash|backup)(?=[/_ -])|"
    r"-Copy\d*\.ipynb$"
)
_TRIED = re.compile(r"(?i)(?:^|[/_ -])(?:experiment|explor|eda\b|research)")


@predicate
def installs_packages(notebook: Node, graph: Graph) -> bool:
    """A cell of the notebook installs packages by name."""
    return bool(_installed(notebook, graph))


@predicate
def installs_exactly(notebook: Node, graph: Graph) -> Answer:
    """All that the cells of the notebook install has one version."""
    installed = _installed(notebook, graph)
    loose = [one for one in installed if one.fields.get("pinned") is False]
    if loose:
        names = [f"{one.name}{one.fields.get('specifier') or ''}" for one in loose]
        more = "" if len(names) <= 3 else f" and {len(names) - 3} more"
        return Answer(False, ", ".join(names[:3]) + more, at=loose[0].location)
    return Answer(None if any("pinned" not in one.fields for one in installed) else True)


@predicate
def run_in_order(notebook: Node, graph: Graph) -> Answer:
    """The cells were run from the first to the last, and define names before they use them."""
    cells = sorted(graph.in_file(notebook.location.path, "cell"), key=lambda cell: int(str(cell.fields["number"])))
    for cell in cells:
        names = cell.fields.get("late")
        if isinstance(names, tuple) and names:
            return Answer(False, f"{cell.name} uses '{names[0]}', which only a cell below it defines", at=cell.location)
    before: Node | None = None
    for cell in cells:
        count = _count(cell)
        if count is None:
            continue
        if before is not None and count < (last := _count(before) or 0):
            detail = f"{cell.name} was run as number {count}, {before.name} above it as number {last}"
            return Answer(False, detail, (Related(before.location, f"run as number {last}"),), cell.location)
        before = cell
    return Answer(True if before is not None else None)


def _installed(notebook: Node, graph: Graph) -> list[Node]:
    found = graph.in_file(notebook.location.path, "dependency")
    return sorted((one for one in found if one.fields.get("group") == "notebook"), key=lambda one: one.location)


def _count(cell: Node) -> int | None:
    count = cell.fields.get("count")
    return count if isinstance(count, int) else None


@predicate
def leaves_results(notebook: Node, graph: Graph) -> bool:
    """Running the notebook leaves data that it has transformed, or a model that it has trained."""
    if _ASIDE.search(notebook.location.path):
        return False
    return bool(_results([*graph.reached(notebook), *_cells(notebook, graph)]))


@predicate
def results_repeatable(notebook: Node, graph: Graph) -> Answer:
    """What the notebook leaves is made by a module that it imports, or something runs the notebook."""
    made = _results(_cells(notebook, graph))
    if not made or _run_by(notebook, graph):
        return Answer(True)
    first = min(made, key=lambda one: (one.kind != "model", one.location))
    what = "trains and saves a model" if first.kind == "model" else "transforms data and writes it"
    draft = _trains_elsewhere(graph) if first.kind == "model" else _written_elsewhere(made, notebook, graph)
    unsure = draft or _perhaps_run(notebook, graph)
    return Answer(None if unsure else False, what, at=first.location)


def _cells(notebook: Node, graph: Graph) -> list[Node]:
    """What stands in the cells themselves."""
    return [one for kind in _WORK for one in graph.in_file(notebook.location.path, kind)]


def _results(nodes: list[Node]) -> list[Node]:
    """The models that are saved where one is trained, the data that are written where some are read."""
    kinds = {one.kind for one in nodes if one.kind != "read" or one.fields.get("data") is True}
    models = [one for one in nodes if one.kind == "model" and one.fields.get("checkpoint") is not True]
    written = [one for one in nodes if one.kind == "write" and _is_data(one)]
    return [*(models if "training" in kinds else ()), *(written if "read" in kinds else ())]


def _is_data(write: Node) -> bool:
    uri = str(write.fields.get("uri", ""))
    return write.fields.get("format") in _TABLES and not _SHOWN.search(uri)


def _trains_elsewhere(graph: Graph) -> bool:
    """Whether a script or a task of the project's own trains: the notebook may be a draft of it."""
    return any(_is_script(one) for kind in ("training", "model") for one in graph.of_kind(kind))


def _written_elsewhere(made: list[Node], notebook: Node, graph: Graph) -> bool:
    """Whether a script writes a file of such a name, or any, where the notebook is an experiment nobody reads."""
    scripts = [one for one in graph.of_kind("write") if _is_script(one)]
    names = {posixpath.basename(str(one.fields.get("uri", ""))) for one in made} - {""}
    if any(posixpath.basename(str(one.fields.get("uri", ""))) in names for one in scripts):
        return True
    read = [reader for one in made for data in graph.linked(one, "writes") for reader in graph.linked(data, "read_by")]
    tried = _TRIED.search(notebook.location.path) is not None
    return tried and not any(map(_is_script, read)) and any(_is_data(one) for one in scripts)


def _is_script(node: Node) -> bool:
    return node.own and not node.location.path.endswith(".ipynb")


def _run_by(notebook: Node, graph: Graph) -> bool:
    """Whether a task, a command or another notebook runs it."""
    path = notebook.location.path
    file = graph.nodes.get(f"file:{path}")
    runs = [*graph.runners(notebook), *(graph.linked(file, "run_by") if file is not None else ())]
    return any(one.location.path != path for one in runs)


def _perhaps_run(notebook: Node, graph: Graph) -> bool:
    """Whether something runs a notebook of this name in a place that is not seen, or all notebooks of a folder."""
    name = posixpath.basename(notebook.location.path)
    runs = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "notebook-run"]
    platform = any(one.fields.get("purpose") == "run-record" for one in graph.in_file(notebook.location.path, "use"))
    return platform or any(one.fields.get("tool") in (name, "*") for one in runs)
