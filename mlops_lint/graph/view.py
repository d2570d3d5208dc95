"""A graph to the part of it that somebody wants to look at: some kinds, around some subjects, folded to fit a page."""

import posixpath
from collections import Counter, defaultdict, deque
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

# What a reader of a picture asks about; code and settings in between are seen through.
SHOWN = (
    "pipeline", "task", "entry_point", "notebook", "dataset", "feature_view", "model", "service", "endpoint",
    "deployment", "monitor", "alert", "consumer",
)  # fmt: skip
# Through what is not shown, one gets along these; code holds what stands in it.
_THROUGH = ("starts", "runs", "calls", "imports", "inherits", "holds", "uses", "triggers", "consumes", "builds")
# Where one gets to: the last step says what the whole way means.
_INTO = (
    "reads", "writes", "saves", "loads", "depends_on", "part_of", "inside", "serves", "deploys", "watches", "requests",
    "describes", *_THROUGH,
)  # fmt: skip


class Shown(Struct, frozen=True):
    """One node of a view: a subject, or several of one kind and folder that are folded into one."""

    id: str
    kind: str
    name: str
    path: str
    members: int = 1


class View(Struct, frozen=True):
    """What is drawn, in order; an edge is (source, role, target)."""

    nodes: tuple[Shown, ...]
    edges: tuple[tuple[str, str, str], ...]


def part(graph: Graph, kinds: Iterable[str], focus: Iterable[str], depth: int) -> tuple[set[str], list[str]]:
    """Gives the ids that are asked for, and the words of `focus` that name nothing.

    A focus is an id, a name or a path; it and what is at most `depth` edges away, against the edges too, is kept.
    """
    wanted = set(kinds)
    kept = {id for id, node in graph.nodes.items() if not wanted or node.kind in wanted}
    missing, near = list[str](), set[str]()
    for word in focus:
        starts = _named(graph, word)
        missing += [] if starts else [word]
        near |= _near(starts, _neighbours(graph, kept | starts), depth)
    return (kept & near | near if near else kept), missing


def ways(graph: Graph, kept: set[str]) -> list[tuple[str, str, str]]:
    """Gives (source, role, target) between those that are kept, also through what is not; the last role counts."""
    return sorted((source, role, target) for source, found in _ways(graph, kept).items() for role, target in found)


def folded(graph: Graph, edges: list[tuple[str, str, str]], most: int) -> View:
    """Gives the ends of the edges as at most about `most` nodes.

    Where there are more, those of one kind and folder become one, the fullest folders first.
    """
    named = _folders([graph.nodes[id] for id in sorted({id for one in edges for id in (one[0], one[2])})], most)
    count = Counter(shown.id for shown in named.values())
    nodes = {one.id: replace(one, members=count[one.id]) for one in named.values()}
    between = {(named[source].id, role, named[target].id) for source, role, target in edges}
    return View(tuple(nodes.values()), tuple(sorted(edge for edge in between if edge[0] != edge[2])))


def _shown(node: Node) -> Shown:
    return Shown(node.id, node.kind, node.name, node.location.path)


def _named(graph: Graph, word: str) -> set[str]:
    if word in graph.nodes:
        return {word}
    path = word.removeprefix("./")
    return {id for id, node in graph.nodes.items() if word == node.name or path == node.location.path}


def _neighbours(graph: Graph, kept: set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for source, ways in _ways(graph, kept).items():
        for _, target in ways:
            found[source].add(target)
            found[target].add(source)
    return found


def _near(starts: set[str], neighbours: dict[str, set[str]], depth: int) -> set[str]:
    near, edge = set(starts), set(starts)
    for _ in range(depth):
        edge = {one for id in edge for one in neighbours.get(id, ())} - near
        near |= edge
    return near


def _ways(graph: Graph, kept: set[str]) -> dict[str, set[tuple[str, str]]]:
    """Each that is kept -> (last role, next that is kept) along what is not."""
    found: dict[str, set[tuple[str, str]]] = {}
    for id in kept:
        ways, seen, wanted = set[tuple[str, str]](), {id}, deque([id])
        while wanted:
            at = graph.nodes[wanted.popleft()]
            for role in _INTO:
                for target in graph.linked(at, role):
                    if target.id in kept:
                        ways.add((role, target.id))
                    elif target.id not in seen:
                        seen.add(target.id)
                        wanted.append(target.id)
        found[id] = {way for way in ways if way[1] != id}
    return found


def _folders(nodes: list[Node], most: int) -> dict[str, Shown]:
    """Each id -> what it is drawn as: the deepest folders are folded first."""
    drawn = {node.id: _shown(node) for node in nodes}
    deepest = max((_folder(node).count("/") + 1 for node in nodes), default=0)
    for depth in range(deepest, -1, -1):
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for node in nodes:
            groups[node.kind, "/".join(_folder(node).split("/")[:depth])].append(node.id)
        for (kind, folder), members in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
            count = len({one.id for one in drawn.values()})
            if count <= most:
                return drawn
            if len(members) > 1:
                one = Shown(f"{kind}:{folder}/", kind, f"{folder or '.'}/", folder)
                drawn.update(dict.fromkeys(members, one))
    return drawn


def _folder(node: Node) -> str:
    """The folder of data is that of its path, of other things that of the file they stand in."""
    place = node.name if node.kind == "dataset" else node.location.path
    return posixpath.dirname(place)
