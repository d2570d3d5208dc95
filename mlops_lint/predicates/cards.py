"""Whether models are described for whoever uses them, and their versions compared before one follows another."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.practices import served
from mlops_lint.predicates.registry import predicate

_CARD = re.compile(r"(?i)model[-_ ]?(?:card|fact|description|report)|(?:^|/)cards?/")
_COMPARES = re.compile(
    r"(?i)compar|champion|challenger|promot|baseline|\bdiff|regress(?:ion)?_?(?:test|check)|best_?(?:run|model)|"
    r"leaderboard|sweep|hparams_?search|select_?model|validate_?model|should_?deploy|accuracy_?(?:gate|check)|(?:^|/)cml|dvc\.yaml$"
)


@predicate
def published(model: Node, graph: Graph) -> bool:
    """A model is registered under a name, or served by a service of the project's own."""
    named = model.fields.get("registered") is True and isinstance(model.fields.get("registry_name"), str)
    return named or served(model, graph) is True


@predicate
def described(_model: Node, graph: Graph) -> bool | None:
    """A model card, or what is called like one, stands in the repository."""
    if any(one.fields.get("purpose") == "model-card" and one.context != "test" for one in graph.of_kind("use")):
        return True
    if any(_CARD.search(path) for path in graph.paths.files):
        return True
    # What is pushed to a hub gets a card there, of which the code says little.
    hub = any(one.own and "push_to_hub" in one.name for one in graph.of_kind("model"))
    return None if hub else False


@predicate
def tracks_models(_project: Node, graph: Graph) -> bool:
    """The project's own runs record what they train."""
    return any(one.own and one.fields.get("purpose") == "tracking" for one in graph.of_kind("use"))


@predicate
def compared(_project: Node, graph: Graph) -> bool | None:
    """Recorded metrics of several models are read and compared; None = something is called as if it did."""
    if any(one.own and one.fields.get("purpose") == "comparison" for one in graph.of_kind("use")):
        return True
    names = (one.name.rpartition(".")[2] for one in graph.of_kind("function") if one.own)
    called = any(_COMPARES.search(name) for name in (*names, *graph.paths.files))
    tasks = any(_COMPARES.search(one.name) for one in graph.of_kind("task"))
    searched = any(
        one.own and one.fields.get("purpose") in ("search", "evaluation-gate") for one in graph.of_kind("use")
    )
    return None if called or tasks or searched else False
