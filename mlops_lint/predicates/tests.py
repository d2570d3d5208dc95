"""Tests and what they draw by chance."""

import posixpath

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.seed_calls import seeds

# A plugin of pytest that seeds before every test, by being installed: https://pypi.org/project/pytest-randomly/
_PLUGIN = "pytest-randomly"
_PLUGIN_SEEDS = frozenset({"python", "numpy"})


@predicate
def test_draws(test: Node, graph: Graph) -> bool:
    """A test, or a fixture that it uses, draws random numbers or trains without a seed at the call itself."""
    return bool(_draws(test, graph))


@predicate
def test_seeds(test: Node, graph: Graph) -> Answer:
    """Whatever a test draws from is seeded: in it, in a fixture or a set-up, or by a plugin."""
    answers = {one.id: _seeded(one, generator, test, graph) for one, generator in _draws(test, graph)}
    bad = [graph.nodes[id] for id, answer in answers.items() if answer is False]
    if bad:
        return Answer(False, bad[0].name, tuple(Related(one.location, f"draws: {one.name}") for one in bad))
    return Answer(None if None in answers.values() else True)


def _draws(test: Node, graph: Graph) -> list[tuple[Node, str | None]]:
    """What feeds a demand of a test and has no seed, in its file or in fixtures; the generator, None = a fresh one."""
    places, feeds = _places(test, graph), _texts(test, "fed_by")
    found: dict[str, tuple[Node, str | None]] = {}
    for runner in (test, *_fixtures(test, graph)):
        for one in graph.reached(runner):
            generator = _generator(one)
            if generator is not None and one.location.path in places and _feeds(one, test, feeds, graph):
                found[one.id] = one, generator or None
    return list(found.values())


def _feeds(draw: Node, test: Node, feeds: frozenset[str], graph: Graph) -> bool:
    """Whether a draw stands on a line that feeds a demand, or in a function or fixture whose name does."""
    bodies = graph.linked(draw, "within")
    if any(_is_test(body) for body in bodies):
        return str(draw.location.line) in feeds and draw.location > test.location
    return any(not feeds.isdisjoint(body.id.split(".")[-2:]) for body in bodies)


def _generator(node: Node) -> str | None:
    """The global generator that a call draws from without a seed; empty = one of its own, None = it does not."""
    fields = node.fields
    if node.kind == "training":
        draws = fields.get("draws")
        return draws[0] if isinstance(draws, tuple) and draws else None
    random = {"random_call": True, "split": fields.get("shuffles"), "estimator": fields.get("random")}.get(node.kind)
    if random is not True or fields.get("seed", "") is not None:
        return None
    generator = fields.get("generator")
    return "" if fields.get("fresh") is True else generator if isinstance(generator, str) else None


def _seeded(draw: Node, generator: str | None, test: Node, graph: Graph) -> bool | None:
    if generator is None:
        return False
    answers = [seeds(test, generator, graph, draw)]
    for path in _places(test, graph):
        # What stands in no test of these files is a fixture, a set-up or the body of the module.
        for call in graph.in_file(path, "seed_call"):
            bodies = graph.linked(call, "within")
            generators = call.fields.get("generators")
            if isinstance(generators, tuple) and generator in generators and not any(map(_is_test, bodies)):
                answers.append(True)
    if generator in _PLUGIN_SEEDS and _plugged(graph):
        answers.append(True)
    return True if True in answers else answers[0]


def _is_test(body: Node) -> bool:
    return body.name.rpartition(".")[2].startswith("test")


def _plugged(graph: Graph) -> bool:
    return any(one.fields.get("distribution") == _PLUGIN for one in graph.of_kind("dependency"))


def _fixtures(test: Node, graph: Graph) -> list[Node]:
    wanted = _texts(test, "fixtures")
    return [
        one
        for path in _places(test, graph)
        for one in graph.in_file(path, "function")
        if one.name.rpartition(".")[2] in wanted
    ]


def _texts(node: Node, field: str) -> frozenset[str]:
    value = node.fields.get(field)
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _places(test: Node, graph: Graph) -> list[str]:
    """The file of a test, and each `conftest.py` in the folders above it."""
    found, folder = [test.location.path], posixpath.dirname(test.location.path)
    while True:
        path = posixpath.join(folder, "conftest.py")
        if path in graph.paths.files:
            found.append(path)
        if not folder:
            return found
        folder = posixpath.dirname(folder)
