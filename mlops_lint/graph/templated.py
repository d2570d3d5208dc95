"""Templates of Azure Pipelines, and actions of a repository's own: a job that uses one does what its steps do.

Source: https://learn.microsoft.com/azure/devops/pipelines/process/templates and
https://docs.github.com/en/actions/tutorials/create-actions/create-a-composite-action
"""

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# Templates that use templates: bounds a circle too.
_DEPTH = 10
_CODE = ("runs", "starts", "reads", "writes", "triggers")
_PURPOSES = ("deploys", "trains", "tests")
# Of a job that is a template these are said by the jobs in it.
_SETTINGS = ("timeout", "retries", "image", "image_pinned", "manual")


def templated(graph: Graph) -> None:
    """Gives jobs what the templates that they use do; templates themselves are then taken out."""
    every = [one for one in graph.of_kind("task") if one.fields.get("framework") == "azure"]
    templates: dict[str, list[Node]] = {}
    for one in every:
        if _is_template(one, graph):
            templates.setdefault(one.location.path, []).append(one)
    for one in every:
        if not _is_template(one, graph):
            _take(one, templates, graph)
    for files in templates.values():
        for one in files:
            for job in _jobs(graph, one):
                graph.remove(job)
            graph.remove(one)


def composed(graph: Graph) -> None:
    """Gives jobs of GitHub Actions what the composite actions of this repository do that they use."""
    for task in graph.of_kind("task"):
        files = graph.linked(task, "needs") if task.fields.get("framework") == "github-actions" else []
        actions = [one for file in files if file.name.endswith(("/action.yml", "/action.yaml"))
                   for one in graph.in_file(file.name, "ci_job")]  # fmt: skip
        for job in _jobs(graph, task) if actions else ():
            _settle(job, actions)


def _is_template(task: Node, graph: Graph) -> bool:
    return task.fields.get("operator") == "template" and not graph.linked(task, "part_of")


def _take(task: Node, templates: dict[str, list[Node]], graph: Graph) -> None:
    found: dict[str, Node] = {}
    _collect(task, templates, graph, found, _DEPTH)
    if not found:
        return
    for one in found.values():
        for role in _CODE:
            for other in graph.linked(one, role):
                graph.connect(task.id, role, other.id)
        if one.fields.get("remote") is True:
            task.fields["remote"] = True
    parts = [job for one in found.values() for job in _jobs(graph, one)]
    for job in _jobs(graph, task):
        _settle(job, parts)
    if task.fields.get("operator") == "template":
        for field in _SETTINGS:
            _agree(task, field, list(found.values()))
        for job in _jobs(graph, task):
            for field in ("timeout", "environment", "approved"):
                _agree(job, field, parts)


def _collect(
    task: Node, templates: dict[str, list[Node]], graph: Graph, found: dict[str, Node], depth: int
) -> None:  # fmt: skip
    """Notes all that a job takes from templates of this repository."""
    for file in graph.linked(task, "needs") if depth else ():
        for one in templates.get(file.name, ()):
            if one.id not in found:
                found[one.id] = one
                _collect(one, templates, graph, found, depth - 1)


def _settle(job: Node, parts: list[Node]) -> None:
    """What one of them does, the job does; what none does, a command that was not understood may do."""
    for field in _PURPOSES:
        if any(one.fields.get(field) is True for one in parts):
            job.fields[field] = True
    checks = [one.fields.get("checks") for one in (job, *parts)]
    known = {name for one in checks if isinstance(one, tuple) for name in one}
    if known:
        job.fields["checks"] = tuple(sorted(known))


def _agree(task: Node, field: str, parts: list[Node]) -> None:
    said = [one.fields.get(field, ...) for one in parts]
    if said and all(one == said[0] for one in said) and said[0] is not ...:
        task.fields[field] = parts[0].fields[field]
    else:
        task.fields.pop(field, None)


def _jobs(graph: Graph, task: Node) -> list[Node]:
    return [one for one in graph.linked(task, "started_by") if one.kind == "ci_job"]
