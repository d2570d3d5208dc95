"""Serving and monitoring of a project as a whole, for repositories of which no rule of the question says anything."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.deployments import takes_back
from mlops_lint.predicates.endpoints import predictions_recorded, predicts, version_told
from mlops_lint.predicates.interpreters import locked
from mlops_lint.predicates.judged import judged_again
from mlops_lint.predicates.monitors import BEYOND, topics
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.services import learns_outcomes, packaged
from mlops_lint.predicates.shown import first_yes, holds, own, shown, uses, with_field
from mlops_lint.predicates.work import installed, platform_batch, scripts

_BACK = re.compile(r"(?i)roll_?back|restore_(?:model|version)|previous_(?:model|version)|revert")
_OUTCOMES = re.compile(r"(?i)(?:^|[/_.-])(?:actuals?|outcomes?|ground[_-]?truths?|feedback|ratings)(?=$|[/_.-])")
_CHAMPION = re.compile(r"(?i)champion|challenger|best_?model|compare_(?:models?|metrics)|canary|shadow")


@predicate
def scales_with_load(_project: Node, graph: Graph) -> Answer:
    """Some deployment or batch job runs in more than one copy, or as many as the load wants."""
    deployed = [one for one in own(graph, "deployment") if one.fields.get("serves_model") is True]
    many = [one for one in deployed if one.fields.get("scales") is True or _many(one)]
    hosted = with_field(graph, "endpoint", "hosted") if not deployed else []
    spread = [*platform_batch(graph), *uses(graph, "parallel-prediction")]
    return first_yes(shown(many), shown(spread), shown(hosted))


def _many(deployment: Node) -> bool:
    replicas = deployment.fields.get("replicas")
    return isinstance(replicas, int) and replicas > 1


@predicate
def goes_out_in_steps(_project: Node, graph: Graph) -> Answer:
    """New versions get a part of the traffic first, or have to be better than the one in use."""
    return first_yes(shown(with_field(graph, "deployment", "stepwise")), champions(graph))


@predicate
def effect_known_before(_project: Node, graph: Graph) -> Answer:
    """Metrics of a new version are compared or demanded before it is released."""
    gates = uses(graph, "gate", "evaluation-gate", "comparison")
    return first_yes(shown(gates), shown(with_field(graph, "deployment", "stepwise")), champions(graph))


def champions(graph: Graph) -> Answer:
    """Says whether a step or a function compares a new model with the one in use, or measures what it promotes."""
    tasks = [one for one in own(graph, "task") if _CHAMPION.search(one.name)]
    functions = [one for one in own(graph, "function") if _CHAMPION.search(one.name.rpartition(".")[2])]
    moved = uses(graph, "model-stage", "promotion")
    measured = [one for one in moved if graph.in_file(one.location.path, "evaluation")]
    return first_yes(shown(tasks), shown(functions), shown(measured))


@predicate
def can_go_back(_project: Node, graph: Graph) -> Answer:
    """What ran before can be had again: by revisions, an alias of a registry, or a step that rolls back."""
    kept = [one for one in own(graph, "deployment") if holds(takes_back(one, graph))]
    moved = uses(graph, "rollback", "model-stage", "promotion")
    named = [one for kind in ("task", "function", "pipeline") for one in own(graph, kind) if _BACK.search(one.name)]
    versions = with_field(graph, "model_load", "pinned")
    return first_yes(shown(kept), shown(moved), shown(named), shown(versions))


@predicate
def packed_with_schema(project: Node, graph: Graph) -> Answer:
    """A model is packed with its environment, and what it takes is written down."""
    signed = with_field(graph, "model", "signed")
    if _loose(graph) and not holds(locked(project, graph)):
        return Answer(False)
    typed = [one for one in own(graph, "endpoint") if one.fields.get("validated") is True]
    packs = [one for one in own(graph, "service") if packaged(one, graph) is True]
    return first_yes(shown(signed), shown(typed if packs else ()))


def _loose(graph: Graph) -> bool:
    """Whether the lesser part of what is installed has one version."""
    every, fixed = installed(graph)
    return bool(every) and len(fixed) < len(every) / 2


def _recorded(endpoint: Node, graph: Graph) -> bool:
    """Whether a handler predicts, keeps what it predicted, and names the version of the model."""
    asks = (predicts, predictions_recorded, version_told)
    return all(ask(endpoint, graph) is True for ask in asks)


@predicate
def predictions_kept(_project: Node, graph: Graph) -> Answer:
    """Predictions are recorded together with the version of the model."""
    asked = [one for one in own(graph, "endpoint") if _recorded(one, graph)]
    jobs = [one for one in scripts(graph) if _tells_version(one, graph)]
    return first_yes(shown(asked), shown(platform_batch(graph)), shown(jobs))


def _tells_version(prediction: Node, graph: Graph) -> bool:
    """Whether the code that predicts for many rows writes them down, and names the version of the model."""
    beside = [one for body in graph.linked(prediction, "within") for one in graph.linked(body, "holds")]
    told = any(one.kind == "use" and one.fields.get("purpose") == "model-version" for one in beside)
    return told and any(one.kind == "write" for one in beside)


@predicate
def outcomes_collected(_project: Node, graph: Graph) -> Answer:
    """What came true of predictions, or what users say of them, is taken in."""
    services = [one for one in own(graph, "service") if learns_outcomes(one, graph)]
    return first_yes(shown(services), shown(uses(graph, "feedback")), shown(_outcomes_read(graph)))


def _outcomes_read(graph: Graph) -> list[Node]:
    """What is read of outcomes and ratings, in files that measure models and train none."""
    return [
        one
        for one in own(graph, "read")
        if _OUTCOMES.search(str(one.fields.get("uri", "")))
        and graph.in_file(one.location.path, "evaluation")
        and not graph.in_file(one.location.path, "training")
    ]


@predicate
def model_watched(_project: Node, graph: Graph) -> Answer:
    """The quality of a model in use is measured again and again."""
    quality = [one for one in own(graph, "monitor") if topics(one) & {"quality"}]
    # A distribution of predictions that a picture or an alert shows is looked at.
    seen = [one for one in own(graph, "monitor") if one.fields.get("what") in ("dashboard", "rules")]
    quality += [one for one in seen if "predictions" in topics(one)]
    return first_yes(shown(quality), shown(uses(graph, "feedback")), shown(judged_again(graph)))


@predicate
def something_watched(_project: Node, graph: Graph) -> Answer:
    """Something is monitored."""
    return first_yes(shown(own(graph, "monitor")), shown(uses(graph, "monitoring", "drift", "prediction-log")))


@predicate
def watched_beyond_machines(_project: Node, graph: Graph) -> Answer:
    """Predictions, features, quality or drift are monitored."""
    found = [one for one in own(graph, "monitor") if topics(one) & BEYOND]
    return first_yes(shown(found), shown(uses(graph, "drift", "prediction-log", "feedback")))


@predicate
def drift_measured(_project: Node, graph: Graph) -> Answer:
    """Drift of data or predictions is measured."""
    return first_yes(shown(with_field(graph, "monitor", "drift")), shown(uses(graph, "drift")))


@predicate
def robust(_project: Node, graph: Graph) -> Answer:
    """Inputs are checked, and health or resources are declared."""
    checked = [one for one in own(graph, "endpoint") if one.fields.get("validated") is True]
    probed = [one for one in own(graph, "deployment") if one.fields.get("probes") or one.fields.get("limits")]
    return shown(checked if probed else ())
