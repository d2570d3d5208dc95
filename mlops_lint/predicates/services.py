"""Whether a service that predicts comes packed with what it needs, and whether anybody tells it how right it was."""

import posixpath
import re

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.programs import program
from mlops_lint.predicates.models import serves_model
from mlops_lint.predicates.operated import operated
from mlops_lint.predicates.registry import predicate

# Files that say how a program is packed, or that its platform packs it.
_PACKS = re.compile(
    r"(?i)^(?:.*dockerfile.*|containerfile.*|.*\.dockerfile|bentofile\.ya?ml|cog\.ya?ml|mlmodel|.*\.mar|skaffold\.ya?ml|"
    r"mlproject|.*\.nix)$"
)
_PLATFORM_PACKS = re.compile(
    r"(?i)^(?:procfile|app\.ya?ml|render\.ya?ml|fly\.toml|railway\.(?:json|toml)|vercel\.json|nixpacks\.toml|"
    r"project\.toml|runtime\.txt|apprunner\.ya?ml|serverless\.ya?ml|template\.ya?ml|samconfig\.toml|chalicelib|"
    r"zappa_settings\.json|setup\.py|setup\.cfg|databricks\.ya?ml|buildspec\.ya?ml|cloudbuild\.ya?ml|azure-pipelines.*|"
    r"jenkinsfile|.*\.spec|environment\.ya?ml|conda\.ya?ml|.*\.tf|.*\.bicep|docker-bake\.hcl|modelcar.*)$"
)
_PACKAGE = re.compile(r"(?i)docker|container|packag|deploy|build")
_FEEDBACK = re.compile(
    r"(?i)feed_?back|ground_?truth|thumbs?_?(?:up|down)|outcomes?\b|actuals?\b|true_?label|correct(?:ion|ed_label)|"
    r"human_?(?:label|review)|annotat|user_?rating|relabel|report_(?:wrong|error|prediction)"
)
_PERHAPS = frozenset({"monitoring", "drift"})
_STATUS = re.compile(
    r"(?i)(?:^|/)(?:health\w*|ready|readiness|live|liveness|livez|readyz|metrics|status|version|ping|docs)/?$"
)
# What is forecast is measured later by what measured it before; a record that may be changed holds what came true;
# for a vector or a text nothing comes true.
_FOLLOWS = re.compile(r"(?i)forecast|(?:^|/)(?:update|ingest|sync|refresh|generate|chat|completions?|embed\w*)\b")
_CHANGES = re.compile(r"(?i)^(?:put|patch|update|edit)_(?!.*(?:user|profile|account|password|model|config|setting))")
_NOTHING_TRUE = re.compile(r"SentenceTransformer|Embedding|ForCausalLM|llama_cpp|Ollama|DiffusionPipeline|vllm\.LLM")


@predicate
def answers_programs(service: Node, graph: Graph) -> bool:
    """A service of the project's own predicts for programs that call it, not only on pages for people."""
    if not operated(service, graph) or not serves_model(service, graph):
        return False
    files = {service.location.path, *_imported(service, graph)}
    return any(one.location.path in files and _asks(one) for one in graph.of_kind("endpoint"))


def _asks(endpoint: Node) -> bool:
    """Whether a program may ask an endpoint for a prediction: of its health it asks by sending nothing."""
    fields = endpoint.fields
    told = fields.get("takes_input") is False or _STATUS.search(str(fields.get("route", "")))
    return fields.get("page") is not True and not told


@predicate
def first_service(service: Node, graph: Graph) -> bool:
    """No other service of the project that answers programs stands before it."""
    every = (one for one in graph.of_kind("service") if answers_programs(one, graph))
    first = min(every, key=lambda one: (one.location, one.id), default=None)
    return first is not None and first.id == service.id


@predicate
def packaged(service: Node, graph: Graph) -> bool | None:
    """A service is packed with its environment: by an image, by its framework, or by the format of its model."""
    if service.fields.get("packaged") is True or graph.linked(service, "deployed_by"):
        return True
    # Some are packed where they are deployed.
    beside = graph.in_file(service.location.path, "service")
    if any("packaged" in one.fields and one.fields["packaged"] is None for one in beside):
        return None
    folder = posixpath.dirname(service.location.path)
    files = graph.paths.files
    packs = [path for path in files if _PACKS.match(posixpath.basename(path))]
    above = {"", *(folder[: at.start()] for at in re.finditer("/", folder)), folder}
    if any(posixpath.dirname(path) in above or (folder and path.startswith(f"{folder}/")) for path in packs):
        return True
    # A module of a distribution is installed with what it needs.
    if "pyproject.toml" in files and f"{folder}/__init__.py" in files:
        return None
    # An image may be built from a folder of its own, or a tool or a platform packs the program.
    if packs or any(_PLATFORM_PACKS.match(posixpath.basename(path)) for path in files):
        return None
    uses = {one.fields.get("purpose") for one in graph.of_kind("use") if one.context != "test"}
    return None if uses & {"image-build", "image-set"} or _has_scripts(graph) else False


def _has_scripts(graph: Graph) -> bool:
    return any(path.endswith((".toml", ".sh")) and _PACKAGE.search(path) for path in graph.paths.files)


@predicate
def learns_outcomes(service: Node, graph: Graph) -> bool | None:
    """Something takes in what came true of predictions: a route for feedback, or a tool for labels."""
    uses = [one for one in graph.of_kind("use") if one.context != "test"]
    if any(one.fields.get("purpose") == "feedback" for one in uses):
        return True
    routes = [f"{one.fields.get('route', '')} {one.name}" for one in graph.of_kind("endpoint") if one.context != "test"]
    if any(_FEEDBACK.search(route) for route in routes):
        return True
    named = [one.name for kind in ("function", "dataset", "monitor") for one in graph.of_kind(kind)]
    if any(_FEEDBACK.search(name) for name in (*named, *graph.paths.files)):
        return None
    endpoints = [one for one in graph.of_kind("endpoint") if one.context != "test"]
    # What is sent to be trained on has labels.
    taught = any(one.fields.get("takes_input") is True and graph.reach(one, "training") for one in endpoints)
    changed = any(_CHANGES.search(one.name) for one in endpoints)
    if changed or taught or any(_FOLLOWS.search(route) for route in routes) or _made_up(service, graph):
        return None
    # What watches predictions may well be told what came true.
    watched = any(one.fields.get("purpose") in _PERHAPS for one in uses) or bool(graph.of_kind("monitor"))
    # What a platform hosts is called by whoever also learns what came of it.
    hosted = any(one.fields.get("hosted") is True for one in graph.in_file(service.location.path, "endpoint"))
    return None if watched or hosted or not service.own else False


def _made_up(service: Node, graph: Graph) -> bool:
    """Whether all models of a service make vectors, texts or pictures."""
    loads = [one for one in program(service, graph) if one.kind == "model_load"]
    return bool(loads) and all(_NOTHING_TRUE.search(one.name) for one in loads)


def _imported(service: Node, graph: Graph) -> set[str]:
    bodies = graph.bodies(service.location.path)
    return {one.location.path for body in bodies for one in graph.linked(body, "imports")}
