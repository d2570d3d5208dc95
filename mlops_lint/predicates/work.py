"""What a project does as a whole: this decides which questions are asked of it."""

import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.endpoints import predicts
from mlops_lint.predicates.models import serves_model
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.seeding import is_run
from mlops_lint.predicates.shown import first_yes, own, shown, uses, with_field
from mlops_lint.predicates.steps import steps

_PREDICTS = re.compile(
    r"(?i)(?:^|[/_. -])(?:batch[_-]?)?(?:predict|inference|infer|scor(?:e|ing))(?:ions?|or)?(?=$|[/_. -])"
)
_CHANGING = re.compile(
    r"(?i)^(?:bigquery|bq|table|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|snowflake|jdbc|redshift|kafka|sql)$"
)
_TRAINS = re.compile(r"(?i)(?:^|[/_. -])(?:re)?train(?:ing|er)?(?=$|[/_. -])")
_CRAWLS = re.compile(r"(?i)scrap|crawl|(?:^|[_-])etl(?:$|[_-])|(?:collect|new)[_-]?data|stream(?!lit)")
_STORES = frozenset(
    "google boto3 s3fs gcsfs fsspec awswrangler azure sqlalchemy pymongo datasets huggingface_hub kagglehub "
    "openml".split()
)
_DATA_BASES = frozenset(
    "pymongo motor sqlalchemy psycopg2 psycopg mysql pymysql pyodbc snowflake clickhouse_driver clickhouse_connect "
    "cassandra elasticsearch qdrant_client influxdb_client oracledb cx_Oracle".split()
)
_REMOTE = frozenset("s3 gs gcs abfs abfss wasbs az adl http https hf table bigquery bq dbfs r2 kaggle openml".split())


@predicate
def predicts_for_use(_project: Node, graph: Graph) -> Answer:
    """A service answers with a model, one is deployed, or a job writes predictions for others."""
    return predictions(graph)


@lru_cache(maxsize=1)
def predictions(graph: Graph) -> Answer:
    """Says whether something predicts for use: a service, a deployment, a job for many rows."""
    services = [one for one in graph.of_kind("service") if one.own and serves_model(one, graph)]
    deployed = with_field(graph, "deployment", "serves_model")
    asked = [one for one in own(graph, "endpoint") if _answers(one, graph)]
    return first_yes(shown(services), shown(deployed), shown(asked), shown(batch(graph)))


def _answers(endpoint: Node, graph: Graph) -> bool:
    hosted = endpoint.fields.get("hosted") is True and _trained(graph).value is True
    return predicts(endpoint, graph) is True or hosted


def batch(graph: Graph) -> list[Node]:
    """Gives what has a model predict for many rows at a time: tasks, and calls of platforms that do it."""
    tasks = [*platform_batch(graph), *scripts(graph)]
    tasks += [one for one in own(graph, "task") if one.fields.get("purpose") in ("predict", "batch-predict", "score")]
    tasks += [one for one in own(graph, "task") if _PREDICTS.search(one.name) and not _trains(one, graph)]
    return [one for one in tasks if one.kind != "task" or one.fields.get("remote") is not False]


def scripts(graph: Graph) -> list[Node]:
    """Gives the predictions of files that are called so or write a table, and neither train nor answer requests."""
    return [
        one
        for one in uses(graph, "prediction", "parallel-prediction")
        if one.context == "source"
        and not any(graph.in_file(one.location.path, kind) for kind in ("training", "endpoint"))
        and (_is_job(one.location.path, graph) or _writes(one, graph))
    ]


def _writes(prediction: Node, graph: Graph) -> bool:
    """Whether the file of a prediction loads a model and writes a table, without measuring the model."""
    path = prediction.location.path
    written = any(one.fields.get("format") in _DATA for one in graph.in_file(path, "write"))
    # What a cluster makes of a whole table is written as one, by calls that are not described.
    written = written or prediction.fields.get("purpose") == "parallel-prediction"
    return written and bool(graph.in_file(path, "model_load")) and not graph.in_file(path, "evaluation")


def _is_job(path: str, graph: Graph) -> bool:
    """Whether a file is called after a job that predicts; one called `predict` may only try a model, or write."""
    name = path.rpartition("/")[2].rpartition(".")[0]
    if not _PREDICTS.search(name):
        return False
    return "predict" not in name.lower() or "batch" in name.lower() or bool(graph.in_file(path, "write"))


def platform_batch(graph: Graph) -> list[Node]:
    """Gives the calls by which a platform predicts, in as many copies as it is told, and keeps the result."""
    return uses(graph, "batch-prediction")


def _trains(task: Node, graph: Graph) -> bool:
    return "train" in steps(task, graph)


@predicate
def releases_models(_project: Node, graph: Graph) -> Answer:
    """A model is deployed, promoted or served by something of the repository."""
    deploys = [one for one in own(graph, "task") if {"deploy"} & steps(one, graph) and _of_model(one, graph)]
    return first_yes(predictions(graph), shown(uses(graph, "promotion", "model-stage")), shown(deploys))


def _of_model(task: Node, graph: Graph) -> bool:
    """Whether a task deploys a model and not some program: in a repository without services there is nothing else."""
    return any(one.own for one in graph.of_kind("training")) and not graph.linked(task, "deploys")


@predicate
def hands_on_models(_project: Node, graph: Graph) -> Answer:
    """A model is served, deployed, or registered under a name for others."""
    named = [one for one in own(graph, "model") if isinstance(one.fields.get("registry_name"), str)]
    hub = [one for one in own(graph, "model") if "push_to_hub" in one.name]
    return first_yes(predictions(graph), shown(named), shown(hub))


@predicate
def reads_data(_project: Node, graph: Graph) -> Answer:
    """The project's own code or pipelines read data."""
    return first_yes(shown([*with_field(graph, "read", "data"), *data_read(graph)]), shown(data_bases(graph)))


def data_bases(graph: Graph) -> list[Node]:
    """Gives the imports of clients of data bases: what they read is seldom seen at a call."""
    return [one for one in own(graph, "import") if one.fields.get("top") in _DATA_BASES]


def reads_of_stores(graph: Graph) -> list[Node]:
    """Gives the calls of own code that read from a store or a data base that colleagues share."""
    far = [one for one in own(graph, "read") if one.fields.get("library") in _STORES]
    return far + [one for one in own(graph, "read") if one.fields.get("format") in ("sql", "table")]


def data_read(graph: Graph) -> list[Node]:
    """Gives the datasets that own code or tasks read."""
    return [one for one in graph.of_kind("dataset") if any(_reads(who) for who in graph.linked(one, "read_by"))]


def _reads(reader: Node) -> bool:
    """Whether what reads a file takes it for data: what loads a model does not."""
    return reader.own and reader.kind != "model_load"


@predicate
def moves_data(_project: Node, graph: Graph) -> Answer:
    """Credentials are taken from outside, or data comes over a network."""
    far = [one for one in graph.of_kind("dataset") if one.fields.get("scheme") in _REMOTE and _is_read(one, graph)]
    calls = own(graph, "http_call")
    secrets = [one for one in graph.of_kind("secret") if one.own and one.fields.get("literal") is False]
    stores = [*with_field(graph, "resource", "holds", "data"), *reads_of_stores(graph), *data_bases(graph)]
    hub = with_field(graph, "read", "hub")
    sent = uses(graph, "data-remote", "tracking")
    return first_yes(shown(secrets), shown(far), shown(calls), shown(stores), shown(hub), shown(sent))


def _is_read(dataset: Node, graph: Graph) -> bool:
    return any(one.own for one in graph.linked(dataset, "read_by"))


@predicate
def writes_data(_project: Node, graph: Graph) -> Answer:
    """The project's own code writes data sets that it made of others, or its steps hand artifacts on."""
    return first_yes(shown(data_written(graph)), shown(with_field(graph, "pipeline", "artifacts")))


_DATA = frozenset(
    "binary arrow avro csv delta feather hdf5 npy npz orc parquet table tfrecord sql jsonl iceberg".split()
)


def data_written(graph: Graph) -> list[Node]:
    """Gives the data sets that tasks make of others, and the writes of tables in own code outside of notebooks."""
    found = [one for one in graph.of_kind("dataset") if _made(one, graph)]
    return found + [one for one in own(graph, "write") if one.fields.get("format") in _DATA]


def _made(dataset: Node, graph: Graph) -> bool:
    """Whether a task that reads data writes this, which is neither a model nor what is measured of one."""
    makers = [one for one in graph.linked(dataset, "written_by") if one.kind == "task" and one.own]
    return any(graph.linked(one, "reads") and "train" not in steps(one, graph) for one in makers)


_FIXED = re.compile(
    r"(?i)\.(?:csv|tsv|json|jsonl|txt|zip|tar|t?gz|bz2|xz|7z|parquet|pkl|npy|npz|h5|xlsx?|jpe?g|png)(?:$|[?#])"
)


@predicate
def source_changes(_project: Node, graph: Graph) -> Answer:
    """What is trained on or turned into features comes out of something that changes: a data base, an API, a stream."""
    sources = [
        one
        for one in data_read(graph)
        if _CHANGING.match(str(one.fields.get("scheme"))) and not graph.linked(one, "written_by")
    ]
    # What a stage or a DAG fetches over the network is another thing tomorrow.
    calls = [one for one in own(graph, "http_call") if _in_pipeline(one, graph) or _in_fetcher(one, graph)]
    calls += [one for one in own(graph, "http_call") if _asks_anew(one, graph)]
    reads = [one for one in own(graph, "read") if one.fields.get("format") in ("sql", "table")]
    tasks = [one for one in own(graph, "task") if _CRAWLS.search(one.name)]
    return first_yes(shown(sources), shown(reads), shown(tasks), shown(calls))


def _in_pipeline(call: Node, graph: Graph) -> bool:
    return any(one.kind == "task" and one.fields.get("managed") is not False for one in graph.runners(call))


def _asks_anew(call: Node, graph: Graph) -> bool:
    """Whether a script asks an address that is no file, and writes the answer as a table that others read."""
    tables = [one for one in graph.in_file(call.location.path, "write") if one.fields.get("format") in _DATA]
    read = any(
        reader.own for one in tables for data in graph.linked(one, "writes") for reader in graph.linked(data, "read_by")
    )
    uri = call.fields.get("uri")
    return read and isinstance(uri, str) and not _FIXED.search(uri)


def _in_fetcher(call: Node, graph: Graph) -> bool:
    return any(_CRAWLS.search(body.name) for body in graph.linked(call, "within"))


@predicate
def keeps_settings(_project: Node, graph: Graph) -> Answer:
    """Settings are read from files, the environment or a command line."""
    keys = [one for one in own(graph, "config_key") if one.fields.get("defined") is True]
    keys += [one for one in graph.of_kind("config_key") if any(body.own for body in graph.linked(one, "within"))]
    checked = uses(graph, "settings-check", "settings-class")
    return first_yes(shown(keys), shown(own(graph, "option")), shown(own(graph, "env_var")), shown(checked))


@predicate
def trains_for_production(_project: Node, graph: Graph) -> Answer:
    """A model is trained here and predicts here, or a managed pipeline trains it."""
    trains = [one for one in graph.of_kind("training") if one.own]
    if not trains:
        return Answer(False)
    pipelines = [one for one in training_pipelines(graph) if _runs_itself(one)]
    return first_yes(predictions(graph), shown(pipelines))


def orchestrators(graph: Graph) -> list[Node]:
    """Gives the pipelines of orchestrators that run by themselves."""
    return [one for one in own(graph, "pipeline") if _runs_itself(one)]


def _runs_itself(pipeline: Node) -> bool:
    """Whether it is of an orchestrator that runs by itself, and not of a tool that people start."""
    fields = pipeline.fields
    may = any(fields.get(name) is not False for name in ("schedulable", "alertable"))
    return fields.get("managed") is True and (may or fields.get("artifacts") is True)


def installed(graph: Graph) -> tuple[list[Node], list[Node]]:
    """Gives what the project installs to run, and what of it has one version."""
    every = [one for one in own(graph, "dependency") if one.fields.get("group") == "main"]
    return every, [one for one in every if one.fields.get("pinned") is True or one.fields.get("locked") is True]


def training_pipelines(graph: Graph) -> list[Node]:
    """Gives the pipelines of the project's own with a task that trains, or is called so and starts what is not seen."""
    return [
        one
        for one in graph.of_kind("pipeline")
        if one.own and any(_may_train(task, graph) for task in graph.linked(one, "parts"))
    ]


def _may_train(task: Node, graph: Graph) -> bool:
    # A platform trains in a place of its own, by a script that it is given as an address.
    return _trains(task, graph) or (task.fields.get("remote") is not False and bool(_TRAINS.search(task.name)))


@predicate
def trains_here(_project: Node, graph: Graph) -> Answer:
    """Own code trains a model, or a step of a pipeline has a platform train one."""
    return _trained(graph)


@lru_cache(maxsize=1)
def _trained(graph: Graph) -> Answer:
    trained = [one for one in graph.of_kind("training") if one.own and is_run(one, graph)]
    purposes = ("train", "tune", "automl")
    steps_ = [one for one in own(graph, "task") if one.fields.get("purpose") in purposes]
    return first_yes(shown(trained), shown(steps_))
