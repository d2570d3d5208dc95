"""One job of a CI system, in the words that all of them share, to the subjects `task` and `ci_job`."""

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.commands.downloads import transfers
from mlops_lint.extract.commands.invocations import invocations
from mlops_lint.extract.commands.purposes import Purposes, purposes
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.image import reference
from mlops_lint.subjects import CiJob, CiWorkflow, Flag, Number, Pipeline, Task, Text, Texts, subject

COMMAND = 4000
"""No more of a command is kept."""

# Their own file is where a schedule would stand; of the others a setting elsewhere is.
_SCHEDULABLE = frozenset({"azure", "circleci", "jenkins"})
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
# `v1.2` is a release to some projects, and moves with each patch in others.
_MAYBE = re.compile(r"(?:.*[/-])?v?\d+\.\d+")


class Step(msgspec.Struct, frozen=True):
    """A command, with the folder that it runs in from the root of the repository; None = unknown."""

    run: str
    folder: str | None
    location: Location


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as its system runs it; a field that is not set cannot be known."""

    framework: str
    path: str
    key: str
    """Its name in the file, by which others wait for it."""
    location: Location
    operator: str = "job"
    steps: tuple[Step, ...] = ()
    purposes: Purposes | None = None
    """None = those of its commands and actions."""
    actions: tuple[str, ...] = ()
    unpinned: Texts = ()
    after: tuple[str, ...] = ()
    stage: Text = UNSET
    """The stage by which it has its place."""
    timed: bool = True
    timeout: Number = UNSET
    """What takes effect."""
    stated: Number = UNSET
    """As `timeout` of a `ci_job`: None = only the long default of the system."""
    retryable: bool = False
    retries: Number = UNSET
    image: Text = None
    environment: Text = None
    approved: Flag = False
    manual: Flag = False
    ignores_failure: Flag = False
    remote: bool | None = None
    """None = by what its commands are for."""
    command: Text = UNSET
    """Not set = all its steps."""
    code: tuple[Link, ...] | None = None
    """None = all code that its commands name."""
    links: tuple[Link, ...] = ()


def workflow(path: str, framework: str, triggers: Texts, on_change: Flag, schedule: Text = UNSET) -> Iterator[Subject]:
    """Gives the workflow, and the pipeline that its jobs are tasks of."""
    at = Location(path)
    yield subject(
        CiWorkflow(framework=framework, triggers=triggers, on_change=on_change), at, path, symbol=f"ci:{path}"
    )
    record = Pipeline(
        framework=framework,
        schedule=schedule,
        managed=False,
        triggers=_started_by(triggers),
        schedulable=framework in _SCHEDULABLE,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    yield subject(record, at, path, symbol=f"pipeline:{path}")


def _started_by(events: Texts) -> Texts:
    if not isinstance(events, tuple):
        return UNSET
    words = {"push": "push", "pull_request": "push", "tag": "push", "schedule": "schedule"}
    return tuple(sorted({words[event] for event in events if event in words}))


def subjects(job: Job) -> Iterator[Subject]:
    """Gives a job as a task, and as a `ci_job` that starts this task."""
    found = purposes((step.run for step in job.steps), job.actions) if job.purposes is None else job.purposes
    yield task(job, found)
    yield ci_job(job, found, runs=(job.key,))


def ci_job(job: Job, found: Purposes, *, runs: tuple[str, ...] = ()) -> Subject:
    """Gives the `ci_job` alone; `runs` are the tasks that it starts."""
    cannot = UNSET if found.opaque else False
    record = CiJob(
        framework=job.framework,
        timeout=job.stated,
        deploys=found.deploys or cannot,
        trains=found.trains or cannot,
        tests=found.tests or cannot,
        checks=found.checks if found.checks or not found.opaque else UNSET,
        actions=job.actions,
        unpinned=job.unpinned,
        environment=job.environment,
        approved=job.approved,
    )
    links = [Link("part_of", f"ci:{job.path}"), *(Link("starts", f"task:{job.path}#{key}") for key in runs)]
    return subject(record, job.location, job.key, symbol=f"ci-job:{job.path}#{job.key}", links=tuple(links))


def task(job: Job, found: Purposes) -> Subject:
    """Gives the task alone."""
    code = code_of(job.steps) if job.code is None else job.code
    works = found.trains or found.deploys or bool(code) or any(True for step in job.steps for _ in transfers(step.run))
    folders = {step.folder for step in job.steps}
    only = folders.pop() if len(folders) == 1 else None
    record = Task(
        framework=job.framework,
        operator=job.operator,
        remote=works if job.remote is None else job.remote,
        retryable=job.retryable,
        retries=job.retries,
        timed=job.timed,
        timeout=job.timeout,
        image=job.image,
        image_pinned=_pinned(job.image),
        packages_pinned=None,
        command=_command(job.steps) if job.command is UNSET else job.command,
        folder=UNSET if only is None else only,
        lineage=False,
        manual=job.manual,
        ignores_failure=job.ignores_failure,
        stage=job.stage,
    )
    after = (Link("depends_on", f"task:{job.path}#{key}") for key in job.after)
    links = [Link("part_of", f"pipeline:{job.path}"), *after, *job.links, *code, *started(job.steps)]
    symbol = f"task:{job.path}#{job.key}"
    return subject(record, job.location, job.key, symbol=symbol, links=tuple(dict.fromkeys(links)))


def _command(steps: Iterable[Step]) -> str | None:
    return "\n".join(step.run.strip() for step in steps)[:COMMAND] or None


def _pinned(image: Text) -> Flag:
    return reference(image).pinned if isinstance(image, str) else None if image is None else UNSET


def code_of(steps: Iterable[Step]) -> tuple[Link, ...]:
    """Gives the links to the code of the repository that the commands start."""
    return tuple(
        Link(link.role, link.symbol, step.location, link.words)
        for step in steps
        for link in code_links(step.run, step.folder)
    )


def started(steps: Iterable[Step]) -> Iterator[Link]:
    """Gives the links to targets and pipelines that the commands start by their tools."""
    for step in steps:
        yield from invocations(step.run, step.folder, step.location)


def floats(version: str | None) -> bool | None:
    """Says whether what has this version may change under the same name; a `version` that is None floats.

    None = the version is filled in when the workflow runs.
    """
    if version is None:
        return True
    if "$" in version or "{" in version or "<<" in version:
        return None
    return not (_COMMIT.fullmatch(version) or _VERSION.search(version) or _MAYBE.fullmatch(version))


def moving(names: Iterable[tuple[str, bool | None]]) -> Texts:
    """Gives the names of those that float; where of some it cannot be known, and none does, neither is the list."""
    found = tuple(names)
    sure = tuple(dict.fromkeys(name for name, moves in found if moves))
    return UNSET if not sure and any(moves is None for _, moves in found) else sure
