"""What is not in the repository, and may be there when it is needed."""

from mlops_lint.graph import Graph

_FILE = "file:"


def may_come(symbol: str, graph: Graph) -> bool:
    """Says whether code of the repository writes a file that nothing declares, or its pages tell people to bring it."""
    if not symbol.startswith(_FILE):
        return False
    path = symbol.removeprefix(_FILE)
    parts = path.split("/")
    around = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    written = (graph.nodes.get(f"dataset:{one}") for one in around)
    if any(one is not None and graph.linked(one, "written_by") for one in written):
        return True
    named = (one.name for one in graph.of_kind("use") if one.fields.get("purpose") == "data-file-named")
    return any(name.rpartition("/")[2] == parts[-1] for name in named)
