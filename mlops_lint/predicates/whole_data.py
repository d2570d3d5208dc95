"""Data and features of a project as a whole, for repositories of which no rule of the question says anything."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.lineage import KEEPING, versioned
from mlops_lint.predicates.records import data_known
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.shown import first_yes, own, shown, texts, uses, with_field
from mlops_lint.predicates.tables import declares_checks
from mlops_lint.predicates.work import batch, data_bases, data_read, data_written, reads_of_stores

_TEXTS = frozenset({"csv", "tsv", "json", "jsonl", "txt"})
_TABLES = _TEXTS | {"parquet", "feather", "arrow", "xlsx", "avro", "orc"}
_SETTLED = (
    "sklearn.datasets.",
    "keras.datasets.",
    "torchvision.datasets.",
    "seaborn.load_dataset",
    "tensorflow.keras.datasets.",
)
_WORK = frozenset({"transform", "training", "split", "read", "write", "model"})
# They work on batches, columns or in parallel; rows one by one would have been found by a rule.
_BATCHES = frozenset(
    {"datasets", "pyspark", "dask", "polars", "cudf", "ray", "torch", "tensorflow", "keras", "sklearn", "pandas"}
)
_PLAIN = re.compile(r"(?:http|ftp)://(?!localhost|127[.]|0[.]0[.]0[.]0|host[.]docker|[a-z0-9_-]+(?::|/|$))")
_FITTED = re.compile(r"(?i)pre_?process|vectoriz|scaler|encoder|transformer|tokenizer|imputer")
_TRANSFORMS = re.compile(r"(?i)pre_?process|clean|transform|featur|encod|tokeni|normali[sz]e")
_SCHEDULES = re.compile(r"(?i)schedul|event_?rule|cron")
_CHECKS = ("data-check", "profile", "drift")


@predicate
def quality_looked_at(_project: Node, graph: Graph) -> Answer:
    """Code that runs looks for what is missing, doubled, rare or out of range, or takes it out."""
    found = uses(graph, *_CHECKS, "cleaning", "data-check-file")
    running = [one for one in found if one.context != "notebook"]
    return first_yes(shown(running), shown(_data_tests(graph)), _file_of_checks(graph))


def _data_tests(graph: Graph) -> list[Node]:
    return [one for one in graph.of_kind("assertion") if "data" in texts(one, "about")]


def _file_of_checks(graph: Graph) -> Answer:
    return Answer(True, "a file of checks") if declares_checks(graph) else Answer(False)


@predicate
def data_in_reach(_project: Node, graph: Graph) -> Answer:
    """Data is in git, in a shared store, or at a public address."""
    data = data_read(graph)
    far = [one for one in data if one.fields.get("scheme") not in (None, "local")]
    here = [one for one in data if one.fields.get("tracked") is True or one.fields.get("versioned_by") is not None]
    brought = [one for one in own(graph, "read") if one.fields.get("hub") is True or one.name.startswith(_SETTLED)]
    kept = [*uses(graph, "data-remote", "data-remote-command"), *with_field(graph, "resource", "holds", "data")]
    fetched = [*reads_of_stores(graph), *data_bases(graph), *own(graph, "http_call")]
    return first_yes(shown(here), shown(far), shown(brought), shown(kept), shown(fetched))


@predicate
def training_data_pinned(_project: Node, graph: Graph) -> Answer:
    """All data that models are trained on can be had again as it was."""
    floating = [one for one in with_field(graph, "read", "hub") if one.fields.get("pinned") is not True]
    if any(one.context != "notebook" for one in floating):
        return Answer(False)
    trainings = own(graph, "training")
    answers = [data_known(one, graph) for one in trainings]
    if any(answers):
        return shown(one for one, said in zip(trainings, answers, strict=True) if said)
    kept = [*with_field(graph, "pipeline", "artifacts"), *_kept_data(graph), *_in_git(graph, _TABLES)]
    pinned = [one for one in own(graph, "read") if one.fields.get("pinned") is True]
    data = [one for one in data_read(graph) if versioned(one, graph)]
    found = first_yes(shown(kept), shown(pinned), shown(data))
    return found if found.value else Answer(False if False in answers or data_bases(graph) else None)


def _kept_data(graph: Graph) -> list[Node]:
    """What a tool keeps by version, without what is called a model."""
    return [one for one in uses(graph, "data-kept") if not re.search(r"(?i)models?\b|\.onnx|\.pt\b", one.name)]


def _in_git(graph: Graph, extensions: frozenset[str]) -> list[Node]:
    """Files of data that git tracks."""
    files = [one for one in graph.of_kind("file") if one.context == "source" and one.fields.get("tracked") is True]
    return [one for one in files if one.fields.get("data") is True and one.fields.get("extension") in extensions]


@predicate
def text_data_in_git(_project: Node, graph: Graph) -> Answer:
    """Data lies in git as text, of which git itself shows what changed."""
    return shown(_in_git(graph, _TEXTS) if graph.of_kind("training") else ())


@predicate
def data_told(_project: Node, graph: Graph) -> Answer:
    """Some page, card or catalogue says what the data is or where it comes from."""
    purposes = ("data-description", "data-origin", "data-licence", "data-mention")
    told = [one for one in graph.of_kind("use") if one.fields.get("purpose") in purposes and one.context != "vendored"]
    described = [one for one in graph.of_kind("dataset") if graph.linked(one, "described_by")]
    described += [one for one in graph.of_kind("dataset") if one.fields.get("versioned_by") and _far(one)]
    return first_yes(shown(described), shown(told))


def _far(dataset: Node) -> bool:
    """Whether a file that pins data says at which address it was got."""
    return dataset.fields.get("scheme") in ("http", "https")


@predicate
def data_checked(_project: Node, graph: Graph) -> Answer:
    """Code that runs checks data against what is expected, or inputs of services have types."""
    checks = [one for one in uses(graph, "data-check", "data-check-file", "drift") if one.context != "notebook"]
    return first_yes(shown(checks), _file_of_checks(graph), shown(_data_tests(graph)))


@predicate
def transforms_at_scale(_project: Node, graph: Graph) -> Answer:
    """Data is transformed by libraries that work on whole columns, batches or tables."""
    learned = [one for one in own(graph, "transform") if one.fields.get("rowwise") is not True]
    sql = [one for one in data_read(graph) if one.fields.get("scheme") in ("table", "bigquery", "bq")]
    batched = [one for one in own(graph, "import") if one.fields.get("top") in _BATCHES]
    return first_yes(shown(learned), shown(sql), shown(own(graph, "data_loader")), shown(batched))


@predicate
def one_transformation(_project: Node, graph: Graph) -> Answer:
    """What transforms data for training also does it for predictions: shared code, or one saved pipeline."""
    saved = [one for one in own(graph, "training") if "pipeline" in one.name.lower()]
    trained = _functions([run for one in own(graph, "training") for run in graph.runners(one)], graph)
    asked = [one for kind in ("endpoint", "service") for one in own(graph, kind)] + batch(graph)
    shared = trained & _functions(asked, graph)
    both = [graph.nodes[id] for id in shared if _transforms(graph.nodes[id], graph)]
    # Views of a store are the same for both; what was fitted may be saved by a name of its own and loaded again.
    fitted = [one for one in own(graph, "write") if _FITTED.search(str(one.fields.get("uri", "")))]
    return first_yes(shown(saved), shown(both), shown(own(graph, "feature_view")), shown(fitted))


def _functions(runs: list[Node], graph: Graph) -> set[str]:
    around = ("within", "starts", "runs", "calls", "imports")
    found = {one.id for run in runs for one in graph.follow(run, around) if one.kind == "function" and one.own}
    return {id for id in found if graph.nodes[id].fields.get("what") == "function"}


def _last(function: Node) -> str:
    return function.name.rpartition(".")[2]


def _transforms(function: Node, graph: Graph) -> bool:
    return bool(_TRANSFORMS.search(_last(function))) or any(
        one.kind == "transform" for one in graph.linked(function, "holds")
    )


@predicate
def derived_data_kept(_project: Node, graph: Graph) -> Answer:
    """Transformed data is kept under versions: by a tool for data, a store of artifacts, or dated paths."""
    data = [one for one in data_written(graph) if one.kind == "dataset"]
    kept = [one for one in data if one.fields.get("versioned_by") or one.fields.get("cached") is True]
    kept += [one for one in data if one.fields.get("tracked") is True]
    dated = [
        one for one in own(graph, "write") if one.fields.get("dated") is True or one.fields.get("format") in KEEPING
    ]
    stores = [*with_field(graph, "pipeline", "artifacts"), *uses(graph, "data-kept")]
    return first_yes(shown(kept), shown(stores), shown(dated))


@predicate
def code_run_by_pipeline(_project: Node, graph: Graph) -> Answer:
    """A pipeline, a CI job, a Makefile or a project file runs modules that transform data or train."""
    tasks = [one for one in own(graph, "task") if any(_works(found) for found in graph.reached(one))]
    return shown(tasks)


def _works(node: Node) -> bool:
    return node.own and node.context != "notebook" and node.kind in _WORK


@predicate
def lineage_declared(_project: Node, graph: Graph) -> Answer:
    """The steps that make data declare what they read and what they leave."""
    stores = with_field(graph, "pipeline", "artifacts")
    stages = with_field(graph, "task", "lineage")
    both = [one for one in own(graph, "task") if graph.linked(one, "reads") and graph.linked(one, "writes")]
    return first_yes(shown(stores), shown(stages), shown(both))


@predicate
def refreshed_by_rule(_project: Node, graph: Graph) -> Answer:
    """A schedule, a trigger or an age renews data and features."""
    scheduled = [
        one for one in own(graph, "pipeline") if isinstance(one.fields.get("schedule"), str) and _has_data(one, graph)
    ]
    managed = with_field(graph, "pipeline", "managed")
    started = [one for one in managed if {"data", "event", "schedule"} & set(texts(one, "triggers"))]
    views = [one for one in graph.of_kind("feature_view") if one.own and one.fields.get("refreshed") is True]
    return first_yes(shown(scheduled), shown(started), shown(views), shown(clocks(graph)))


def _has_data(pipeline: Node, graph: Graph) -> bool:
    """Whether it is of an orchestrator, or reads or trains: a job of CI may only look after the code."""
    works = (
        kind for task in graph.linked(pipeline, "parts") for kind in ("read", "training") if graph.reach(task, kind)
    )
    return pipeline.fields.get("managed") is True or next(works, None) is not None


def clocks(graph: Graph) -> list[Node]:
    """Gives the schedules that infrastructure code or CI declares."""
    found = [one for one in graph.of_kind("resource") if one.own and _SCHEDULES.search(str(one.fields.get("what")))]
    return found + [one for one in own(graph, "ci_workflow") if "schedule" in texts(one, "triggers")]


@predicate
def features_weighed(_project: Node, graph: Graph) -> Answer:
    """What features are worth to a model is computed by code that runs."""
    found = uses(graph, "feature-worth", "explanation")
    # An automatic record holds importances of trees beside much else, and is no question about features.
    return shown(one for one in found if one.context != "notebook" and not one.name.endswith("autolog"))


@predicate
def relations_declared(_project: Node, graph: Graph) -> Answer:
    """It is declared how tables belong together: by keys of views in a feature store, or by tests of keys."""
    return first_yes(shown(own(graph, "feature_view")), shown(uses(graph, "relationship-test")))


@predicate
def views_declared(_project: Node, graph: Graph) -> Answer:
    """Views of a feature store name the keys by which they are joined."""
    return shown(own(graph, "feature_view"))


@predicate
def features_findable(_project: Node, graph: Graph) -> Answer:
    """A view of a feature store is described, or says whose it is."""
    views = own(graph, "feature_view")
    return shown(
        one for one in views if one.fields.get("owner") or one.fields.get("described") or one.fields.get("tagged")
    )


@predicate
def data_encrypted(_project: Node, graph: Graph) -> Answer:
    """No credential stands in a file, and neither data nor records of runs go over a connection that all can read."""
    open_ = [one for one in graph.of_kind("secret") if one.own and one.fields.get("literal") is True]
    open_ += [one for one in own(graph, "read") if _PLAIN.match(str(one.fields.get("uri", "")))]
    open_ += uses(graph, "plain-transfer", "literal-password")
    found = shown(open_)
    return (
        Answer(False, found.detail, at=found.at) if found.value else Answer(True, "neither credentials nor plain links")
    )
