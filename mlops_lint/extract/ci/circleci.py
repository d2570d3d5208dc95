"""The configuration of CircleCI to a CI workflow, a pipeline, and its jobs.

Source: https://circleci.com/docs/configuration-reference/
"""

import posixpath
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.ci.jobs import Job, Step, floats, moving, subjects, workflow
from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, text

# Commands that use commands: bounds a circle too.
_DEPTH = 5


class _Place(msgspec.Struct):
    """Where a workflow runs a job: what it waits for, over all workflows."""

    key: Scalar
    job: str
    after: dict[str, None] = {}
    approval: bool = False


@trees(".circleci/config.yml", ".circleci/config.yaml", "*/.circleci/config.yml", "*/.circleci/config.yaml")
def circleci(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the workflow and its jobs; CircleCI builds every push."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or not any(isinstance(root.get(key), Mapping) for key in ("jobs", "workflows")):
        return
    schedule = ", ".join(_crons(root)) or None
    triggers = ("push", "schedule") if schedule is not None else ("push",)
    yield from workflow(path, "circleci", triggers, True, schedule)
    orbs = [(key.text, text(value) or "") for key, value in _entries(root.get("orbs")) if isinstance(value, Scalar)]
    used = tuple(version for _, version in orbs)
    # What CircleCI itself publishes may be named by a version that moves.
    others = [one for one in used if not one.startswith("circleci/")]
    unpinned = moving((one, floats(one.partition("@")[2] or None)) for one in others)
    places = _places(root)
    for at, place in enumerate(places.values()):
        job = _job(path, root, place, places)
        # Orbs are of the file: its first job stands for it.
        yield from subjects(msgspec.structs.replace(job, actions=used, unpinned=unpinned) if at == 0 else job)


def _places(root: Mapping) -> dict[str, _Place]:
    """The jobs that workflows run, under the names that they have there; without workflows, all jobs."""
    places: dict[str, _Place] = {}
    for _, flow in mappings(root.get("workflows")):
        jobs = flow.get("jobs")
        for item in jobs.items if isinstance(jobs, Sequence) else ():
            if isinstance(item, Scalar) and item.value is not None:
                places.setdefault(item.text, _Place(item, item.text))
            elif isinstance(item, Mapping):
                for key, value in item.entries:
                    _place(places, key, value)
    if not places:
        places = {key.text: _Place(key, key.text) for key, _ in mappings(root.get("jobs"))}
    return places


def _place(places: dict[str, _Place], key: Scalar, value: Node) -> None:
    settings = value if isinstance(value, Mapping) else None
    name = text(settings.get("name")) if settings is not None else None
    place = places.setdefault(name or key.text, _Place(key, key.text))
    if settings is not None:
        requires = settings.get("requires")
        for item in requires.items if isinstance(requires, Sequence) else (requires,):
            # `requires: [build: failed]` names a job with the ends that it may have.
            found = item.entries[0][0].text if isinstance(item, Mapping) and item.entries else text(item)
            if found is not None:
                place.after[found] = None
        place.approval = text(settings.get("type")) == "approval"


def _job(path: str, root: Mapping, place: _Place, places: dict[str, _Place]) -> Job:
    body = root.get("jobs", place.job)
    key = next((key for key, _ in mappings(root.get("jobs")) if key.text == place.job), None)
    name = next(name for name, one in places.items() if one is place)
    location = locate(path, place.key if key is None or name != place.job else key)
    after = tuple(other for other in place.after if other in places)
    operator = "approval" if place.approval else "job" if isinstance(body, Mapping) else "orb job"
    job = Job(
        framework="circleci",
        path=path,
        key=name,
        location=location,
        operator=operator,
        after=after,
        # Only a limit for silence can be set for a command; the plan sets the longest time of a job.
        timed=False,
        approved=place.approval or UNSET,
        manual=place.approval,
        remote=False if place.approval else None,
        image=UNSET,
    )
    if not isinstance(body, Mapping):
        return job
    images = [image for one in _items(_executor(root, body, "docker")) if (image := _image(one)) is not None]
    steps = tuple(_steps(path, root, body.get("steps"), posixpath.dirname(path.rpartition(".circleci/")[0] + "x")))
    return msgspec.structs.replace(job, steps=steps, image=images[0] if images else UNSET)


def _executor(root: Mapping, body: Mapping, name: str) -> Node | None:
    found = body.get(name)
    executor = body.get("executor")
    called = text(executor.get("name") if isinstance(executor, Mapping) else executor)
    return found if found is not None or called is None else root.get("executors", called, name)


def _image(node: Node) -> str | None:
    image = text(node.get("image")) if isinstance(node, Mapping) else None
    return None if image is None or "<<" in image else image


def _steps(path: str, root: Mapping, node: Node | None, folder: str, depth: int = _DEPTH) -> Iterator[Step]:
    for item in _items(node) if depth else ():
        if isinstance(item, Scalar):
            yield from _steps(path, root, root.get("commands", item.text, "steps"), folder, depth - 1)
        elif isinstance(item, Mapping):
            for key, value in item.entries:
                if key.text == "run":
                    yield from _run(path, value, folder)
                elif key.text in ("when", "unless"):
                    inner = value.get("steps") if isinstance(value, Mapping) else None
                    yield from _steps(path, root, inner, folder, depth - 1)
                else:
                    yield from _steps(path, root, root.get("commands", key.text, "steps"), folder, depth - 1)


def _run(path: str, node: Node, folder: str) -> Iterator[Step]:
    command = node.get("command") if isinstance(node, Mapping) else node
    written = text(command)
    if command is None or written is None:
        return
    where = text(node.get("working_directory")) if isinstance(node, Mapping) else None
    place: str | None = folder
    if where is not None:
        inside = not where.startswith(("/", "~")) and "<<" not in where and "$" not in where
        place = posixpath.normpath(posixpath.join(folder, where)) if inside else None
    yield Step(written.replace("<<", "{{").replace(">>", "}}"), place, locate(path, command))


def _crons(root: Mapping) -> Iterator[str]:
    for _, flow in mappings(root.get("workflows")):
        for trigger in _items(flow.get("triggers")):
            cron = text(trigger.get("schedule", "cron")) if isinstance(trigger, Mapping) else None
            if cron is not None:
                yield cron


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()
