"""What CI does: whether it tests, trains, checks more than code, and brings a service to where it runs."""

from collections.abc import Iterator
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.models import serves_model
from mlops_lint.predicates.operated import operated
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.seeding import is_run

# Platforms that build whatever is pushed, set up on their own pages, by the file that each of them reads.
_PUSHED = frozenset(
    "render.yaml vercel.json netlify.toml railway.json railway.toml app.json heroku.yml Procfile app.yaml fly.toml "
    ".platform.app.yaml apprunner.yaml amplify.yml koyeb.yaml zeet.yaml nixpacks.toml captain-definition "
    "buildspec.yml appspec.yml packages.txt".split()
)
_CHECKED = ("data", "model")


@predicate
def trains_a_model(job: Node, graph: Graph) -> bool | None:
    """A command of the job trains, or the code or pipeline that it starts does; null = it starts what is not read."""
    if job.fields.get("trains") is True or any(one.own for one in graph.reach(job, "training")):
        return True
    if any(one.own for task in _tasks(job, graph) for one in _of_pipelines(task, graph)):
        return True
    return None if "trains" not in job.fields else False


@predicate
def tested_by_ci(_project: Node, graph: Graph) -> bool | None:
    """Some job of CI, or a target of a Makefile that it starts, runs tests."""
    answers = [_tests(job, graph) for job in _jobs(graph)]
    return True if True in answers else None if None in answers or not answers else False


@predicate
def first_workflow(workflow: Node, graph: Graph) -> bool:
    """The workflow that speaks for all that run on changes: the first that tests, else the first."""
    return workflow.id == _first_workflow(graph)


@predicate
def checks_models_or_data(_workflow: Node, graph: Graph) -> bool | None:
    """Some job of CI checks data, trains, evaluates, builds a pipeline, or runs tests that do."""
    answers = [_checks(job, graph) for job in _jobs(graph)]
    if True in answers:
        return True
    tested = [_tests(job, graph) for job in _jobs(graph)]
    models = _tests_of_models(graph)
    if models is not False and any(one is not False for one in tested):
        return True if models and True in tested else None
    return None if None in answers or None in tested else False


@predicate
def serves_models(_project: Node, graph: Graph) -> bool:
    """Some service of the project's own serves a model."""
    return bool(_services(graph))


@predicate
def delivered(_project: Node, graph: Graph) -> Answer:
    """A workflow, a tool for GitOps or a pipeline of a cloud deploys; null = a platform may do it by itself."""
    services = _services(graph)
    detail = services[0].location.path if services else ""
    jobs = _jobs(graph)
    if any(job.fields.get("deploys") is True or _deploys(job, graph) for job in jobs):
        return Answer(True, detail)
    uses = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "delivery"]
    if any(one.context not in ("test", "docs", "vendored") for one in uses):
        return Answer(True, detail)
    pushed = any(path.rpartition("/")[2] in _PUSHED for path in graph.paths.files)
    pushed = pushed or any(one.fields.get("purpose") == "delivery-platform" for one in graph.of_kind("use"))
    unclear = any("deploys" not in job.fields for job in jobs) or _is_space(graph)
    return Answer(None if pushed or unclear else False, detail)


@predicate
def trains_by_script(_project: Node, graph: Graph) -> bool:
    """A script, a command or a task of the project's own trains, not only notebooks that people open."""
    runs = (run for one in graph.of_kind("training") if one.own and is_run(one, graph) for run in graph.runners(one))
    return any(run.own and not run.location.path.endswith(".ipynb") for run in runs)


@predicate
def documented_command(_project: Node, graph: Graph) -> bool | None:
    """A page of the repository tells a command that trains, or a pipeline runs what does; null = there are others."""
    pipelines = [one for one in graph.of_kind("pipeline") if one.own and one.fields.get("managed") is True]
    # An entry point of a project file, a target of a Makefile or a job of CI is a command that is written down, too.
    every = [one for one in graph.of_kind("pipeline") if one.own]
    if any(graph.reach(task, "training") for one in every for task in graph.linked(one, "parts")):
        return True
    told = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "documented-command"]
    told = [one for one in told if one.context != "vendored"]
    answers = [_leads(one, graph) for one in told]
    if True in answers:
        return True
    # An orchestrator may run what trains by ways that are not followed.
    return None if None in answers or pipelines or not _pages(graph) else False


def _leads(told: Node, graph: Graph) -> bool | None:
    """Whether a command that readers are told runs code that trains; None = it starts what is not known."""
    found = graph.linked(told, "needs")
    for one in found:
        if graph.reach(one, "training") or _of_pipelines(one, graph):
            return True
        if one.kind == "pipeline" and any(graph.reach(task, "training") for task in graph.linked(one, "parts")):
            return True
        before = graph.follow(one, ("depends_on",)) if one.kind == "task" else []
        if any(graph.reach(task, "training") for task in before):
            return True
    from mlops_lint.extract.commands.purposes import purposes

    if purposes([told.name]).trains:
        return True
    # A script that is there and does not train is an answer, all else may be anything.
    return False if found or told.fields.get("tool") in _HARMLESS else None


# They start, but train nothing.
_HARMLESS = frozenset(
    "uvicorn gunicorn streamlit flask fastapi tensorboard python3 open sphinx-build mkdocs node kill ps".split()
)


def _pages(graph: Graph) -> bool:
    return any(path.rpartition("/")[2].lower().startswith("readme") for path in graph.paths.files)


def _is_space(graph: Graph) -> bool:
    """Whether the repository may be a Space of Hugging Face, which starts what is pushed to it."""
    services = [one.fields.get("framework") for one in _services(graph)]
    return "app.py" in graph.paths.files and any(one in ("gradio", "streamlit") for one in services)


def _services(graph: Graph) -> list[Node]:
    return [one for one in graph.of_kind("service") if operated(one, graph) and serves_model(one, graph)]


def _jobs(graph: Graph) -> list[Node]:
    return [one for one in graph.of_kind("ci_job") if one.context not in ("vendored", "example", "docs")]


def _tasks(job: Node, graph: Graph) -> list[Node]:
    """The tasks that a job starts, and those of a Makefile that these start, with all that comes before them."""
    return [one for one in graph.follow(job, ("starts", "depends_on")) if one.kind == "task" and one.id != job.id]


def _targets(job: Node, graph: Graph) -> list[Node]:
    return [one for one in _tasks(job, graph) if one.fields.get("operator") == "target"]


def _of_pipelines(task: Node, graph: Graph) -> list[Node]:
    """What trains in the pipelines that a task starts by their tools."""
    parts = (part for one in graph.linked(task, "triggers") for part in graph.linked(one, "parts"))
    return [found for part in parts for found in graph.reach(part, "training")]


def _tests(job: Node, graph: Graph) -> bool | None:
    from mlops_lint.extract.commands.purposes import purposes

    if job.fields.get("tests") is True:
        return True
    found = [purposes([_command(one)]) for one in _targets(job, graph)]
    if any(one.tests for one in found):
        return True
    unread = "tests" not in job.fields and not _only_makes(job, graph)
    return None if unread or any(one.opaque for one in found) else False


def _deploys(job: Node, graph: Graph) -> bool:
    from mlops_lint.extract.commands.purposes import purposes

    return any(purposes([_command(one)]).deploys for one in _targets(job, graph))


def _checks(job: Node, graph: Graph) -> bool | None:
    from mlops_lint.extract.commands.purposes import purposes

    if job.fields.get("checks") or trains_a_model(job, graph):
        return True
    if any(purposes([_command(one)]).checks for one in _targets(job, graph)):
        return True
    return None if "checks" not in job.fields and not _only_makes(job, graph) else False


def _only_makes(job: Node, graph: Graph) -> bool:
    """Whether all that a job starts elsewhere are targets of a Makefile that was read."""
    from mlops_lint.extract.commands.purposes import unclear

    if "Makefile" not in graph.paths.files:
        return False
    own = [one for one in graph.linked(job, "starts") if one.kind == "task"]
    commands = [unread for one in own for unread in unclear(_command(one))]
    return bool(commands) and all(one.startswith("make ") and "{" not in one for one in commands)


def _command(task: Node) -> str:
    command = task.fields.get("command")
    return command if isinstance(command, str) else ""


def _runs_on_changes(graph: Graph) -> Iterator[Node]:
    return (one for one in graph.of_kind("ci_workflow") if one.own and one.fields.get("on_change") is True)


@lru_cache(maxsize=4)
def _first_workflow(graph: Graph) -> str:
    flows = sorted(_runs_on_changes(graph), key=lambda one: one.location)
    testing = (one for one in flows if any(_tests(job, graph) for job in graph.linked(one, "parts")))
    return next((one.id for one in (*testing, *flows)), "")


@lru_cache(maxsize=4)
def _tests_of_models(graph: Graph) -> bool | None:
    """Whether some test trains, loads a model, or demands something of data or a model; None = it calls a service."""
    served = False
    for path in sorted({test.location.path for test in graph.of_kind("test")}):
        runs = [*graph.in_file(path, "test"), *graph.bodies(path)]
        found = [one for run in runs for one in graph.reached(run)]
        about = [one.fields.get("about") for one in found if one.kind == "assertion"]
        if any(one.kind in ("training", "model_load") for one in found):
            return True
        if any(topic in _CHECKED for topics in about if isinstance(topics, tuple) for topic in topics):
            return True
        taken = [one for body in graph.bodies(path) for one in graph.linked(body, "imports")]
        served = served or any(graph.in_file(one.location.path, "endpoint") for one in taken)
    return None if served else False
