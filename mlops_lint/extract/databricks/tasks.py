"""One task of a Databricks job to its settings, its own and those of its job, and to the code that it runs.

Source: https://github.com/databricks/cli/blob/main/bundle/schema/jsonschema.json (jobs.Task) and
https://docs.databricks.com/jobs/run-serverless-jobs (tasks without a cluster are tried again by themselves)
"""

import posixpath
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.model import Link
from mlops_lint.parse.image import reference
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text
from mlops_lint.subjects import Flag, Number, Task, Text, Texts

# What a task does, by the key that says how; the others run on a cluster or without a server.
KINDS = (
    "notebook_task", "spark_python_task", "python_wheel_task", "spark_jar_task", "spark_submit_task", "sql_task",
    "dbt_task", "pipeline_task", "run_job_task", "condition_task", "for_each_task", "dashboard_task", "alert_task",
    "ai_runtime_task", "gen_ai_compute_task", "clean_rooms_notebook_task", "power_bi_task",
)  # fmt: skip
_ON_CLUSTERS = frozenset(KINDS[:5]) | {"dbt_task"}
_IDLE = frozenset({"condition_task", "run_job_task"})
# Run by other services of Databricks, which have retries of their own.
_ELSEWHERE = frozenset({"pipeline_task", "dashboard_task", "alert_task", "power_bi_task"})
_CODE = (
    ("notebook_task", "notebook_path"),
    ("spark_python_task", "python_file"),
    ("sql_task", "file", "path"),
    ("gen_ai_compute_task", "training_script_path"),
)
_PARAMETERS = (("notebook_task", "base_parameters"), ("python_wheel_task", "named_parameters"))
# `max_retries: -1` is without end.
_ENDLESS = 1_000_000
_AFTER_FAILURES = frozenset({"ALL_DONE", "AT_LEAST_ONE_SUCCESS"})
_RUN_OF_JOB = re.compile(r"\$\{resources\.(?:jobs|pipelines)\.([\w-]+)\.id\}")
_CODE_ENDINGS = (".py", ".ipynb", ".sql", ".r", ".scala")


class Job(msgspec.Struct, frozen=True):
    """One job with what holds of all its tasks, and the file that declares it."""

    root: Mapping
    path: str
    clusters: dict[str, Mapping]
    """Those that tasks share, by their keys."""
    environments: dict[str, Mapping]
    """What is installed for tasks without a cluster, by their keys."""


def job_of(root: Mapping, path: str) -> Job:
    """Gives a job with what its tasks share."""
    clusters = _keyed(root.get("job_clusters"), "job_cluster_key", "new_cluster")
    return Job(root, path, clusters, _keyed(root.get("environments"), "environment_key", "spec"))


def _keyed(node: Node | None, key: str, value: str) -> dict[str, Mapping]:
    found: dict[str, Mapping] = {}
    for one in node.items if isinstance(node, Sequence) else ():
        name, held = (text(one.get(key)), one.get(value)) if isinstance(one, Mapping) else (None, None)
        if name is not None and isinstance(held, Mapping):
            found[name] = held
    return found


def kind(node: Mapping) -> str:
    """Gives the key that says what a task does; empty = none does."""
    return next((one for one in KINDS if node.get(one) is not None), "")


def inner(node: Mapping) -> Mapping:
    """Gives the task that is run for each of several inputs, or the task itself."""
    found = node.get("for_each_task", "task")
    return found if isinstance(found, Mapping) else node


def task(node: Mapping, job: Job) -> Task:
    """Gives the settings of a task."""
    sort, works = kind(node), inner(node)
    cluster = _cluster(works, job)
    serverless = cluster is None and _is_serverless(works, job)
    image = text(cluster.get("docker_image", "url")) if cluster is not None else None
    packages, pinned = _packages(works, job)
    retryable = sort not in _IDLE | _ELSEWHERE
    asked = ("instance",) if cluster is not None else UNSET
    return Task(
        framework="databricks",
        operator=sort.removesuffix("_task"),
        remote=sort not in _IDLE,
        retryable=retryable,
        retries=_retries(node, works, serverless) if retryable else UNSET,
        retry_delay=_delay(works),
        timed=sort not in _IDLE,
        timeout=_timeout(node, job) if sort not in _IDLE else UNSET,
        image=image if image is not None else UNSET,
        image_pinned=reference(image).pinned if image is not None else None,
        lineage=False,
        alerts=True if tells(node) or tells(job.root) else UNSET,
        ignores_failure=text(node.get("run_if")) in _AFTER_FAILURES,
        parameters=tuple(_parameters(works)),
        sized=cluster is not None,
        requests=asked,
        limits=asked,
        packages=packages,
        packages_pinned=pinned,
    )


def _cluster(node: Mapping, job: Job) -> Mapping | None:
    own = node.get("new_cluster")
    return own if isinstance(own, Mapping) else job.clusters.get(text(node.get("job_cluster_key")) or "")


def _is_serverless(node: Mapping, job: Job) -> bool:
    """Whether a task that could have a cluster has none: neither its own, nor a shared one, nor one that runs."""
    named = any(node.get(key) is not None for key in ("existing_cluster_id", "job_cluster_key", "new_cluster"))
    return kind(node) in _ON_CLUSTERS and not named and job.root.get("existing_cluster_id") is None


def _retries(node: Mapping, works: Mapping, serverless: bool) -> Number:
    for one in (works, node):
        stated = one.get("max_retries")
        if stated is not None:
            value = stated.value if isinstance(stated, Scalar) else None
            return UNSET if not isinstance(value, int) else _ENDLESS if value < 0 else value
    disabled = node.get("disable_auto_optimization")
    if serverless:
        # How often is not said, only that it is.
        return 0 if isinstance(disabled, Scalar) and disabled.value is True else 1
    return 0


def _delay(node: Mapping) -> Number:
    found = node.get("min_retry_interval_millis")
    value = found.value if isinstance(found, Scalar) else None
    return value / 1000 if isinstance(value, (int, float)) and not isinstance(value, bool) else UNSET


def _timeout(node: Mapping, job: Job) -> Number:
    """Seconds, its own or those of the whole job; None = for ever, which a zero means too."""
    for one in (inner(node), node, job.root):
        found = one.get("timeout_seconds")
        if found is not None:
            value = found.value if isinstance(found, Scalar) else None
            if not isinstance(value, int):
                return UNSET
            if value > 0:
                return value
    return None


def tells(node: Mapping) -> bool:
    """Says whether somebody is told when a task or job fails."""
    places = (node.get("email_notifications", "on_failure"), node.get("webhook_notifications", "on_failure"))
    return any(isinstance(place, Sequence) and place.items for place in places)


def _parameters(node: Mapping) -> Iterator[str]:
    for keys in _PARAMETERS:
        found = node.get(*keys)
        for key, _ in found.entries if isinstance(found, Mapping) else ():
            yield key.text


def _packages(node: Mapping, job: Job) -> tuple[Texts, Flag]:
    """What is installed when a task starts, and whether each has one version; None = nothing is."""
    libraries = node.get("libraries")
    items = libraries.items if isinstance(libraries, Sequence) else ()
    found = [text(one.get("pypi", "package")) for one in items if isinstance(one, Mapping)]
    spec = job.environments.get(text(node.get("environment_key")) or "")
    found += list(strings(spec.get("dependencies"))) if spec is not None else []
    # Files of the bundle, and lists of requirements, which are files of their own.
    packages = tuple(one for one in found if one is not None and not re.search(r"^-|[/*$]|\.whl$", one))
    return packages, all("==" in one or "@" in one for one in packages) if packages else None


# --- order and code


def before(node: Mapping) -> Iterator[str]:
    """Gives the keys of the tasks that one waits for."""
    found = node.get("depends_on")
    for one in found.items if isinstance(found, Sequence) else ():
        key = text(one.get("task_key")) if isinstance(one, Mapping) else text(one)
        if key is not None:
            yield key


def code(node: Mapping, job: Job) -> Iterator[Link]:
    """Gives the links from a task to the files, functions and other pipelines that it runs."""
    works = inner(node)
    in_git = job.root.get("git_source") is not None
    for keys in _CODE:
        stated = text(works.get(*keys))
        link = file(stated, job.path, in_git=in_git) if stated is not None else None
        if link is not None:
            yield link
    package, entry = (text(works.get("python_wheel_task", word)) for word in ("package_name", "entry_point"))
    if package is not None and entry is not None and re.fullmatch(r"[\w.-]+", package):
        yield Link("starts", f"module:{package.replace('-', '_')}")
    project = text(works.get("dbt_task", "project_directory"))
    if works.get("dbt_task") is not None:
        folder = _placed(job.path, project or ".")
        if folder is not None:
            yield Link("triggers", f"pipeline:{posixpath.join(folder, 'dbt_project.yml')}")
    for keys in (("run_job_task", "job_id"), ("pipeline_task", "pipeline_id")):
        started = _RUN_OF_JOB.fullmatch(text(works.get(*keys)) or "")
        if started is not None:
            yield Link("triggers", f"pipeline-id:{started[1]}")


def file(stated: str, path: str, *, in_git: bool) -> Link | None:
    """Gives the link to a file of code, from the file that names it, or from the root that a job checks out."""
    if stated.startswith(("/", "dbfs:")) or "$" in stated or "{" in stated or "://" in stated:
        return None
    if in_git:
        return Link("runs", f"path:{stated}") if stated.lower().endswith(_CODE_ENDINGS) else None
    placed = _placed(path, stated)
    if placed is None or not placed.lower().endswith(_CODE_ENDINGS):
        return None
    return Link("runs", f"file:{placed}")


def _placed(path: str, below: str) -> str | None:
    if "$" in below or below.startswith("/"):
        return None
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), below))
    return None if found.startswith("..") else "" if found == "." else found


def text_of(node: Node | None) -> Text:
    """Gives a text that holds no variable, UNSET where it does, None where there is none."""
    found = text(node)
    return UNSET if found is not None and "${" in found else found
