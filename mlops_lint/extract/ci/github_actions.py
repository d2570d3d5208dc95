"""A GitHub Actions workflow to a CI workflow, a pipeline, and its jobs; a composite action to one job.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax and
https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

import posixpath
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.ci.jobs import COMMAND, Job, ci_job, floats, subjects
from mlops_lint.extract.ci.jobs import Step as Run
from mlops_lint.extract.commands import code_links
from mlops_lint.extract.commands.purposes import Purposes, purposes
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, plain, strings, text
from mlops_lint.subjects import CiWorkflow, Flag, Handler, Number, Pipeline, Text, subject

_CHANGES = frozenset({"push", "pull_request", "pull_request_target", "merge_group"})
# Any other event is one that something outside raises.
_TRIGGERS = {
    "schedule": "schedule",
    "workflow_dispatch": "person",
    "workflow_call": "call",
    "push": "push",
    "pull_request": "push",
    "pull_request_target": "push",
    "merge_group": "push",
}
# A job without `timeout-minutes` is ended after six hours.
_DEFAULT_MINUTES = 360
# What GitHub itself publishes may be named by a tag, as the default policy of zizmor has it.
_TRUSTED = frozenset({"actions", "github", "dependabot"})
_ADDRESS = re.compile(r"https?://\S+")
# What these leave in the work tree is not seen.
_MAKES = re.compile(
    r"\b(?:git clone|git submodule|wget|curl|unzip|tar|cp|mv|rsync|gsutil|aws s3|gcloud storage|azcopy|gh release|"
    r"gh repo|dvc pull|dvc get|nbconvert|jupytext|cookiecutter|copier|envsubst)\b|cat\s*>"
)


class Step(msgspec.Struct, frozen=True):
    """A step of a job: a command with the folder it runs in, None = unknown; or an action."""

    run: str
    folder: str | None
    uses: str
    location: Location
    node: Mapping


@trees(".github/workflows/*.yml", ".github/workflows/*.yaml", "*/.github/workflows/*.yml", "*/.github/workflows/*.yaml")
def workflow(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the workflow as CI and as a pipeline, and its jobs."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or not isinstance(root.get("jobs"), Mapping):
        return
    name = text(root.get("name")) or path.rpartition("/")[2]
    location = locate(path, root.key("name") or root.key("on") or root.entries[0][0])
    events = _events(root.get("on"))
    record = CiWorkflow(
        framework="github-actions",
        triggers=tuple(events),
        on_change=any(event in _CHANGES and not _only_tags(node) for event, node in events.items()),
    )
    yield subject(record, location, name, symbol=f"ci:{path}")
    pipeline = Pipeline(
        framework="github-actions",
        schedule=_schedule(events),
        managed=False,
        triggers=tuple(sorted({_TRIGGERS.get(event, "event") for event in events} - {"person"})),
        schedulable=True,
        # GitHub itself writes to whoever changed the workflow last.
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    yield subject(pipeline, location, name, symbol=f"pipeline:{path}")
    for key, job in mappings(root.get("jobs")):
        yield from subjects(_job(path, key, job, root))
        yield from _passed_over(path, tuple(_steps(path, job, root)))


def _passed_over(path: str, steps: tuple[Step, ...]) -> Iterator[Subject]:
    """Gives a handler for each step that may fail without a word, and that runs code of the repository."""
    for step in steps:
        node = step.node.get("continue-on-error")
        links = tuple(_code(path, step, steps)) if node is not None and _flag(node) is True else ()
        if node is not None and links:
            name = text(step.node.get("name")) or step.run.strip().partition("\n")[0][:80]
            id = text(step.node.get("id"))
            # Another step asks how it went.
            asked = id is not None and any(f"steps.{id}." in _words(one.node) for one in steps if one is not step)
            record = Handler(what="setting", broad=True, swallows=UNSET if asked else True, logs=False)
            yield subject(record, locate(path, node), f"step '{name}'", links=links)


def _words(step: Mapping) -> str:
    """All that a step says, with its settings and variables."""
    inner = [node for _, node in step.entries if isinstance(node, Mapping)]
    return "\n".join(text(node) or "" for one in (step, *inner) for _, node in one.entries)


@trees("action.yml", "action.yaml", "*/action.yml", "*/action.yaml")
def action(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a composite action as a job without a task: its steps are those of whatever job uses it."""
    root = documents[0] if documents else None
    runs = root.get("runs") if isinstance(root, Mapping) else None
    if isinstance(root, Mapping) and isinstance(runs, Mapping) and text(runs.get("using")) == "composite":
        steps = tuple(_steps(path, runs, root))
        uses = _uses(steps)
        job = Job(
            framework="github-actions",
            path=path,
            key=text(root.get("name")) or path,
            location=locate(path, root.entries[0][0]),
            actions=uses,
            unpinned=tuple(one for one in uses if _unpinned(one)),
        )
        yield ci_job(job, _purposes(steps, uses))


def _events(node: Node | None) -> dict[str, Node | None]:
    if isinstance(node, Mapping):
        return {key.text: value for key, value in node.entries}
    return dict.fromkeys(strings(node))


def _only_tags(node: Node | None) -> bool:
    """Whether an event is a release, not a change."""
    if not isinstance(node, Mapping):
        return False
    keys = {key.text for key, _ in node.entries}
    return "tags" in keys and not keys & {"branches", "branches-ignore", "paths", "paths-ignore"}


def _schedule(events: dict[str, Node | None]) -> str | None:
    node = events.get("schedule")
    items = node.items if isinstance(node, Sequence) else ()
    crons = [text(item.get("cron")) for item in items if isinstance(item, Mapping)]
    return ", ".join(cron for cron in crons if cron is not None) or None


def _job(path: str, key: Scalar, job: Mapping, root: Mapping) -> Job:
    called = text(job.get("uses"))
    steps = tuple(_steps(path, job, root))
    uses = _uses(steps) if called is None else (called,)
    code = [link for step in steps for link in _code(path, step, steps)]
    environment = _environment(job.get("environment"))
    return Job(
        framework="github-actions",
        path=path,
        key=key.text,
        location=locate(path, key),
        operator="reusable workflow" if called is not None else "job",
        steps=tuple(Run(step.run, step.folder, step.location) for step in steps if step.run),
        purposes=_purposes(steps, uses),
        actions=tuple(one for one in uses if not one.startswith("./")),
        unpinned=tuple(one for one in uses if _unpinned(one)),
        after=tuple(name for item in _needs(job) if (name := text(item)) is not None),
        remote=True,
        timed=called is None,
        timeout=UNSET if called is not None else _timeout(job.get("timeout-minutes")),
        stated=UNSET if called is not None else _stated(job, steps),
        image=_image(job.get("container")),
        environment=environment,
        approved=False if environment is None else UNSET,
        manual=False if environment is None else UNSET,
        ignores_failure=_flag(job.get("continue-on-error")),
        command=_command(steps),
        code=tuple(dict.fromkeys([*_called(path, job, called), *code])),
    )


def _steps(path: str, job: Mapping, root: Mapping) -> Iterator[Step]:
    nodes = job.get("steps")
    for node in nodes.items if isinstance(nodes, Sequence) else ():
        if isinstance(node, Mapping):
            run, uses = text(node.get("run")) or "", text(node.get("uses")) or ""
            # A step in Python or PowerShell is no command of a shell that we read.
            if (text(node.get("shell")) or "bash").split()[0] not in ("bash", "sh"):
                run = ""
            places = (
                node.get("working-directory"),
                *(one.get("defaults", "run", "working-directory") for one in (job, root)),
            )
            stated = next((found for place in places if (found := text(place)) is not None), "")
            folder = None if "$" in stated or stated.startswith(("/", "~")) else _placed(path, stated)
            yield Step(run, folder, uses, locate(path, node.get("run") or node), node)


def _code(path: str, step: Step, steps: tuple[Step, ...]) -> Iterator[Link]:
    """Gives the links to code of this repository: a job sees it only where it is checked out."""
    checkouts = [one.node for one in steps if one.uses.startswith("actions/checkout@")]
    places = {text(one.get("with", "path")) for one in checkouts}
    if step.uses.startswith("./"):
        if places <= {None}:
            # An action may as well be in action.yaml; which of the two it is only the tree tells.
            yield Link("needs", f"file:{_placed(path, step.uses)}/action.yml", step.location)
    elif step.run and any(one.get("with", "repository") is None for one in checkouts):
        earlier = steps[: steps.index(step) + 1]
        commands = "\n".join(one.run for one in earlier)
        makes = _MAKES.search(commands) is not None or any("download" in one.uses for one in earlier)
        for link in code_links(step.run, step.folder if places == {None} else None):
            scheme, _, file = link.symbol.partition(":")
            # What the job downloads is not looked for in the repository.
            if f"/{posixpath.basename(file)}" not in " ".join(_ADDRESS.findall(commands)):
                symbol = f"path:{file}" if makes and scheme == "file" else link.symbol
                yield Link(link.role, symbol, step.location, link.words)


def _needs(job: Mapping) -> tuple[Node, ...]:
    node = job.get("needs")
    return node.items if isinstance(node, Sequence) else () if node is None else (node,)


def _uses(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.uses for step in steps if step.uses))


def _purposes(steps: tuple[Step, ...], uses: tuple[str, ...]) -> Purposes:
    # An action that builds an image, or would upload, and is told not to send it anywhere.
    kept = {step.uses for step in steps if plain(step.node.get("with", "push")) is False}
    built = {step.uses for step in steps if "build-push" in step.uses and step.node.get("with", "push") is None}
    # Actions that run what they are given: a retry, a command of a cloud, a shell on another machine.
    commands = [step.run or " \n".join(_given(step)) for step in steps]
    return purposes(commands, [one for one in uses if one not in kept | built])


def _given(step: Step) -> Iterator[str]:
    for name in ("command", "inlineScript", "script", "run"):
        if (found := text(step.node.get("with", name))) is not None:
            yield found


def _unpinned(uses: str) -> bool:
    """Whether what others publish under this name may change: a branch, or a tag that moves with each release."""
    if uses.startswith("./") or uses.partition("/")[0].lower() in _TRUSTED:
        return False
    if uses.startswith("docker://"):
        return reference(uses.removeprefix("docker://")).pinned is False
    name, at, version = uses.partition("@")
    return "/" in name and bool(at) and "$" not in uses and floats(version) is True


def _stated(job: Mapping, steps: tuple[Step, ...]) -> Number:
    """Gives the limit of the job, or of all its steps that train or deploy."""
    if job.get("timeout-minutes") is not None:
        return _timeout(job.get("timeout-minutes"))
    limits = []
    for step in steps:
        found = _purposes((step,), _uses((step,)))
        if found.trains or found.deploys:
            limits.append(step.node.get("timeout-minutes"))
    if not limits or None in limits:
        return None
    seconds = [_timeout(limit) for limit in limits]
    known = [one for one in seconds if isinstance(one, (int, float))]
    return max(known) if len(known) == len(seconds) else UNSET


def _environment(node: Node | None) -> Text:
    name = text(node.get("name") if isinstance(node, Mapping) else node)
    return UNSET if name is not None and "$" in name else name


def _flag(node: Node | None) -> Flag:
    """Gives a setting that is off unless it is switched on, and that an expression may decide."""
    value = plain(node)
    return False if node is None else value if isinstance(value, bool) else UNSET


def _called(path: str, job: Mapping, called: str | None) -> Iterator[Link]:
    node = job.get("uses")
    if called is not None and node is not None and called.startswith("./"):
        file = _placed(path, called)
        yield Link("needs", f"file:{file}", locate(path, node))
        yield Link("triggers", f"pipeline:{file}", locate(path, node))


def _placed(path: str, below: str) -> str:
    """Gives a path from the root of the repository; a project that is kept in a folder of another has its own root."""
    root = path.rpartition(".github/")[0] if ".github/" in path else posixpath.dirname(path)
    found = posixpath.normpath(posixpath.join(root, below))
    return "" if found == "." else found


def _timeout(node: Node | None) -> Number:
    if node is None:
        return _DEFAULT_MINUTES * 60
    value = node.value if isinstance(node, Scalar) else None
    return value * 60 if isinstance(value, (int, float)) and not isinstance(value, bool) else UNSET


def _image(node: Node | None) -> Text:
    """Gives the container of a job, None where it runs on the machine itself."""
    if isinstance(node, Mapping):
        node = node.get("image")
    image = text(node)
    return UNSET if image is not None and "$" in image else image


def _command(steps: tuple[Step, ...]) -> str | None:
    lines = [step.run.strip() or f"# uses: {step.uses}" for step in steps if step.run or step.uses]
    return "\n".join(lines)[:COMMAND] or None
