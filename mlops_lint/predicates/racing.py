"""Two tasks that write one path, and whether both may be at it at once."""

from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

_KINDS = ("write", "model")
# Where data lies; an asset may have a name of any other scheme.
_STORES = frozenset("local s3 s3a s3n gs gcs abfs abfss wasb wasbs adl az hdfs dbfs file table bigquery".split())


@predicate
def written_twice(dataset: Node, graph: Graph) -> bool:
    """Two tasks that an orchestrator runs write this, the same file, folder or table."""
    return dataset.fields.get("scheme") in _STORES and len(_writers(graph).get(dataset.id, ())) > 1


@predicate
def written_in_turn(dataset: Node, graph: Graph) -> Answer:
    """Of any two tasks that write this, one waits for the other, or they never run at one time."""
    writers = [graph.nodes[id] for id in _writers(graph)[dataset.id]]
    local = dataset.fields.get("scheme") == "local"
    doubt = False
    for index, one in enumerate(writers):
        for other in writers[index + 1 :]:
            answer = _in_turn(one, other, local, graph)
            if answer is False:
                related = tuple(Related(task.location, f"task '{task.name}' writes it") for task in (one, other))
                return Answer(False, f"'{one.name}' and '{other.name}'", related)
            doubt = doubt or answer is None
    return Answer(None if doubt else True)


def _in_turn(one: Node, other: Node, local: bool, graph: Graph) -> bool | None:
    after, before = ({two.id for two in graph.follow(task, ("depends_on",))} for task in (one, other))
    if other.id in after or one.id in before:
        return True
    # In containers of their own each has its own disk.
    if local and any(task.fields.get("sized") is not None or task.fields.get("image") for task in (one, other)):
        return None
    mine, yours = (graph.linked(task, "part_of") for task in (one, other))
    if mine != yours:
        # Two pipelines may have a disk each.
        return None if local or _apart(mine, yours) else False
    # A branch takes one way of several.
    shared = after & before
    branched = any(graph.nodes[id].fields.get("remote") is False for id in shared)
    return None if branched else False


def _apart(mine: list[Node], yours: list[Node]) -> bool:
    """Whether two pipelines may never run at one time: one that nobody schedules, or that starts the other."""
    return not all(isinstance(one.fields.get("schedule"), str) for one in (*mine, *yours))


def _shares(write: Node) -> bool:
    """Whether several may write at once: a log, a file for each day, rows that a database keeps apart."""
    fields = write.fields
    rows = fields.get("format") == "sql" and fields.get("mode") not in ("replace", "overwrite")
    return (
        rows
        or fields.get("dated") is True
        or fields.get("grows") is True
        or str(fields.get("uri", "")).endswith(".log")
    )


@lru_cache(maxsize=1)
def _writers(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Dataset -> the tasks that write it; stages whose tool orders them by what they write are left out."""
    found: dict[str, dict[str, None]] = {}
    for task in graph.of_kind("task"):
        managed = any(one.fields.get("managed") is True for one in graph.linked(task, "part_of"))
        # What a mere marker declares is news of data, not data.
        if not managed or not task.own or task.fields.get("lineage") is True or task.fields.get("remote") is False:
            continue
        writes = [task, *(one for one in graph.reached(task) if one.kind in _KINDS)]
        for one in writes:
            # A log, or one file for each day, is meant to be shared.
            if not _shares(one):
                for data in graph.linked(one, "writes"):
                    found.setdefault(data.id, {})[task.id] = None
    return {id: tuple(sorted(tasks)) for id, tasks in found.items()}
