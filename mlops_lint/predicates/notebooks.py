"""Whether a notebook can be run again as it stands."""

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate


@predicate
def installs_packages(notebook: Node, graph: Graph) -> bool:
    """A cell of the notebook installs packages by name."""
    return bool(_installed(notebook, graph))


@predicate
def installs_exactly(notebook: Node, graph: Graph) -> Answer:
    """All that the cells of the notebook install has one version."""
    installed = _installed(notebook, graph)
    loose = [one for one in installed if one.fields.get("pinned") is False]
    if loose:
        names = [f"{one.name}{one.fields.get('specifier') or ''}" for one in loose]
        more = "" if len(names) <= 3 else f" and {len(names) - 3} more"
        return Answer(False, ", ".join(names[:3]) + more, at=loose[0].location)
    return Answer(None if any("pinned" not in one.fields for one in installed) else True)


@predicate
def run_in_order(notebook: Node, graph: Graph) -> Answer:
    """The cells were run from the first to the last, and define names before they use them."""
    cells = sorted(graph.in_file(notebook.location.path, "cell"), key=lambda cell: int(str(cell.fields["number"])))
    for cell in cells:
        names = cell.fields.get("late")
        if isinstance(names, tuple) and names:
            return Answer(False, f"{cell.name} uses '{names[0]}', which only a cell below it defines", at=cell.location)
    before: Node | None = None
    for cell in cells:
        count = _count(cell)
        if count is None:
            continue
        if before is not None and count < (last := _count(before) or 0):
            detail = f"{cell.name} was run as number {count}, {before.name} above it as number {last}"
            return Answer(False, detail, (Related(before.location, f"run as number {last}"),), cell.location)
        before = cell
    return Answer(True if before is not None else None)


def _installed(notebook: Node, graph: Graph) -> list[Node]:
    found = graph.in_file(notebook.location.path, "dependency")
    return sorted((one for one in found if one.fields.get("group") == "notebook"), key=lambda one: one.location)


def _count(cell: Node) -> int | None:
    count = cell.fields.get("count")
    return count if isinstance(count, int) else None
