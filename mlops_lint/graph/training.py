"""Which reads bring in what a model is trained on."""

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

_OWN = ("source", "notebook")


def trains(reader: Node, graph: Graph) -> bool:
    """Says whether a call or a task that reads data is run together with, or before, a training.

    What is downloaded from a hub by its name is left out: there the download itself says the revision.
    """
    if reader.kind == "read":
        if reader.fields.get("data") is not True or reader.fields.get("hub") is True:
            return False
        runs = [*graph.runners(reader), reader]
    elif reader.kind == "task":
        runs = [reader]
    else:
        return False
    return any(
        run.context in _OWN
        and any(graph.reach(one, "training") for one in (run, *graph.follow(run, ("depended_on_by",))))
        for run in runs
    )


def place(graph: Graph) -> None:
    """Gives each dataset that no file defines and nothing writes the place where a training reads it."""
    for dataset in graph.of_kind("dataset"):
        readers = sorted(graph.linked(dataset, "read_by"), key=lambda one: (one.location, one.id))
        implied = any(dataset.location == one.location for one in readers if one.kind != "task")
        if implied and not graph.linked(dataset, "written_by"):
            own = [reader for reader in readers if reader.context in _OWN]
            best = next((reader for reader in own if trains(reader, graph)), own[0] if own else None)
            if best is not None:
                dataset.location = best.location
