"""Pipelines, release and responsibility of a project as a whole, where no rule of the question says anything."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.lineage import repeatable
from mlops_lint.predicates.owners import owners_of
from mlops_lint.predicates.promotion import infrastructure_declared
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.retraining import started_by_rule
from mlops_lint.predicates.shown import first_yes, own, shown, uses, with_field
from mlops_lint.predicates.steps import steps
from mlops_lint.predicates.whole_data import clocks
from mlops_lint.predicates.work import may_run, predictions, training_pipelines

_CHECKS = frozenset({"check", "evaluate", "compare"})
_CHECKED = re.compile(r"(?i)eval|validat|compar|champion|best_?model|best-model|\btest")
_GATES = re.compile(r"(?i)approv|champion|challenger|best_?model|promot|gate\b|quality_?gate")


@predicate
def retrains_by_rule(_project: Node, graph: Graph) -> Answer:
    """A schedule, new data, drift or a change starts a pipeline that trains."""
    return shown(_by_rule(graph))


def _by_rule(graph: Graph) -> list[Node]:
    pipelines = training_pipelines(graph)
    found = [one for one in pipelines if started_by_rule(one, graph) and _not_on_push(one)]
    if not found and any(one.fields.get("managed") is True for one in pipelines):
        found = clocks(graph)
    return found


def _not_on_push(pipeline: Node) -> bool:
    """A change of code is no rule for new data."""
    triggers = pipeline.fields.get("triggers")
    return not (isinstance(triggers, tuple) and triggers and set(triggers) <= {"push", "pull_request", "call"})


@predicate
def retraining_checked(_project: Node, graph: Graph) -> Answer:
    """A pipeline that trains evaluates, compares or checks in its own steps."""
    checked = [
        one for one in training_pipelines(graph) if any(_checks(task, graph) for task in graph.linked(one, "parts"))
    ]
    return shown(checked)


def _checks(task: Node, graph: Graph) -> bool:
    return bool(_CHECKS & steps(task, graph)) or bool(_CHECKED.search(task.name))


@predicate
def can_be_sized(_project: Node, graph: Graph) -> Answer:
    """Something runs where it can be said what it needs."""
    deployed = [one for one in own(graph, "deployment") if one.fields.get("sized") is not False]
    return first_yes(shown(deployed), shown(with_field(graph, "task", "sized")))


@predicate
def sized(_project: Node, graph: Graph) -> Answer:
    """It is said what steps or services need."""
    every = [*own(graph, "deployment"), *own(graph, "task")]
    return shown(one for one in every if one.fields.get("requests") or one.fields.get("limits"))


@predicate
def writes_repeatable(_project: Node, graph: Graph) -> Answer:
    """No step is seen to leave another state when it runs twice."""
    tasks = [one for one in own(graph, "task") if _managed(one, graph)]
    said = [repeatable(one, graph) for one in tasks]
    answers = [one.value if isinstance(one, Answer) else one for one in said]
    writes = own(graph, "write")
    if False in answers or any(one.fields.get("appends") is True for one in writes):
        return Answer(False)
    return shown([one for one, answer in zip(tasks, answers, strict=True) if answer] or [*writes, *own(graph, "model")])


def _managed(task: Node, graph: Graph) -> bool:
    return any(one.fields.get("managed") is True for one in graph.linked(task, "part_of"))


@predicate
def serves_or_stores(_project: Node, graph: Graph) -> Answer:
    """Models are served, or infrastructure code declares stores of data and models."""
    stores = [one for one in own(graph, "resource") if one.fields.get("holds") in ("data", "models", "images")]
    served = [one for one in own(graph, "deployment") if one.fields.get("serves_model") is True]
    return first_yes(shown(served), shown(stores))


@predicate
def access_asked(_project: Node, graph: Graph) -> Answer:
    """Who may call a service or read a store is controlled."""
    secured = [*with_field(graph, "deployment", "secured"), *with_field(graph, "endpoint", "secured")]
    closed = with_field(graph, "resource", "public", False)
    return first_yes(shown(secured), shown(closed), shown(uses(graph, "access-control")))


@predicate
def has_work_to_own(_project: Node, graph: Graph) -> Answer:
    """There are managed pipelines or services that somebody could be responsible for."""
    pipelines = [one for one in own(graph, "pipeline") if one.fields.get("managed") is True]
    served = [one for one in own(graph, "deployment") if one.fields.get("serves_model") is True]
    return first_yes(shown(pipelines), shown(served), predictions(graph))


@predicate
def responsible_named(_project: Node, graph: Graph) -> Answer:
    """Somebody is named for pipelines, deployments or monitors, or for their files."""
    named = [one for kind in ("pipeline", "deployment", "monitor", "task") for one in own(graph, kind) if _named(one)]
    every = [one for kind in ("pipeline", "deployment", "service") for one in own(graph, kind)]
    files = [one for one in every if owners_of(one.location.path, graph)]
    return first_yes(shown(named), shown(files), shown(uses(graph, "model-owner")), shown(_contacts(graph)))


def _contacts(graph: Graph) -> list[Node]:
    """Pages that say whom to write to; the author of a package is somebody who once wrote it."""
    told = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "contact"]
    return [one for one in told if one.context != "vendored" and one.name != "package"]


def _named(node: Node) -> bool:
    # What Airflow calls the owner where nobody gives one is nobody.
    return isinstance(owner := node.fields.get("owner"), str) and owner not in ("", "airflow")


@predicate
def release_decided(_project: Node, graph: Graph) -> Answer:
    """A gate or a person decides which version goes to production."""
    gates = uses(graph, "approval", "gate", "evaluation-gate")
    # What a training promotes as soon as it is done, nobody has decided on.
    gates += [one for one in uses(graph, "promotion", "model-stage") if not _trains_here(one, graph)]
    approved = [*with_field(graph, "ci_job", "approved"), *with_field(graph, "task", "manual")]
    named = [one for kind in ("task", "function") for one in own(graph, kind) if _GATES.search(one.name)]
    return first_yes(shown(gates), shown(approved), shown(named))


def _trains_here(use: Node, graph: Graph) -> bool:
    bodies = graph.linked(use, "within") or graph.bodies(use.location.path)
    return any(one.kind == "training" for body in bodies for one in graph.linked(body, "holds"))


@predicate
def has_something_to_release(_project: Node, graph: Graph) -> Answer:
    """There are services, images or pipelines to bring to where they run."""
    served = [*own(graph, "service"), *own(graph, "deployment")]
    managed = [one for one in own(graph, "pipeline") if one.fields.get("managed") is True and may_run(one)]
    return first_yes(shown(served), shown(own(graph, "image")), shown(managed))


@predicate
def runs_on_infrastructure(_project: Node, graph: Graph) -> Answer:
    """Something is deployed, scheduled, or run in the cloud."""
    found = [*own(graph, "deployment"), *own(graph, "resource")]
    scheduled = [one for one in own(graph, "pipeline") if isinstance(one.fields.get("schedule"), str)]
    return first_yes(shown(found), shown(one for one in scheduled if one.fields.get("managed") is True))


@predicate
def checked_as_read(_project: Node, graph: Graph) -> Answer:
    """Settings are checked, or have types, where they are read."""
    options = with_field(graph, "option", "checked")
    return first_yes(shown(uses(graph, "settings-check", "settings-class")), shown(options))


@predicate
def infrastructure_as_code(project: Node, graph: Graph) -> Answer:
    """What the project runs on stands in files that a tool applies: resources, deployments, compose files."""
    said = infrastructure_declared(project, graph)
    declared = said if isinstance(said, Answer) and said.value else Answer(False)
    # A package of a program says not yet where it runs.
    deployed = [one for one in own(graph, "deployment") if "replicas" in one.fields]
    return first_yes(declared, shown([*own(graph, "resource"), *deployed]))


@predicate
def properties_stated(_project: Node, graph: Graph) -> Answer:
    """Some test states a property, for which a tool makes the examples."""
    found = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "property-test"]
    return shown(one for one in found if one.context in ("test", "source"))


@predicate
def tests_values(_project: Node, graph: Graph) -> Answer:
    """Tests demand something of values, data or models."""
    return shown(one for one in graph.of_kind("assertion") if one.context in ("test", "source"))


@predicate
def declares_steps(_project: Node, graph: Graph) -> Answer:
    """A pipeline with steps is declared."""
    return shown(one for one in own(graph, "pipeline") if graph.linked(one, "parts"))


@predicate
def steps_sound(_project: Node, graph: Graph) -> Answer:
    """No step of any pipeline waits, over others, for itself."""
    pipelines = [one for one in own(graph, "pipeline") if graph.linked(one, "parts")]
    circles = [one for one in pipelines if graph.cycle(graph.linked(one, "parts"), "depends_on")]
    return Answer(False) if circles else shown(pipelines)
