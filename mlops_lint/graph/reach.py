"""Who reaches what through calls: for every function the subjects in all code that it may run."""

from collections.abc import Callable, Iterator


class Closure:
    """The union, over everything reachable in a directed graph, of sets kept as the bits of an integer."""

    def __init__(self, following: Callable[[str], list[str]], own: dict[str, int]) -> None:
        self._following = following
        self._own = own
        self._masks: dict[str, int] = {}

    def mask(self, start: str) -> int:
        """Gives the bits of `start` and of all that it reaches."""
        if start not in self._masks:
            self._explore(start)
        return self._masks[start]

    def _explore(self, start: str) -> None:
        """Tarjan's strongly connected components, without recursion: call graphs are deeper than the stack."""
        index: dict[str, int] = {}
        low: dict[str, int] = {}
        stack: list[str] = []
        on_stack: set[str] = set()
        work: list[tuple[str, Iterator[str]]] = []

        def enter(node: str) -> None:
            index[node] = low[node] = len(index)
            stack.append(node)
            on_stack.add(node)
            work.append((node, iter(self._following(node))))

        enter(start)
        while work:
            node, following = work[-1]
            for after in following:
                if after in self._masks:
                    continue
                if after not in index:
                    enter(after)
                    break
                if after in on_stack:
                    low[node] = min(low[node], index[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    self._close(node, stack, on_stack)

    def _close(self, root: str, stack: list[str], on_stack: set[str]) -> None:
        members: list[str] = []
        while not members or members[-1] != root:
            member = stack.pop()
            on_stack.discard(member)
            members.append(member)
        mask = 0
        for member in members:
            mask |= self._own.get(member, 0)
            for after in self._following(member):
                mask |= self._masks.get(after, 0)
        for member in members:
            self._masks[member] = mask
