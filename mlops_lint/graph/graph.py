"""The dependency graph of a repository, with the words of the rule language."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from mlops_lint.graph.nodes import Node
from mlops_lint.graph.paths import Paths
from mlops_lint.graph.reach import Closure
from mlops_lint.model import Location
from mlops_lint.roles import ROLES

# Along these, code runs other code.
_CODE = ("starts", "runs", "calls", "imports")
# A function that a class inherits from may be run by it too.
_INHERITED = ("inherits",)
_INVERSE = {inverse: role for role, (inverse, _) in ROLES.items()}


class Graph:
    """Nodes by id, and edges by role in both directions."""

    def __init__(self, nodes: Iterable[Node], paths: Paths) -> None:
        self.nodes: dict[str, Node] = {node.id: node for node in nodes}
        self.paths = paths
        self._edges: dict[str, dict[str, list[str]]] = {}
        self._kinds: dict[str, list[Node]] = {}
        self._closure: Closure | None = None
        self._bits: list[str] = []
        self._files: dict[tuple[str, str], list[Node]] = {}
        for node in list(self.nodes.values()):
            self.add(node)

    def add(self, node: Node) -> None:
        """Adds a node that follows from others."""
        self.nodes[node.id] = node
        self._kinds.setdefault(node.kind, []).append(node)
        self._files.setdefault((node.location.path, node.kind), []).append(node)

    def remove(self, node: Node) -> None:
        """Takes out a node with all its edges."""
        del self.nodes[node.id]
        self._kinds[node.kind].remove(node)
        self._files[node.location.path, node.kind].remove(node)
        for role, targets in self._edges.pop(node.id, {}).items():
            back = ROLES[role][0] if role in ROLES else _INVERSE[role]
            for target in targets:
                if target != node.id:
                    self._edges[target][back].remove(node.id)

    def move(self, node: Node, location: Location) -> None:
        """Says that a subject is best shown elsewhere."""
        self._files[node.location.path, node.kind].remove(node)
        node.location = location
        self._files.setdefault((location.path, node.kind), []).append(node)

    def connect(self, source: str, role: str, target: str) -> None:
        """Adds an edge and its inverse; twice is once."""
        forward = self._edges.setdefault(source, {}).setdefault(role, [])
        if target not in forward:
            forward.append(target)
            self._edges.setdefault(target, {}).setdefault(ROLES[role][0], []).append(source)

    def disconnect(self, source: str, role: str, target: str) -> None:
        """Takes out an edge and its inverse."""
        self._edges[source][role].remove(target)
        self._edges[target][ROLES[role][0]].remove(source)

    def of_kind(self, kind: str) -> list[Node]:
        """Gives all subjects of a kind, in order of their place in the repository."""
        return self._kinds.get(kind, [])

    def in_file(self, path: str, kind: str) -> list[Node]:
        """Gives the subjects of a kind that stand in one file."""
        return self._files.get((path, kind), [])

    def bodies(self, path: str) -> list[Node]:
        """Gives the body of the module in a file, and its main block, which run whoever uses it."""
        bodies = [one for one in self.in_file(path, "function") if one.fields.get("what") == "module"]
        # What a notebook writes as a file stands in the notebook too.
        return [one for one in bodies if ":ipynb" in one.name] if path.endswith(".ipynb") else bodies

    def linked(self, node: Node, role: str) -> list[Node]:
        """Gives what a subject links to by `role`, or, by the inverse of a role, what links to it."""
        return [self.nodes[target] for target in self._edges.get(node.id, {}).get(role, ())]

    def edges(self) -> Iterator[tuple[str, str, str]]:
        """Gives (source, role, target) of every edge, forwards only."""
        for source, roles in self._edges.items():
            for role, targets in roles.items():
                if role in ROLES:
                    for target in targets:
                        yield source, role, target

    def reach(self, node: Node, kind: str) -> list[Node]:
        """Gives the subjects of a kind in all code that a subject starts, runs, or stands in."""
        return [one for one in self.reached(node) if one.kind == kind]

    def reached(self, node: Node) -> list[Node]:
        """Gives all subjects in the code that a subject starts, runs, or stands in."""
        if self._closure is None:
            self._closure = self._closed()
        starts = [node.id, *self._edges.get(node.id, {}).get("within", ())]
        mask = 0
        for start in starts:
            mask |= self._closure.mask(start)
        found = []
        while mask:
            lowest = mask & -mask
            found.append(self.nodes[self._bits[lowest.bit_length() - 1]])
            mask ^= lowest
        return found

    def _closed(self) -> Closure:
        own: dict[str, int] = {}
        for id, roles in self._edges.items():
            for target in roles.get("within", ()):
                own[target] = own.get(target, 0) | 1 << len(self._bits)
                self._bits.append(id)
        return Closure(self._runs, own)

    def _runs(self, id: str) -> list[str]:
        roles = self._edges.get(id, {})
        return [target for role in (*_CODE, *_INHERITED) for target in roles.get(role, ())]

    def runners(self, node: Node, leave: Callable[[Node, Node], bool] | None = None) -> list[Node]:
        """Gives the entry points, tasks and tests from which the code that a subject stands in is run.

        What runs it over a step from one node to another for which `leave` is true is left out.
        """
        found: dict[str, Node] = {}
        seen = {node.id}
        wanted = deque([node.id, *self._edges.get(node.id, {}).get("within", ())])
        while wanted:
            id = wanted.popleft()
            roles = self._edges.get(id, {})
            for role in (*_CODE, *_INHERITED):
                for before in roles.get(ROLES[role][0], ()):
                    if before not in seen and not (leave and leave(self.nodes[before], self.nodes[id])):
                        seen.add(before)
                        wanted.append(before)
                        if role in ("starts", "runs") and self.nodes[before].kind != "file":
                            found[before] = self.nodes[before]
        return sorted(found.values(), key=lambda one: one.location)

    def follow(self, node: Node, roles: tuple[str, ...]) -> list[Node]:
        """Gives all that is reached along some roles (or their inverses), nearest first, without the start."""
        seen = {node.id: None}
        wanted = deque([node.id])
        while wanted:
            edges = self._edges.get(wanted.popleft(), {})
            for role in roles:
                for target in edges.get(role, ()):
                    if target not in seen:
                        seen[target] = None
                        wanted.append(target)
        return [self.nodes[id] for id in list(seen)[1:]]

    def same_data(self, dataset: Node) -> list[Node]:
        """Gives a dataset with all that lie in its folder and all folders that it lies in."""
        return [dataset, *self.follow(dataset, ("inside",)), *self.follow(dataset, ("contains",))]

    def cycle(self, members: list[Node], role: str) -> list[Node]:
        """Gives the nodes of one cycle among `members` along `role`, in order; empty where there is none."""
        import networkx as nx

        ids = {node.id for node in members}
        directed: nx.DiGraph[str] = nx.DiGraph()
        for node in members:
            for target in self._edges.get(node.id, {}).get(role, ()):
                if target in ids:
                    directed.add_edge(node.id, target)
        try:
            return [self.nodes[source] for source, _ in nx.find_cycle(directed)]
        except nx.NetworkXNoCycle:
            return []
