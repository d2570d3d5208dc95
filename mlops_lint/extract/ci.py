"""Configurations of CI systems to CI workflows.

Source: the reference of each system; GitHub Actions has a module of its own.
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.registry import texts, trees
from mlops_lint.model import Location, Subject
from mlops_lint.parse.tree import Mapping, Node, Sequence, plain, strings, text
from mlops_lint.subjects import CiWorkflow, Flag, Texts, subject

# Runs on pushes unless told otherwise: file name -> system, a key that its file must have.
_ON_PUSH = {
    ".travis.yml": ("travis", "script install language jobs matrix"),
    ".drone.yml": ("drone", "steps pipeline"),
    "appveyor.yml": ("appveyor", "build_script test_script build test environment install"),
    ".appveyor.yml": ("appveyor", "build_script test_script build test environment install"),
    "bitbucket-pipelines.yml": ("bitbucket", "pipelines"),
    ".circleci/config.yml": ("circleci", "jobs workflows"),
    ".buildkite/pipeline.yml": ("buildkite", "steps"),
}
_GITLAB_GLOBAL = frozenset(
    "spec default include stages variables workflow image services before_script after_script cache pages".split()
)
_JENKINS = re.compile(r"^\s*(?:pipeline\s*\{|node\s*[({]|@Library)", re.MULTILINE)


@trees(*_ON_PUSH, *(f"*/{name}" for name in _ON_PUSH))
def on_push(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives workflows of systems that build every push."""
    root = documents[0] if documents else None
    name = next(name for name in _ON_PUSH if path == name or path.endswith(f"/{name}"))
    framework, keys = _ON_PUSH[name]
    if isinstance(root, Mapping) and any(root.get(key) is not None for key in keys.split()):
        triggers = _bitbucket(root) if framework == "bitbucket" else ("push",)
        yield _workflow(path, framework, triggers, {"push", "pull_request"} & set(triggers) != set())


@trees(".gitlab-ci.yml", ".gitlab-ci.yaml", "*.gitlab-ci.yml", "*.gitlab-ci.yaml")
def gitlab(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the workflow of a GitLab project; where all jobs name their events, only these start it."""
    roots = [root for root in documents if isinstance(root, Mapping) and root.get("spec") is None]
    jobs = [
        value
        for root in roots
        for key, value in root.entries
        if key.text not in _GITLAB_GLOBAL and not key.text.startswith(".") and isinstance(value, Mapping)
    ]
    if jobs or any(root.get("include") is not None for root in roots):
        yield _workflow(path, "gitlab", UNSET, True if not jobs or any(map(_on_change, jobs)) else UNSET)


def _on_change(job: Mapping) -> bool:
    """Whether nothing keeps a GitLab job from pushes and merge requests."""
    events = {"tags", "schedules", "web", "triggers", "api", "pipelines", "chat"}
    only = strings(job.get("only"))
    if only and set(only) <= events:
        return False
    return text(job.get("when")) != "manual"


@trees(
    "azure-pipelines*.yml",
    "azure-pipelines*.yaml",
    "*azure*pipeline*.yml",
    "*pipelines/*.yml",
    "*.azure-pipelines/*.yml",
)
def azure(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives an Azure pipeline; a template, which has parameters but no trigger, is none."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or not any(isinstance(root.get(k), Sequence) for k in ("stages", "jobs", "steps")):
        return
    named = path.rpartition("/")[2].startswith("azure-pipelines")
    started = root.get("trigger") is not None or root.get("pr") is not None
    if not (started or (named and root.get("parameters") is None) or root.get("pool") is not None):
        return
    # Without `trigger` every push starts it, without `pr` every pull request of GitHub; `none` and `[]` switch off.
    push, pull = (plain(root.get(key)) not in ("none", []) for key in ("trigger", "pr"))
    triggers = [name for name, on in (("push", push), ("pull_request", pull)) if on]
    if root.get("schedules") is not None:
        triggers.append("schedule")
    yield _workflow(path, "azure", tuple(triggers), push or (pull and root.get("pr") is not None))


@trees("cloudbuild*.yaml", "cloudbuild*.yml", "*.cloudbuild.yaml", "buildspec*.yml", "buildspec*.yaml")
def cloud_builds(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives builds of Google Cloud Build and AWS CodeBuild; what starts them is set up elsewhere."""
    root = documents[0] if documents else None
    if isinstance(root, Mapping):
        if isinstance(root.get("steps"), Sequence):
            yield _workflow(path, "cloud-build", UNSET, UNSET)
        elif isinstance(root.get("phases"), Mapping):
            yield _workflow(path, "codebuild", UNSET, UNSET)


@trees("prow_config.yaml", ".prow.yaml", ".prow/*.yaml")
def prow(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the jobs of Prow, those that run before a merge and others; of old files what starts them is elsewhere."""
    root = documents[0] if documents else None
    if isinstance(root, Mapping) and any(root.get(key) is not None for key in ("presubmits", "postsubmits")):
        yield _workflow(path, "prow", UNSET, True)
    elif isinstance(root, Mapping) and root.get("workflows") is not None:
        yield _workflow(path, "prow", UNSET, UNSET)


@texts("Jenkinsfile*", "*.jenkinsfile")
def jenkins(path: str, text: str) -> Iterator[Subject]:
    """Gives a Jenkins pipeline."""
    if _JENKINS.search(text):
        found = [
            name
            for name, word in (("schedule", "cron("), ("push", "pollSCM("), ("push", "githubPush("))
            if word in text
        ]
        triggers = tuple(dict.fromkeys(found))
        # A file in the repository is for projects that Jenkins runs on what is pushed, unless it is on a clock alone.
        yield _workflow(path, "jenkins", triggers or UNSET, UNSET if triggers == ("schedule",) else True)


def _bitbucket(root: Mapping) -> tuple[str, ...]:
    node = root.get("pipelines")
    events = {"default": "push", "branches": "push", "pull-requests": "pull_request", "tags": "tag", "custom": "manual"}
    keys = [key.text for key, _ in node.entries] if isinstance(node, Mapping) else []
    return tuple(dict.fromkeys(events[key] for key in keys if key in events))


def _workflow(path: str, framework: str, triggers: Texts, on_change: Flag) -> Subject:
    record = CiWorkflow(framework=framework, triggers=triggers, on_change=on_change)
    return subject(record, Location(path), path, symbol=f"ci:{path}")
