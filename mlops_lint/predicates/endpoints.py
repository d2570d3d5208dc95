"""What stands between a request and a prediction, and what is kept of both."""

import posixpath
import re

from mlops_lint.graph import Graph, Node
from mlops_lint.graph.programs import NO_MODELS, called
from mlops_lint.model import Related
from mlops_lint.predicates.registry import Answer, predicate

_RECORDS = frozenset({"prediction-log", "prediction-line", "audit-log"})
# They look at predictions, and may keep what they look at.
_LOOKS = frozenset({"monitoring", "drift"})
_PERHAPS = frozenset({"prediction-print", "tracking"})
_KEEPS = re.compile(
    r"(?i)log|save|store|record|track|insert|audit|persist|publish|write|history|monitor|send|emit|metric"
)
_VERSIONS = re.compile(r"(?i)version|run_?id|model_?info|metadata")
_CACHES = re.compile(r"(?i)cache|memo|singleton")
_STARTS = re.compile(r"(?i)^__init__$|^setup|^init|startup|lifespan|^initialize|^on_start")
# What makes, names or exchanges a model tries it, too.
_MANAGES = re.compile(r"(?i)(?:^|[/_ -])(?:re)?(?:train|register|deploy|promote|reload)(?:[/_ -]|$)")
_GUARDS = re.compile(
    r"(?i)auth(?:enticat|oriz|oris|_|$)|login|jwt|verify_?token|api_?key|permission|current_user|credential|security"
)
# Files that put something before a service, or say where it runs; what they say of access we do not read.
_INFRASTRUCTURE = re.compile(
    r"(?i)(?:^|/)(?:k8s|kubernetes|manifests|helm|charts?|terraform|infra(?:structure)?|cdk|cloudformation|istio|ingress|"
    r"gateway|conf\.d|nginx|traefik|caddy|envoy|kong|proxy|deploy(?:ment)?s?|bicep|pulumi)(?:/|[-_.][^/]*$)|"
    r"\.(?:tf|bicep)$|(?:^|/)(?:serverless|template|samconfig|app|fly|render|cloudbuild|bentofile|azure-pipelines)\.(?:ya?ml|toml)$|"
    r"(?:^|/)(?:Caddyfile|chalicelib|zappa_settings\.json|Jenkinsfile)$|(?:^|/)[^/]*nginx[^/]*\.conf|(?:deployment|service|ingress)\.ya?ml$"
)
_DEPLOYED = re.compile(
    r"(?i)(?:^|/)(?:Dockerfile[^/]*|[^/]*\.dockerfile|Procfile|[^/]*compose[^/]*\.ya?ml|gunicorn[^/]*|wsgi\.py|serve)$"
)


@predicate
def predicts(endpoint: Node, graph: Graph) -> bool:
    """The handler of an endpoint has a model predict, on something that it is sent: a health check may predict too."""
    manages = _MANAGES.search(f"{endpoint.name} {endpoint.fields.get('route', '')}") is not None
    if endpoint.fields.get("takes_input") is False or manages:
        return False
    return any(one.fields.get("purpose") == "prediction" for one in graph.reach(endpoint, "use"))


@predicate
def offered(endpoint: Node, graph: Graph) -> bool:
    """An endpoint is there for others: not only started on this machine, where nothing packs or deploys it."""
    near = [path for path in graph.paths.files if _is_near(path, endpoint)]
    return endpoint.fields.get("local") is not True or any(_DEPLOYED.search(path) for path in near)


@predicate
def access_controlled(endpoint: Node, graph: Graph) -> bool | None:
    """Something asks who calls an endpoint; None = something that we cannot read may."""
    secured = endpoint.fields.get("secured")
    if secured is not False:
        return True if secured is True else None
    # A form that everybody may fill in is not left open by mistake.
    if endpoint.fields.get("page") is True:
        return None
    if any(
        one.fields.get("purpose") == "access-control" and _is_near(one.location.path, endpoint)
        for one in graph.of_kind("use")
    ):
        return None
    asks = (one for one in graph.of_kind("function") if _GUARDS.search(one.name.rpartition(".")[2]) and one.own)
    if any(_is_near(one.location.path, endpoint) for one in asks):
        return None
    if any(_INFRASTRUCTURE.search(path) and _is_near(path, endpoint) for path in graph.paths.files):
        return None
    return False


def _is_near(path: str, endpoint: Node) -> bool:
    """Whether a file is of the same part of the repository: below its first folder, or of no part."""
    mine, slash, _ = endpoint.location.path.partition("/")
    other, below, _ = path.partition("/")
    shared = other.startswith(".") or bool(_INFRASTRUCTURE.search(f"{other}/"))
    return not below or not slash or shared or mine == other


@predicate
def predictions_recorded(endpoint: Node, graph: Graph) -> bool | None:
    """What goes into an endpoint and comes out of it is written down, in its code or by a tool of the repository."""
    reached = graph.reached(endpoint)
    purposes = {one.fields.get("purpose") for one in reached if one.kind == "use"}
    tools = {
        one.fields.get("purpose") for one in graph.of_kind("use") if one.own and _is_near(one.location.path, endpoint)
    }
    # A log of another service is no record of this one's.
    if purposes & _RECORDS or any(not _saves_model(one, graph) for one in _written(endpoint, graph)):
        return True
    if endpoint.fields.get("hosted") is True or purposes & _PERHAPS or (purposes | tools) & (_LOOKS | _RECORDS):
        return None
    return None if _sends_on(endpoint, reached, graph) else False


def _written(endpoint: Node, graph: Graph) -> list[Node]:
    """The writes in what a handler itself calls: a module that it imports may have others that it does not."""
    wanted = list(graph.linked(endpoint, "within"))
    seen = {one.id: one for one in wanted}
    while wanted:
        for one in called(wanted.pop(), graph):
            if one.id not in seen:
                seen[one.id] = one
                wanted.append(one)
    return [one for body in seen.values() for one in graph.linked(body, "holds") if one.kind == "write"]


def _saves_model(write: Node, graph: Graph) -> bool:
    """Whether a write stands in a function that saves a model, as `save` of a class that a handler has made."""
    beside = (one for body in graph.linked(write, "within") for one in graph.linked(body, "holds"))
    return any(one.kind == "model" for one in beside)


def _sends_on(endpoint: Node, reached: list[Node], graph: Graph) -> bool:
    """Whether a handler calls another service, or something that sounds as if it kept what it is given."""
    if any(one.kind == "http_call" for one in reached):
        return True
    bodies = [body for one in graph.linked(endpoint, "within") for body in (one, *graph.follow(one, ("calls",)))]
    names = [link.symbol for body in bodies for link in body.dangling if link.role == "calls"]
    return any(_KEEPS.search(name.rpartition(".")[2]) for name in (*names, *(body.name for body in bodies)))


@predicate
def version_told(endpoint: Node, graph: Graph) -> bool | None:
    """The response of an endpoint, or the record of it, names the version of the model."""
    if any(one.fields.get("purpose") == "model-version" for one in graph.reach(endpoint, "use")):
        return True
    # A platform says in a header which variant has answered; a route beside this one may say it of the service.
    beside = [one for one in graph.in_file(endpoint.location.path, "endpoint") if one.id != endpoint.id]
    return None if endpoint.fields.get("hosted") is True or any(_says_version(one, graph) for one in beside) else False


def _says_version(endpoint: Node, graph: Graph) -> bool:
    route = str(endpoint.fields.get("route", ""))
    held = [one for body in graph.linked(endpoint, "within") for one in graph.linked(body, "holds")]
    named = any(one.kind == "use" and one.fields.get("purpose") == "model-version" for one in held)
    return named or bool(_VERSIONS.search(route))


@predicate
def loaded_before(endpoint: Node, graph: Graph) -> Answer:
    """No model is loaded while an endpoint answers: its handler calls nothing that loads one anew."""
    loads = [one for one in _run_by(endpoint, graph) if one.kind == "model_load" and _is_model(one)]
    again = [one for one in loads if one.fields.get("once") is not True]
    if not again:
        return Answer(None if _makes_loader(endpoint, graph) else True)
    # A cache of the project's own is given what loads, and calls it once.
    if any(_CACHES.search(one.name.rpartition(".")[2]) for one in _bodies_run_by(endpoint, graph)):
        return Answer(None)
    related = tuple(Related(one.location, f"{one.name} is called for every request") for one in again)
    return Answer(False, again[0].name, related)


def _makes_loader(endpoint: Node, graph: Graph) -> bool:
    """Whether a handler names a class whose instances load a model when they are made: one, or one for each request."""
    handlers = graph.linked(endpoint, "within")
    classes = [one for body in handlers for one in graph.linked(body, "calls") if one.fields.get("what") == "class"]
    makers = [one for kind in classes for one in graph.linked(kind, "calls") if one.name.endswith(".__init__")]
    return any(one.kind == "model_load" and _is_model(one) for body in makers for one in graph.linked(body, "holds"))


def _is_model(load: Node) -> bool:
    return load.fields.get("library") not in NO_MODELS


def _run_by(endpoint: Node, graph: Graph) -> list[Node]:
    """All subjects in the functions that a handler calls: not in what its file does when it is imported."""
    return [one for body in _bodies_run_by(endpoint, graph) for one in graph.linked(body, "holds")]


def _bodies_run_by(endpoint: Node, graph: Graph) -> list[Node]:
    wanted = graph.linked(endpoint, "within")
    handlers = {one.id for one in wanted}
    named = endpoint.fields.get("calls")
    seen = {one.id: one for one in wanted}
    started = _started(endpoint.location.path, graph)
    while wanted:
        body = wanted.pop()
        # What a handler uses, as `predictor.predict`, links to what once made it, too.
        only = named if body.id in handlers and isinstance(named, tuple) else None
        for one in graph.linked(body, "calls") if _calls_again(body, handlers, graph) else ():
            last = one.name.rpartition(".")[2]
            if one.id in seen or one.id in started or one.fields.get("what") != "function":
                continue
            # The class of an instance is one by its own name.
            if only is None or last in only or last.startswith("__"):
                seen[one.id] = one
                wanted.append(one)
    return list(seen.values())


def _calls_again(body: Node, handlers: set[str], graph: Graph) -> bool:
    """Whether what a function calls is called as often as it is."""
    if body.id in handlers:
        return body.fields.get("what") == "function"
    held = graph.linked(body, "holds")
    once = any(one.kind == "use" and one.fields.get("purpose") == "kept-once" for one in held)
    return body.fields.get("what") == "function" and not once


def _started(path: str, graph: Graph) -> set[str]:
    """What a file calls when it, or an instance of its classes, starts: handlers use the result of `init()`."""
    starts = [one for one in graph.in_file(path, "function") if _STARTS.search(one.name.rpartition(".")[2])]
    return {one.id for body in (*starts, *graph.bodies(path)) for one in graph.linked(body, "calls")}


@predicate
def loads_models(endpoint: Node, graph: Graph) -> bool:
    """The program of an endpoint loads a model, in its own file, one that it imports, or in what it calls."""
    bodies = graph.in_file(endpoint.location.path, "function")
    found = [one for body in bodies for one in (*graph.linked(body, "holds"), *graph.reached(body))]
    return any(one.kind == "model_load" and _is_model(one) for one in found)


@predicate
def same_transforms(service: Node, graph: Graph) -> Answer:
    """Live data goes through what was fitted on the training data; None = no transformation is seen."""
    served = [
        one for one in graph.of_kind("endpoint") if one.own and _is_part(one, service, graph) and predicts(one, graph)
    ]
    reached = {one.id: one for endpoint in served for one in _run_by(endpoint, graph)}
    again = [
        one for one in reached.values() if one.kind == "transform" and str(one.fields.get("method")).startswith("fit")
    ]
    shared = _shared(served, graph)
    if again:
        related = tuple(Related(one.location, f"{one.name} learns from live data") for one in again)
        # A function that training calls, too, may fit there and only transform here.
        here = not any(body.id in shared for one in again for body in graph.linked(one, "within"))
        return Answer(False if here else None, again[0].name, related)
    if (
        shared
        or _loads_transform(served, graph)
        or any(one.kind == "use" and one.fields.get("purpose") == "feature-service" for one in reached.values())
    ):
        return Answer(True)
    return Answer(None)


def _is_part(endpoint: Node, service: Node, graph: Graph) -> bool:
    mine = service.location.path
    imported = {one.location.path for body in graph.bodies(mine) for one in graph.follow(body, ("imports",))}
    return endpoint.location.path == mine or endpoint.location.path in imported


def _loads_transform(served: list[Node], graph: Graph) -> bool:
    """Whether a handler calls `transform`, and its file loads more than the model: what was fitted is beside it."""
    for endpoint in served:
        named = endpoint.fields.get("calls")
        loads = [one for one in graph.in_file(endpoint.location.path, "model_load") if _is_model(one)]
        if isinstance(named, tuple) and "transform" in named and len(loads) > 1:
            return True
    return False


def _shared(served: list[Node], graph: Graph) -> set[str]:
    """The functions that both handlers and a run that trains call."""
    mine = {one.id for endpoint in served for body in graph.linked(endpoint, "within") for one in _called(body, graph)}
    trained = [body for one in graph.of_kind("training") if one.own for body in graph.linked(one, "within")]
    callers = [one for body in trained for one in (body, *graph.follow(body, ("called_by",)))]
    return {
        one.id
        for body in callers
        for one in _called(body, graph)
        if one.id in mine and posixpath.splitext(one.location.path)[1]
    }


def _called(body: Node, graph: Graph) -> list[Node]:
    return [one for one in graph.follow(body, ("calls",)) if one.fields.get("what") == "function"]
