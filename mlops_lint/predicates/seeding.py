"""Which draws of random numbers a seed reaches, from where the code is run."""

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Location, Related
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.seed_calls import callers, seeds

# A file that imports none of these makes names and waits by chance, not data.
_NUMERIC = frozenset(
    "PIL albumentations cudf cv2 cupy dask datasets gym gymnasium imgaug jax keras librosa lightning mxnet networkx "
    "nltk numpy pandas polars pyspark pytorch_lightning scipy skimage sklearn spacy tensorflow tf_keras tokenizers "
    "torch torchaudio torchvision transformers xgboost".split()
)


@predicate
def globally_seeded(node: Node, graph: Graph) -> bool | None:
    """Every run of this code seeds the global generator that the call draws from."""
    generator = node.fields.get("generator")
    if not isinstance(generator, str):
        return None
    runners = _runs(node, graph) or callers(node, graph)
    answers = [seeds(runner, generator, graph, node) for runner in runners]
    if answers and all(answers):
        return True
    return None if None in answers else False


@predicate
def models(node: Node, graph: Graph) -> bool:
    """Some run of this code trains, splits data or fits."""
    return any(one.modelling for runner in _runs(node, graph) for one in graph.reached(runner))


@predicate
def feeds_model(draw: Node, graph: Graph) -> bool:
    """Some run of the project's own models, and does so, or writes data, after this draw where an order can be seen."""
    for runner in _runs(draw, graph):
        if runner.own:
            reached = graph.reached(runner)
            models = any(one.modelling for one in reached)
            steps = [one for one in reached if one.modelling or one.kind == "write"]
            if models and _may_feed(draw, steps, graph):
                return True
    return False


@predicate
def first_draw(draw: Node, graph: Graph) -> bool:
    """The first in its function, or module body, that draws from its generator without a seed."""
    generator = draw.fields.get("generator")
    for body in graph.linked(draw, "within"):
        for one in graph.linked(body, "holds"):
            if generator in _generators(one) and one.kind == "random_call" and one.location < draw.location:
                return False
    return True


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
    return any(one.own for one in _runs(node, graph))


@predicate
def draws(node: Node, graph: Graph) -> bool:
    """A run of this draws from a global generator."""
    return bool(_draws(node, graph))


@predicate
def seeds_all(node: Node, graph: Graph) -> Answer:
    """A run of this seeds every global generator that it draws from."""
    needed = _draws(node, graph)
    answers = {one: seeds(node, one, graph, needed[one]) for one in sorted(needed)}
    missing = [generator for generator, answer in answers.items() if answer is False]
    if missing:
        related = tuple(
            Related(needed[one].location, f"draws from the generator of {one}: {needed[one].name}") for one in missing
        )
        return Answer(False, ", ".join(missing), related)
    return Answer(None if None in answers.values() else True)


def _draws(node: Node, graph: Graph) -> dict[str, Node]:
    """Generator -> the first place, in the file of the run before others, that draws from it without a seed."""
    reached = graph.reached(node)
    trainings = [one for one in reached if one.kind == "training"]
    found: dict[str, Node] = {}
    for one in sorted(reached, key=lambda one: (one.location.path != node.location.path, one.location)):
        for name in _generators(one):
            if name not in found and (one.kind == "training" or _may_feed(one, trainings, graph)):
                found[name] = one
    return found


def _generators(node: Node) -> tuple[str, ...]:
    """The global generators that a call draws from without a seed of its own."""
    fields = node.fields
    if node.kind == "training":
        draws = fields.get("draws")
        return draws if isinstance(draws, tuple) else ()
    if node.kind == "random_call" and fields.get("fresh") is False and fields.get("seed", "") is None:
        generator = fields.get("generator")
        return (generator,) if isinstance(generator, str) else ()
    return ()


def _may_feed(draw: Node, steps: list[Node], graph: Graph) -> bool:
    """Whether what is drawn may get into one of these steps: not if all of them precede it in the same body."""
    if draw.fields.get("generator") == "python" and not _computes(draw, graph):
        return False
    body = graph.linked(draw, "within")
    return any(_ends_after(step.location, draw.location) or graph.linked(step, "within") != body for step in steps)


def _ends_after(one: Location, other: Location) -> bool:
    """A call that another is an argument of ends after it."""
    return (one.path, one.end_line, one.end_column) > (other.path, other.line, other.column)


def _computes(draw: Node, graph: Graph) -> bool:
    """Whether the file of a draw, or one that calls the function it stands in, works with numbers."""
    bodies = graph.linked(draw, "within")
    callers = [caller for body in bodies for caller in graph.linked(body, "called_by")]
    return any(
        one.fields.get("top") in _NUMERIC
        for body in (*bodies, *callers)
        for module in _modules(body, graph)
        for one in graph.linked(module, "holds")
    )


def _modules(body: Node, graph: Graph) -> list[Node]:
    """A body with the function and module bodies around it."""
    name, found = body.id.rpartition(".")[0], [body]
    while name:
        found.extend(graph.nodes[id] for id in (name, f"{name}.<module>") if id in graph.nodes)
        name = name.rpartition(".")[0]
    return found


def _runs(node: Node, graph: Graph) -> list[Node]:
    return [one for one in graph.runners(node) if one.kind in ("entry_point", "task") and one.context != "test"]
