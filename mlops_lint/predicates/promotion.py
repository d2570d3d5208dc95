"""How a model comes to production, and what it runs on there: by whose word, and by which code."""

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.deployments import model_deployment
from mlops_lint.predicates.registry import Answer, predicate

_DECLARED = frozenset({"terraform", "cloudformation", "cdk", "bicep", "helm", "kustomize", "pulumi"})
# Their files are applied as they are, by a tool that is made for it.
_BUNDLES = frozenset({"databricks"})
_FILES = re.compile(
    r"(?i)(?:^|/)(?:pulumi\.ya?ml|cdk\.json|databricks\.ya?ml|chart\.ya?ml|kustomization\.ya?ml|serverless\.ya?ml|"
    r"samconfig\.toml|ansible\.cfg|playbooks?\.ya?ml|helmfile\.ya?ml|terragrunt\.hcl|main\.tf|.*\.tf|.*\.bicep|crossplane.*|"
    r"azuredeploy.*\.json|azure\.ya?ml|copilot)$|(?:^|/)(?:terraform|pulumi|cdk|ansible|bicep|cloudformation|helm)/"
)
# Which deployments a command of a tool applies, without naming their files.
_TOOLS = {
    "terraform": ("terraform apply", "terragrunt apply"),
    "cloudformation": ("aws cloudformation deploy", "aws cloudformation create-stack", "sam deploy", "cdk deploy"),
    "compose": ("docker compose up", "docker-compose up"),
    "databricks": ("databricks bundle deploy",),
    "lambda": ("sam deploy", "serverless deploy", "sls deploy"),
}
# A cluster that is made for the tests of a run, and commands that only look.
_TRIES = re.compile(
    r"minikube|\bkind (?:create|load)|\bk3d\b|--dry-run|helm (?:template|lint|uninstall|delete)|kubectl delete |"
    r"\bct (?:install|lint)"
)
_FILE_OPTIONS = frozenset({"-f", "--file", "--filename", "-k", "--kustomize"})
_APPLIES = re.compile(
    r"kubectl\b.* (?:apply|create|replace)|helm (?:upgrade|install)|kustomize|az ml|seldon|kserve|serve deploy"
)


@predicate
def promoted_by_word(deployment: Node, graph: Graph) -> Answer:
    """Somebody has to agree before a model is deployed; None = no job here deploys it, or that is set elsewhere."""
    if deployment.fields.get("approved") is True or _approvals(graph):
        return Answer(True)
    jobs = [
        one for one in graph.of_kind("ci_job") if one.fields.get("deploys") is True and _applies(one, deployment, graph)
    ]
    if not jobs:
        return Answer(None)
    approved = [_approved(one, graph) for one in jobs]
    if any(one is None for one in approved) or _asked_elsewhere(graph):
        return Answer(None)
    if all(approved):
        return Answer(True)
    open_ = next(one for one, said in zip(jobs, approved, strict=True) if not said)
    return Answer(False, open_.name, (Related(open_.location, f"'{open_.name}' deploys on every change"),))


def _approvals(graph: Graph) -> bool:
    return any(one.fields.get("purpose") == "approval" and one.context != "test" for one in graph.of_kind("use"))


def _asked_elsewhere(graph: Graph) -> bool:
    """Whether a registry keeps stages or aliases, which somebody may set by hand."""
    return any(one.fields.get("purpose") == "model-stage" for one in graph.of_kind("use"))


def _approved(job: Node, graph: Graph) -> bool | None:
    said = job.fields.get("approved")
    before = [task for own in graph.linked(job, "starts") for task in graph.follow(own, ("depends_on",))]
    if said is True or any(task.fields.get("manual") is True for task in before):
        return True
    if said is not False:
        return None
    workflows = graph.linked(job, "part_of")
    changes = any(one.fields.get("on_change") is True for one in workflows if one.kind == "ci_workflow")
    unclear = any("manual" not in task.fields for task in before)
    # One that a person starts, or a release, is somebody's word.
    return False if changes and not unclear else None


def _applies(job: Node, deployment: Node, graph: Graph) -> bool:
    """Whether a job deploys a deployment: its commands name its file or folder, or run the code that makes it."""
    tasks = [one for one in graph.linked(job, "starts") if one.kind == "task"]
    if any(one.id == deployment.id for task in tasks for one in graph.reach(task, "deployment")):
        return True
    commands = "\n".join(str(task.fields.get("command")) for task in tasks)
    if _TRIES.search(commands):
        return False
    framework = str(deployment.fields.get("framework"))
    if any(words in commands for words in _TOOLS.get(framework, ())):
        return True
    path = deployment.location.path
    names = {posixpath.basename(path), *posixpath.dirname(path).split("/")} - {""}
    lines = [line.split() for line in commands.split("\n") if _APPLIES.search(line)]
    # A release may be called like a folder.
    paths = [word for line in lines for before, word in pairwise(line) if "/" in word or before in _FILE_OPTIONS]
    return any(_last(word) in names for word in paths)


def _last(word: str) -> str:
    """The last part of a path, as a command names it."""
    return posixpath.basename(word.strip("'\"").rstrip("/"))


@predicate
def deploys_or_schedules(_project: Node, graph: Graph) -> bool:
    """The repository deploys a model, or schedules a pipeline, with code of its own."""
    scheduled = any(
        one.context == "source" and one.fields.get("managed") is True and isinstance(one.fields.get("schedule"), str)
        for one in graph.of_kind("pipeline")
    )
    served = any(model_deployment(one, graph) for one in graph.of_kind("deployment"))
    return scheduled or served or any(True for _ in _by_hand(graph))


@predicate
def infrastructure_declared(_project: Node, graph: Graph) -> Answer:
    """What the repository runs on is declared by code with parameters; None = nothing here makes it."""
    declared = [one for one in graph.of_kind("resource") if one.own and one.fields.get("framework") in _DECLARED]
    deployments = [one for one in graph.of_kind("deployment") if one.context == "source"]
    bundled = any(one.fields.get("framework") in _BUNDLES for one in deployments)
    if bundled or any(one.fields.get("parameterised") is True for one in declared):
        return Answer(True)
    if declared or any(_FILES.search(path) for path in graph.paths.files):
        return Answer(None)
    first = next(_by_hand(graph), None)
    if first is None:
        return Answer(None)
    return Answer(False, first.name, at=first.location)


def _by_hand(graph: Graph) -> Iterator[Node]:
    """Commands and calls of the project's own that make infrastructure, in order of their places."""
    found = [
        one
        for one in graph.of_kind("use")
        if one.fields.get("purpose") == "infrastructure-command" and one.context == "source"
    ]
    yield from sorted(found, key=lambda one: (one.location, one.id))
