"""Who is responsible for what, and who reviews it."""

import re
from functools import lru_cache

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate

_TEMPLATE = re.compile(
    r"(?i)^(?:\.github/|docs/|\.azuredevops/)?pull_request_template(?:/[^/]+)?(?:\.\w+)?$"
    r"|^\.gitlab/merge_request_templates/[^/]+\.md$|^\.gitea/pull_request_template\.md$"
)
# Reviewers by folder, as Kubernetes and Chromium have them, and settings of bots that ask for reviews.
_REVIEWERS = re.compile(r"(?:^|/)OWNERS$|^\.(?:mergify|policy|bulldozer|pullapprove)\.ya?ml$|^\.github/mergify\.yml$")
_SETTINGS = re.compile(
    r"^\.github/(?:settings\.ya?ml|rulesets/[^/]+\.json)$|(?:^|/)(?:branch_protection|rulesets?)[^/]*\.tf$"
)

# What keeps machines and files in order: no figures come of it, and no model.
_OPERATION = re.compile(
    r"(?i)(?:^|[-_ ./])(?:back-?ups?|restore|snapshots?|clean-?ups?|housekeeping|prune|purge|vacuum|retention|rotat\w+"
    r"|renew\w*|docs?|documentation|dr|disaster|garbage|gc|reap\w*|patching|upgrades?)(?:$|[-_ ./])"
)
_MODELS = frozenset({"training", "split", "estimator", "model"})


@predicate
def operational(pipeline: Node, graph: Graph) -> bool:
    """A pipeline is named for the care of machines and files: a backup, a cleaning up, a documentation; no model."""
    if _OPERATION.search(pipeline.name) is None:
        return False
    tasks = graph.linked(pipeline, "parts")
    return not any(one.kind in _MODELS for task in (pipeline, *tasks) for one in graph.reached(task))


@predicate
def owned(pipeline: Node, graph: Graph) -> bool | None:
    """A pipeline names an owner, or code owners are named for its file."""
    owner = pipeline.fields.get("owner", "")
    if isinstance(owner, str) and owner:
        return True
    if owners_of(pipeline.location.path, graph):
        return True
    return False if owner is None else None


@predicate
def reviewed(_project: Node, graph: Graph) -> bool | None:
    """Reviewers are named for the code, changes are asked for in a form, or settings demand reviews."""
    if _patterns(graph) or any(_TEMPLATE.search(path) or _REVIEWERS.search(path) for path in graph.paths.files):
        return True
    # What these demand we do not read.
    return None if any(_SETTINGS.search(path) for path in graph.paths.files) else False


def owners_of(path: str, graph: Graph) -> str | None:
    """Gives who reviews changes of a file: the last line that matches counts; None = nobody."""
    found: str | None = None
    for pattern, owners in _patterns(graph):
        if pattern.search(path):
            found = owners
    return found


@lru_cache(maxsize=1)
def _patterns(graph: Graph) -> tuple[tuple[re.Pattern[str], str | None], ...]:
    uses = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "code-owners"]
    # Where there are several files, that of GitHub's folder counts alone.
    files = sorted({one.location.path for one in uses}, key=lambda path: (not path.startswith(".git"), path))
    lines = sorted((one for one in uses if one.location.path == files[0]), key=lambda one: one.location)
    owners = [one.fields.get("tool") for one in lines]
    return tuple(
        (_compiled(line.name), owner if isinstance(owner, str) else None)
        for line, owner in zip(lines, owners, strict=True)
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of gitignore: with a slash inside it begins at the root, and a folder means all below it."""
    bare = pattern.replace("\\ ", " ")[:500]
    rooted = "/" in bare.rstrip("/")
    parts = re.split(r"(\*\*/?|\*|\?)", bare.strip("/"))
    wild = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    body = "".join(wild.get(part, re.escape(part)) for part in parts)
    # `docs/*` means the files of that folder, not those below it.
    end = "$" if bare.endswith("/*") else "/" if bare.endswith("/") else "(?:/|$)"
    return re.compile(f"{'^' if rooted else '(?:^|/)'}{body}{end}")
