"""What runs: pipelines, tasks, services, and the settings they need."""

from typing import Annotated

from msgspec import UNSET

from mlops_lint.subjects.kind import Any_, Flag, Kind, Number, Text, Texts


class HttpCall(Kind, frozen=True, tag="http_call"):
    """A call over the network."""

    client: Annotated[Text, "the import root, as `requests`"] = UNSET
    method: Annotated[Text, "get, post, urlopen, ..."] = UNSET
    timeout: Annotated[Any_, "seconds; null = waits for ever"] = UNSET
    timeout_argument: Annotated[Text, "the parameter that takes it"] = UNSET
    uri: Annotated[Text, "the address, where it stands in the code"] = UNSET
    verify: Annotated[Flag, "false = the certificate is not checked"] = UNSET
    retried: Annotated[Flag, "the code around it tries again when it fails: a decorator, a session, a loop"] = UNSET


class Service(Kind, frozen=True, tag="service"):
    """A program that answers requests."""

    framework: Annotated[Text, "fastapi, flask, bentoml, ..."] = UNSET
    packaged: Annotated[
        Flag, "its framework packages it with its environment by itself; null = where it is deployed"
    ] = UNSET


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
    retries_argument: Annotated[Text, "the parameter that takes them, of the call at which the task stands"] = UNSET
    retry_delay: Annotated[Number, "seconds between two tries"] = UNSET
    timed: Annotated[Flag, "the orchestrator has timeouts for a task"] = UNSET
    timeout: Annotated[Number, "seconds; null = unlimited"] = UNSET
    owner: Annotated[Text, "who is responsible; null = nobody named"] = UNSET
    image: Annotated[Text, "the container image"] = UNSET
    command: Annotated[Text, "the shell command"] = UNSET
    folder: Annotated[Text, "the working directory of its code, from the root; empty = the root"] = UNSET
    lineage: Annotated[Flag, "the orchestrator has it declare its inputs and outputs"] = UNSET
    persistent: Annotated[Texts, "outputs that are kept, not removed, before a run"] = UNSET
    backoff: Annotated[Flag, "waits longer after each try"] = UNSET
    cached: Annotated[Flag, "not run again where its inputs and code are the same"] = UNSET
    alerts: Annotated[Flag, "somebody is told when it fails: its own setting or an inherited one"] = UNSET
    ignores_failure: Annotated[Flag, "what comes after goes on although it, or what it waits for, failed"] = UNSET
    parameters: Annotated[Texts, "the names of what it is given, other than data"] = UNSET
    sized: Annotated[Flag, "runs in a container or on a cluster that can be told what it needs"] = UNSET
    requests: Annotated[Texts, "what it asks for: cpu, memory, gpu, instance; empty = nothing"] = UNSET
    limits: Annotated[Texts, "what it is held to: cpu, memory, gpu; empty = nothing"] = UNSET
    image_pinned: Annotated[Flag, "its image has an exact tag or a digest, or is built here; null = no image"] = UNSET
    packages: Annotated[Texts, "what it installs when it starts, as requirements"] = UNSET
    packages_pinned: Annotated[Flag, "all of these name one exact version; null = it installs nothing"] = UNSET
    manual: Annotated[Flag, "waits for a person's approval"] = UNSET
    disposable: Annotated[Flag, "runs on a disk of its own that is empty at each start"] = UNSET
    purpose: Annotated[
        Text,
        "what the orchestrator itself says it is for: train, evaluate, tune, automl, transform, register, deploy, ...",
    ] = UNSET
    defined: Annotated[Flag, "false = it calls what another file defines, and that settles its settings"] = UNSET
    called: Annotated[Flag, "false = only defined: no pipeline of its own file runs it"] = UNSET
    stage: Annotated[Text, "the stage by which it has its place; unset = it names what it waits for"] = UNSET
    takes: Annotated[Texts, "patterns of files that must be there before it; * = any text"] = UNSET
    gives: Annotated[Texts, "patterns of files that it leaves; * = any text"] = UNSET


class Pipeline(Kind, frozen=True, tag="pipeline"):
    """An ordered set of tasks."""

    framework: Annotated[Text, "the orchestrator, as `airflow`"] = UNSET
    schedule: Annotated[Text, "when it runs; null = only by hand"] = UNSET
    owner: Annotated[Text, "who is responsible; null = nobody named"] = UNSET
    managed: Annotated[Flag, "an orchestrator runs it; false = a CI workflow or a script"] = UNSET
    triggers: Annotated[Texts, "what starts it: schedule, data, event, push, call, drift; empty = a person"] = UNSET
    schedulable: Annotated[Flag, "its own file is where a schedule would stand"] = UNSET
    alerts: Annotated[Flag, "somebody is told when a run fails"] = UNSET
    alertable: Annotated[Flag, "its own file is where that would stand"] = UNSET
    ownable: Annotated[Flag, "its own file is where an owner would stand"] = UNSET
    parsed: Annotated[Flag, "a scheduler imports its file again and again, far from any run"] = UNSET
    start_moves: Annotated[Flag, "its start date is taken from the clock"] = UNSET
    compiled: Annotated[Flag, "made from source by a compiler; the source is what people change"] = UNSET
    retries: Annotated[Number, "how often a whole run is tried again"] = UNSET
    defined: Annotated[Flag, "true = its code stands here; false = another file only says when it runs"] = UNSET
    stages: Annotated[Texts, "the stages of its jobs in their order, over all files that it includes"] = UNSET
    artifacts: Annotated[Flag, "what each step of each run leaves is kept, with what it was made from"] = UNSET


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


class Import(Kind, frozen=True, tag="import"):
    """An import of a package that is not of this repository and not of Python itself; one for each file."""

    top: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    distributions: Annotated[Texts, "the distributions that may provide it"] = UNSET
    named: Annotated[Texts, "those of them that are to be shown: without the parts and builds of one"] = UNSET
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
    how: Annotated[Text, "import, path, uri, registry or request"] = UNSET


class Project(Kind, frozen=True, tag="project"):
    """The repository as a whole."""

    git: Annotated[Flag, "is a git repository"] = UNSET
    python: Annotated[Flag, "holds Python code or notebooks of its own"] = UNSET
