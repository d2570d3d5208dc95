"""Whether what a file deploys or serves is run by the project: no lesson, no trial, nothing made for others."""

import posixpath
import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate

# Set up to be measured or set side by side, wherever in the name of a folder it stands.
_MEASURED = (
    r"comparisons?|compare|bench(?:mark)?(?:s|ing)?|load[-_]?test(?:s|ing)?|perf(?:ormance)?[-_]?test(?:s|ing)?|"
    r"stress[-_]?test(?:s|ing)?|seed[-_]?code|cookiecutter|ref[-_]arch|reference[-_]architectures?|hello[-_]?world"
)
# What was once run.
_FORMER = r"old|save|legacy|deprecated|archived?|backups?|bak|obsolete|unused"
_TAUGHT = r"workshops?|labs?|lessons?|lectures?|home[-_]?works?|exercises?|assignments?|cohorts?|courses?|tutorials?"
# A word alone is the folder of a course; in another name it may be what a model is about, as `exercise_classifier`.
_ALONE = rf"{_TAUGHT}|samples?|pocs?|proofs?[-_]of[-_]concept|trials?|scratch|sandbox|use-cases|blueprints?|weeks?"
_MANY = r"labs|workshops|lessons|lectures|homeworks|assignments|tutorials|samples|pocs"
_COUNTED = rf"(?:{_TAUGHT}|weeks?|hw|chapters?|days?|sessions?|examples?|samples?|demos?)[-_. ]?\d+"
_FOLDER = re.compile(
    rf"(?:.*[-_. ])?(?:{_MEASURED})(?:[-_. ].*)?|(?:.*[-_. ])?(?:{_FORMER}|{_MANY})|{_ALONE}|{_COUNTED}(?:[-_. ].*)?|"
    # The placeholder of a generator of projects.
    r".*(?:\{\{|\{%|__[a-z]+_?name__).*"
)
_LAST = re.compile(
    rf"(?:^|[-_. ])(?:{_FORMER}|copy|local|kind|minikube|k3d|toy|dummy|sample|example|demo|hello[-_]?world)$"
)
_FIRST = re.compile(r"^(?:sample|example|demo|toy|dummy)[-_.]")
# `model_api_3`, `week_5_docker`, `04-deployment`; of versions the newest is run, with those before it.
_NUMBERED = re.compile(r"(?P<stem>|.*?[a-z])[-_. ]?(?P<number>\d{1,3})(?:[-_. ].*)?")
_VERSIONS = frozenset({"v", "version", "py", "python", "r", "release"})
# What readers are told to start: a cluster on their own machine, or that of a cloud.
_COMMANDS = frozenset({"documented-command", "infrastructure-command"})
_MACHINES = frozenset({"minikube", "kind", "k3d", "k3s", "microk8s"})
_CLOUDS = frozenset(
    {"gcloud", "eksctl", "az", "aws", "doctl", "ibmcloud", "oci", "terraform", "pulumi", "oc", "argocd"}
)
_CLOUD_CODE = frozenset({"terraform", "cloudformation", "cdk", "bicep", "pulumi"})
_OBJECTS = frozenset({"kubernetes", "kserve", "seldon", "knative"})
_MANIFESTS = re.compile(
    r"(?i)(?:^|/)(?:k8s|kubernetes|manifests?|deploy\w*|serving|infra\w*|gitops|argo\w*|prod\w*)(?:/|$)"
)
# So many alike that are told apart by a number are pieces of a collection.
_COLLECTION = 3
# What `controller-gen` writes of the types of an operator: its manifests, and its code.
_CRDS = re.compile(r"(?:^|/)config/crd/")
_TYPES = "zz_generated.deepcopy.go"
_RELEASES_CHART = re.compile(
    r"\bhelm (?:push|cm-push|s3 push|repo index)\b|\bcr (?:upload|index|package)\b|chart-releaser"
)


@predicate
def operated(node: Node, graph: Graph) -> bool:
    """It is the project's own and meant to be kept running: no lesson, trial, old version or sample of an operator."""
    *folders, name = node.location.path.lower().split("/")
    stem = posixpath.splitext(name)[0]
    if node.context != "source" or any(_FOLDER.fullmatch(one) for one in folders):
        return False
    if _LAST.search(stem) or _FIRST.search(stem) or _operators(graph):
        return False
    return not any(node.location.path.startswith(f"{one}/") for one in _collected(graph))


def for_others(deployment: Node, graph: Graph) -> bool:
    """Says whether a deployment is of a chart that is released for anybody, with a program that is not built here."""
    if graph.linked(deployment, "builds") or graph.linked(deployment, "deploys"):
        return False
    chart, found, _ = deployment.location.path.partition("/templates/")
    return bool(found) and f"{chart}/Chart.yaml" in graph.paths.files and _releases_charts(graph)


def applied(deployment: Node, graph: Graph) -> bool:
    """Says whether it is the one of several manifests of one object that is applied, and not an earlier form of it."""
    return deployment.id not in _replaced(graph)


@lru_cache(maxsize=4)
def _replaced(graph: Graph) -> frozenset[str]:
    """Manifests of an object that another file describes, too: of one kind and name a cluster has one."""
    same: dict[tuple[object, str], list[Node]] = {}
    for node in graph.of_kind("deployment"):
        if node.fields.get("framework") in _OBJECTS and "{{" not in node.name and operated(node, graph):
            same.setdefault((node.fields.get("what"), node.name), []).append(node)
    return frozenset(one.id for nodes in same.values() for one in sorted(nodes, key=_rank)[1:])


def _rank(node: Node) -> tuple[object, ...]:
    """Orders manifests: first those that something scales, those in a folder for them, the plainest names."""
    folder, _, name = node.location.path.rpartition("/")
    plain = node.fields.get("scales") is not True
    return plain, _MANIFESTS.search(folder) is None, len(name), node.location, node.id


def on_machine(deployment: Node, graph: Graph) -> bool:
    """Says whether the only cluster that the repository tells of, by its pages, is one on a single machine."""
    return deployment.fields.get("framework") in _OBJECTS and _machine_alone(graph)


@lru_cache(maxsize=4)
def _machine_alone(graph: Graph) -> bool:
    told = {str(one.fields.get("tool")) for one in graph.of_kind("use") if one.fields.get("purpose") in _COMMANDS}
    if told.isdisjoint(_MACHINES) or not told.isdisjoint(_CLOUDS):
        return False
    clouds = any(one.fields.get("framework") in _CLOUD_CODE for one in graph.of_kind("resource"))
    return not clouds and not any(one.fields.get("deploys") is True for one in graph.of_kind("ci_job"))


@lru_cache(maxsize=4)
def _operators(graph: Graph) -> bool:
    """Whether an operator is written here: the models that its manifests deploy show what users of it may do."""
    files = graph.paths.files
    return any(_CRDS.search(one) for one in files) and any(one.endswith(_TYPES) for one in files)


@lru_cache(maxsize=4)
def _releases_charts(graph: Graph) -> bool:
    jobs = graph.of_kind("ci_job")
    tasks = [str(task.fields.get("command")) for job in jobs for task in graph.linked(job, "starts")]
    actions = [one for job in jobs if isinstance(found := job.fields.get("actions"), tuple) for one in found]
    return any(_RELEASES_CHART.search(one) for one in (*tasks, *map(str, actions)))


@lru_cache(maxsize=4)
def _collected(graph: Graph) -> frozenset[str]:
    """Folders that hold services of their own and are alike but for a number: the pieces of a course or collection."""
    alike: dict[tuple[str, str], dict[str, str]] = {}
    deployments = (one for one in graph.of_kind("deployment") if one.fields.get("serves_model") is True)
    for node in (*graph.of_kind("service"), *deployments):
        folders = node.location.path.split("/")[:-1] if node.context == "source" else []
        for depth, name in enumerate(folders):
            found = _NUMBERED.fullmatch(name.lower())
            if found is not None and found["stem"] not in _VERSIONS:
                before = "/".join(folders[:depth])
                alike.setdefault((before, found["stem"]), {})[found["number"]] = posixpath.join(before, name)
    return frozenset(one for pieces in alike.values() if len(pieces) >= _COLLECTION for one in pieces.values())
