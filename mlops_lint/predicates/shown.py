"""What the project as a whole shows: the first of some subjects as the evidence of a yes."""

from collections.abc import Iterable

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer


def shown(found: Iterable[Node]) -> Answer:
    """Gives yes with the first of these as evidence, or no where there is none."""
    first = min(found, key=lambda one: (one.location, one.id), default=None)
    if first is None:
        return Answer(False)
    # What a tool is used for says more than that it is.
    what = first.fields.get("purpose") if first.kind == "use" else first.kind.replace("_", " ")
    return Answer(True, f"{what} '{first.name}'" if first.name else str(what), at=first.location)


def first_yes(*answers: Answer) -> Answer:
    """Gives the first that says yes; else cannot tell where one cannot, else no."""
    yes = next((one for one in answers if one.value), None)
    return yes or Answer(None if any(one.value is None for one in answers) else False)


def own(graph: Graph, kind: str) -> list[Node]:
    """Gives the subjects of a kind in the project's own code; those in notebooks only where there are no others."""
    every = [one for one in graph.of_kind(kind) if one.own]
    return [one for one in every if one.context != "notebook"] or every


def uses(graph: Graph, *purposes: str) -> list[Node]:
    """Gives the uses of tools for some purposes in the project's own code."""
    return [one for one in graph.of_kind("use") if one.own and one.fields.get("purpose") in purposes]


def with_field(graph: Graph, kind: str, field: str, value: object = True) -> list[Node]:
    """Gives the subjects of a kind in the project's own code of which a field has a value."""
    return [one for one in graph.of_kind(kind) if one.own and one.fields.get(field) == value]


def holds(answer: bool | Answer | None) -> bool:
    """Says whether what a predicate says is a yes."""
    return answer.value is True if isinstance(answer, Answer) else answer is True


def texts(node: Node, field: str) -> tuple[str, ...]:
    """Gives the texts of a field; none where it is not known."""
    found = node.fields.get(field)
    return found if isinstance(found, tuple) else ()
