"""What the repository has as a whole."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate


@predicate
def has_pipeline(_project: Node, graph: Graph) -> bool:
    """A pipeline definition, or a tool for pipelines, is used here."""
    managed = any(one.fields.get("managed") is True and one.context != "test" for one in graph.of_kind("pipeline"))
    return managed or any(one.fields.get("purpose") == "pipeline" for one in graph.of_kind("use"))


@predicate
def known_file(key: Node, graph: Graph) -> bool:
    """The configuration file of a key was read: other keys of it are defined."""
    file = key.fields.get("file")
    return any(one.fields.get("file") == file and one.fields.get("defined") for one in graph.of_kind("config_key"))
