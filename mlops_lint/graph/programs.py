"""A service to the code of its program, and whether this loads a model."""

import posixpath

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# What these load is data or settings, in formats that can hold code.
NO_MODELS = frozenset({"yaml", "pandas", "numpy"})
# These load objects of any sort: a model, where a service does it itself, or beside its code with a library for data.
_OBJECTS = frozenset({"pickle", "dill", "cloudpickle"})
_DATA = frozenset("numpy pandas polars pyarrow sklearn scipy torch tensorflow keras xgboost lightgbm catboost".split())


def serves(service: Node, graph: Graph) -> bool:
    """Says whether the program of a service loads a model."""
    return any(_is_model(one, service, graph) for one in program(service, graph) if one.kind == "model_load")


def program(service: Node, graph: Graph) -> list[Node]:
    """All subjects in the file of a service, in those that it imports, and in the functions that these call.

    Nobody calls a handler, which may stand in another file. Of a class that is only made somewhere no other method is
    taken: a large library reaches everything through its classes.
    """
    path = service.location.path
    own = graph.in_file(path, "function")
    files = {path, *(module.location.path for one in own for module in graph.linked(one, "imports"))}
    wanted = [one for file in sorted(files) for one in graph.in_file(file, "function")]
    seen = {one.id: one for one in wanted}
    while wanted:
        for one in called(wanted.pop(), graph):
            if one.id not in seen:
                seen[one.id] = one
                wanted.append(one)
    return [one for function in seen.values() for one in graph.linked(function, "holds")]


def called(function: Node, graph: Graph) -> list[Node]:
    """Gives what a function calls; of a class that it makes, what runs then and no other method."""
    found = graph.linked(function, "calls")
    if function.fields.get("what") == "class":
        return [one for one in found if one.name.endswith((".__init__", ".__new__", ".__post_init__"))]
    return found


def _is_model(load: Node, service: Node, graph: Graph) -> bool:
    library = load.fields.get("library")
    if library not in _OBJECTS:
        return library not in NO_MODELS
    path, served = load.location.path, service.location.path
    imported = {one.fields.get("top") for one in graph.in_file(path, "import")}
    beside = posixpath.dirname(path) == posixpath.dirname(served) and not imported.isdisjoint(_DATA)
    return path == served or beside
