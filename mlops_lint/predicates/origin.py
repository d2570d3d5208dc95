"""Where data comes from, and whether what is made of it replaces what was made before."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.lineage import KEEPING, versioned
from mlops_lint.predicates.registry import Answer, predicate

# A file that is kept by version was put there by somebody, from somewhere.
_PINS = frozenset({"git", "lfs", "dvc"})
# Pickles hold models as often as tables; statements to a database change rows of it.
_TABLES = frozenset("arrow avro csv excel feather hdf5 npy npz orc parquet".split())
# Each run of these keeps its outputs in a place of its own.
_KEEPERS = frozenset("artifact run-record tracking".split())
_SCRATCH = re.compile(r"^(?:/tmp/|/opt/ml/|/dev/|/mnt/|/var/|tmp/|temp/|\.cache/)|(?:^|/)(?:te?mp|cache)[/_.]")
# What scripts are called that bring data in by means that we do not read.
_BRINGS = re.compile(
    r"(?i)(?:^|/)[^/]*(?:download|fetch|ingest|scrap|crawl|collect|kaggle|get_?data|import)[^/]*\.\w+$"
)


@predicate
def has_origin(dataset: Node, graph: Graph) -> bool | None:
    """Something in the repository makes, brings or declares this dataset; None where it lies there, or a step may."""
    around = (dataset, *graph.follow(dataset, ("inside",)))
    if any(graph.linked(one, "written_by") or graph.linked(one, "declared_by") for one in around):
        return True
    if any(isinstance(one.fields.get("origin"), str) for one in around):
        return True
    pins = {one.fields.get("versioned_by") for one in around} - {None}
    if pins - _PINS:
        return True
    if "dvc" in pins or dataset.fields.get("exists") is True or versioned(dataset, graph) is not False:
        return None
    readers = [one.location.path for one in graph.linked(dataset, "read_by")]
    # Commands in a notebook bring data too.
    return None if any(path.endswith(".ipynb") or _brings(path, graph) for path in readers) else False


@predicate
def derived(dataset: Node, graph: Graph) -> bool:
    """Code of the project writes this table out of other data, under a name that others read."""
    if _SCRATCH.search(str(dataset.fields.get("uri", ""))) or not any(
        one.own for one in graph.linked(dataset, "read_by")
    ):
        return False
    return any(_made_of_others(write, dataset, graph) for write in _writes(dataset, graph))


@predicate
def versions_kept(dataset: Node, graph: Graph) -> Answer:
    """What is written here does not replace what an earlier run wrote; None where a platform may keep it."""
    around = (dataset, *graph.follow(dataset, ("inside",)))
    fields = [one.fields for one in around]
    writes = _writes(dataset, graph)
    if any(
        one.get("versioned_by") is not None or one.get("tracked") is True or one.get("cached") is True for one in fields
    ):
        return Answer(True)
    if all(one.fields.get("dated") is True or one.fields.get("format") in KEEPING for one in writes):
        return Answer(True)
    uses = [use for one in writes for run in _runs(one, graph) for use in graph.reach(run, "use")]
    if any(use.fields.get("purpose") in _KEEPERS for use in uses) or any("uri" not in one.fields for one in writes):
        return Answer(None)
    return Answer(False, related=tuple(Related(one.location, f"{one.name} replaces it") for one in writes))


def _writes(dataset: Node, graph: Graph) -> list[Node]:
    written = [one for one in graph.linked(dataset, "written_by") if one.kind == "write" and one.own]
    return [one for one in written if one.fields.get("format") in _TABLES | KEEPING and not one.fields.get("appends")]


def _made_of_others(write: Node, dataset: Node, graph: Graph) -> bool:
    reads = [one for run in _runs(write, graph) for one in graph.reach(run, "read") if one.fields.get("data") is True]
    return any(dataset not in graph.linked(read, "reads") for read in reads)


def _runs(node: Node, graph: Graph) -> list[Node]:
    return graph.runners(node) or graph.bodies(node.location.path)


def _brings(reader: str, graph: Graph) -> bool:
    """Whether code beside a reader fetches data from elsewhere, or a script there is called as if it did."""
    if any(_BRINGS.search(path) and _beside(path, reader) for path in graph.paths.files):
        return True
    reads = [one for one in graph.of_kind("read") if one.fields.get("data") is True]
    fetched = [one for one in reads if one.fields.get("hub") is True or "://" in str(one.fields.get("uri", ""))]
    return any(one.own and _beside(one.location.path, reader) for one in (*fetched, *graph.of_kind("http_call")))


def _beside(path: str, reader: str) -> bool:
    """Whether two files are of one project: below one folder of the root, or one of them right below it."""
    return "/" not in path or "/" not in reader or path.partition("/")[0] == reader.partition("/")[0]
