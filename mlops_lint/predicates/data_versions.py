"""Whether data that is kept by version can be had by others, is compared, and is what its stage last made."""

import posixpath
import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.shown import texts

# What functions, files and tasks are called that compare bodies of data in ways that we do not read.
_COMPARES = re.compile(
    r"(?i)(?:diff|compar|changes?|delta)\w*(?:data|dataset|version|snapshot|schema)|"
    r"(?:data|dataset|version|snapshot|schema)\w*(?:diff|compar|changes?(?!log)|drift)"
)
_OUTSIDE = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:|/|~|\\)")


@predicate
def keeps_data_by_version(_project: Node, graph: Graph) -> bool:
    """Data of the project is kept outside git, by a tool that knows its versions."""
    return bool(_kept(graph))


@predicate
def data_shared(_project: Node, graph: Graph) -> Answer:
    """Others can fetch the data that a tool keeps by version: it has a place that is no folder of one machine."""
    if _used(graph, "data-remote") or _used(graph, "data-remote-command"):
        return Answer(True)
    first = _kept(graph)[0]
    in_git = [_is_in_git(path, graph) for path in _first_kept(graph)]
    if any(in_git):
        # Who clones has these; the others may be made of them.
        return Answer(all(in_git) or None, at=first.location)
    local = _used(graph, "data-remote-default") or _used(graph, "data-remote-local")
    if local:
        return Answer(False, f"only to '{local[0].name}', a folder of one machine", at=local[0].location)
    # Where the settings are not in the repository, they may name a remote on the machines of the team.
    stated = _used(graph, "data-store")
    return Answer(False, "to no remote at all", at=stated[0].location) if stated else Answer(None, at=first.location)


@predicate
def data_compared(_project: Node, graph: Graph) -> Answer:
    """A script, a pipeline or CI compares versions of data; None where something is called as if it did."""
    if _used(graph, "diff") or _used(graph, "drift") or _compares_by_monitor(graph):
        return Answer(True)
    names = (one.name.rpartition(".")[2] for one in graph.of_kind("function") if one.own)
    tasks = (one.name for one in graph.of_kind("task") if one.own)
    perhaps = bool(_used(graph, "diff-by-hand")) or any(_COMPARES.search(one) for one in (*names, *tasks))
    return Answer(None if perhaps else False, at=_kept(graph)[0].location)


@predicate
def locked_beside(task: Node, graph: Graph) -> bool:
    """A lock file is of the pipeline of this stage, and the stage has something that it would record."""
    something = any(one.role in ("reads", "writes", "needs") for one in task.links)
    return something and f"task:{task.location.path}" in _locked_pipelines(graph)


@predicate
def lock_agrees(task: Node, graph: Graph) -> Answer:
    """The lock file has this stage, with the command, inputs and outputs that it has now."""
    locked = _locked(graph).get(task.id)
    if locked is None:
        return Answer(False, "the lock file does not have it: it never ran, or was renamed")
    wrong: list[str] = []
    command, before = task.fields.get("command"), locked.fields.get("command")
    if isinstance(command, str) and isinstance(before, str) and command.split() != before.split():
        wrong.append("its command was another")
    known = task.fields.get("lineage") is True and isinstance(task.fields.get("folder"), str)
    if known:
        wrong += _differences(task, locked)
    related = (Related(locked.location, "as it last ran"),)
    if wrong:
        return Answer(False, "when it last ran, " + ", ".join(wrong[:3]), related)
    return Answer(True if known and isinstance(command, str) else None)


def _differences(task: Node, locked: Node) -> list[str]:
    folder = str(task.fields["folder"])
    settings = {_settled(folder, one) for one in texts(locked, "settings")}
    settings |= {one.symbol.partition(":")[2].partition("#")[0] for one in task.links if one.role == "uses"}
    settings |= {_path(one.symbol) for one in task.links if one.role == "loads"}
    found: list[str] = []
    sides = (("inputs", ("reads", "needs"), "read", "read"), ("outputs", ("writes",), "leave", "left"))
    for field, roles, did_not, did in sides:
        now = {_path(one.symbol) for one in task.links if one.role in roles} - settings
        before = {_settled(folder, one) for one in texts(locked, field)} - settings
        # A named dataset is another thing in the lock than where it is used.
        if not any(one.startswith("ds://") for one in before):
            found += [f"it did not {did_not} {one}" for one in sorted(now - before)]
            found += [f"it {did} {one}, too" for one in sorted(before - now)]
    return found


def _path(symbol: str) -> str:
    return _settled("", symbol.removeprefix("?").partition(":")[2])


def _settled(folder: str, written: str) -> str:
    """A path from the root; on Windows people write it with backslashes, and the lock has slashes."""
    if _OUTSIDE.match(written):
        return written
    return posixpath.normpath(posixpath.join(folder, written.replace("\\", "/")))


def _used(graph: Graph, purpose: str) -> list[Node]:
    found = [one for one in graph.of_kind("use") if one.own and one.fields.get("purpose") == purpose]
    return sorted(found, key=lambda one: one.location)


def _compares_by_monitor(graph: Graph) -> bool:
    return any(one.own and one.fields.get("drift") is True for one in graph.of_kind("monitor"))


@lru_cache(maxsize=8)
def _kept(graph: Graph) -> tuple[Node, ...]:
    stages = [one for one in graph.of_kind("locked_stage") if one.own and one.fields.get("outputs")]
    return (*_used(graph, "data-kept"), *sorted(stages, key=lambda one: one.location))


def _first_kept(graph: Graph) -> list[str]:
    """The paths, from the root, of what is kept by version and made of nothing that is kept, and what it is made of."""
    by_hand = [one.name for one in _kept(graph) if one.kind == "use"]
    stages = [one for one in _kept(graph) if one.kind != "use"]
    # Metrics are meant for git, and no tool keeps them.
    made = {one.id: [path for path in _settledtexts(one, "outputs") if _is_cached(path, graph)] for one in stages}
    known = {*by_hand, *(path for paths in made.values() for path in paths)}
    sources = [one for one in stages if not any(_is_below(path, known) for path in _settledtexts(one, "inputs"))]
    outputs = [path for one in sources for path in made[one.id]]
    inputs = [path for one in sources if made[one.id] for path in _settledtexts(one, "inputs")]
    return [*by_hand, *outputs, *(path for path in inputs if _field(f"file:{path}", "data", graph) is True)]


def _settledtexts(stage: Node, field: str) -> list[str]:
    folder = posixpath.dirname(stage.location.path)
    return [_settled(folder, one) for one in texts(stage, field)]


def _is_below(path: str, folders: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:count]) in folders for count in range(1, len(parts) + 1))


def _is_cached(path: str, graph: Graph) -> bool:
    return _field(f"dataset:{path}", "cached", graph) is True


def _is_in_git(path: str, graph: Graph) -> bool:
    """Whether git tracks data, or an archive of its name."""
    if any(_field(f"{kind}:{path}", "tracked", graph) is True for kind in ("file", "dataset")):
        return True
    name = posixpath.basename(path)
    return any(
        posixpath.basename(one) in (f"{name}.zip", f"{name}.tar.gz", f"{name}.rar") for one in _data_in_git(graph)
    )


@lru_cache(maxsize=8)
def _data_in_git(graph: Graph) -> tuple[str, ...]:
    files = graph.of_kind("file")
    return tuple(one.location.path for one in files if one.fields.get("data") and one.fields.get("tracked"))


def _field(id: str, name: str, graph: Graph) -> object:
    node = graph.nodes.get(id)
    return None if node is None else node.fields.get(name)


@lru_cache(maxsize=8)
def _locked_pipelines(graph: Graph) -> frozenset[str]:
    return frozenset(str(one.fields.get("stage")).partition("#")[0] for one in graph.of_kind("locked_stage"))


@lru_cache(maxsize=8)
def _locked(graph: Graph) -> dict[str, Node]:
    return {str(one.fields.get("stage")): one for one in graph.of_kind("locked_stage")}
