"""Files of GitLab CI that one includes: their jobs are those of one pipeline, with templates and defaults of any file.

Source: https://docs.gitlab.com/ci/yaml/includes/ and https://docs.gitlab.com/ci/yaml/#extends
"""

from fnmatch import fnmatchcase

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node
from mlops_lint.model import Link, Location

# Templates that extend templates: bounds a circle too.
_DEPTH = 10
_MOST = 200
_SETTINGS = ("stage", "retries", "timeout", "image", "image_pinned", "environment")
_PURPOSES = ("deploys", "trains", "tests")
_CODE = ("runs", "starts", "needs", "reads", "writes")


def included(graph: Graph) -> None:
    """Gives jobs what templates and defaults of any file of their pipeline say; these are then taken out."""
    pipelines = _pipelines(graph)
    for one in pipelines.values():
        _expand(graph, one)
    parts = _parts(graph, pipelines)
    settled: set[str] = set()
    for path, files in parts.items():
        settled |= _settle(graph, path, files)
        if len(files) > 1:
            _needs(graph, files)
    for kind in ("task", "ci_job"):
        for one in [one for one in graph.of_kind(kind) if _is_template(one)]:
            graph.remove(one)
    for id in settled:
        fields = graph.nodes[id].fields
        fields.setdefault("retries", 0)
        if not _said(graph.nodes[id], "ci-job"):
            fields.setdefault("stage", "test")


def joined(graph: Graph) -> None:
    """Puts the jobs of included files into the pipeline that includes them."""
    parts = _parts(graph, _pipelines(graph))
    for path, files in parts.items():
        for other in files:
            # What several pipelines include is a pipeline of its own to each of them.
            if other != path and sum(other in own for own in parts.values()) == 1:
                _join(graph, path, other)


def _pipelines(graph: Graph) -> dict[str, Node]:
    return {one.location.path: one for one in graph.of_kind("pipeline") if one.fields.get("framework") == "gitlab"}


def _parts(graph: Graph, pipelines: dict[str, Node]) -> dict[str, list[str]]:
    """The files of each pipeline that no other includes, those that are included first."""
    files = {path: _closure(path, pipelines, graph) for path in pipelines}
    within = {other for path, own in files.items() for other in own if other != path}
    roots = {path: own for path, own in files.items() if path not in within}
    # Of files that include one another in a circle the one of the project is meant.
    return roots or {path: own for path, own in files.items() if path.startswith(".gitlab-ci.")}


def _expand(graph: Graph, pipeline: Node) -> None:
    """Finds the files that a pattern means."""
    for said in _said(pipeline, "ci-include"):
        for path in [one for one in graph.paths.files if fnmatchcase(one, said)][:_MOST]:
            id = f"file:{path}"
            if id not in graph.nodes:
                graph.add(Node(id, "file", path, Location(path), "source", {}, id))
            graph.connect(pipeline.id, "needs", id)


def _closure(path: str, pipelines: dict[str, Node], graph: Graph) -> list[str]:
    found = [path]
    for file in found:
        one = pipelines.get(file)
        for other in graph.linked(one, "needs") if one is not None else ():
            if other.name not in found and len(found) < _MOST:
                found.append(other.name)
    return list(reversed(found))


def _said(node: Node, what: str) -> list[str]:
    return [link.symbol.removeprefix(f"{what}:") for link in node.links if link.symbol.startswith(f"{what}:")]


def _is_template(node: Node) -> bool:
    if node.kind == "ci_job":
        return node.fields.get("framework") == "gitlab" and (node.name.startswith(".") or node.name == "default")
    return node.fields.get("framework") == "gitlab" and node.fields.get("operator") == "template"


def _settle(graph: Graph, root: str, files: list[str]) -> set[str]:
    """Gives the jobs of some files what templates and defaults of the others say; gives those of which all is known."""
    named = {one.name: one for file in files for one in graph.in_file(file, "task") if _is_template(one)}
    default = named.get("default")
    known: set[str] = set()
    # What another project says cannot be seen.
    seen = not any(one.fields.get("actions") for file in files for one in graph.in_file(file, "ci_job"))
    for file in files:
        for task in graph.in_file(file, "task"):
            if _is_template(task):
                continue
            complete = _inherit(task, task, named, graph, _DEPTH)
            if default is not None and not _said(task, "ci-inherit"):
                _fill(task, default)
            for job in _jobs(graph, task):
                if "timeout" in task.fields and "timeout" not in job.fields:
                    job.fields["timeout"] = task.fields["timeout"]
            if complete and seen:
                known.add(task.id)
    # Where a part is named by nobody, the file that includes it may say more.
    return known if root.rpartition("/")[2].startswith(".gitlab-ci.") else set()


def _inherit(task: Node, holder: Node, named: dict[str, Node], graph: Graph, depth: int) -> bool:
    complete = True
    for name in reversed(_said(holder, "ci-template")):
        template = named.get(name)
        if template is None or not depth:
            complete = False
            continue
        _fill(task, template)
        if not _said(task, "ci-script"):
            _take_code(task, template, graph)
        complete = _inherit(task, template, named, graph, depth - 1) and complete
    return complete


def _fill(task: Node, template: Node) -> None:
    for field in _SETTINGS:
        # What names the jobs that it waits for has no place by its stage.
        named = field == "stage" and _said(task, "ci-job")
        if field not in task.fields and field in template.fields and not named:
            task.fields[field] = template.fields[field]


def _take_code(task: Node, template: Node, graph: Graph) -> None:
    """A job without a script of its own does what its template does."""
    own, more = task.fields.get("command"), template.fields.get("command")
    if isinstance(more, str):
        # What comes before its script may be its own.
        task.fields["command"] = f"{own}\n{more}" if isinstance(own, str) else more
        task.links.append(Link("uses", "ci-script:taken"))
    if "folder" in template.fields:
        task.fields.setdefault("folder", template.fields["folder"])
    if template.fields.get("remote") is True:
        task.fields["remote"] = True
    for role in _CODE:
        for one in graph.linked(template, role):
            graph.connect(task.id, role, one.id)
    for job, other in ((one, two) for one in _jobs(graph, task) for two in _jobs(graph, template)):
        for field in _PURPOSES:
            if field not in job.fields and field in other.fields:
                job.fields[field] = other.fields[field]
        if "checks" not in job.fields and "checks" in other.fields:
            job.fields["checks"] = other.fields["checks"]


def _jobs(graph: Graph, task: Node) -> list[Node]:
    return [one for one in graph.linked(task, "started_by") if one.kind == "ci_job"]


def _join(graph: Graph, root: str, part: str) -> None:
    """Says of the jobs of a part that they are of the pipeline and the workflow that include it."""
    for scheme in ("pipeline", "ci"):
        whole, own = graph.nodes.get(f"{scheme}:{root}"), graph.nodes.get(f"{scheme}:{part}")
        if whole is None or own is None or graph.linked(own, "triggered_by"):
            continue
        for one in list(graph.linked(own, "parts")):
            graph.connect(one.id, "part_of", whole.id)
        graph.remove(own)


def _needs(graph: Graph, files: list[str]) -> None:
    """Puts jobs behind those of other files that they name."""
    named = {one.name: one for file in files for one in graph.in_file(file, "task") if not _is_template(one)}
    for one in named.values():
        for name in _said(one, "ci-job"):
            if name in named and named[name] is not one:
                graph.connect(one.id, "depends_on", named[name].id)
