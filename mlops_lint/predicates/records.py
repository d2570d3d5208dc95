"""Whether it can be told from what a run leaves how its model was made: with which parameters, from which data."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.training import trains
from mlops_lint.predicates.lineage import versioned
from mlops_lint.predicates.models import tracked
from mlops_lint.predicates.registry import Answer, predicate

_RECORDS = {"run-parameters": "parameters", "run-metrics": "metrics", "run-data": "the version of its data"}
_TRACKED = "tracking"
# What own code, or code that we do not see, may be called when it records or names a version.
_MAY_RECORD = re.compile(r"(?i)log_|record|track|report|hash|checksum|md5|digest|fingerprint|version|commit|snapshot")
_TEXTS = frozenset({"json", "yaml", "toml"})


@predicate
def recorded_run(training: Node, graph: Graph) -> bool:
    """A run of this training is recorded by calls of a tracker in its own code."""
    return any(one.fields.get("purpose") == _TRACKED for one in _uses(training, graph))


@predicate
def fully_recorded(training: Node, graph: Graph) -> Answer:
    """The record of a run has its parameters, its metrics and the version of its data."""
    uses = _uses(training, graph)
    purposes = {one.fields.get("purpose") for one in uses}
    answers = {purpose: purpose in purposes for purpose in _RECORDS}
    missing: dict[str, bool | None] = {purpose: False for purpose, there in answers.items() if not there}
    # What a tracker records is told by its calls; of one that is imported alone, or calls itself back, it is not.
    read = {one.fields.get("tool") for one in uses if one.fields.get("purpose") in _RECORDS}
    opaque = {one.fields.get("tool") for one in uses if one.fields.get("purpose") == _TRACKED} - read
    if opaque or "tracked" in training.fields or _may_record(training, graph):
        missing = dict.fromkeys(missing)
    if "run-data" in missing:
        missing["run-data"] = data_known(training, graph) if missing["run-data"] is False else None
    wrong = [_RECORDS[purpose] for purpose, answer in missing.items() if answer is False]
    if wrong:
        return Answer(False, " and ".join([", ".join(wrong[:-1]), wrong[-1]] if wrong[:-1] else wrong))
    return Answer(None if None in missing.values() else True)


@predicate
def trained_here(model: Node, graph: Graph) -> bool:
    """A run that keeps this model trains, too: what is only converted or copied was made elsewhere."""
    return any(graph.reach(run, "training") for run in _runs(model, graph))


@predicate
def traceable(model: Node, graph: Graph) -> Answer:
    """From a model one comes to the training that made it, the version of its data and its parameters."""
    trained = [one for run in _runs(model, graph) for one in graph.reach(run, "training")]
    data = [True if _has(one, "run-data", graph) else data_known(one, graph) for one in trained]
    given = [_parameters_kept(one, graph) for one in trained]
    wrong = {"version of the data": False in data, "parameters that it was trained with": False in given}
    if any(wrong.values()):
        return Answer(False, " and the ".join(what for what, missing in wrong.items() if missing))
    return Answer(None if None in (*data, *given) else True)


def data_known(training: Node, graph: Graph) -> bool | None:
    """Says whether all data that the runs of a training read can be had again as it was."""
    if _has(training, "run-data-perhaps", graph) or _names(training, graph):
        return None
    reads = {one.id: one for run in _runs(training, graph) for one in graph.reach(run, "read")}
    fed = [one for one in reads.values() if trains(one, graph)]
    pinned = any(one.fields.get("hub") is True and one.fields.get("pinned") is True for one in reads.values())
    if not fed:
        return True if pinned else None
    answers = [_read_version(one, graph) for one in fed]
    return False if False in answers else None if None in answers else True


def _read_version(read: Node, graph: Graph) -> bool | None:
    if read.fields.get("pinned") is True:
        return True
    answers = [versioned(one, graph) for one in graph.linked(read, "reads")]
    known = [one if isinstance(one, bool) else None for one in answers]
    return None if not known or None in known else all(known)


def _parameters_kept(training: Node, graph: Graph) -> bool | None:
    """Whether what whoever started a run chose is written down; what stands in code or settings is."""
    runs = _runs(training, graph)
    settings = [one for run in runs for one in graph.reach(run, "hyperparameter")]
    options = {_word(one.name) for run in runs for one in graph.reach(run, "option")}
    chosen = [one for one in settings if one.fields.get("origin") == "argument" and _word(one.name) in options]
    if not chosen:
        return True if settings and all("origin" in one.fields for one in settings) else None
    if _has(training, "run-parameters", graph):
        return True
    # A task names the arguments; a file of texts, or of the model itself, may hold them.
    named = any(one.kind == "task" for one in graph.runners(training))
    written = any(one.fields.get("format") in _TEXTS for run in runs for one in graph.reach(run, "write"))
    perhaps = named or written or tracked(training, graph) is not False or _may_record(training, graph)
    return None if perhaps else False


def _word(name: str) -> str:
    return name.lstrip("-").replace("-", "_").lower()


def _runs(node: Node, graph: Graph) -> list[Node]:
    return [one for one in graph.runners(node) if one.own] or graph.bodies(node.location.path)


def _uses(node: Node, graph: Graph) -> list[Node]:
    found = {one.id: one for run in _runs(node, graph) for one in graph.reach(run, "use")}
    return list(found.values())


def _has(node: Node, purpose: str, graph: Graph) -> bool:
    return any(one.fields.get("purpose") == purpose for one in _uses(node, graph))


def _bodies(node: Node, graph: Graph) -> list[Node]:
    around = ("starts", "runs", "calls", "imports")
    return [one for run in _runs(node, graph) for one in (run, *graph.follow(run, around))]


def _may_record(node: Node, graph: Graph) -> bool:
    """Whether a run calls something that is not seen and is called as if it recorded."""
    called = [link.symbol for one in _bodies(node, graph) for link in one.dangling if link.role == "calls"]
    return any(_MAY_RECORD.search(name.rpartition(".")[2]) for name in called)


def _names(node: Node, graph: Graph) -> bool:
    """Whether code of a run is called as if it told versions of data."""
    names = {one.name.rpartition(".")[2] for one in _bodies(node, graph) if one.kind == "function"}
    return any(re.search(r"(?i)hash|checksum|md5|fingerprint|data_?version|snapshot|dvc", name) for name in names)
