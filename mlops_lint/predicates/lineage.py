"""What tasks read and write, themselves and in their code: whether it is declared, ordered and repeatable."""

import posixpath
import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.training import trains
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

# Settings and code are inputs too, but other rules are about them.
_LOG = ".log"
# What writes files, whose path is seldom one in a store.
_FILES = frozenset("builtins pathlib io csv json pickle joblib numpy pandas matplotlib yaml".split())
_ARCHIVES = ("zip", "tar", "tar.gz", "tgz", "rar", "7z", "gz")
# Formats that keep each version of a table, under one path.
KEEPING = frozenset({"delta", "hudi", "iceberg", "lance"})
# Branches, by the names that most have, and what is counted back from one; other names may be tags.
_MOVING = re.compile(
    r"lakefs://[^/]+/(?:(?:main|master|dev|develop|development|staging|prod|production|latest|trunk)|[^/]*[~^$@][^/]*)(?:/|$)"
)
# `python -m shop score --day today`
_COMMAND = re.compile(r"[a-z][a-z0-9_-]*")
_PARAMETERS = ("params.yaml", "params.yml", "params.json", "params.toml")


@predicate
def inputs_declared(task: Node, graph: Graph) -> Answer:
    """Every file that the code of a stage reads, and the code itself, is one of the stage's inputs."""
    declared = {id for one in graph.linked(task, "reads") for id in _overlap(one, graph)}
    declared |= {f"dataset:{one.name}" for one in graph.linked(task, "needs") if one.kind == "file"}
    made = {id for one in graph.linked(task, "writes") for id in _overlap(one, graph)}
    missing: list[Related] = []
    for script in graph.linked(task, "runs"):
        used = [script.location.path, *_imported(script, graph)]
        code = [path for path in used if not _covers(declared, path)]
        missing += [Related(script.location, f"{path} is run, but is not a declared input") for path in code]
    reads = _calls(task, graph, ("read", "model_load"))
    for read in reads:
        bare = [data for data in graph.linked(read, "reads") if _inside(data) and data.id not in declared | made]
        bare = [data for data in bare if not str(data.fields["uri"]).endswith(_PARAMETERS)]
        missing += [Related(read.location, f"{data.fields['uri']} is read here") for data in bare]
    return _declared(missing, reads, graph)


@predicate
def outputs_declared(task: Node, graph: Graph) -> Answer:
    """Every data, model or metrics file that the code of a stage writes is one of the stage's outputs."""
    declared = {id for one in graph.linked(task, "writes") for id in _overlap(one, graph)}
    missing: list[Related] = []
    writes = _calls(task, graph, ("write", "model"))
    for write in writes:
        bare = [data for data in graph.linked(write, "writes") if _inside(data) and data.id not in declared]
        bare = [data for data in bare if not str(data.fields["uri"]).endswith(_LOG)]
        missing += [Related(write.location, f"{data.fields['uri']} is written here") for data in bare]
    return _declared(missing, writes, graph)


@predicate
def repeatable(task: Node, graph: Graph) -> Answer:
    """No write in the code of a task leaves another state when the task runs twice."""
    writes = [one for one in graph.reach(task, "write") if not str(one.fields.get("uri", "")).endswith(_LOG)]
    writes = [one for one in writes if one.fields.get("grows") is not True]
    if task.fields.get("disposable") is True:
        writes = [one for one in writes if not _on_disk(one)]
    bad = [one for one in writes if one.fields.get("dated") is True]
    bad += [one for one in writes if one.fields.get("appends") is True and not starts_empty(one, graph)]
    if bad and (chooses(task) or (_contained(task) and not any(_remote(one) for one in bad))):
        return Answer(None)
    if bad and not (bad := [one for one in bad if task in _sure_runners(one, graph)]):
        return Answer(None)
    if bad:
        related = tuple(Related(one.location, f"{one.name} is not the same when it runs twice") for one in bad)
        return Answer(False, ", ".join(sorted({one.name for one in bad})), related)
    known = all("appends" in one.fields for one in writes)
    return Answer(True if known and writes else None)


def _contained(task: Node) -> bool:
    """Whether each try is a new container: what it left on its own disk is gone, unless that is a volume."""
    return task.fields.get("sized") is True or isinstance(task.fields.get("image"), str)


def _remote(write: Node) -> bool:
    """Whether a write goes to a store or table outside the machine."""
    uri = write.fields.get("uri")
    return isinstance(uri, str) and ("://" in uri or write.fields.get("format") in ("table", "sql"))


def chooses(task: Node) -> bool:
    """Whether a task tells its program, by the first word, which of several things to do: the rest is not run."""
    return any(link.words and _COMMAND.fullmatch(link.words[0]) for link in task.links)


@predicate
def in_task(node: Node, graph: Graph) -> bool | None:
    """A task of a pipeline runs this code."""
    tasks = [task for task in _tasks(node, graph) if not chooses(task)]
    if not tasks:
        return False
    sure = _sure_runners(node, graph)
    # What a container leaves on its own disk is gone, unless that is a volume.
    return True if any(task in sure and (_remote(node) or not _contained(task)) for task in tasks) else None


def _sure_runners(node: Node, graph: Graph) -> list[Node]:
    """What runs this code by its name: that somebody makes an instance does not say which of its methods are called."""
    return graph.runners(node, _only_made)


def _only_made(before: Node, after: Node) -> bool:
    method = after.id.removeprefix(f"{before.id}.")
    return method != after.id and before.fields.get("what") == "class" and not method.startswith("__")


@predicate
def starts_empty(write: Node, graph: Graph) -> bool:
    """Every task that runs this write has what it writes removed before it starts."""
    written = {one.id for data in graph.linked(write, "writes") for one in (data, *graph.follow(data, ("inside",)))}
    tasks = _tasks(write, graph)
    return bool(tasks) and all(_removes(task, written, graph) for task in tasks)


@predicate
def shared_in_pipeline(dataset: Node, graph: Graph) -> bool:
    """One task of a pipeline writes this and another task of the same pipeline reads it."""
    return bool(_pairs(dataset, graph))


@predicate
def ordered(dataset: Node, graph: Graph) -> Answer:
    """The pipeline orders the task that writes this before the tasks that read it."""
    wrong = [
        (writer, reader)
        for writer, reader in _pairs(dataset, graph)
        if writer not in graph.follow(reader, ("depends_on",)) and reader not in graph.follow(writer, ("depends_on",))
    ]
    related = tuple(
        related
        for writer, reader in wrong
        for related in (
            Related(writer.location, f"task '{writer.name}' writes it"),
            Related(reader.location, f"task '{reader.name}' reads it, and does not wait"),
        )
    )
    return Answer(not wrong, ", ".join(sorted({f"{r.name} reads what {w.name} writes" for w, r in wrong})), related)


@predicate
def acyclic(pipeline: Node, graph: Graph) -> Answer:
    """No task of a pipeline waits, over others, for itself."""
    cycle = graph.cycle(graph.linked(pipeline, "parts"), "depends_on")
    path = " -> ".join(node.name for node in [*cycle, *cycle[:1]])
    return Answer(not cycle, path, tuple(Related(node.location, f"task '{node.name}'") for node in cycle))


@predicate
def versioned(dataset: Node, graph: Graph) -> bool | None:
    """The content of a dataset can be had again as it was."""
    around = (dataset, *graph.follow(dataset, ("inside",)))
    if any(one.fields.get("versioned_by") is not None or one.fields.get("tracked") is True for one in around):
        return True
    reads = graph.linked(dataset, "read_by")
    if reads and all(read.fields.get("pinned") is True for read in reads):
        return True
    # A version that is filled in when the code runs, or a name that may be of a branch.
    if dataset.fields["scheme"] == "lakefs" or any(_may_be_pinned(read) for read in reads):
        return False if _MOVING.match(str(dataset.fields["uri"])) else None
    # What the repository itself makes is as reproducible as its own sources.
    if any(graph.linked(one, "written_by") for one in around) or _perhaps_made(dataset, graph):
        return None
    # What lies at the root of a disk may have been copied into an image or mounted, in a version or not.
    uri = str(dataset.fields["uri"])
    if dataset.fields["scheme"] == "local" and uri.startswith("/") and not _private(uri):
        return None
    return None if _own_copy(dataset, graph) else False


def _may_be_pinned(read: Node) -> bool:
    return read.fields.get("format") in KEEPING and "pinned" not in read.fields


@predicate
def feeds_training(dataset: Node, graph: Graph) -> bool:
    """A run or a task that reads this trains a model, or a later task does.

    What is downloaded from a hub by its name is left out: there the download itself says the revision.
    """
    return any(trains(reader, graph) for reader in graph.linked(dataset, "read_by"))


def _own_copy(dataset: Node, graph: Graph) -> bool:
    """Whether what is read may be a file of the repository: in a copy, a clone, a branch or an archive."""
    path = str(dataset.fields["uri"]).partition("?")[0]
    parts = path.split("/")
    ends = ["/".join(parts[start:]) for start in range(1, len(parts) - 1)] if path[:1] == "/" or ":" in path else []
    data = [graph.nodes[id] for end in ends if (id := f"dataset:{end}") in graph.nodes]
    if any(graph.paths.exists(end) for end in ends) or any(one.fields.get("versioned_by") for one in data):
        return True
    if dataset.fields["scheme"] != "local":
        return False
    around = {posixpath.dirname(one.location.path) for one in graph.linked(dataset, "read_by")}
    around |= {posixpath.dirname(folder) for folder in around}
    for folder in ("", *around):
        starts = [posixpath.join(folder, *parts[: count + 1]) for count in range(len(parts))]
        if any(graph.paths.exists(f"{start}.{ending}") for start in starts for ending in _ARCHIVES):
            return True
    return any(posixpath.basename(one) == parts[-1] for folder in around if folder for one in graph.paths.below(folder))


def _perhaps_made(dataset: Node, graph: Graph) -> bool:
    """Whether a file that is not there may be one that the code beside its readers writes, under whatever name."""
    if dataset.fields["scheme"] != "local" or dataset.fields.get("exists") is True:
        return False
    reads = [one for one in graph.linked(dataset, "read_by") if one.kind == "read"]
    # What is taken out of an archive may be in any format, and `load` of NumPy reads both of its own.
    formats = {one.fields.get("format") for one in reads} - {None} | {"archive"}
    formats |= {"npz"} if "npy" in formats else set()
    name = posixpath.basename(str(dataset.fields["uri"]))
    for write in graph.of_kind("write"):
        # What is written below the last read of it in the same file came too late.
        late = [one for one in reads if one.location.path == write.location.path and one.location < write.location]
        if write.own and len(late) < len(reads) and any(_near(write, one) for one in (dataset, *reads)):
            uri = write.fields.get("uri")
            if posixpath.basename(str(uri)) == name if uri is not None else write.fields.get("format") in formats:
                return True
    return False


def _near(write: Node, other: Node) -> bool:
    """Whether code stands in the folder of other code or data, in one beside it, or in one around them."""
    path = str(other.fields["uri"]) if other.kind == "dataset" else other.location.path
    folder = posixpath.dirname(write.location.path)
    around = posixpath.dirname(folder) or folder
    return posixpath.dirname(path) == folder or (around != "" and path.startswith(f"{around}/"))


def _declared(missing: list[Related], calls: list[Node], graph: Graph) -> Answer:
    if missing:
        unique = tuple(dict.fromkeys(missing))
        return Answer(False, ", ".join(sorted({one.message.partition(" is ")[0] for one in unique})), unique)
    # What the code reads or writes and we do not see may be undeclared: only where all is known is it declared.
    data = [one for one in calls if one.fields.get("data") is not False]
    known = all("uri" in one.fields or one.fields.get("pinned") is True or _named(one, graph) for one in data)
    return Answer(True if data and known else None)


def _named(call: Node, graph: Graph) -> bool:
    """Whether all paths that a call is given are known."""
    return any(graph.linked(call, role) for role in ("reads", "writes")) and not call.dangling


def _calls(task: Node, graph: Graph, kinds: tuple[str, ...]) -> list[Node]:
    found = [one for one in graph.reached(task) if one.kind in kinds]
    return sorted(found, key=lambda one: (one.location, one.id))


def _removes(task: Node, written: set[str], graph: Graph) -> bool:
    kept = task.fields.get("persistent")
    made = [one for one in graph.linked(task, "writes") if one.id in written]
    return isinstance(kept, tuple) and any(one.fields.get("uri") not in kept for one in made)


def _inside(dataset: Node) -> bool:
    """Whether a dataset is a file or folder below the root of the repository, there or not."""
    outside = re.match(r"[/~]|[A-Za-z]:[\\/]", str(dataset.fields.get("uri")))
    return dataset.fields.get("scheme") == "local" and outside is None


def _tasks(node: Node, graph: Graph) -> list[Node]:
    """The tasks that run this code where a write stays: the machine of a CI job is new each time."""
    tasks = [one for one in graph.runners(node) if one.kind == "task" and one.own]
    tasks = [task for task in tasks if not (task.fields.get("disposable") is True and _on_disk(node))]
    return [task for task in tasks if any(one.fields.get("managed") for one in graph.linked(task, "part_of"))]


def _on_disk(write: Node) -> bool:
    """Whether a call writes to the disk of its machine, as far as can be seen: to no store and no database."""
    uri = write.fields.get("uri")
    if isinstance(uri, str):
        return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", uri) is None
    return write.fields.get("library") in _FILES and write.fields.get("format") not in ("sql", "table", "delta")


def _overlap(dataset: Node, graph: Graph) -> set[str]:
    return {one.id for one in graph.same_data(dataset)}


def _imported(script: Node, graph: Graph) -> list[str]:
    """First-party files that a script imports, directly or not, whose code it uses."""
    found = {one.location.path for one in graph.follow(script, ("starts", "imports", "calls"))}
    return sorted(found - {script.location.path})


def _covers(declared: set[str], path: str) -> bool:
    parts = path.split("/")
    return any(f"dataset:{'/'.join(parts[:count])}" in declared for count in range(1, len(parts) + 1))


@lru_cache(maxsize=1)
def _data(graph: Graph) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Task -> ids of the datasets that it reads, and that it writes, itself or in its code."""
    reads: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    for task in graph.of_kind("task"):
        for role, found in (("reads", reads), ("writes", writes)):
            calls = [task, *_calls(task, graph, ("read", "write", "model", "model_load"))]
            found[task.id] = {data.id for call in calls for data in graph.linked(call, role)}
    return reads, writes


def _pairs(dataset: Node, graph: Graph) -> list[tuple[Node, Node]]:
    """(writer, reader) of one dataset, both tasks of one pipeline."""
    reads, writes = _data(graph)
    tasks = [task for task in graph.of_kind("task") if task.own]
    writers = [task for task in tasks if dataset.id in writes[task.id]]
    readers = [task for task in tasks if dataset.id in reads[task.id]]
    return [
        (writer, reader)
        for writer in writers
        for reader in readers
        if writer is not reader and _pipeline(writer, graph) == _pipeline(reader, graph) != []
    ]


def _pipeline(task: Node, graph: Graph) -> list[str]:
    """Those that an orchestrator runs: what people start one by one they order themselves."""
    return [one.id for one in graph.linked(task, "part_of") if one.fields.get("managed") is True]


def _private(path: str) -> bool:
    # The module needs all of the resolver, which a run from the cache can do without.
    from mlops_lint.extract.paths import private

    return private(path) is not None
