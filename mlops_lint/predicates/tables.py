"""Tabular data on its way to a model: what is trained on, and how it is looked at before."""

import posixpath
import re

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.training import trains
from mlops_lint.predicates.registry import predicate

_TABLES = frozenset("arrow avro csv delta excel feather hdf5 iceberg orc parquet sql".split())
_WITH_MODELS = ("training", "model", "model_load", "service")
# Whoever trains on images, sounds or texts may have a table of their labels, of which there is little to check.
_UNSTRUCTURED = frozenset(
    "PIL albumentations cv2 datasets imageio ktext librosa nltk skimage spacy tensorflow_hub timm tokenizers "
    "torchaudio torchtext torchvision transformers".split()
)
# These make numbers of texts.
_OF_TEXTS = ("sklearn.feature_extraction.text.", "keras.preprocessing.text.", "tensorflow.keras.preprocessing.text.")
# What is called so reads what a model is asked or measured with, or what it said; `churn_prediction` is a project.
_AFTERWARDS = re.compile(
    r"(?i)^(?:batch_|run_)?(?:eval|back_?test|predict|preds?_|infer|scor(?:e|ing)|serv(?:e|ing)|drift|monitor)|"
    r"submissions?\b|feature_importances?|feat_imp|(?:^|_)pred(?:iction)?s\b"
)
_LOOKS = ("profile", "data-check", "drift")
# Great Expectations, Soda, dbt, Evidently and Deequ keep their checks in files of these names.
_CHECK_FILE = re.compile(
    r"(?:^|/)(?:great_expectations\.ya?ml|gx/|expectations/[^/]+\.json|soda/|checks?\.ya?ml|dbt_project\.ya?ml|"
    r"\w*schema\.(?:pbtxt|json|avsc))"
)
# What functions are called that may check data in ways that we do not read.
_CHECKER = re.compile(
    r"(?i)(?:validat|check|verif|assert|expect)\w*(?:data|schema|column|frame|df\b|feature|input|quality)"
)


@predicate
def may_be_trained_on(read: Node, graph: Graph) -> bool:
    """What this call reads is trained on, or nothing in the project is seen to train or to use a model."""
    if read.fields.get("trained") is False or _afterwards(read, graph) or _of_others({read.location.path}, graph):
        return False
    return trains(read, graph) or not any(one.own for kind in _WITH_MODELS for one in graph.of_kind(kind))


@predicate
def types_checked(read: Node, graph: Graph) -> bool | None:
    """None where a check of data stands in a run of this, which may look at columns and types; else False."""
    uses = [use for run in _runs(read, graph) for use in graph.reach(run, "use")]
    return None if any(use.fields.get("purpose") == "data-check" for use in uses) else False


@predicate
def on_schedule(node: Node, graph: Graph) -> bool:
    """A task of a pipeline that runs on a schedule runs this code."""
    tasks = [one for one in graph.runners(node) if one.kind == "task" and one.own]
    pipelines = [one for task in tasks for one in graph.linked(task, "part_of")]
    return any(isinstance(one.fields.get("schedule"), str) for one in pipelines)


@predicate
def trains_on_tables(_project: Node, graph: Graph) -> bool:
    """A model of the project's own is trained on a table, and not only in notebooks."""
    reads = (one for one in graph.of_kind("read") if one.own and one.context != "notebook" and _is_table(one))
    return any(trains(one, graph) and not unstructured(one, graph) for one in reads)


@predicate
def reads_tables(training: Node, graph: Graph) -> bool:
    """A run of this training reads a table, and not one that lists images, sounds or texts."""
    reads = [one for run in _runs(training, graph) for one in graph.reach(run, "read") if _is_table(one)]
    return bool(reads) and not unstructured(training, graph)


def unstructured(node: Node, graph: Graph) -> bool:
    """Whether what runs this, or comes before it in a pipeline, works on images, sounds or texts."""
    runs = _runs(node, graph)
    before = [one for run in runs for one in graph.follow(run, ("depends_on",))]
    files = {one.location.path for run in (*runs, *before) for one in graph.reached(run)}
    return _of_others({node.location.path, *files}, graph)


@predicate
def profiled(_project: Node, graph: Graph) -> bool | None:
    """Code of the project looks for what is missing, doubled or out of range; in a notebook a person looks."""
    uses = [one for one in graph.of_kind("use") if one.own]
    looks = [one for one in uses if one.fields.get("purpose") in _LOOKS]
    if any(one.fields.get("tool") != "pandas" or one.context != "notebook" for one in looks) or declares_checks(graph):
        return True
    return None if any(one.fields.get("purpose") == "cleaning" and one.context != "notebook" for one in uses) else False


@predicate
def validated(training: Node, graph: Graph) -> bool | None:
    """A check of data stands in each run of this training, or in a task before it."""
    runs = _runs(training, graph)
    before = [one for run in runs for one in graph.follow(run, ("depends_on",))]
    checks = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "data-check"]
    reached = {one.id for run in (*runs, *before) for one in graph.reach(run, "use")}
    if any(one.id in reached for one in checks):
        return True
    # Others may run before this in an order that nothing in the repository says.
    if any(one.own for one in checks) or declares_checks(graph):
        return None
    names = (one.name.rpartition(".")[2] for one in graph.of_kind("function") if one.own)
    return None if any(_CHECKER.search(name) for name in names) else False


def _runs(training: Node, graph: Graph) -> list[Node]:
    return [one for one in graph.runners(training) if one.own] or graph.bodies(training.location.path)


def _afterwards(read: Node, graph: Graph) -> bool:
    """Whether the file, the function or the data of a read is called after what comes behind a training."""
    functions = [one.name.rpartition(".")[2] for one in graph.linked(read, "within")]
    files = [posixpath.basename(path) for path in (read.location.path, str(read.fields.get("uri", "")))]
    return any(_AFTERWARDS.search(name) for name in (*files, *functions))


def _of_others(files: set[str], graph: Graph) -> bool:
    """Whether these files work on images, sounds or texts."""
    tops = {one.fields.get("top") for path in files for one in graph.in_file(path, "import")}
    made = (one for path in files for one in graph.in_file(path, "transform"))
    return bool(tops & _UNSTRUCTURED) or any(one.name.startswith(_OF_TEXTS) for one in made)


def _is_table(read: Node) -> bool:
    fields = read.fields
    return fields.get("data") is True and fields.get("trained") is not False and fields.get("format") in _TABLES


def declares_checks(graph: Graph) -> bool:
    """Says whether a file that the tools of data checks read stands in the repository."""
    return any(_CHECK_FILE.search(path) for path in graph.paths.files)
