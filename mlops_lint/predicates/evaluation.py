"""Whether a model is measured, and on rows that it has not seen."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate


@predicate
def held_out(training: Node, graph: Graph) -> bool | None:
    """A model is measured on rows that it was not fitted on; None where some other file may do so."""
    if training.fields.get("held_out") is not False:
        return True if training.fields.get("held_out") else None
    if training.fields.get("test_rows_seen") is True:
        return False
    # It was measured on its own rows, to compare, where something else is measured on others.
    path = training.location.path
    kept = any(model.location.path == path for model in graph.of_kind("model")) or _is_imported(training, graph)
    others = [one for one in graph.of_kind("evaluation") if one.own and one.fields.get("on") != "train"]
    return None if any(kept or one.location.path == path for one in others) else False


def _is_imported(node: Node, graph: Graph) -> bool:
    """Whether other files use what stands in this one."""
    modules = [one for one in graph.of_kind("module") if one.location.path == node.location.path]
    return any(graph.linked(one, "imported_by") for one in modules)
