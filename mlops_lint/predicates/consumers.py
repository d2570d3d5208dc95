"""Who uses what the repository publishes, as far as its code shows."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import predicate

_USERS = ("read", "model_load", "task", "service", "deployment")


@predicate
def consumes(consumer: Node, graph: Graph) -> bool | None:
    """A declared consumer uses what it declares; one outside the repository cannot be seen."""
    if graph.linked(consumer, "consumes"):
        return True
    by, of = str(consumer.fields["by"]).rstrip("/"), str(consumer.fields["of"])
    users = [one for kind in _USERS for one in graph.of_kind(kind) if _belongs(one, by, graph)]
    used = {data.id for one in users for role in ("reads", "loads", "serves") for data in graph.linked(one, role)}
    if any(id == of or id.partition(":")[2] == of for id in used):
        return True
    if not users and not graph.paths.below(by) and by not in graph.paths.files:
        return None
    # Data or a model whose name is not known may be it.
    open_ = any(one.kind in ("read", "model_load") and "uri" not in one.fields for one in users)
    return None if open_ else False


def _belongs(node: Node, by: str, graph: Graph) -> bool:
    path = node.location.path
    if path == by or path.startswith(f"{by}/"):
        return True
    return any(one.name == by for one in graph.linked(node, "part_of"))
