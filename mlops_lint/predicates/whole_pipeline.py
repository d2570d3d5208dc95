"""Pipelines, release and responsibility of a project as a whole, where no rule of the question says anything."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.attention import failure_told
from mlops_lint.predicates.ci import checks_models_or_data, tested_by_ci
from mlops_lint.predicates.interpreters import locked, python_stated
from mlops_lint.predicates.lineage import repeatable
from mlops_lint.predicates.owners import owners_of
from mlops_lint.predicates.promotion import infrastructure_declared
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.shown import first_yes, holds, own, shown, uses, with_field
from mlops_lint.predicates.steps import steps
from mlops_lint.predicates.whole_data import clocks
from mlops_lint.predicates.whole_serving import champions
from mlops_lint.predicates.work import installed, orchestrators, predictions, reads_of_stores, training_pipelines

_MOST = 0.9
_CHECKS = frozenset({"check", "evaluate", "compare"})
_CHECKED = re.compile(r"(?i)eval|validat|compar|champion|best_?model|best-model|\btest")
_PEOPLE = frozenset({"push", "pull_request", "call", "manual", "tag", "release"})
_GATES = re.compile(r"(?i)approv|champion|challenger|best_?model|promot|gate\b|quality_?gate")


@predicate
def retrains_by_rule(_project: Node, graph: Graph) -> Answer:
    """A schedule, new data, drift or a change starts a pipeline that trains."""
    return shown(_by_rule(graph))


def _by_rule(graph: Graph) -> list[Node]:
    pipelines = training_pipelines(graph)
    found = [one for one in pipelines if _starts_by_rule(one, graph, 2)]
    if not found and any(one.fields.get("managed") is True for one in pipelines):
        found = clocks(graph)
    return found


def _starts_by_rule(pipeline: Node, graph: Graph, depth: int) -> bool:
    """Whether something else than people, who also push code, starts it or the pipeline of the task that does."""
    triggers = pipeline.fields.get("triggers")
    if isinstance(pipeline.fields.get("schedule"), str) or (isinstance(triggers, tuple) and set(triggers) - _PEOPLE):
        return True
    file = graph.nodes.get(f"file:{pipeline.location.path}")
    before = [*graph.linked(pipeline, "triggered_by"), *(graph.linked(file, "run_by") if file is not None else ())]
    starters = {own_.id: own_ for task in before for own_ in graph.linked(task, "part_of")}
    return depth > 0 and any(_starts_by_rule(one, graph, depth - 1) for one in starters.values() if one is not pipeline)


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
    return first_yes(predictions(graph), shown(stores), shown(uses(graph, "data-remote")))


@predicate
def access_asked(_project: Node, graph: Graph) -> Answer:
    """Who may call a service or read a store is controlled."""
    secured = [*with_field(graph, "deployment", "secured"), *with_field(graph, "endpoint", "secured")]
    closed = with_field(graph, "resource", "public", False)
    # Where nothing answers requests, what is guarded are the stores.
    kept = [] if own(graph, "endpoint") else [*closed, *uses(graph, "data-remote"), *reads_of_stores(graph)]
    return first_yes(shown(secured), shown(uses(graph, "access-control")), shown(kept))


@predicate
def has_work_to_own(_project: Node, graph: Graph) -> Answer:
    """There are managed pipelines or services that somebody could be responsible for."""
    pipelines = orchestrators(graph)
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
    named = [one for one in told if one.context != "vendored" and one.name != "package"]
    # Whom to tell of bad manners, or of a hole, is no owner of a pipeline.
    return [one for one in named if not re.search(r"(?i)conduct|contributing|security", one.location.path)]


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
    return first_yes(shown(gates), shown(approved), shown(named), champions(graph))


def _trains_here(use: Node, graph: Graph) -> bool:
    bodies = graph.linked(use, "within") or graph.bodies(use.location.path)
    return any(one.kind == "training" for body in bodies for one in graph.linked(body, "holds"))


@predicate
def has_something_to_release(_project: Node, graph: Graph) -> Answer:
    """There are services, images or pipelines to bring to where they run, or a job that releases something else."""
    served = [*own(graph, "service"), *own(graph, "deployment"), *with_field(graph, "ci_job", "deploys")]
    return first_yes(shown(served), shown(own(graph, "image")), shown(orchestrators(graph)))


@predicate
def runs_on_infrastructure(_project: Node, graph: Graph) -> Answer:
    """Something is deployed, scheduled, or run in the cloud."""
    found = [*own(graph, "deployment"), *own(graph, "resource")]
    scheduled = [one for one in own(graph, "pipeline") if isinstance(one.fields.get("schedule"), str)]
    by_rule = [one for one in scheduled if one.fields.get("managed") is True]
    return first_yes(shown(found), shown(by_rule), predictions(graph), shown(own(graph, "image")))


@predicate
def checked_as_read(_project: Node, graph: Graph) -> Answer:
    """Settings are checked, or have types, where they are read."""
    options = with_field(graph, "option", "checked")
    checks = [one for one in uses(graph, "settings-check", "settings-class") if _of_settings(one, graph)]
    return first_yes(shown(checks), shown(options))


def _of_settings(use: Node, graph: Graph) -> bool:
    """Whether the file of a class with types reads settings, and not only what a service is sent."""
    path = use.location.path
    named = re.search(r"(?i)config|settings|\benv|params|arguments|options", path) is not None
    tops = {one.fields.get("top") for one in graph.in_file(path, "import")}
    return (
        named
        or bool(tops & {"hydra", "omegaconf", "pydantic_settings"})
        or any(graph.in_file(path, kind) for kind in ("env_var", "config_key", "option"))
    )


@predicate
def infrastructure_as_code(project: Node, graph: Graph) -> Answer:
    """What the project runs on stands in files that a tool applies: resources, deployments, compose files."""
    said = infrastructure_declared(project, graph)
    declared = said if isinstance(said, Answer) and said.value else Answer(False)
    # A package of a program says not yet where it runs.
    fields = ("replicas", "scales")
    deployed = [one for one in own(graph, "deployment") if any(name in one.fields for name in fields)]
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


@predicate
def work_to_test(_project: Node, graph: Graph) -> Answer:
    """Own code trains, predicts or runs pipelines."""
    trained = [one for one in graph.of_kind("training") if one.own]
    return first_yes(shown(trained), predictions(graph), shown(with_field(graph, "pipeline", "managed")))


@predicate
def demands_tested(project: Node, graph: Graph) -> Answer:
    """Tests demand something of data or of a model, and CI runs tests."""
    about = [one for one in graph.of_kind("assertion") if one.context in ("test", "source") and one.fields.get("about")]
    run = tested_by_ci(project, graph)
    return shown(about if run is True or (run is None and _on_change(graph)) else ())


def _on_change(graph: Graph) -> list[Node]:
    return [one for one in own(graph, "ci_workflow") if one.fields.get("on_change") is True]


@predicate
def change_checked(project: Node, graph: Graph) -> Answer:
    """CI checks more than code on a change: tests of data or models, a check, a training."""
    demanded = demands_tested(project, graph)
    if isinstance(demanded, Answer) and demanded.value:
        return demanded
    tested = tested_by_ci(project, graph) is True
    return shown(_on_change(graph) if tested and checks_models_or_data(project, graph) is True else ())


@predicate
def environment_fixed(project: Node, graph: Graph) -> Answer:
    """Versions are locked or pinned, and most of images and Python are stated too."""
    every, fixed = installed(graph)
    first = holds(locked(project, graph)) or bool(every and len(fixed) >= _MOST * len(every))
    images = own(graph, "image")
    asked = [first, holds(python_stated(project, graph))]
    asked += [all(one.fields.get("pinned") is True for one in images)] if images else []
    return shown(fixed or every) if first and sum(asked) > len(asked) / 2 else Answer(False)


@predicate
def orchestrated(_project: Node, graph: Graph) -> Answer:
    """Steps run under an orchestrator that can try again, or CI trains or deploys."""
    steps_ = [one for one in own(graph, "task") if one.fields.get("retryable") is True and _managed(one, graph)]
    jobs = [
        one for one in own(graph, "ci_job") if one.fields.get("trains") is True or one.fields.get("deploys") is True
    ]
    return first_yes(shown(steps_), shown(jobs))


@predicate
def failures_stood(_project: Node, graph: Graph) -> Answer:
    """Of retries, time limits and somebody who is told, most steps have two."""
    every = [one for one in own(graph, "task") if one.fields.get("remote") is not False and _managed(one, graph)]
    retried = [one for one in every if _positive(one.fields.get("retries"))]
    timed = [one for one in every if _positive(one.fields.get("timeout"))]
    pipelines = {own_.id: own_ for task in every for own_ in graph.linked(task, "part_of")}
    told = [one for one in pipelines.values() if holds(failure_told(one, graph))]
    met = [2 * len(retried) >= len(every), 2 * len(timed) >= len(every), 2 * len(told) >= len(pipelines)]
    return shown(every) if every and sum(met) > 1 else Answer(False)


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and value > 0
