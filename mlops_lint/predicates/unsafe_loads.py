"""Whether what is loaded may run code that somebody else put into the file."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate


@predicate
def loads_safely(load: Node, graph: Graph) -> Answer:
    """A load runs no code, or that of a file which is fixed, or which this machine has made itself."""
    fields = load.fields
    unsafe = fields.get("unsafe")
    if unsafe is False or fields.get("pinned") is True:
        return Answer(True)
    if unsafe is not True:
        return Answer(None)
    if fields.get("downloaded") is True or fields.get("local") is False:
        return Answer(False, "what it downloads")
    # What is asked for by a revision that we do not know may be fixed by it.
    if fields.get("given") is True and "revision" in fields:
        # Those of the repository that call it may name a file of their own.
        called = any(graph.linked(body, "called_by") for body in graph.linked(load, "within"))
        return Answer(None if called else False, "whatever file its caller names")
    return Answer(True if fields.get("local") is True and fields.get("given") is not True else None)
