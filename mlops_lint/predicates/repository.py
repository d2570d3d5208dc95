"""What the repository has as a whole."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate
from mlops_lint.predicates.seeding import is_run

_OWN = ("source", "notebook")
_RUNNERS = frozenset(
    "MLproject Snakefile Makefile makefile GNUmakefile justfile Justfile Taskfile.yml Taskfile.yaml dodo.py "
    "pipeline.yaml pipeline.yml".split()
)


@predicate
def trains_models(_project: Node, graph: Graph) -> bool:
    """A script, a notebook or a task of the project's own trains a model."""
    return any(one.context in _OWN and is_run(one, graph) for one in graph.of_kind("training"))


@predicate
def has_pipeline(_project: Node, graph: Graph) -> bool | None:
    """A pipeline is defined, a tool for pipelines is used, or a task of a workflow trains."""
    managed = any(one.fields.get("managed") is True and one.context != "test" for one in graph.of_kind("pipeline"))
    uses = [one for one in graph.of_kind("use") if one.fields.get("purpose") == "pipeline"]
    if managed or uses or any(graph.reach(one, "training") for one in graph.of_kind("task")):
        return True
    # What stands in these we do not read, and it may well be the way from data to model.
    return None if any(path.rpartition("/")[2] in _RUNNERS for path in graph.paths.files) else False


@predicate
def known_file(key: Node, graph: Graph) -> bool:
    """The configuration file of a key was read: other keys of it are defined."""
    file = key.fields.get("file")
    return any(one.fields.get("file") == file and one.fields.get("defined") for one in graph.of_kind("config_key"))
