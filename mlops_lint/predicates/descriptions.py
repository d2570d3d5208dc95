"""Whether data and models are described, and whose they are and what may be done with them is said."""

import posixpath
import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.cards import published
from mlops_lint.predicates.choices import kept
from mlops_lint.predicates.lineage import feeds_training
from mlops_lint.predicates.registry import predicate
from mlops_lint.predicates.seeding import is_run

_OWNERS_FILE = re.compile(r"(?i)(?:^|/)(?:CODEOWNERS|OWNERS|MAINTAINERS)(?:\.\w+)?$")
_LICENCE_FILE = re.compile(r"(?i)^licen[cs]e|^copying|^terms")
_DATA_PART = re.compile(r"(?i)(?:^|/)(?:data|datasets?|raw|corpus|corpora|images)(?:/|$)")
_FOREIGN = ("http", "https", "ftp", "hf", "kaggle", "openml")
_SETTINGS = re.compile(r"(?i)\.(?:ya?ml|toml|ini|cfg|env|md|py|sh|lock)$")
# What is downloaded from a place for code or for the project's own releases is its own.
_NOT_DATA = re.compile(
    r"(?i)\.(?:py|sh|whl|ya?ml|pt|pth|onnx|pkl|joblib|safetensors|html?)(?:$|\?)|localhost|127\.0\.0\.1"
)


@predicate
def source_of_training(dataset: Node, graph: Graph) -> bool:
    """Data that the repository keeps, that a model is trained on, and that nothing in the repository makes."""
    if dataset.fields.get("scheme") != "local" or not feeds_training(dataset, graph):
        return False
    around = (dataset, *graph.follow(dataset, ("inside",)))
    kept = any(one.fields.get("exists") is True or one.fields.get("versioned_by") is not None for one in around)
    made = any(graph.linked(one, "written_by") for one in around)
    settings = _SETTINGS.search(str(dataset.fields.get("uri"))) is not None
    return kept and not made and not settings and any(one.own for one in graph.linked(dataset, "read_by"))


@predicate
def data_described(dataset: Node, graph: Graph) -> bool | None:
    """A card, a catalogue or a page says what is in this data; None where some page speaks of data in passing."""
    around = (dataset, *graph.follow(dataset, ("inside",)))
    if any(graph.linked(one, "described_by") for one in around):
        return True
    name = posixpath.basename(str(dataset.fields.get("uri")))
    if any(_speaks_of(page, dataset) for page in _said(graph, "data-description")):
        return True
    named = any(one.name == name for one in _said(graph, "data-file-named"))
    return None if named or _said(graph, "data-mention") or _said(graph, "data-description") else False


@predicate
def speaks_for_foreign_data(dataset: Node, graph: Graph) -> bool:
    """The first data of others that a model of the repository is trained on."""
    return dataset.id == _first_foreign(graph)


@predicate
def licence_stated(_dataset: Node, graph: Graph) -> bool | None:
    """Some page or catalogue says under which licence data of others is used, or a licence lies beside data.

    None where a page only leads to whoever publishes the data.
    """
    if _said(graph, "data-licence"):
        return True
    files = (path.rpartition("/") for path in graph.paths.files)
    if any(_LICENCE_FILE.search(name) and _DATA_PART.search(folder) for folder, _, name in files):
        return True
    return None if _said(graph, "data-origin") else False


@predicate
def speaks_for_models(model: Node, graph: Graph) -> bool:
    """It stands for the models of a project that others use: one registered by name, else one that is loaded."""
    return model.id == _first_published(graph)


@predicate
def owner_named(_model: Node, graph: Graph) -> bool | None:
    """A registry, a card or a file of owners says whose the models are; None where only a page names somebody."""
    if any(_OWNERS_FILE.search(path) for path in graph.paths.files) or _said(graph, "model-owner"):
        return True
    # A deployment or a pipeline may carry the label of a team.
    kinds = ("deployment", "pipeline", "task")
    labelled = any(
        one.own and one.fields.get("owner") not in (None, "airflow") for k in kinds for one in graph.of_kind(k)
    )
    return None if labelled or _said(graph, "contact") else False


def _speaks_of(page: Node, dataset: Node) -> bool:
    """A page speaks of what lies in its own folder, or below it."""
    folder = posixpath.dirname(page.location.path)
    place = str(dataset.fields.get("uri"))
    readers = posixpath.dirname(dataset.location.path)
    return any(f"{one}/".startswith(f"{folder}/" if folder else "") for one in (place, readers))


@lru_cache(maxsize=64)
def _said(graph: Graph, purpose: str) -> tuple[Node, ...]:
    """Pages in documents count too, and those that a tool made; those of tests and other people's code do not."""
    return tuple(
        one
        for one in graph.of_kind("use")
        if one.fields.get("purpose") == purpose and one.context not in ("vendored", "test")
    )


@lru_cache(maxsize=8)
def _first_published(graph: Graph) -> str:
    kept_ones = [
        one
        for one in graph.of_kind("model")
        if one.own and one.fields.get("checkpoint") is not True and is_run(one, graph) and kept(one, graph)
    ]
    named = [one for one in kept_ones if isinstance(one.fields.get("registry_name"), str)]
    # Of several models that a project keeps, the one that is served is the one that a service loads.
    loaded = [one for one in kept_ones if published(one, graph) and _is_loaded(one, graph)]
    ranked = sorted(named or loaded, key=lambda one: (one.context != "source", one.location, one.id))
    return ranked[0].id if ranked else ""


def _is_loaded(model: Node, graph: Graph) -> bool:
    """Whether code of the project loads the file that this leaves."""
    reads = (read for data in graph.linked(model, "writes") for read in graph.linked(data, "read_by"))
    return any(one.kind == "model_load" and one.context == "source" for one in reads)


@lru_cache(maxsize=8)
def _first_foreign(graph: Graph) -> str:
    for one in sorted(graph.of_kind("dataset"), key=lambda one: (one.location, one.id)):
        uri = str(one.fields.get("uri"))
        if one.fields.get("scheme") in _FOREIGN and not _NOT_DATA.search(uri) and not _own_file(uri, graph):
            reads = [read for read in graph.linked(one, "read_by") if read.kind == "read" and read.own]
            if any(_trained_on(read, graph) for read in reads):
                return one.id
    return ""


def _own_file(uri: str, graph: Graph) -> bool:
    """Whether an address ends in the path of a file of this repository: it is read from its own branch."""
    parts = uri.partition("?")[0].split("/")
    return any(graph.paths.exists("/".join(parts[start:])) for start in range(3, len(parts)))


def _trained_on(read: Node, graph: Graph) -> bool:
    if read.fields.get("data") is False or read.fields.get("trained") is False:
        return False
    runs = graph.runners(read) or graph.bodies(read.location.path)
    return any(run.own and bool(graph.reach(run, "training")) for run in runs)
