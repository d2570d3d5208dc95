"""A view of the graph to places on a page: columns in the direction in which data flows.

Source: Sugiyama, Tagawa, Toda, Methods for Visual Understanding of Hierarchical System Structures (1981):
layers, then an order in each with few crossings by barycentres, then places.
"""

from collections import defaultdict
from itertools import pairwise

from msgspec import Struct

from mlops_lint.graph.view import View

WIDTH, HEIGHT = 200, 36
"""Of a box, in pixels."""
_ACROSS, _DOWN, _BETWEEN = 280, 52, 40
"""From column to column, from box to box, and between parts that nothing connects."""
_SWEEPS = 6
# Rows between two of which one is only an edge that passes.
_NARROW = 0.55
# Along these an edge points against the flow: who reads comes after what is read.
_BACKWARDS = frozenset("reads loads depends_on uses consumes requests serves watches part_of inside".split())

Edges = dict[str, list[str]]


class Placed(Struct, frozen=True):
    """Where each box stands, its upper left corner, and how large the picture is."""

    at: dict[str, tuple[int, int]]
    ways: dict[tuple[str, str], tuple[tuple[int, int], ...]]
    """What an edge goes through in columns between its ends, in the direction of the flow: left end and height."""
    width: int
    height: int


def flow(source: str, role: str, target: str) -> tuple[str, str]:
    """Gives the two ends of an edge, what comes first in the flow of data first."""
    return (target, source) if role in _BACKWARDS else (source, target)


def placed(view: View) -> Placed:
    """Gives the places; parts that nothing connects stand below one another, the largest first."""
    after: Edges = defaultdict(list)
    for edge in view.edges:
        first, second = flow(*edge)
        if second not in after[first]:
            after[first].append(second)
    at: dict[str, tuple[int, int]] = {}
    ways: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}
    top = columns = 0
    for part in _parts([node.id for node in view.nodes], after):
        rows, bridges = _rows(part, {id: after.get(id, []) for id in part})
        places = {id: (column * _ACROSS, top + round(row * _DOWN)) for id, (column, row) in rows.items()}
        at |= {id: places[id] for id in part}
        for (left, right), points in bridges.items():
            way = tuple((places[point][0], places[point][1] + HEIGHT // 2) for point in points)
            ways[left, right], ways[right, left] = way, way[::-1]
        top += round(max(row for _, row in rows.values()) * _DOWN) + _DOWN + _BETWEEN
        columns = max(columns, *(column for column, _ in rows.values()))
    return Placed(at, ways, columns * _ACROSS + WIDTH, max(top - _BETWEEN, HEIGHT))


def _parts(ids: list[str], after: Edges) -> list[list[str]]:
    beside: dict[str, set[str]] = defaultdict(set)
    for id, others in after.items():
        for other in others:
            beside[id].add(other)
            beside[other].add(id)
    parts, seen = [], set[str]()
    for start in ids:
        part, wanted = [], [start]
        while wanted:
            id = wanted.pop()
            if id not in seen:
                seen.add(id)
                part.append(id)
                wanted += sorted(beside[id] - seen, reverse=True)
        if part:
            parts.append(sorted(part, key=ids.index))
    return sorted(parts, key=len, reverse=True)


def _rows(ids: list[str], after: Edges) -> tuple[dict[str, tuple[int, float]], dict[tuple[str, str], list[str]]]:
    """Each id -> its column and its row, the first row 0; and each edge that crosses columns -> its points there."""
    after = _without_cycles(ids, after)
    whole, column, bridges = _bridged(after, _columns(ids, after))
    columns: list[list[str]] = [[] for _ in range(max(column.values()) + 1)]
    for id in column:
        columns[column[id]].append(id)
    before: Edges = defaultdict(list)
    for id, others in whole.items():
        for other in others:
            before[other].append(id)
    for _ in range(_SWEEPS):
        for left, here in pairwise(columns):
            _order(here, left, before)
        for here, right in reversed(list(pairwise(columns))):
            _order(here, right, whole)
    row = {id: float(place) for here in columns for place, id in enumerate(here)}
    boxes = frozenset(ids)
    for _ in range(_SWEEPS):
        for here in columns:
            _settle(here, row, before, boxes)
        for here in reversed(columns):
            _settle(here, row, whole, boxes)
    low = min(row.values())
    return {id: (column[id], row[id] - low) for id in row}, bridges


def _without_cycles(ids: list[str], after: Edges) -> Edges:
    """Turns round the edges that lead back to what is on the way."""
    done, onway = set[str](), set[str]()
    turned: Edges = {id: [] for id in ids}
    for start in ids:
        stack = [(start, iter(after[start]))] if start not in done else []
        onway |= {start} if stack else set()
        while stack:
            id, others = stack[-1]
            other = next(others, None)
            if other is None:
                onway.discard(id)
                done.add(id)
                stack.pop()
            elif other in onway:
                turned[other].append(id)
            else:
                turned[id].append(other)
                if other not in done:
                    onway.add(other)
                    stack.append((other, iter(after[other])))
    return turned


def _columns(ids: list[str], after: Edges) -> dict[str, int]:
    """Gives the length of the longest way to each; what nothing leads to stands just before what it leads to."""
    count = dict.fromkeys(ids, 0)
    for others in after.values():
        for other in others:
            count[other] += 1
    column, ready = dict.fromkeys(ids, 0), [id for id in ids if not count[id]]
    starts = set(ready)
    for id in ready:
        for other in after[id]:
            column[other] = max(column[other], column[id] + 1)
            count[other] -= 1
            if not count[other]:
                ready.append(other)
    for id in starts:
        if after[id]:
            column[id] = min(column[other] for other in after[id]) - 1
    return column


def _bridged(after: Edges, column: dict[str, int]) -> tuple[Edges, dict[str, int], dict[tuple[str, str], list[str]]]:
    """Puts a point into every column that an edge crosses, so that it is laid over no box."""
    whole, column = defaultdict[str, list[str]](list), dict(column)
    bridges: dict[tuple[str, str], list[str]] = {}
    for id, others in after.items():
        for other in others:
            points = [f"{id}\0{other}\0{between}" for between in range(column[id] + 1, column[other])]
            column |= {point: column[id] + 1 + index for index, point in enumerate(points)}
            for first, second in pairwise((id, *points, other)):
                whole[first].append(second)
            if points:
                bridges[id, other] = points
    return whole, column, bridges


def _order(here: list[str], there: list[str], beside: Edges) -> None:
    place = {id: index for index, id in enumerate(there)}
    own = {id: index for index, id in enumerate(here)}

    def middle(id: str) -> float:
        places = [place[other] for other in beside.get(id, ()) if other in place]
        return sum(places) / len(places) if places else own[id]

    here.sort(key=middle)


def _settle(here: list[str], row: dict[str, float], beside: Edges, boxes: frozenset[str]) -> None:
    """Moves each towards the middle of its neighbours, the order and the distance between any two kept."""
    offsets = [0.0]
    for first, second in pairwise(here):
        offsets.append(offsets[-1] + (1.0 if first in boxes and second in boxes else _NARROW))
    # Groups that want to overlap share the middle of what they want.
    groups: list[tuple[float, int]] = []
    for id, offset in zip(here, offsets, strict=True):
        rows = [row[other] for other in beside.get(id, ())]
        middle, size = (sum(rows) / len(rows) if rows else row[id]) - offset, 1
        while groups and groups[-1][0] > middle:
            other, members = groups.pop()
            middle, size = (middle * size + other * members) / (size + members), size + members
        groups.append((middle, size))
    starts = [middle for middle, size in groups for _ in range(size)]
    for id, start, offset in zip(here, starts, offsets, strict=True):
        row[id] = start + offset
