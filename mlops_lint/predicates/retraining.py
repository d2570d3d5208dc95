"""How far a pipeline that trains reaches, and what starts it."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.steps import seen, steps, tasks_of

_AROUND = ("depends_on", "depended_on_by", "reads", "writes", "read_by", "written_by", "saves", "loaded_by", "saved_by")
# Steps of which one is wanted, what is said where there is none, and names of tasks that may take one unseen.
_WANTED = (
    ({"data"}, "none reads data", r"data|load|ingest|fetch|prepar|read"),
    ({"train"}, "none trains", r"train|fit"),
    ({"evaluate", "compare"}, "none evaluates the model", r"eval|test|score|metric|valid|compar"),
    ({"register", "deploy"}, "none registers or deploys it", r"deploy|regist|promot|serv|publish|release|push|upload"),
)
_MEASURES = re.compile(
    r"(?i)(?:^|[._])(?:(?:min|max|target|required|expected)_\w+|\w*threshold\w*|metrics?|slos?|success_criteria|"
    r"(?:accuracy|auc|f1|precision|recall|rmse|mae|r2|mape)\w*)(?:$|[._])"
)
_FILES = re.compile(
    r"(?i)(?:^|/)[^/]*(?:\bslo\b|\bslos\b|service_level|metrics?[_-]?config|thresholds?|evaluation[_-]config)[^/]*\.(?:ya?ml|json|toml)$"
)


@predicate
def trains_in_steps(pipeline: Node, graph: Graph) -> bool:
    """A task of a pipeline trains a model."""
    return any("train" in steps(task, graph) for task in graph.linked(pipeline, "parts"))


@predicate
def trains_and_deploys(pipeline: Node, graph: Graph) -> bool:
    """A pipeline, with those that it starts, trains a model and brings it into service."""
    if not _trains_and_deploys(pipeline, graph):
        return False
    # Of a pipeline that only starts the one that does both, it is said there.
    tasks = tasks_of(pipeline, graph)
    started = {own.id: own for task in tasks for own in graph.linked(task, "part_of") if own is not pipeline}
    # A flow that calls another has all of its tasks.
    ids = {task.id for task in tasks}
    inner = (one for one in started.values() if {two.id for two in graph.linked(one, "parts")} < ids)
    return not any(_trains_and_deploys(one, graph) for one in inner)


def _trains_and_deploys(pipeline: Node, graph: Graph) -> bool:
    taken = {step for task in tasks_of(pipeline, graph) for step in steps(task, graph)}
    return {"train", "deploy"} <= taken


@predicate
def whole(pipeline: Node, graph: Graph) -> Answer:
    """A pipeline, with those that it starts or hands data on to, reaches from data to a model in service."""
    tasks = {one.id: one for one in tasks_of(pipeline, graph)}
    for task in list(tasks.values()):
        tasks.update((one.id, one) for one in graph.follow(task, _AROUND) if one.kind == "task" and one.own)
    for starter in graph.linked(pipeline, "triggered_by"):
        for own in graph.linked(starter, "part_of"):
            tasks.update((one.id, one) for one in tasks_of(own, graph))
    taken = {step for task in tasks.values() for step in steps(task, graph)}
    lacking = [(said, names) for wanted, said, names in _WANTED if not wanted & taken]
    missing = [said for said, _ in lacking]
    # Whether a job that deploys something deploys this model is not seen.
    if missing == [_WANTED[-1][1]] and _deployed_elsewhere(graph):
        return Answer(None)
    named = any(re.search(names, task.name, re.IGNORECASE) for _, names in lacking for task in tasks.values())
    if missing and (named or not all(seen(task, graph) for task in tasks.values())):
        return Answer(None)
    return Answer(not missing, ", ".join(missing))


def _deployed_elsewhere(graph: Graph) -> bool:
    jobs = any(one.fields.get("deploys") is True for one in graph.of_kind("ci_job") if one.own)
    return jobs or any(one.own and {"deploy", "register"} & steps(one, graph) for one in graph.of_kind("task"))


@predicate
def started_by_rule(pipeline: Node, graph: Graph) -> bool | None:
    """A schedule, new data, an event, an alarm, a change or another pipeline starts a pipeline."""
    triggers, schedule = pipeline.fields.get("triggers"), pipeline.fields.get("schedule", "")
    if triggers or (isinstance(schedule, str) and schedule) or graph.linked(pipeline, "triggered_by"):
        return True
    # A job that runs its file runs it by its own rule.
    for task in graph.of_kind("task"):
        runs = [file.location.path for file in graph.linked(task, "runs")]
        if pipeline.location.path in runs and any(
            one is not pipeline and started_by_rule(one, graph) for one in graph.linked(task, "part_of")
        ):
            return True
    return False if triggers == () and schedule is None else None


@predicate
def metrics_agreed(_project: Node, graph: Graph) -> bool | None:
    """Some file declares the measures, or thresholds of them, by which models or stages are judged."""
    uses = (one for one in graph.of_kind("use") if one.context not in ("vendored", "test", "example"))
    if any(one.fields.get("purpose") in ("gate", "metrics") for one in uses):
        return True
    if any(one.fields.get("threshold") is True for one in graph.of_kind("test")):
        return True
    keys = (one for one in graph.of_kind("config_key") if one.own and one.fields.get("defined"))
    if any(_MEASURES.search(str(one.fields.get("key"))) for one in keys):
        return True
    if any(_FILES.search(path) for path in graph.paths.files):
        return True
    options = (one for one in graph.of_kind("option") if one.own)
    return None if any(_MEASURES.search(one.name.replace("-", "_")) for one in options) else False
