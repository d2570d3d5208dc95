"""Builds of Google Cloud Build and AWS CodeBuild to a CI workflow, a pipeline, its steps, and one job.

What starts them is set up elsewhere.
Source: https://cloud.google.com/build/docs/build-config-file-schema and
https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import posixpath
import shlex
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.ci.durations import seconds
from mlops_lint.extract.ci.jobs import Job, Step, ci_job, task, workflow
from mlops_lint.extract.commands.purposes import purposes
from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, plain, strings, text
from mlops_lint.subjects import Number, Text

# A build without `timeout` is ended after an hour.
_DEFAULT = 3600
_PHASES = ("install", "pre_build", "build", "post_build")
_FILES = ("cloudbuild*.yaml", "cloudbuild*.yml", "*.cloudbuild.yaml", "*cloudbuild/*.yaml", "*cloudbuild/*.yml")


@trees(*_FILES, "buildspec*.yml", "buildspec*.yaml")
def builds(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the build, its steps or phases as tasks, and all of them as one job."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    if isinstance(root.get("steps"), Sequence):
        yield from workflow(path, "cloud-build", UNSET, UNSET)
        yield from _build(path, root, tuple(_steps(path, root)), _limit(root.get("timeout"), _DEFAULT))
    elif isinstance(root.get("phases"), Mapping):
        yield from workflow(path, "codebuild", UNSET, UNSET)
        # The project, which is set up elsewhere, says how long it may take.
        yield from _build(path, root, tuple(_phases(path, root)), UNSET)


def _build(path: str, root: Mapping, jobs: tuple[Job, ...], limit: Number) -> Iterator[Subject]:
    for job in jobs:
        yield task(job, purposes(step.run for step in job.steps))
    if jobs:
        whole = Job(
            framework=jobs[0].framework, path=path, key="build", location=locate(path, root.entries[0][0]),
            stated=limit, approved=UNSET,
        )  # fmt: skip
        found = purposes(step.run for job in jobs for step in job.steps)
        yield ci_job(whole, found, runs=tuple(job.key for job in jobs))


def _steps(path: str, root: Mapping) -> Iterator[Job]:
    nodes = root.get("steps")
    known: list[tuple[str, tuple[str, ...]]] = []
    for number, node in enumerate(nodes.items if isinstance(nodes, Sequence) else ()):
        if not isinstance(node, Mapping):
            continue
        key = text(node.get("id")) or f"step {number}"
        waits = node.get("waitFor")
        before = {name for _, after in known for name in after}
        # A step waits for all before it; those that another of them waits for need not be said.
        after = tuple(name for name, _ in known if name not in before)
        if waits is not None:
            names = {name for name, _ in known}
            after = tuple(name for name in strings(waits) if name in names)
        known.append((key, after))
        yield _step(path, key, node, after)


def _step(path: str, key: str, node: Mapping, after: tuple[str, ...]) -> Job:
    at = node.key("id") or node.key("name") or node.entries[0][0]
    where = text(node.get("dir")) or ""
    inside = "$" not in where and not where.startswith("/") and ".." not in where
    folder = (posixpath.normpath(where) if where else "") if inside else None
    command = _command(node)
    place = node.get("script") or node.get("args") or node
    return Job(
        framework="cloud-build",
        path=path,
        key=key,
        location=locate(path, at),
        operator="step",
        steps=(Step(command, "" if folder == "." else folder, locate(path, place)),) if command else (),
        after=after,
        timeout=_limit(node.get("timeout"), None),
        image=_image(text(node.get("name"))),
        ignores_failure=plain(node.get("allowFailure")) is True,
    )


def _command(node: Mapping) -> str:
    """The command of a step: its script, or what its entry point, or the builder's own, is given."""
    script, name = text(node.get("script")), text(node.get("name")) or ""
    if script is not None:
        return script
    words = strings(node.get("args"))
    if not isinstance(node.get("args"), Sequence):
        words = tuple((text(node.get("args")) or "").split())
    entry = text(node.get("entrypoint")) or ""
    tool = posixpath.basename(entry)
    if tool in ("bash", "sh") and len(words) > 1 and words[0].startswith("-") and words[0].endswith("c"):
        return words[1]
    # The images of `gcr.io/cloud-builders` are called after the program that they start.
    image = posixpath.basename(name.partition("@")[0].partition(":")[0])
    program = entry or ("gcloud" if image == "cloud-sdk" else image if "cloud-builders" in name else "")
    return shlex.join([program, *words]).replace("'", '"') if program else ""


def _phases(path: str, root: Mapping) -> Iterator[Job]:
    before: tuple[str, ...] = ()
    for phase in _PHASES:
        body = root.get("phases", phase)
        key = next((key for key, _ in _entries(root.get("phases")) if key.text == phase), None)
        if not isinstance(body, Mapping) or key is None:
            continue
        lines = [one for name in ("commands", "finally") for one in _lines(body.get(name))]
        text_of_all = "\n".join(line.text for line in lines)
        steps = (Step(text_of_all, _sources(path), locate(path, lines[0])),) if lines else ()
        yield Job(
            framework="codebuild", path=path, key=phase, location=locate(path, key), operator="phase", steps=steps,
            after=before, timed=False, image=UNSET,
        )  # fmt: skip
        before = (phase,)


def _sources(path: str) -> str | None:
    """The folder of the sources: that of a buildspec, where it lies at the root; another may be of another project."""
    return "" if "/" not in path else None


def _lines(node: Node | None) -> Iterator[Scalar]:
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and item.value is not None:
            yield item


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _limit(node: Node | None, default: int | None) -> Number:
    written = text(node)
    if written is None:
        return default
    found = seconds(written)
    return UNSET if found is None else found


def _image(name: str | None) -> Text:
    return UNSET if name is None or "$" in name else name
