"""Whether trainings are recorded, models kept by version, services watched."""

import posixpath
import re

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.programs import serves
from mlops_lint.predicates.endpoints import predictions_recorded, predicts
from mlops_lint.predicates.judged import judged_again
from mlops_lint.predicates.registry import Answer, predicate

_WATCHES = frozenset({"monitoring", "drift", "prediction-log"})
_TESTS = re.compile(r"(?:^|/)(?:tests?/|test_)")
_DRIFT = re.compile(r"(?i)drift|(?:^|_)psi(?:_|\.|$)|population_stability|data_?shift|ks_(?:test|2samp)")
_WATCHING = re.compile(
    rf"(?i){_DRIFT.pattern[4:]}|monitor|(?:log|save|store|record)_?(?:prediction|inference|request)s?"
)
_OF_THE_MODEL = frozenset({"predictions", "features", "quality", "drift"})


@predicate
def tracked(training: Node, graph: Graph) -> bool | None:
    """A run of this training records itself in a tracker."""
    around = [training, *_around(training, graph)]
    around += [one for task in _same_pipeline(training, graph) for one in _around(task, graph)]
    if _uses(around, "tracking") or any(one.fields.get("tracked") is True for one in around):
        return True
    # The table of the call says None where it records in whatever tracker is installed.
    perhaps = any("tracked" in one.fields and one.fields["tracked"] is None for one in around)
    return None if perhaps or _declared(training, graph) or _recorded(training, around, graph) else False


def _declared(training: Node, graph: Graph) -> bool:
    """Whether the file of a pipeline that runs a training says what it leaves of metrics, which are committed then."""
    runs = [one for one in graph.runners(training) if one.kind == "task"]
    return any(_uses(graph.in_file(one.location.path, "use"), "metrics") for one in runs)


@predicate
def kept_by_version(model: Node, graph: Graph) -> bool | None:
    """A saved model goes to a registry or a versioned store; None = to a place that cannot be known."""
    around = [model, *_around(model, graph)]
    if _uses(around, "registry") or any(one.kind == "model" and one.fields.get("registered") is True for one in around):
        return True
    stores = [data for one in graph.linked(model, "writes") for data in (one, *graph.follow(one, ("inside",)))]
    kept = {one.fields.get("versioned_by") for one in stores}
    if model.fields.get("dated") is True:
        return True
    if kept - {None, "git"}:
        return True
    # What is committed has a version, though not one of a model; a bucket may keep versions or not.
    elsewhere = "git" in kept or any(one.fields.get("scheme") != "local" for one in stores)
    if elsewhere or not isinstance(model.fields.get("uri"), str) or _recorded(model, around, graph):
        return None
    return False


@predicate
def serves_model(service: Node, graph: Graph) -> bool:
    """The program of a service loads or calls a model."""
    return serves(service, graph)


@predicate
def fixed_version(load: Node, _graph: Graph) -> Answer:
    """A model of a hub or registry is loaded by a version that does not move."""
    pinned, uri = load.fields.get("pinned"), load.fields.get("uri")
    name = f"'{uri}'" if isinstance(uri, str) else "the default model of a task"
    # Whoever calls this code chooses a model that it does not name, and should choose its version too.
    return Answer(pinned if isinstance(pinned, bool) and ("uri" in load.fields or pinned) else None, name)


@predicate
def watched(service: Node, graph: Graph) -> bool | None:
    """Something observes the predictions of a service, in its own code or in the repository; None = it may."""
    if any(one.fields.get("purpose") in _WATCHES for one in graph.of_kind("use") if one.context != "test"):
        return True
    watches = (one.fields.get("watches") for one in graph.of_kind("monitor") if one.context != "test")
    if any(isinstance(topics, tuple) and not _OF_THE_MODEL.isdisjoint(topics) for topics in watches):
        return True
    if judged_again(graph):
        return True
    # Code of one's own may measure, and what is written down somebody may look at.
    folder = posixpath.dirname(service.location.path)
    answers = [
        predictions_recorded(one, graph)
        for one in graph.of_kind("endpoint")
        if one.own and posixpath.dirname(one.location.path).startswith(folder) and predicts(one, graph)
    ]
    return None if _named(graph, _WATCHING) or any(one is not False for one in answers) else False


@predicate
def drift_watched(_service: Node, graph: Graph) -> bool | None:
    """Something measures drift of live data; None = code of the project's own sounds as if it did."""
    uses = any(one.own and one.fields.get("purpose") == "drift" for one in graph.of_kind("use"))
    if uses or any(one.own and one.fields.get("drift") is True for one in graph.of_kind("monitor")):
        return True
    return None if _named(graph, _DRIFT) else False


def _named(graph: Graph, words: re.Pattern[str]) -> bool:
    """Whether a file or a function of the repository is called after something."""
    names = (one.name.rpartition(".")[2] for one in graph.of_kind("function") if one.own)
    files = (posixpath.basename(one) for one in graph.paths.files if not _TESTS.search(one))
    return any(map(words.search, (*files, *names)))


def _same_pipeline(node: Node, graph: Graph) -> list[Node]:
    """All tasks of the pipelines that run this code: one of them may record for the others."""
    tasks = [one for one in graph.runners(node) if one.kind == "task"]
    pipelines = {one.id: one for task in tasks for one in graph.linked(task, "part_of")}
    return [task for pipeline in pipelines.values() for task in graph.linked(pipeline, "parts")]


def _around(node: Node, graph: Graph) -> list[Node]:
    """All subjects in the runs that this belongs to, and in its own file."""
    runners = [node] if node.kind == "task" else graph.runners(node) or graph.bodies(node.location.path)
    found = {one.id: one for runner in runners for one in graph.reached(runner)}
    return list(found.values())


def _uses(around: list[Node], purpose: str) -> bool:
    return any(one.kind == "use" and one.fields.get("purpose") == purpose for one in around)


def _recorded(node: Node, around: list[Node], graph: Graph) -> bool:
    """A platform keeps the runs of this code and what they leave, though perhaps not all that matters."""
    beside = graph.in_file(node.location.path, "use")
    # What is launched from a folder that is not there is whatever has its name.
    launched = {
        posixpath.basename(link.symbol)
        for one in graph.of_kind("use")
        if one.fields.get("purpose") == "run-record"
        for link in one.dangling
        if link.role == "runs"
    }
    known = any(_uses(some, "run-record") for some in (around, graph.runners(node), beside))
    return known or posixpath.basename(node.location.path) in launched
