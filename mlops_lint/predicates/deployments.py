"""What a deployment of a model can stand: load, a bad version, a hanging container."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.operated import applied, for_others, on_machine, operated
from mlops_lint.predicates.registry import Answer, predicate

_TRIALS = frozenset(
    {"dev", "development", "test", "testing", "local", "ci", "example", "demo", "sample", "trial", "poc", "sandbox"}
)
_COUNTED = re.compile(r":v?\d{1,4}$")
_NAMES = {"ready": "readiness", "live": "liveness"}


@predicate
def model_deployment(deployment: Node, graph: Graph) -> bool:
    """A deployment of the project's own answers with a model, and not only for those who work on it."""
    trial = str(deployment.fields.get("environment")).lower() in _TRIALS
    serves = deployment.fields.get("serves_model") is True and not trial
    own = serves and operated(deployment, graph) is True and not for_others(deployment, graph)
    return own and applied(deployment, graph) and not on_machine(deployment, graph)


@predicate
def takes_back(deployment: Node, graph: Graph) -> Answer:
    """What ran before can be had again: its revisions are kept, and image and model are each of one version."""
    if any(one.fields.get("purpose") == "rollback" and one.context != "test" for one in graph.of_kind("use")):
        return Answer(True)
    fields = deployment.fields
    image = fields.get("image")
    # Whoever counts `v1`, `v2` by hand may well keep each as it is.
    if fields.get("image_pinned") is False and isinstance(image, str) and _COUNTED.search(image):
        return Answer(None)
    if fields.get("image_pinned") is False:
        return Answer(False, f"its image '{fields.get('image')}' may be another one tomorrow")
    if fields.get("model_pinned") is False:
        return Answer(False, f"its model '{fields.get('model_uri')}' may be another one tomorrow")
    if fields.get("reversible") is False:
        return Answer(False, "no earlier revision is kept")
    known = fields.get("reversible") is True and all(
        name in fields and fields[name] is not False for name in ("image_pinned", "model_pinned")
    )
    return Answer(True if known else None)


@predicate
def health_checked(deployment: Node, _graph: Graph) -> Answer:
    """A platform sees whether a deployment is ready for requests, and whether it still lives."""
    probes = deployment.fields.get("probes")
    if not isinstance(probes, tuple):
        return Answer(None)
    missing = [word for name, word in _NAMES.items() if name not in probes]
    return Answer(not missing, " and no ".join(missing))


@predicate
def bounded(deployment: Node, _graph: Graph) -> Answer:
    """A deployment says what its containers need and what they are held to."""
    answers = [(name, deployment.fields.get(name)) for name in ("requests", "limits")]
    missing = [name for name, found in answers if found == ()]
    if missing:
        return Answer(False, " and no ".join(missing))
    return Answer(True if all(isinstance(found, tuple) for _, found in answers) else None)
