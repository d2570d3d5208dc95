"""A pipeline of Azure Pipelines to a CI workflow, a pipeline, and its jobs.

Source: https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/
"""

import posixpath
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.ci.jobs import Job, Step, floats, moving, subjects, workflow
from mlops_lint.extract.commands.purposes import Purposes, purposes, together
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, plain, strings, text
from mlops_lint.subjects import Number, Text

# A job without `timeoutInMinutes` is ended after an hour.
_DEFAULT_MINUTES = 60
_DEPTH = 10
_STRATEGIES = ("runOnce", "rolling", "canary")
# The steps of a deployment, in the order in which they run.
_PHASES = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic")
# All that a template may hold, and how one item of it begins.
_OF_TEMPLATES = frozenset("parameters stages jobs steps variables".split())
_OF_AZURE = ("task", "script", "bash", "pwsh", "powershell", "checkout", "template", "job", "deployment", "stage")
_FIRST = 20
_INLINE = ("script", "inlineScript", "ScriptBlock")


class _Stage(msgspec.Struct, frozen=True):
    """A stage: its jobs with their nodes, and the names of the stages that it waits for."""

    name: str
    after: tuple[str, ...]
    jobs: tuple[tuple[str, Scalar, Mapping], ...]


@trees(
    "azure-pipelines*.yml",
    "azure-pipelines*.yaml",
    "*azure*pipeline*.yml",
    "*azure*pipeline*.yaml",
    "*pipelines/*.yml",
    "*pipelines/*.yaml",
    "*.azure-pipelines/*.yml",
)
def azure(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives an Azure pipeline; a template, which has parameters but no trigger, is none."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    parts = any(isinstance(root.get(key), Sequence) for key in ("stages", "jobs", "steps"))
    if not parts and root.get("extends", "template") is None:
        return
    if not _is_started(path, root):
        return
    # Without `trigger` every push starts it, without `pr` every pull request of GitHub; `none` and `[]` switch off.
    push, pull = (plain(root.get(key)) not in ("none", []) for key in ("trigger", "pr"))
    triggers = [name for name, on in (("push", push), ("pull_request", pull)) if on]
    schedule = ", ".join(_crons(root)) or None
    if root.get("schedules") is not None:
        triggers.append("schedule")
    yield from workflow(path, "azure", tuple(triggers), push or (pull and root.get("pr") is not None), schedule)
    stages = tuple(_stages(root))
    repositories = tuple(_repositories(root))
    first = True
    for stage in stages:
        for key, at, body in stage.jobs:
            job = _job(path, key, at, body)
            job = msgspec.structs.replace(job, after=_after(stage, stages, body))
            if first:
                # Repositories are of the file: its first job stands for it.
                names = tuple(name for name, _ in repositories)
                job = msgspec.structs.replace(job, actions=names, unpinned=moving(repositories))
            first = False
            yield from subjects(job)


@trees("*.yml", "*.yaml", word=b"s:")
def template(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the jobs of a template, which are no part of anything: the linker gives them to the jobs that use it."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or not {key.text for key, _ in root.entries} <= _OF_TEMPLATES:
        return
    listed = [one for key in ("stages", "jobs", "steps") for one in _items(root.get(key)) if isinstance(one, Mapping)]
    if not any(one.key(key) is not None for one in listed[:_FIRST] for key in _OF_AZURE) or _is_started(path, root):
        return
    for stage in _stages(root):
        for key, at, body in stage.jobs:
            job = msgspec.structs.replace(_job(path, key, at, body), operator="template")
            for made in subjects(job):
                yield msgspec.structs.replace(made, links=tuple(one for one in made.links if one.role != "part_of"))


def _is_started(path: str, root: Mapping) -> bool:
    """Whether a file is a pipeline, not a template, which has parameters but no trigger."""
    named = path.rpartition("/")[2].startswith("azure-pipelines")
    started = root.get("trigger") is not None or root.get("pr") is not None
    return started or (named and root.get("parameters") is None) or root.get("pool") is not None


def _crons(root: Mapping) -> Iterator[str]:
    node = root.get("schedules")
    for item in node.items if isinstance(node, Sequence) else ():
        cron = text(item.get("cron")) if isinstance(item, Mapping) else None
        if cron is not None:
            yield cron


def _repositories(root: Mapping) -> Iterator[tuple[str, bool | None]]:
    """Gives the repositories that templates are taken from, and whether they may change under the same name."""
    for item in _items(root.get("resources", "repositories")):
        if isinstance(item, Mapping) and text(item.get("type")) in ("github", "githubenterprise"):
            ref = (text(item.get("ref")) or "").removeprefix("refs/tags/")
            name = text(item.get("name")) or "?"
            yield (f"{name}@{ref}" if ref else name), floats(ref or None)


def _items(node: Node | None, depth: int = _DEPTH) -> Iterator[Node]:
    """Gives the items of a list, those that an expression `${{ if ... }}` adds among them."""
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Mapping) and item.entries and item.entries[0][0].text.startswith("${{") and depth:
            for _, value in item.entries:
                yield from _items(value, depth - 1)
        else:
            yield item


def _stages(root: Mapping) -> Iterator[_Stage]:
    listed = [one for one in _items(root.get("stages")) if isinstance(one, Mapping)]
    extended = root.get("extends")
    if isinstance(extended, Mapping) and isinstance(at := extended.get("template"), Scalar):
        yield _Stage("", (), ((at.text, at, extended),))
        return
    if not listed:
        jobs = list(_jobs(root, ""))
        if not jobs and (key := root.key("steps")) is not None:
            jobs = [("job", key, root)]
        yield _Stage("", (), tuple(jobs))
        return
    before: tuple[str, ...] = ()
    for number, stage in enumerate(listed):
        named = stage.get("stage")
        name = text(named) or f"stage {number + 1}"
        depends = stage.get("dependsOn")
        after = before if depends is None else strings(depends)
        jobs = list(_jobs(stage, name))
        if not jobs and (template := stage.get("template")) is not None and isinstance(template, Scalar):
            jobs = [(template.text, template, stage)]
        yield _Stage(name, after, tuple(jobs))
        before = (name,)


def _jobs(holder: Mapping, stage: str) -> Iterator[tuple[str, Scalar, Mapping]]:
    for number, item in enumerate(_items(holder.get("jobs"))):
        if isinstance(item, Mapping) and item.entries:
            kind = next((name for name in ("job", "deployment", "template") if item.key(name) is not None), "job")
            at = item.key(kind) or item.entries[0][0]
            name = text(item.get(kind)) or f"job {number + 1}"
            # Names of jobs need be unique within their stage only.
            yield f"{stage}.{name}" if stage else name, at, item


def _after(stage: _Stage, stages: tuple[_Stage, ...], body: Mapping) -> tuple[str, ...]:
    """What a job waits for: those of its stage that it names, and all jobs of the stages before."""
    known = {key for key, _, _ in stage.jobs}
    prefix = f"{stage.name}." if stage.name else ""
    own = [f"{prefix}{name}" for name in strings(body.get("dependsOn")) if f"{prefix}{name}" in known]
    before = [key for other in stages if other.name in stage.after for key, _, _ in other.jobs]
    return tuple(own or before)


def _job(path: str, key: str, at: Scalar, body: Mapping) -> Job:
    nodes = [item for item in _steps(body) if isinstance(item, Mapping)]
    steps = tuple(step for node in nodes if (step := _step(path, node)) is not None)
    found = purposes((step.run for step in steps), (name for node in nodes if (name := _task(node)) is not None))
    templates = [name for node in (*nodes, body) if (name := text(node.get("template"))) is not None]
    if templates:
        # What a template does is said in a file of its own, here or elsewhere.
        found = together(found, Purposes(opaque=True))
    environment = body.get("environment")
    name = text(environment.get("name") if isinstance(environment, Mapping) else environment)
    limit = _timeout(body.get("timeoutInMinutes"))
    waits = any((_task(node) or "").startswith("ManualValidation") for node in nodes)
    return Job(
        framework="azure",
        path=path,
        key=key,
        location=locate(path, at),
        operator="deployment"
        if body.get("deployment") is not None
        else "template"
        if body.get("template") is not None
        else "job",
        steps=steps,
        purposes=found,
        timeout=limit,
        stated=limit,
        # A job is not tried again, only those of its steps that say so.
        retryable=False,
        retries=_retries(nodes),
        image=_image(body.get("container")),
        environment=UNSET if name is not None and "$" in name else name,
        approved=waits or (UNSET if environment is not None else False),
        manual=waits,
        ignores_failure=plain(body.get("continueOnError")) is True,
        links=tuple(_templates(path, (*nodes, body))),
    )


def _steps(body: Mapping) -> Iterator[Node]:
    yield from _items(body.get("steps"))
    for strategy in _STRATEGIES:
        for phase in _PHASES:
            yield from _items(body.get("strategy", strategy, phase, "steps"))


def _step(path: str, node: Mapping) -> Step | None:
    where = text(node.get("workingDirectory")) or text(node.get("inputs", "workingDirectory")) or ""
    folder = _folder(where)
    for name in ("script", "bash"):
        if (run := node.get(name)) is not None and text(run) is not None:
            return Step(_filled(run), folder, locate(path, run))
    for name in _INLINE:
        if (run := node.get("inputs", name)) is not None and text(run) is not None:
            return Step(_filled(run), folder, locate(path, run))
    script = node.get("inputs", "scriptPath") or node.get("inputs", "filePath")
    task, command = text(node.get("task")) or "", text(node.get("inputs", "command")) or ""
    if script is not None and text(script) is not None:
        program = "python" if task.startswith("PythonScript") else "bash"
        arguments = text(node.get("inputs", "arguments")) or ""
        return Step(f"{program} {_filled(script)} {arguments}".strip(), folder, locate(path, script))
    if task.startswith("Docker@") and command.lower() in ("push", "buildandpush"):
        return Step("docker push", folder, locate(path, node))
    return None


def _filled(node: Node) -> str:
    # `$(name)` is filled in by Azure, and the folder of the sources is the root.
    written = text(node) or ""
    for root in ("$(Build.SourcesDirectory)/", "$(System.DefaultWorkingDirectory)/"):
        written = written.replace(root, "")
    return written


def _folder(where: str) -> str | None:
    where = where.replace("$(Build.SourcesDirectory)", ".").replace("$(System.DefaultWorkingDirectory)", ".")
    if "$" in where or where.startswith(("/", "~")):
        return None
    found = posixpath.normpath(where) if where else ""
    return None if found.startswith("..") else "" if found == "." else found


def _task(node: Mapping) -> str | None:
    return text(node.get("task"))


def _templates(path: str, nodes: tuple[Mapping, ...]) -> Iterator[Link]:
    for node in nodes:
        at, name = node.get("template"), text(node.get("template"))
        if at is not None and name is not None and "@" not in name and "$" not in name:
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            file = posixpath.normpath(name.lstrip("/")) if name.startswith("/") else file
            if not file.startswith(".."):
                yield Link("needs", f"file:{file}", locate(path, at))


def _timeout(node: Node | None) -> Number:
    if node is None:
        return _DEFAULT_MINUTES * 60
    value = plain(node)
    if not isinstance(value, int) or isinstance(value, bool):
        return UNSET
    # Zero is the longest that the agent allows, on one's own machines for ever.
    return value * 60 if value else None


def _retries(nodes: list[Mapping]) -> Number:
    """How often each step that does work is tried again; what one step lacks, the job lacks."""
    counts = [plain(node.get("retryCountOnTaskFailure")) for node in nodes if node.get("checkout") is None]
    known = [count if isinstance(count, int) else 0 for count in counts]
    return min(known, default=0)


def _image(node: Node | None) -> Text:
    name = text(node.get("image") if isinstance(node, Mapping) else node)
    # A name alone may be that of a container under `resources`.
    return None if node is None else UNSET if name is None or "$" in name or not set("/:") & set(name) else name
