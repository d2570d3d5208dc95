"""What monitors look at, with what they compare, and whether anything follows from what they find."""

import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.lineage import versioned
from mlops_lint.predicates.models import serves_model
from mlops_lint.predicates.registry import Answer, predicate

# What tells of the model, and not only of the program around it.
BEYOND = frozenset({"predictions", "features", "quality", "drift"})
# Of drift and quality somebody has to hear.
_OF_THE_MODEL = frozenset({"quality", "drift"})
_MEASURES = frozenset({"check", "report", "job"})
_REPORT = re.compile(r"(?i)(?:drift|report|monitor|evidently)[\w.-]*\.(?:html?|json)$")
_USES = frozenset({"drift", "prediction-log", "feedback"})


@predicate
def speaks_for_monitors(monitor: Node, graph: Graph) -> bool:
    """It stands for all monitors of a repository that serves a model: one that looks at the model, or the first."""
    return monitor.id == _speaker(graph)


@predicate
def looks_beyond(monitor: Node, graph: Graph) -> bool | None:
    """Some monitor of the repository looks at predictions, features, quality or drift; None = it may."""
    if topics(monitor) & BEYOND or any(one.own and one.fields.get("purpose") in _USES for one in graph.of_kind("use")):
        return True
    # Of a metric with a name of its own, nobody can say what it is about.
    known = [one for one in _own(graph) if one.fields.get("what") != "scrape"]
    return None if not known or any(not topics(one) for one in known) else False


@predicate
def measures_model(monitor: Node, _graph: Graph) -> bool:
    """It computes drift or quality by itself, which a rule or a picture of a metric does not."""
    return monitor.fields.get("what") in _MEASURES and bool(topics(monitor) & _OF_THE_MODEL)


@predicate
def baseline_versioned(monitor: Node, graph: Graph) -> Answer:
    """It names what it compares with, and the content of that can be had again; None where its origin is not seen."""
    if "baseline" not in monitor.fields:
        return Answer(None)
    if monitor.fields["baseline"] is None:
        return Answer(False, "names nothing that it compares with")
    answers = {one.name: versioned(one, graph) for one in graph.linked(monitor, "reads")}
    loose = sorted(name for name, kept in answers.items() if kept is False)
    if loose:
        return Answer(False, f"compares with {', '.join(loose)}, of which nothing keeps versions")
    return Answer(True if answers and all(answers.values()) else None)


@predicate
def leads_somewhere(monitor: Node, graph: Graph) -> bool | None:
    """What it finds is acted on: an alert, a failed check, a new training; None where something else may act on it."""
    if monitor.fields.get("acts") is True:
        return True
    if monitor.fields.get("acts") is not False:
        return None
    heard = any(topics(one) & _OF_THE_MODEL for one in graph.of_kind("alert") if one.own)
    # A page is shown beside a check whose result goes to where we do not see.
    others = any(one.fields.get("acts") is not False and measures_model(one, graph) for one in _own(graph))
    return None if heard or others or _read_again(monitor, graph) else False


def _read_again(monitor: Node, graph: Graph) -> bool:
    """Whether other code reads a report, as one that trains again where it finds a word in it."""
    reads = (one for one in graph.of_kind("read") if one.own and one.location.path != monitor.location.path)
    return any(_REPORT.search(str(one.fields.get("uri"))) for one in reads)


def topics(node: Node) -> frozenset[str]:
    """Gives what a monitor or alert is known to look at."""
    found = node.fields.get("watches", ())
    return frozenset(found) if isinstance(found, tuple) else frozenset()


def _own(graph: Graph) -> list[Node]:
    return [one for one in graph.of_kind("monitor") if one.own]


@lru_cache(maxsize=8)
def _speaker(graph: Graph) -> str:
    if not _serves(graph):
        return ""
    # Metrics in code are nearer to the model than files of rules.
    monitors = sorted(_own(graph), key=lambda one: (not one.location.path.endswith(".py"), one.location, one.id))
    beyond = [one for one in monitors if topics(one) & BEYOND]
    telling = [one for one in monitors if topics(one)]
    return next((one.id for one in (*beyond, *telling, *monitors)), "")


def _serves(graph: Graph) -> bool:
    """A service, or a deployment, of the project's own answers with a model."""
    services = any(one.context == "source" and serves_model(one, graph) for one in graph.of_kind("service"))
    return services or any(one.own and one.fields.get("serves_model") is True for one in graph.of_kind("deployment"))
