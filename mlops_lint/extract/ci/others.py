"""Configurations of CI systems to a CI workflow, and all their commands to one job.

Source: the reference of each system; larger ones have modules of their own.
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.ci.jobs import Job, ci_job
from mlops_lint.extract.commands.purposes import Purposes, purposes
from mlops_lint.extract.registry import trees
from mlops_lint.model import Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence
from mlops_lint.subjects import CiWorkflow, Flag, Texts, subject

# Runs on pushes unless told otherwise: file name -> system, a key that its file must have.
_ON_PUSH = {
    ".travis.yml": ("travis", "script install language jobs matrix"),
    ".drone.yml": ("drone", "steps pipeline"),
    "appveyor.yml": ("appveyor", "build_script test_script build test environment install"),
    ".appveyor.yml": ("appveyor", "build_script test_script build test environment install"),
    "bitbucket-pipelines.yml": ("bitbucket", "pipelines"),
    ".buildkite/pipeline.yml": ("buildkite", "steps"),
}
_COMMANDS = frozenset(
    "script scripts command commands run before_script after_success before_install install test_script build_script "
    "deploy_script deploy args".split()
)


@trees(*_ON_PUSH, *(f"*/{name}" for name in _ON_PUSH))
def on_push(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives workflows of systems that build every push."""
    root = documents[0] if documents else None
    name = next(name for name in _ON_PUSH if path == name or path.endswith(f"/{name}"))
    framework, keys = _ON_PUSH[name]
    if isinstance(root, Mapping) and any(root.get(key) is not None for key in keys.split()):
        triggers = _bitbucket(root) if framework == "bitbucket" else ("push",)
        changes = {"push", "pull_request"} & set(triggers) != set()
        yield from _workflow(path, framework, triggers, changes, root)


@trees("prow_config.yaml", ".prow.yaml", ".prow/*.yaml")
def prow(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the jobs of Prow, those that run before a merge and others; of old files what starts them is elsewhere."""
    root = documents[0] if documents else None
    if isinstance(root, Mapping) and any(root.get(key) is not None for key in ("presubmits", "postsubmits")):
        yield from _workflow(path, "prow", UNSET, True, root)
    elif isinstance(root, Mapping) and root.get("workflows") is not None:
        yield from _workflow(path, "prow", UNSET, UNSET, root)


def _bitbucket(root: Mapping) -> tuple[str, ...]:
    node = root.get("pipelines")
    events = {"default": "push", "branches": "push", "pull-requests": "pull_request", "tags": "tag", "custom": "manual"}
    keys = [key.text for key, _ in node.entries] if isinstance(node, Mapping) else []
    return tuple(dict.fromkeys(events[key] for key in keys if key in events))


def _workflow(path: str, framework: str, triggers: Texts, on_change: Flag, root: Mapping) -> Iterator[Subject]:
    record = CiWorkflow(framework=framework, triggers=triggers, on_change=on_change)
    yield subject(record, Location(path), path, symbol=f"ci:{path}")
    commands = tuple(_commands(root))
    job = Job(
        framework=framework, path=path, key="all jobs", location=locate(path, root.entries[0][0]), approved=UNSET,
        environment=UNSET,
    )  # fmt: skip
    found = purposes(commands)
    # Prow keeps the commands of its jobs in other places, some systems have defaults of their own.
    yield ci_job(job, found if commands else Purposes(opaque=True))


def _commands(root: Mapping) -> Iterator[str]:
    """Gives all texts below keys that hold commands."""
    waiting: list[tuple[Node, bool]] = [(root, False)]
    seen: set[int] = set()
    while waiting:
        node, runs = waiting.pop()
        if isinstance(node, Scalar):
            if runs and node.value is not None:
                yield node.text
        # An alias gives the same node again.
        elif id(node) not in seen:
            seen.add(id(node))
            children = [(one, runs) for one in node.items] if isinstance(node, Sequence) else []
            if isinstance(node, Mapping):
                children = [(value, runs or key.text in _COMMANDS) for key, value in node.entries]
            waiting.extend(reversed(children))
