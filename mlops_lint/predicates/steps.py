"""What the tasks of a pipeline are for: found from the code that they reach, and from what the orchestrator says."""

import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node

# The parts of the way from data to a model in service, as rules name them.
STEPS = ("data", "check", "train", "evaluate", "compare", "register", "deploy")
# How orchestrators call what a task is for.
_PURPOSES = {
    "data": "data", "ingest": "data", "import": "data", "transform": "data", "process": "data", "features": "data",
    "check": "check", "validate": "check", "data-check": "check", "drift": "check", "quality": "check",
    "train": "train", "tune": "train", "fit": "train", "search": "train",
    "evaluate": "evaluate", "evaluation": "evaluate", "test": "evaluate",
    "compare": "compare", "gate": "compare", "condition": "compare", "approve": "compare", "approval": "compare",
    "register": "register", "registry": "register",
    "deploy": "deploy", "serve": "deploy", "endpoint": "deploy", "promote": "deploy", "release": "deploy",
}  # fmt: skip
_USES = {"data-check": "check", "drift": "check", "gate": "compare", "registry": "register", "promotion": "deploy"}
_KINDS = {"training": "train", "evaluation": "evaluate", "deployment": "deploy"}
# Commands and actions that bring something into service.
_DEPLOYS = re.compile(
    r"\b(?:kubectl\s+(?:\S+\s+)?(?:apply|rollout|set\s+image|replace)|helm\s+(?:upgrade|install)|kustomize\s+build"
    r"|gcloud\s+(?:beta\s+)?(?:run\s+(?:deploy|services\s+update)|ai\s+endpoints\s+deploy-model|functions\s+deploy"
    r"|app\s+deploy)|aws\s+ecs\s+update-service|aws\s+sagemaker\s+(?:create|update)-endpoint\b"
    r"|aws\s+lambda\s+update-function-code|az\s+ml\s+online-(?:endpoint|deployment)\s+(?:create|update)|az\s+webapp"
    r"|bentoml\s+(?:cloud\s+)?deploy|sam\s+deploy|serverless\s+deploy|sls\s+deploy|cdk\s+deploy|terraform\s+apply"
    r"|flyctl\s+deploy|fly\s+deploy|modal\s+deploy|eb\s+deploy|heroku\s+container:release|databricks\s+bundle\s+deploy"
    r"|databricks\s+serving-endpoints\s+(?:create|update)|docker\s+(?:compose|stack)\s+(?:up|deploy))\b"
    r"|^# uses: \S*(?:deploy|webapps|heroku)\S*",
    re.MULTILINE,
)
_REGISTERS = re.compile(
    r"\b(?:az\s+ml\s+model\s+(?:create|register)|aws\s+sagemaker\s+create-model-package|gto\s+register"
    r"|dvc\s+artifacts|gcloud\s+ai\s+models\s+upload|mlflow\s+models\s+register|huggingface-cli\s+upload|hf\s+upload)\b"
)
_DATA_KINDS = ("read", "split")
# What these do is said by the command itself, and none of them looks at data or models.
_PLAIN = frozenset(
    "kubectl helm kustomize gcloud az docker podman sam serverless sls cdk terraform flyctl fly eb heroku echo printf "
    "cd mkdir cp mv rm ls cat export set env sleep git pip uv poetry conda apt apt-get curl chmod true false exit exec "
    "sudo ssh scp rsync source . test [ if then fi".split()
)
# A task that does nothing but choose, by what came before.
_CHOOSES = re.compile(r"(?i)branch|condition|choice|short_?circuit|gate|run_if|switch|approv|suspend")
_PIECES = re.compile(r"[\n;|&]+")


def steps(task: Node, graph: Graph) -> frozenset[str]:
    """Gives which of STEPS a task takes, as far as it can be seen."""
    return _steps(task.id, graph)


@lru_cache(maxsize=20_000)
def _steps(id: str, graph: Graph) -> frozenset[str]:
    task = graph.nodes[id]
    found: set[str] = set()
    purpose = task.fields.get("purpose")
    if isinstance(purpose, str) and purpose in _PURPOSES:
        found.add(_PURPOSES[purpose])
    if purpose == "automl":
        # It tries models, and keeps the one that is best on rows that it held out.
        found.update(("train", "evaluate"))
    reached = graph.reached(task)
    for one in reached:
        found.update(_of(one))
    command = task.fields.get("command")
    if isinstance(command, str):
        found.update(["deploy"] if _DEPLOYS.search(command) else [])
        found.update(["register"] if _REGISTERS.search(command) else [])
    if task.fields.get("manual") is True:
        found.add("compare")
    if graph.linked(task, "deploys"):
        found.add("deploy")
    if graph.linked(task, "reads") or graph.linked(task, "writes"):
        found.add("data")
    if _served(task, reached, graph):
        found.add("deploy")
    return frozenset(found)


def _of(node: Node) -> tuple[str, ...]:
    """The steps that one subject in the code of a task stands for."""
    if node.kind == "use":
        return (_USES[purpose],) if (purpose := str(node.fields.get("purpose"))) in _USES else ()
    if node.kind == "training":
        # What the call itself measures on rows that were held out is evaluated.
        return ("train", "evaluate") if node.fields.get("held_out") is True else ("train",)
    if node.kind == "model":
        return ("register",) if node.fields.get("registered") is True else ()
    if node.kind in _DATA_KINDS:
        return ("data",) if node.fields.get("data", True) is True else ()
    return (_KINDS[node.kind],) if node.kind in _KINDS else ()


def _served(task: Node, reached: list[Node], graph: Graph) -> bool:
    """Whether a model that the task saves is one that something here serves."""
    kept = [model for one in (task, *reached) for model in graph.linked(one, "saves")]
    return any(graph.linked(one, "served_by") for one in (*kept, *reached) if one.kind == "model")


def chooses(task: Node) -> bool:
    """Says whether a task does nothing but choose what comes after: by what, is not always seen."""
    return task.fields.get("remote") is False and _CHOOSES.search(str(task.fields.get("operator"))) is not None


def seen(task: Node, graph: Graph) -> bool:
    """Says whether all that a task runs can be seen, or the orchestrator says what it is for."""
    fields = task.fields
    if fields.get("remote") is False or isinstance(fields.get("purpose"), str) or fields.get("manual") is True:
        return True
    if any(link.role in ("starts", "runs", "triggers") for link in task.dangling):
        return False
    return any(graph.linked(task, role) for role in ("starts", "runs", "triggers")) or _is_plain(fields.get("command"))


def _is_plain(command: object) -> bool:
    """Whether a command consists of tools that do only what they are told."""
    if not isinstance(command, str):
        return False
    words = [piece.split() for piece in _PIECES.split(command)]
    return all(one[0] in _PLAIN for one in words if one) and any(words)


def tasks_of(pipeline: Node, graph: Graph) -> list[Node]:
    """Gives the tasks of a pipeline and of the pipelines that it starts, each once."""
    found: dict[str, Node] = {}
    pipelines = [pipeline]
    done = {pipeline.id}
    while pipelines:
        for task in graph.linked(pipelines.pop(), "parts"):
            found[task.id] = task
            for started in graph.linked(task, "triggers"):
                if started.id not in done and started.kind == "pipeline":
                    done.add(started.id)
                    pipelines.append(started)
    return sorted(found.values(), key=lambda one: (one.location, one.id))


def before(task: Node, graph: Graph) -> list[Node]:
    """Gives the tasks that one waits for: in its pipeline, and in those by which this is started."""
    found = [one for one in graph.linked(task, "depends_on") if one.kind == "task"]
    pipelines = graph.linked(task, "part_of")
    if not found:
        found += [one for own in pipelines for one in graph.linked(own, "triggered_by") if one.kind == "task"]
    return found
