"""Stages to the order in which DVC runs them: a stage waits for those whose outputs overlap what it depends on.

Source: dvc 3.67.1, `dvc/repo/graph.py` (`build_graph`): an output that is, holds or lies in the dependency.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice

from mlops_lint.extract.dvc.stages import Contents

# In one file; a hostile one can have each of its stages wait for each. Real ones have tens.
_MOST = 20_000


def order(stages: Iterable[Contents]) -> dict[str, tuple[str, ...]]:
    """Gives for the symbol of each stage those of the stages that it waits for."""
    known = list(stages)
    makers: dict[str, list[str]] = {}
    for stage in known:
        for output in stage.outputs:
            makers.setdefault(output.place.path, []).append(stage.symbol)
    paths = sorted(makers)
    found: dict[str, tuple[str, ...]] = {}
    room = _MOST
    for stage in known:
        overlapping = (maker for wanted in stage.waits_for for path in _overlapping(wanted, paths, makers)
                       for maker in makers[path])  # fmt: skip
        found[stage.symbol] = tuple(dict.fromkeys(islice(overlapping, room)))
        room -= len(found[stage.symbol])
    return found


def _overlapping(wanted: str, paths: list[str], makers: dict[str, list[str]]) -> Iterable[str]:
    parts = wanted.split("/")
    above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    yield from (path for path in above if path in makers)
    below = f"{wanted}/"
    start = bisect_left(paths, below)
    while start < len(paths) and paths[start].startswith(below):
        yield paths[start]
        start += 1
