"""Jobs and pipelines of Databricks, in bundles and as JSON, to pipelines and tasks.

Source: https://docs.databricks.com/dev-tools/bundles/settings and
https://github.com/databricks/cli/blob/main/bundle/schema/jsonschema.json
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.databricks.tasks import before, code, file, job_of, kind, task, tells, text_of
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, text
from mlops_lint.subjects import Pipeline, Task, Text, subject

_OWNERS = (("run_as", "service_principal_name"), ("run_as", "user_name"), ("tags", "owner"), ("tags", "team"))
_BY_DATA = ("file_arrival", "table_update", "table", "model")
# The bundle itself: what it says of all its jobs stands in this file.
_BUNDLES = ("databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml")


@trees("*.yml", "*.yaml", word=b"resources:")
def bundle(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the jobs and pipelines of a file of a bundle."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    overrides = [found for _, one in mappings(root.get("targets")) if (found := one.get("resources")) is not None]
    own = {key.text for key, _ in mappings(root.get("resources", "jobs"))}
    for key, node in mappings(root.get("resources", "jobs")):
        said = [one.get("jobs", key.text) for one in overrides if isinstance(one, Mapping)]
        yield from _job(path, key, node, [node, *(one for one in said if isinstance(one, Mapping))], root)
    for one in overrides:
        for key, node in mappings(one.get("jobs") if isinstance(one, Mapping) else None):
            if key.text not in own:
                own.add(key.text)
                yield from _job(path, key, node, [node], root)
    for key, node in mappings(root.get("resources", "pipelines")):
        yield from _declarative(path, key, node)


@trees("*.json", word=b'"task_key"')
def job(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the job of a file that holds what its service is sent."""
    root = documents[0] if documents else None
    settings = root.get("settings") if isinstance(root, Mapping) and root.get("tasks") is None else root
    key = settings.key("tasks") if isinstance(settings, Mapping) else None
    if isinstance(settings, Mapping) and key is not None:
        yield from _job(path, key, settings, [settings], None)


def _job(path: str, key: Scalar, node: Mapping, said: list[Mapping], root: Mapping | None) -> Iterator[Subject]:
    """`said` is the job as its own file says it, then as each target changes it."""
    nodes = node.get("tasks")
    tasks = (
        [one for one in nodes.items if isinstance(one, Mapping) and kind(one)] if isinstance(nodes, Sequence) else []
    )
    if not tasks:
        return
    name = key.text if root is not None else text(node.get("name")) or path.rpartition("/")[2].removesuffix(".json")
    symbol = f"pipeline:{path}#{name}" if root is not None else f"pipeline:{path}"
    prefix = f"task:{path}#{name}." if root is not None else f"task:{path}#"
    schedule, triggers = _starts(said)
    told = any(tells(one) for one in said)
    record = Pipeline(
        framework="databricks",
        schedule=schedule,
        owner=_owner(path, said, root),
        managed=True,
        triggers=triggers,
        schedulable=True,
        alerts=told or all(tells(one) for one in tasks),
        alertable=True,
        ownable=True,
        parsed=False,
        compiled=False,
    )
    yield subject(record, locate(path, key), name, symbol=symbol)
    of_job = job_of(node, path)
    for one in tasks:
        own = text(one.get("task_key")) or kind(one)
        order = (Link("depends_on", f"{prefix}{other}") for other in before(one) if other != own)
        links = (Link("part_of", symbol), *order, *code(one, of_job))
        record_of_task = task(one, of_job)
        yield subject(record_of_task, locate(path, one), own, symbol=f"{prefix}{own}", links=links)


def _owner(path: str, said: list[Mapping], root: Mapping | None) -> Text:
    """Who is responsible: of the job, or of all in the bundle where this file is the bundle."""
    whole = [root, *(one for _, one in mappings(root.get("targets")))] if root is not None else []
    for one in (*said, *whole):
        for keys in _OWNERS:
            found = text_of(one.get(*keys))
            if found is not None:
                return found
    # The bundle may say for all its files under whose name they run.
    return None if root is None or path.rpartition("/")[2] in _BUNDLES else UNSET


def _starts(said: list[Mapping]) -> tuple[Text, tuple[str, ...]]:
    """The schedule of a job, and all that starts it."""
    schedules: list[str] = []
    triggers: dict[str, None] = {}
    for one in said:
        cron = text(one.get("schedule", "quartz_cron_expression"))
        if cron is not None and text(one.get("schedule", "pause_status")) != "PAUSED":
            schedules.append(cron)
        if one.get("continuous") is not None and text(one.get("continuous", "pause_status")) != "PAUSED":
            schedules.append("continuous")
        trigger = one.get("trigger")
        if isinstance(trigger, Mapping) and text(trigger.get("pause_status")) != "PAUSED":
            often = [text(trigger.get("periodic", word)) for word in ("interval", "unit")]
            schedules += [f"every {' '.join(part for part in often if part)}"] if trigger.get("periodic") else []
            triggers |= {"data": None} if any(trigger.get(word) is not None for word in _BY_DATA) else {}
    every = dict.fromkeys([*(["schedule"] if schedules else []), *triggers])
    return ", ".join(dict.fromkeys(schedules)) or None, tuple(every)


def _declarative(path: str, key: Scalar, node: Mapping) -> Iterator[Subject]:
    """A declarative pipeline: its notebooks and files are one run, which orders tables by itself."""
    libraries = node.get("libraries")
    if not isinstance(libraries, Sequence):
        return
    symbol = f"pipeline:{path}#{key.text}"
    record = Pipeline(framework="databricks", schedule=UNSET, managed=True, schedulable=False, parsed=False)
    yield subject(record, locate(path, key), key.text, symbol=symbol)
    for one in libraries.items:
        for keys in (("notebook", "path"), ("file", "path")):
            stated = one.get(*keys) if isinstance(one, Mapping) else None
            own = text(stated)
            if own is None or stated is None:
                continue
            code_of = file(own, path, in_git=False)
            links = (Link("part_of", symbol), *((code_of,) if code_of is not None else ()))
            step = Task(framework="databricks", operator="pipeline", remote=True, retryable=False, lineage=False)
            yield subject(step, locate(path, stated), own, symbol=f"task:{path}#{key.text}.{own}", links=links)
