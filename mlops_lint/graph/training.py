"""Which reads bring in what a model is trained on."""

import re

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# Tables about tables.
_CATALOGUE = re.compile(
    r"(?i)^table:(?:(?:information_schema|system_schema|pg_catalog|sys)\.|sqlite_(?:master|schema)$)"
)


def trains(reader: Node, graph: Graph, downloads: bool = True) -> bool:
    """Says whether a call or a task that reads data is run together with, or before, a training.

    What is downloaded from a hub by its name is left out: there the download itself says the revision. Of `downloads`
    it is seen who reads the files that they leave.
    """
    if reader.kind == "read":
        fields = reader.fields
        if fields.get("data") is not True or fields.get("hub") is True or fields.get("trained") is False:
            return False
        if _CATALOGUE.match(str(fields.get("uri", ""))) or (downloads and _kept_idle(reader, graph)):
            return False
        runs = [*graph.runners(reader), reader]
    elif reader.kind == "task":
        runs = [reader]
    else:
        return False
    return any(
        run.own and any(graph.reach(one, "training") for one in (run, *graph.follow(run, ("depended_on_by",))))
        for run in runs
    )


def _kept_idle(download: Node, graph: Graph) -> bool:
    """Whether a call reads data into a file, and those who read that file train on none of it."""
    at = [one for body in graph.linked(download, "within") for one in graph.linked(body, "holds")]
    copies = [one for one in at if one.kind == "write" and one.location == download.location]
    readers = [
        reader for one in copies for data in graph.linked(one, "writes") for reader in graph.linked(data, "read_by")
    ]
    known = [one for one in readers if one.kind == "read" and one.fields.get("data") is True]
    return bool(known) and len(known) == len(readers) and not any(trains(one, graph, False) for one in known)


def place(graph: Graph) -> None:
    """Gives each dataset that no file defines and nothing writes the place where a training reads it."""
    for dataset in graph.of_kind("dataset"):
        readers = sorted(graph.linked(dataset, "read_by"), key=lambda one: (one.location, one.id))
        implied = any(dataset.location == one.location for one in readers if one.kind != "task")
        if implied and not graph.linked(dataset, "written_by"):
            own = [reader for reader in readers if reader.own]
            best = next((reader for reader in own if trains(reader, graph)), own[0] if own else None)
            if best is not None:
                graph.move(dataset, best.location)
