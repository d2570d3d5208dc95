"""Personal data on its way into models and files."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate


@predicate
def holds_personal_data(dataset: Node, graph: Graph) -> bool:
    """Code of the project takes columns named like personal data from this, and trains or writes in the same run."""
    return any(_goes_on(read, graph) for read in _reads(dataset, graph))


@predicate
def personal_data_hidden(dataset: Node, graph: Graph) -> Answer:
    """Every read of this that takes such columns drops, hashes or masks them; None where some are left behind."""
    reads = [read for read in _reads(dataset, graph) if _goes_on(read, graph)]
    bare = [read for read in reads if read.fields.get("hidden") is False]
    columns = sorted({column for read in bare or reads for column in _columns(read)})
    known = all("hidden" in read.fields for read in reads)
    return Answer(False if bare else True if known else None, ", ".join(columns))


def _reads(dataset: Node, graph: Graph) -> list[Node]:
    return [read for read in graph.linked(dataset, "read_by") if read.kind == "read" and read.own and _columns(read)]


def _columns(read: Node) -> tuple[str, ...]:
    found = read.fields.get("personal")
    return found if isinstance(found, tuple) else ()


def _goes_on(read: Node, graph: Graph) -> bool:
    runs = graph.runners(read) or graph.bodies(read.location.path)
    return any(one.kind in ("training", "write") for run in runs for one in graph.reached(run))
