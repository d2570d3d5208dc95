"""Which seeding calls a run reaches before it draws."""

import re

from mlops_lint.graph import Graph, Node

# What functions are called that may seed: `seed_all`, `set_determinism`, `make_reproducible`, `fix_random`.
_SEEDS = re.compile(r"(?i)seed|determinis|reproduc|(set|fix|init)_(all_)?random")


def seeds(runner: Node, generator: str, graph: Graph, draw: Node | None = None) -> bool | None:
    """Says whether a run seeds a generator, and not only after a draw in the same function; None = cannot tell."""
    for call in graph.reach(runner, "seed_call"):
        generators = call.fields.get("generators", ())
        fixed = call.fields.get("seed", "") is not None and not (draw is not None and _too_late(call, draw, graph))
        if fixed and isinstance(generators, tuple) and generator in generators:
            return True
    return None if _may_seed_elsewhere(runner, graph) else False


def callers(node: Node, graph: Graph) -> list[Node]:
    """Gives the functions that nothing calls and that lead to the one a subject stands in, and its module's bodies."""
    within = graph.linked(node, "within")
    above = [*within, *(one for body in within for one in graph.follow(body, ("called_by",)))]
    return [one for one in above if not graph.linked(one, "called_by")] or graph.bodies(node.location.path)


def _too_late(call: Node, draw: Node, graph: Graph) -> bool:
    """Whether a seeding call stands behind a draw where both are run one after the other, or in another branch."""
    if call.location.path != draw.location.path:
        return False
    if _instead(call, draw):
        return True
    return call.location > draw.location and _sequence(call, graph) == _sequence(draw, graph)


def _instead(call: Node, draw: Node) -> bool:
    instead = call.fields.get("instead")
    blocks = [str(block).partition("-") for block in instead] if isinstance(instead, tuple) else []
    return any(int(first) <= draw.location.line <= int(last) for first, _, last in blocks)


def _sequence(node: Node, graph: Graph) -> set[str]:
    """The functions that a subject stands in; a main block is run behind its module body, as one with it."""
    return {body.id.removesuffix(".<module>").removesuffix(".<main>") for body in graph.linked(node, "within")}


def _may_seed_elsewhere(runner: Node, graph: Graph) -> bool:
    """A function that is called something with `seed`, or the like, and that we cannot see."""
    functions = [runner, *graph.follow(runner, ("starts", "runs", "calls", "imports", "within"))]
    return any(
        link.role == "calls" and _SEEDS.search(link.symbol) for function in functions for link in function.dangling
    )
