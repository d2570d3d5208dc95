"""The data dictionary: every kind of subject as a typed record.

A field that is not set cannot be known; None means that the argument or setting is absent.
`mlops-lint vocabulary` prints this module, and rules are checked against it when they are loaded.
"""

from typing import Annotated, get_type_hints

import msgspec
from msgspec import UNSET, UnsetType

from mlops_lint.model import Link, Location, Ref, Subject, Value

Text = str | None | Ref | UnsetType
Flag = bool | None | Ref | UnsetType
Number = int | float | None | Ref | UnsetType
Texts = tuple[str, ...] | UnsetType
Any_ = None | bool | int | float | str | tuple[str, ...] | Ref | UnsetType


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind has: `name`, `path`, `line`, `context`, `symbol` and `id` are added to its own fields."""


class Dataset(Kind, frozen=True, tag="dataset"):
    """A body of data under one path, URI, table or hub name; all mentions of it are one subject."""

    uri: Annotated[Text, "the path from the root of the repository, the URI, or the table"] = UNSET
    scheme: Annotated[Text, "local, s3, gs, http, https, hf, table, ..."] = UNSET
    exists: Annotated[Flag, "a local file or folder of the repository"] = UNSET
    tracked: Annotated[Flag, "git tracks the file, or files below the folder"] = UNSET
    versioned_by: Annotated[Text, "what pins its content: dvc, git, lfs, uri, revision, ...; null = nothing"] = UNSET
    cached: Annotated[Flag, "a stage output that its tool keeps a version of"] = UNSET


class Read(Kind, frozen=True, tag="read"):
    """A call that brings data in: from a file, a URL, a bucket, a table or a hub."""

    library: Annotated[Text, "the import root, as `pandas`"] = UNSET
    uri: Annotated[Text, "path or URI as written, or the name in the hub"] = UNSET
    format: Annotated[Text, "csv, parquet, json, text, pickle, image, ..."] = UNSET
    data: Annotated[Flag, "the call reads data; false for configuration or code"] = UNSET
    hub: Annotated[Flag, "downloads from a public hub that has revisions"] = UNSET
    revision: Annotated[Any_, "the revision, version or object version that is asked for"] = UNSET
    pinned: Annotated[Flag, "what is read is fixed: by a revision or checksum, or it ships with the library"] = UNSET
    verify: Annotated[Flag, "false = certificate or host key is not checked"] = UNSET
    trained: Annotated[Flag, "false = the file trains, but on nothing of this"] = UNSET
    protected: Annotated[Texts, "columns in this file that name what people must not be judged by"] = UNSET
    typed: Annotated[Flag, "the call states columns of the table, or their types"] = UNSET
    drops: Annotated[Flag, "lines that do not parse are left out without a word"] = UNSET
    personal: Annotated[Texts, "columns named like personal data that the file takes from it"] = UNSET
    hidden: Annotated[Flag, "the file drops, hashes or masks these columns"] = UNSET
    sampled: Annotated[Flag, "a number in the code says how many rows are read"] = UNSET


class Write(Kind, frozen=True, tag="write"):
    """A call that leaves data, a model or a table behind."""

    library: Annotated[Text, "the import root, as `pandas`"] = UNSET
    uri: Annotated[Text, "path, URI or table as written"] = UNSET
    format: Annotated[Text, "csv, parquet, json, text, pickle, model, ..."] = UNSET
    mode: Annotated[Text, "the mode as written: w, a, append, overwrite, replace"] = UNSET
    appends: Annotated[Flag, "adds to what is there, so that twice is not once"] = UNSET
    dated: Annotated[Flag, "the name is made from the clock, a uuid or a random number"] = UNSET


class File(Kind, frozen=True, tag="file"):
    """A file of the repository."""

    size: Annotated[Number, "bytes"] = UNSET
    extension: Annotated[Text, "lower case, without the dot"] = UNSET
    tracked: Annotated[Flag, "git tracks it; null = not a git repository"] = UNSET
    lfs: Annotated[Flag, "Git LFS keeps its content"] = UNSET
    data: Annotated[Flag, "data or a model, by its extension"] = UNSET


class PathUse(Kind, frozen=True, tag="path"):
    """A path that stands in code or configuration."""

    value: Annotated[Text, "as written"] = UNSET
    private: Annotated[Flag, "absolute, into one person's machine or account"] = UNSET


class Secret(Kind, frozen=True, tag="secret"):
    """A credential that stands in a file, whose value is never kept, or that code takes from the environment."""

    what: Annotated[Text, "the sort of credential, as `AWS access key`"] = UNSET
    where: Annotated[Text, "code, configuration, notebook source or output, environment"] = UNSET
    literal: Annotated[Flag, "the value itself stands there"] = UNSET


class RandomCall(Kind, frozen=True, tag="random_call"):
    """A draw of random numbers."""

    generator: Annotated[Text, "whose state is used: python, numpy, torch, tensorflow, jax, spark, ..."] = UNSET
    fresh: Annotated[Flag, "makes a generator of its own, which no global seed reaches"] = UNSET
    seed: Annotated[Any_, "the seed that the call takes"] = UNSET
    seedable: Annotated[Flag, "the call itself takes a seed"] = UNSET


class SeedCall(Kind, frozen=True, tag="seed_call"):
    """A call that seeds generators for the whole process."""

    generators: Annotated[Texts, "which generators it seeds"] = UNSET
    seed: Annotated[Any_, "the seed; null = from entropy"] = UNSET
    clock: Annotated[Flag, "the seed is the clock, entropy, a uuid, a hash or the process id"] = UNSET
    workers: Annotated[Flag, "reaches the worker processes of data loaders too"] = UNSET


class Determinism(Kind, frozen=True, tag="determinism"):
    """A setting that makes kernels give the same results at every run, or lets them differ."""

    exact: Annotated[Flag, "true = the same results; false = kernels are chosen that may differ"] = UNSET


class DataLoader(Kind, frozen=True, tag="data_loader"):
    """A loader that puts batches together, by worker processes or by itself."""

    shuffles: Annotated[Flag, "rows are drawn at random"] = UNSET
    workers: Annotated[Flag, "worker processes load"] = UNSET
    seeded: Annotated[Flag, "has a generator of its own, or a function that seeds its workers"] = UNSET
    generator: Annotated[Text, "whose state is used without a seed: torch"] = UNSET


class Listing(Kind, frozen=True, tag="listing"):
    """A list of files, or the items of a set, in an order that nothing promises."""

    function: Annotated[Text, "its full name"] = UNSET
    sorted: Annotated[Flag, "sorted before it is used"] = UNSET
    collected: Annotated[Flag, "its order becomes that of rows, samples or class numbers"] = UNSET


class Split(Kind, frozen=True, tag="split"):
    """A division of data into parts for training and evaluation."""

    function: Annotated[Text, "its full name"] = UNSET
    shuffles: Annotated[Flag, "rows are drawn at random"] = UNSET
    seed: Annotated[Any_, "the seed that the call takes"] = UNSET
    generator: Annotated[Text, "whose state is used without a seed: numpy, torch, ..."] = UNSET
    by_group: Annotated[Flag, "rows of one group stay together"] = UNSET
    in_order: Annotated[Flag, "by position or time, not by chance"] = UNSET
    time_ordered: Annotated[Flag, "the rows follow one another in time: lags or windows were made of them"] = UNSET
    after_resampling: Annotated[Flag, "rows were drawn again or made from others before it"] = UNSET


class Estimator(Kind, frozen=True, tag="estimator"):
    """A model or search that is constructed in order to be fitted."""

    library: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    random: Annotated[Flag, "its fit draws random numbers with the given arguments"] = UNSET
    seed: Annotated[Any_, "the seed that the constructor takes"] = UNSET
    generator: Annotated[Text, "the global generator that it uses without a seed"] = UNSET
    hyperparameters: Annotated[Texts, "those that matter most; not set = it has none that do"] = UNSET
    searched: Annotated[Flag, "values of these are tried in a loop or a search"] = UNSET
    weighted: Annotated[Flag, "rare classes are given more weight"] = UNSET
    configured: Annotated[Flag, "at least one of these is set, or searched for"] = UNSET


class Transform(Kind, frozen=True, tag="transform"):
    """A step that learns from data: scaler, imputer, mean that fills gaps, ...; or one that works on a data frame."""

    library: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    method: Annotated[Text, "fit, fit_transform, fit_resample, ..."] = UNSET
    learns: Annotated[Text, "categories = no more than which values there are"] = UNSET
    adds_rows: Annotated[Flag, "copies rows, or makes new ones from several"] = UNSET
    before_split: Annotated[Flag, "what it was fitted on is split into parts afterwards"] = UNSET
    on_test: Annotated[Flag, "fitted on a test or validation part"] = UNSET
    frame: Annotated[Flag, "works on a data frame, and learns nothing"] = UNSET
    rowwise: Annotated[Flag, "goes through a data frame row by row, or grows it so"] = UNSET
    gathers: Annotated[Flag, "brings distributed data to one machine"] = UNSET
    reduced: Annotated[Flag, "what it brings is a few rows, or an aggregate"] = UNSET


class Join(Kind, frozen=True, tag="join"):
    """Two tables brought together by the values of their keys."""

    library: Annotated[Text, "the import root, as `pandas`"] = UNSET
    keys: Annotated[Flag, "the call names the keys"] = UNSET
    how: Annotated[Flag, "the call says which rows stay: inner, left, outer, ..."] = UNSET
    checked: Annotated[
        Flag, "what key meets what is demanded, follows from how a side was made, or rows are counted"
    ] = UNSET


class Feature(Kind, frozen=True, tag="feature"):
    """A feature that a feature store is told of; its name is `view:field`."""

    framework: Annotated[Text, "the feature store, as `feast`"] = UNSET
    view: Annotated[Text, "the view, or group, that it belongs to"] = UNSET
    variable: Annotated[Text, "what the view is called in the code; null = nothing"] = UNSET


class Training(Kind, frozen=True, tag="training"):
    """A call that trains a model."""

    library: Annotated[Text, "the import root, as `sklearn`, `torch`"] = UNSET
    draws: Annotated[Texts, "the global generators that it draws from"] = UNSET
    held_out: Annotated[Flag, "the file measures it on rows that it was not fitted on; not set = on none"] = UNSET
    unmeasured: Annotated[Flag, "nothing in its file speaks of measuring, validating or testing"] = UNSET
    test_rows_seen: Annotated[Flag, "it was fitted on rows of the part that it is tested on"] = UNSET
    tracked: Annotated[Flag, "the call itself records its run in a tracker; null = in one that is installed"] = UNSET
    by_hand: Annotated[Flag, "code of the repository takes the steps in a loop of its own"] = UNSET
    clears_gradients: Annotated[Flag, "of a loop by hand: gradients are cleared between steps"] = UNSET
    over_epochs: Annotated[Flag, "goes over its data again and again; only the first step of a loop says so"] = UNSET
    epochs: Annotated[Number, "how often"] = UNSET
    checkpoints: Annotated[Flag, "saves the model in between"] = UNSET


class Evaluation(Kind, frozen=True, tag="evaluation"):
    """A call that measures how good a model is: a metric, a score, an evaluation loop of a library."""

    library: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    metric: Annotated[Text, "accuracy, f1, roc_auc, rmse, ...; null = the default of the model"] = UNSET
    on: Annotated[Text, "train or test: the part that it measures on; not set = cannot be known"] = UNSET
    model: Annotated[Text, "the class of the model that it measures"] = UNSET
    by_mode: Annotated[Flag, "of a PyTorch model, which predicts otherwise while it is in training mode"] = UNSET
    eval_mode: Annotated[Flag, "the model is in evaluation mode here"] = UNSET
    back_to_training: Annotated[Flag, "it is trained on afterwards, in training mode; null = it only predicts"] = UNSET


class Hyperparameter(Kind, frozen=True, tag="hyperparameter"):
    """A setting of how a model learns, where it stands at a call of a library."""

    value: Annotated[Any_, "what it is set to"] = UNSET
    origin: Annotated[Text, "where it is decided: literal, constant, argument or setting"] = UNSET
    function: Annotated[Text, "the full name of what is called"] = UNSET


class Option(Kind, frozen=True, tag="option"):
    """An option of a program's command line."""

    default: Annotated[Any_, "its value where nobody gives it; null = none"] = UNSET
    checked: Annotated[Flag, "its text is converted or compared with a list"] = UNSET
    flags: Annotated[Texts, "how it stands in a command; a name without hyphens has its place"] = UNSET
    takes: Annotated[Text, "how many words of a command: none, one or some"] = UNSET


class Model(Kind, frozen=True, tag="model"):
    """A trained model that is saved, logged or registered."""

    library: Annotated[Text, "the import root of the call that saves it"] = UNSET
    uri: Annotated[Text, "path or URI as written"] = UNSET
    registered: Annotated[Flag, "goes to a registry or a versioned store"] = UNSET
    registry_name: Annotated[Text, "the name in the registry"] = UNSET
    checkpoint: Annotated[Flag, "a checkpoint of a training loop, not its result"] = UNSET
    signable: Annotated[Flag, "its format has a place for a signature"] = UNSET
    signed: Annotated[Flag, "carries a signature, or an example of its input"] = UNSET


class ModelLoad(Kind, frozen=True, tag="model_load"):
    """A call that loads a model, weights or another serialised object."""

    library: Annotated[Text, "the import root"] = UNSET
    uri: Annotated[Text, "path, URI, or name in a hub or registry"] = UNSET
    hub: Annotated[Flag, "comes from a public hub or a registry"] = UNSET
    local: Annotated[Flag, "a path of this machine"] = UNSET
    revision: Annotated[Any_, "the revision or version that is asked for"] = UNSET
    pinned: Annotated[Flag, "the version is fixed"] = UNSET
    unsafe: Annotated[Flag, "runs code that the file holds"] = UNSET
    downloaded: Annotated[Flag, "the same module downloads the file"] = UNSET
    given: Annotated[Flag, "the file is named by whoever calls the function, or types it in"] = UNSET
    safe_since: Annotated[Text, "the version since which no switch is needed, as `torch 2.6`"] = UNSET
    remedy: Annotated[Text, "what loads it safely"] = UNSET
    once: Annotated[Flag, "kept when it was loaded: under a test for what is there, or by a cache"] = UNSET


class HttpCall(Kind, frozen=True, tag="http_call"):
    """A call over the network."""

    client: Annotated[Text, "the import root, as `requests`"] = UNSET
    method: Annotated[Text, "get, post, urlopen, ..."] = UNSET
    timeout: Annotated[Any_, "seconds; null = waits for ever"] = UNSET
    uri: Annotated[Text, "the address, where it stands in the code"] = UNSET
    verify: Annotated[Flag, "false = the certificate is not checked"] = UNSET


class Service(Kind, frozen=True, tag="service"):
    """A program that answers requests."""

    framework: Annotated[Text, "fastapi, flask, bentoml, ..."] = UNSET


class Endpoint(Kind, frozen=True, tag="endpoint"):
    """One function that answers requests: the handler of a route, a method of a service, a hook of a model server."""

    framework: Annotated[Text, "fastapi, flask, bentoml, ..."] = UNSET
    route: Annotated[Text, "the path under which it is called"] = UNSET
    takes_input: Annotated[Flag, "reads something that whoever calls it sends"] = UNSET
    validated: Annotated[Flag, "the input is checked by a schema, types or hand before it is used"] = UNSET
    secured: Annotated[Flag, "asks in its own file who calls: dependency, decorator, key, token"] = UNSET
    hosted: Annotated[Flag, "a platform calls it, and decides who may: SageMaker, Azure ML, a function service"] = UNSET
    local: Annotated[Flag, "its file starts it for this machine alone"] = UNSET
    page: Annotated[Flag, "answers with a page for people to read"] = UNSET
    calls: Annotated[Texts, "last names of what its body calls itself, not only uses what it gave before"] = UNSET


class Use(Kind, frozen=True, tag="use"):
    """The use of some tool for a purpose."""

    purpose: Annotated[
        Text, "tracking, registry, data-check, drift, search, fairness, explanation, feature-worth, ..."
    ] = UNSET
    tool: Annotated[Text, "the tool, as `mlflow`"] = UNSET


class Task(Kind, frozen=True, tag="task"):
    """One step of a pipeline, with the settings that take effect (its own or inherited)."""

    framework: Annotated[Text, "the orchestrator, as `airflow`"] = UNSET
    operator: Annotated[Text, "what sort of step: operator, image, command"] = UNSET
    remote: Annotated[Flag, "does input, output or remote work; false = only marks or branches"] = UNSET
    retryable: Annotated[Flag, "the orchestrator has retries"] = UNSET
    retries: Annotated[Number, "how often it is tried again; 0 = never"] = UNSET
    retry_delay: Annotated[Number, "seconds between two tries"] = UNSET
    timed: Annotated[Flag, "the orchestrator has timeouts for a task"] = UNSET
    timeout: Annotated[Number, "seconds; null = unlimited"] = UNSET
    owner: Annotated[Text, "who is responsible; null = nobody named"] = UNSET
    image: Annotated[Text, "the container image"] = UNSET
    command: Annotated[Text, "the shell command"] = UNSET
    folder: Annotated[Text, "the working directory of its code, from the root; empty = the root"] = UNSET
    lineage: Annotated[Flag, "the orchestrator has it declare its inputs and outputs"] = UNSET
    persistent: Annotated[Texts, "outputs that are kept, not removed, before a run"] = UNSET


class Pipeline(Kind, frozen=True, tag="pipeline"):
    """An ordered set of tasks."""

    framework: Annotated[Text, "the orchestrator, as `airflow`"] = UNSET
    schedule: Annotated[Text, "when it runs; null = only by hand"] = UNSET
    owner: Annotated[Text, "who is responsible; null = nobody named"] = UNSET
    managed: Annotated[Flag, "an orchestrator runs it; false = a CI workflow or a script"] = UNSET


class ConfigKey(Kind, frozen=True, tag="config_key"):
    """A setting, by the file and key under which it stands; all mentions of it are one subject."""

    file: Annotated[Text, "the configuration file"] = UNSET
    key: Annotated[Text, "dotted, as train.lr"] = UNSET
    value: Annotated[Any_, "what it is set to"] = UNSET
    defined: Annotated[Flag, "stands in its file"] = UNSET


class EnvVar(Kind, frozen=True, tag="env_var"):
    """An environment variable that code reads; all mentions of it are one subject."""

    variable: Annotated[Text, "its name"] = UNSET
    required: Annotated[Flag, "the code does not go on without it"] = UNSET
    supplied: Annotated[Flag, "the operating system, a scheduler or a platform sets it"] = UNSET


class Dependency(Kind, frozen=True, tag="dependency"):
    """A direct dependency that the project declares."""

    distribution: Annotated[Text, "the normalised name in the package index"] = UNSET
    specifier: Annotated[Text, "as written; empty = any version"] = UNSET
    pinned: Annotated[Flag, "one exact version, a hash, a commit or a local path"] = UNSET
    locked: Annotated[Flag, "a lock file beside it fixes the version"] = UNSET
    group: Annotated[Text, "main, dev, test, optional, build; notebook = a cell installs it"] = UNSET
    library: Annotated[Flag, "declared as metadata of a package that others install, where ranges are right"] = UNSET


class Image(Kind, frozen=True, tag="image"):
    """A container image that a build or a service starts from."""

    reference: Annotated[Text, "as written, arguments filled in"] = UNSET
    image_tag: Annotated[Text, "the tag; null = none"] = UNSET
    digest: Annotated[Text, "the digest; null = none"] = UNSET
    pinned: Annotated[Flag, "an exact tag or a digest"] = UNSET


class Import(Kind, frozen=True, tag="import"):
    """An import of a package that is not of this repository and not of Python itself; one for each file."""

    top: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    distributions: Annotated[Texts, "the distributions that may provide it"] = UNSET
    guarded: Annotated[Flag, "optional: under try, if, TYPE_CHECKING, or in a function"] = UNSET
    declared: Annotated[Flag, "the project declares a distribution that provides it"] = UNSET


class EntryPoint(Kind, frozen=True, tag="entry_point"):
    """Where a run starts: a script, a notebook, a command."""

    how: Annotated[Text, "main = guarded by __name__, script = statements of the module, command, notebook"] = UNSET


class Consumer(Kind, frozen=True, tag="consumer"):
    """A part of the repository that uses what another part publishes."""

    of: Annotated[Text, "the symbol of what is used: model:churn, dataset:gold/users.parquet"] = UNSET
    by: Annotated[Text, "the part that uses it"] = UNSET
    producer: Annotated[Text, "the part that makes it"] = UNSET
    declared: Annotated[Flag, "the configuration or a catalogue names this consumer"] = UNSET
    how: Annotated[Text, "import, path, uri or registry"] = UNSET


class Project(Kind, frozen=True, tag="project"):
    """The repository as a whole."""

    git: Annotated[Flag, "is a git repository"] = UNSET
    python: Annotated[Flag, "holds Python code or notebooks of its own"] = UNSET


class CiWorkflow(Kind, frozen=True, tag="ci_workflow"):
    """A workflow of a CI system."""

    framework: Annotated[Text, "github-actions, gitlab, azure, jenkins, ..."] = UNSET
    triggers: Annotated[Texts, "push, pull_request, schedule, ..."] = UNSET
    on_change: Annotated[Flag, "runs on pushes or merge requests"] = UNSET


class Test(Kind, frozen=True, tag="test"):
    """A test function."""

    framework: Annotated[Text, "pytest or unittest"] = UNSET
    fixtures: Annotated[Texts, "the names of its parameters, which fixtures fill in"] = UNSET
    threshold: Annotated[Flag, "it demands that something is near, above or below a number that is no count"] = UNSET
    fed_by: Annotated[Texts, "the names, and the lines as text, that what it demands comes from"] = UNSET


class Assertion(Kind, frozen=True, tag="assertion"):
    """What a test demands of floats, of data or of a model."""

    about: Annotated[Texts, "data = columns, types, gaps; model = predictions, scores"] = UNSET
    exact: Annotated[Flag, "floats that are computed must be equal; false = up to a tolerance; null = no floats"] = (
        UNSET
    )


class Notebook(Kind, frozen=True, tag="notebook"):
    """A notebook."""

    cells: Annotated[Number, "code cells"] = UNSET
    language: Annotated[Text, "the language of its kernel, in lower case"] = UNSET
    teaches: Annotated[Flag, "it is written for readers: a tutorial, an exercise, a demonstration"] = UNSET


class Cell(Kind, frozen=True, tag="cell"):
    """A code cell of a notebook that is not empty."""

    number: Annotated[Number, "counted over all cells, from 1"] = UNSET
    count: Annotated[Number, "its execution count; null = it was not run, or its outputs are cleared"] = UNSET
    late: Annotated[Texts, "names that it uses, and that only a cell below defines"] = UNSET


class Module(Kind, frozen=True, tag="module"):
    """A Python module."""

    exports: Annotated[Texts, "names that it takes from elsewhere, each as `name=module.name`"] = UNSET


class Function(Kind, frozen=True, tag="function"):
    """A function, a method, a class, or the statements of a module (`<module>`)."""

    what: Annotated[Text, "function, class, module, or app = an object with which functions are registered"] = UNSET
    closed: Annotated[Flag, "true = of a class whose methods are run only by those who call them"] = UNSET
    idle: Annotated[Flag, "true = it only logs, prints and hands values on"] = UNSET
    computes: Annotated[Flag, "true = what it returns is rounded on the way, more than once"] = UNSET


class Constant(Kind, frozen=True, tag="constant"):
    """A name that a module gives one value."""

    value: Annotated[Any_, "its value"] = UNSET


KINDS: dict[str, type[Kind]] = {
    kind.__struct_config__.tag: kind  # type: ignore[misc]  # every kind states a string tag
    for kind in Kind.__subclasses__()
}

# Added to the own fields of every kind when a rule sees it.
COMMON = {
    "id": "the subject in the graph",
    "kind": "the kind of subject",
    "name": "how it is called",
    "path": "the file, from the root of the repository",
    "line": "the line in it, from 1",
    "context": "source, test, example, notebook, vendored, generated or docs",
    "own": "the project's own code that is meant to run: neither test, example, docs, vendored nor generated",
    "symbol": "the name under which others link to it; null = none",
}


def subject(
    record: Kind, location: Location, name: str, *, symbol: str | None = None, links: tuple[Link, ...] = ()
) -> Subject:
    """Gives the untyped record of the facts from the typed one; fields that are not set are left out."""
    fields: dict[str, Value] = {
        field: value for field in record.__struct_fields__ if (value := getattr(record, field)) is not UNSET
    }
    kind = str(record.__struct_config__.tag)
    return Subject(kind, location, name, fields, symbol, links)


def documentation(kind: type[Kind]) -> dict[str, str]:
    """Gives each field of a kind, its own and the common ones, with what it means."""
    hints = get_type_hints(kind, include_extras=True)
    return {field: hints[field].__metadata__[0] for field in kind.__struct_fields__} | COMMON
