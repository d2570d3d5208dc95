"""Whether what is seeded is repeated: by the kernels of a GPU, and in the workers that load data."""

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

# Of these libraries, kernels on a GPU differ from run to run unless they are told not to.
_ON_GPU = frozenset({"torch", "tensorflow"})


@predicate
def seeds_gpu_training(run: Node, graph: Graph) -> bool:
    """A run trains on a GPU and seeds the library that trains."""
    reached = graph.reached(run)
    trained = {one for training in reached if training.kind == "training" for one in _texts(training, "draws")}
    seeded = {one for call in reached if call.kind == "seed_call" for one in _texts(call, "generators")}
    gpu = any(one.kind == "use" and one.fields.get("purpose") == "gpu" for one in reached)
    return bool(_ON_GPU & trained & seeded) and (gpu or "cuda" in seeded)


@predicate
def deterministic(run: Node, graph: Graph) -> Answer:
    """A run states that its kernels are deterministic, and lets none of them differ."""
    stated = graph.reach(run, "determinism")
    off = [one for one in stated if one.fields.get("exact") is False]
    if off:
        related = tuple(Related(one.location, f"kernels may differ: {one.name}") for one in off)
        return Answer(False, f"lets kernels differ by {off[0].name}", related)
    if any(one.fields.get("exact") is True for one in stated):
        return Answer(True)
    return Answer(None) if stated else Answer(False, "does not ask for deterministic kernels")


@predicate
def seeds_workers(loader: Node, graph: Graph) -> bool:
    """Every run of this code seeds the worker processes of its loaders."""
    runs = [runner for runner in graph.runners(loader) if runner.own]
    return bool(runs) and all(
        any(call.fields.get("workers") is True for call in graph.reach(run, "seed_call")) for run in runs
    )


def _texts(node: Node, field: str) -> tuple[str, ...]:
    value = node.fields.get(field)
    return value if isinstance(value, tuple) else ()
