"""Whether what is seeded is repeated: by the kernels of a GPU, and in the workers that load data."""

from mlops_lint.graph import Graph, Node
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.shown import texts

# Of these libraries, kernels on a GPU differ from run to run unless they are told not to.
_ON_GPU = frozenset({"torch", "tensorflow"})


@predicate
def seeds_gpu_training(run: Node, graph: Graph) -> bool:
    """A run seeds the library that it trains with on a GPU, and what comes of it is measured or kept."""
    reached = graph.reached(run)
    trained = {one for training in reached if training.kind == "training" for one in texts(training, "draws")}
    calls = [call for call in reached if call.kind == "seed_call" and _of_run(call, run, graph)]
    seeded = {one for call in calls for one in texts(call, "generators")}
    gpu = any(one.kind == "use" and one.fields.get("purpose") == "gpu" for one in reached)
    return bool(_ON_GPU & trained & seeded) and (gpu or "cuda" in seeded) and _counts(run, graph)


def _of_run(call: Node, run: Node, graph: Graph) -> bool:
    """Whether a run itself seeds what it trains: in its file, or by a function that its file calls to do so."""
    path = run.location.path
    for body in graph.linked(call, "within"):
        helper = body.location.path != path
        if helper and (_method(body, graph) or graph.in_file(body.location.path, "entry_point")):
            # A trainer seeds for everybody; and what another run seeds is told of there.
            continue
        around = graph.linked(body, "called_by") if helper else [body]
        if any(_leads(one, graph) for one in around if one.location.path == path):
            return True
    return False


def _leads(body: Node, graph: Graph) -> bool:
    """Whether a body trains; that of a module seeds for all that follows."""
    return body.fields.get("what") == "module" or bool(graph.reach(body, "training"))


def _method(body: Node, graph: Graph) -> bool:
    around = graph.nodes.get(body.id.rpartition(".")[0])
    return around is not None and around.fields.get("what") == "class"


def _counts(run: Node, graph: Graph) -> bool:
    """Whether a run measures its model, keeps it or tracks it: what only shows its speed need not be repeated."""
    reached = graph.reached(run)
    trainings = [one for one in reached if one.kind == "training"]
    files = {run.location.path, *(one.location.path for one in trainings)}
    if any(one.fields.get("held_out") is True for one in trainings):
        return True
    measured = any(one.kind == "evaluation" and one.location.path in files for one in reached)
    return measured or any(one.kind == "model" or one.fields.get("purpose") == "tracking" for one in reached)


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
