"""A GitHub Actions workflow to a CI workflow, a pipeline, and a task for each job.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import posixpath
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, strings, text
from mlops_lint.subjects import CiWorkflow, Flag, Number, Pipeline, Task, Text, subject

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
_COMMAND = 4000
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
        yield _task(path, key, job, root)


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


def _task(path: str, key: Scalar, job: Mapping, root: Mapping) -> Subject:
    called = text(job.get("uses"))
    steps = tuple(_steps(path, job, root))
    record = Task(
        framework="github-actions",
        operator="reusable workflow" if called is not None else "job",
        remote=True,
        retryable=False,
        timed=called is None,
        timeout=UNSET if called is not None else _timeout(job.get("timeout-minutes")),
        image=_image(job.get("container")),
        image_pinned=_pinned(_image(job.get("container"))),
        packages_pinned=None,
        ignores_failure=_flag(job.get("continue-on-error")),
        command=_command(steps),
        folder=_shared_folder(steps),
        lineage=False,
    )
    links = [Link("part_of", f"pipeline:{path}"), *_order(path, job), *_called(path, job, called)]
    for step in steps:
        links.extend(_code(path, step, steps))
    links = list(dict.fromkeys(links))
    return subject(record, locate(path, key), key.text, symbol=f"task:{path}#{key.text}", links=tuple(links))


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


def _order(path: str, job: Mapping) -> Iterator[Link]:
    node = job.get("needs")
    for item in node.items if isinstance(node, Sequence) else (node,):
        name = text(item)
        if item is not None and name is not None:
            yield Link("depends_on", f"task:{path}#{name}", locate(path, item))


def _called(path: str, job: Mapping, called: str | None) -> Iterator[Link]:
    node = job.get("uses")
    if called is not None and node is not None and called.startswith("./"):
        file = _placed(path, called)
        yield Link("needs", f"file:{file}", locate(path, node))
        yield Link("triggers", f"pipeline:{file}", locate(path, node))


def _placed(path: str, below: str) -> str:
    """Gives a path from the root of the repository; a project that is kept in a folder of another has its own root."""
    found = posixpath.normpath(posixpath.join(path.rpartition(".github/")[0], below))
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


def _pinned(image: Text) -> Flag:
    return reference(image).pinned if isinstance(image, str) else None if image is None else UNSET


def _flag(node: Node | None) -> Flag:
    """Gives a setting that is off unless it is switched on, and that an expression may decide."""
    value = node.value if isinstance(node, Scalar) else False
    return value if isinstance(value, bool) else UNSET


def _command(steps: tuple[Step, ...]) -> str | None:
    lines = [step.run.strip() or f"# uses: {step.uses}" for step in steps if step.run or step.uses]
    return "\n".join(lines)[:_COMMAND] or None


def _shared_folder(steps: tuple[Step, ...]) -> Text:
    folders = {step.folder for step in steps if step.run}
    only = folders.pop() if len(folders) == 1 else None
    return UNSET if only is None else only
