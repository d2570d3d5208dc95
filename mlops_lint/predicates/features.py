"""Features that a feature store is told of, and who takes them."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate


@predicate
def feature_taken(feature: Node, graph: Graph) -> bool | None:
    """A service, a request or another view takes this feature; None where what is taken is not all seen."""
    taken = {use.name for use in graph.of_kind("use") if use.fields.get("purpose") == "feature"}
    if taken & _names(feature):
        return True
    # Where nothing of the store is taken here, whoever takes it is elsewhere.
    if "*" in taken or not any(taken & _names(one) for one in graph.of_kind("feature")):
        return None
    return False


def _names(feature: Node) -> set[str]:
    """What stands where this feature is taken: itself, or the view that it belongs to."""
    field, fields = feature.name.partition(":")[2], feature.fields
    return {feature.name, f"{fields.get('view')}:*", f"{fields.get('variable')}:*", f"{fields.get('variable')}:{field}"}
