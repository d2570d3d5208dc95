"""What the repository has as a whole."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate
from mlops_lint.predicates.seeding import is_run

# They order commands, but whether from data to model, or one step that people start, we do not read.
_LOOSE = frozenset(
    {"make", "just", "task", "shell", "jenkins", "codebuild", "cloud-build", "kubernetes", "infrastructure"}
)
_RUNNERS = frozenset(
    "MLproject Snakefile Makefile makefile GNUmakefile justfile Justfile Taskfile.yml Taskfile.yaml dodo.py "
    "pipeline.yaml pipeline.yml".split()
)
# Of other languages, and templates of Python.
_TEST_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]*\.py|[^/]*(?:_test\.(?:go|py|cc|cpp)|Tests?\.(?:java|scala|kt)|\.(?:test|spec)\.[jt]sx?|"
    r"\.bats|\.feature|_test\.sh))(?:\.tmpl|\.j2|\.jinja)?$"
)


@predicate
def trains_models(_project: Node, graph: Graph) -> bool:
    """A script, a notebook or a task of the project's own trains a model."""
    return any(one.own and is_run(one, graph) for one in graph.of_kind("training"))


@predicate
def has_pipeline(_project: Node, graph: Graph) -> bool | None:
    """A pipeline is defined, a tool for pipelines is used, or a task of a workflow trains."""
    if any(one.fields.get("managed") is True and one.context != "test" for one in graph.of_kind("pipeline")):
        return True
    trains = (one for one in graph.of_kind("task") if one.context != "test" and graph.reach(one, "training"))
    if any(not _alone(one, graph) for one in trains):
        return True
    uses = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "pipeline"]
    if any(one.own and one.fields.get("tool") not in _LOOSE for one in uses):
        return True
    # What stands in these we do not read, and it may well be the way from data to model.
    runner = any(path.rpartition("/")[2] in _RUNNERS for path in graph.paths.files)
    return None if uses or runner else False


def _alone(task: Node, graph: Graph) -> bool:
    """Whether it is one step that people start by a name, with nothing said of what comes before or after it."""
    by_hand = all(one.fields.get("triggers") == () for one in graph.linked(task, "part_of"))
    managed = any(one.fields.get("managed") is not False for one in graph.linked(task, "part_of"))
    around = any(graph.linked(task, role) for role in ("depends_on", "depended_on_by", "reads"))
    return by_hand and not managed and not around


@predicate
def has_tests(_project: Node, graph: Graph) -> bool | None:
    """Some file holds a test; None where a file is called like one that we cannot read."""
    if graph.of_kind("test"):
        return True
    read = {one.location.path for one in graph.of_kind("module")}
    return None if any(_TEST_FILE.search(path) for path in graph.paths.files - read) else False


@predicate
def unpacked(_project: Node, graph: Graph) -> bool:
    """The tree is a distribution as it is installed, not the repository that it was built from."""
    return any(path.endswith(".dist-info/METADATA") and path.count("/") == 1 for path in graph.paths.files)


@predicate
def known_file(key: Node, graph: Graph) -> bool:
    """The configuration file of a key was read: other keys of it are defined."""
    file = key.fields.get("file")
    return any(one.fields.get("file") == file and one.fields.get("defined") for one in graph.of_kind("config_key"))
