"""Which draws of random numbers a seed reaches, from where the code is run."""

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

# To draw for one of these is to draw for a model.
_MODELLING = frozenset({"training", "split", "estimator", "transform"})


@predicate
def globally_seeded(node: Node, graph: Graph) -> bool | None:
    """Every run of this code seeds the global generator that the call draws from."""
    generator = node.fields.get("generator")
    if not isinstance(generator, str):
        return None
    runners = _runs(node, graph)
    answers = [_seeds(runner, generator, graph) for runner in runners or _bodies(node, graph)]
    if answers and all(answers):
        return True
    return None if None in answers else False


@predicate
def models(node: Node, graph: Graph) -> bool:
    """Some run of this code trains, splits data or fits."""
    return any(one.kind in _MODELLING for runner in _runs(node, graph) for one in graph.reached(runner))


@predicate
def trains(node: Node, graph: Graph) -> bool:
    """A run of this trains a model."""
    return bool(graph.reach(node, "training"))


@predicate
def run_trains(node: Node, graph: Graph) -> bool:
    """Some run of this code trains a model."""
    return any(trains(runner, graph) for runner in _runs(node, graph))


@predicate
def is_run(node: Node, graph: Graph) -> bool:
    """A script, a notebook or a task of the project's own runs this code."""
    return any(one.context in ("source", "notebook") for one in _runs(node, graph))


@predicate
def draws(node: Node, graph: Graph) -> bool:
    """A run of this draws from a global generator."""
    return bool(_draws(node, graph))


@predicate
def seeds_all(node: Node, graph: Graph) -> Answer:
    """A run of this seeds every global generator that it draws from."""
    needed = _draws(node, graph)
    answers = {generator: _seeds(node, generator, graph) for generator in sorted(needed)}
    missing = [generator for generator, answer in answers.items() if answer is False]
    if missing:
        related = tuple(
            Related(needed[one].location, f"draws from the generator of {one}: {needed[one].name}") for one in missing
        )
        return Answer(False, ", ".join(missing), related)
    return Answer(None if None in answers.values() else True)


def _draws(node: Node, graph: Graph) -> dict[str, Node]:
    """Generator -> the first place that draws from it without a seed of its own."""
    found: dict[str, Node] = {}
    for one in sorted(graph.reached(node), key=lambda one: one.location):
        names = one.fields.get("draws") if one.kind == "training" else ()
        if one.kind == "random_call" and one.fields.get("fresh") is False and one.fields.get("seed", "") is None:
            generator = one.fields.get("generator")
            names = (generator,) if isinstance(generator, str) else ()
        for name in names if isinstance(names, tuple) else ():
            found.setdefault(name, one)
    return found


def _runs(node: Node, graph: Graph) -> list[Node]:
    return [one for one in graph.runners(node) if one.kind in ("entry_point", "task") and one.context != "test"]


def _bodies(node: Node, graph: Graph) -> list[Node]:
    """The body of the module that a subject stands in, which runs whoever uses it."""
    path = node.location.path
    return [
        one for one in graph.of_kind("function") if one.location.path == path and one.fields.get("what") == "module"
    ]


def _seeds(runner: Node, generator: str, graph: Graph) -> bool | None:
    for call in graph.reach(runner, "seed_call"):
        generators = call.fields.get("generators", ())
        if isinstance(generators, tuple) and generator in generators and call.fields.get("seed", "") is not None:
            return True
    return None if _may_seed_elsewhere(runner, graph) else False


def _may_seed_elsewhere(runner: Node, graph: Graph) -> bool:
    """A function that is called something with `seed` and that we cannot see."""
    functions = [runner, *graph.follow(runner, ("starts", "runs", "calls", "imports", "within"))]
    return any(
        link.role == "calls" and "seed" in link.symbol.lower() for function in functions for link in function.dangling
    )
