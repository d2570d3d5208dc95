"""Calls over the network against the endpoints of the repository: who asks which service."""

import posixpath
import re
from urllib.parse import urlsplit

from mlops_lint.graph.deployed import names_of, plain
from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node

_HERE = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "::1", "host.docker.internal"})  # noqa: S104
_PARAMETER = re.compile(r"\{[^{}/]*\}|<[^<>/]*>")


def requested(graph: Graph) -> None:
    """Links endpoints to their service, and calls to the endpoint that they address; several that fit = unknown."""
    for endpoint in graph.of_kind("endpoint"):
        for service in _services(endpoint, graph):
            graph.connect(endpoint.id, "part_of", service.id)
    routes = [one for one in graph.of_kind("endpoint") if one.context != "test" and _route(one)]
    if not routes:
        return
    names = {one.id: _names(one, graph) for one in routes}
    for call in graph.of_kind("http_call"):
        uri = call.fields.get("uri")
        if isinstance(uri, str) and "://" in uri:
            found = _meant(uri, call, routes, names)
            if found is not None:
                graph.connect(call.id, "requests", found.id)


def _meant(uri: str, call: Node, routes: list[Node], names: dict[str, frozenset[str]]) -> Node | None:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return None
    fits = [one for one in routes if _takes(_route(one), parts.path) and one.location.path != call.location.path]
    if host not in _HERE:
        # Within a cluster the first part of a name is that of the service: `churn.prod.svc.cluster.local`.
        fits = [one for one in fits if plain(host.partition(".")[0]) in names[one.id]]
    return fits[0] if len(fits) == 1 else None


def _route(endpoint: Node) -> str:
    route = endpoint.fields.get("route")
    return route if isinstance(route, str) else ""


def _takes(route: str, path: str) -> bool:
    pattern = "".join(
        "[^/]+" if _PARAMETER.fullmatch(part) else re.escape(part)
        for part in re.split(f"({_PARAMETER.pattern})", route.rstrip("/"))
    )
    # A router may stand below a prefix that another file gives it.
    return re.fullmatch(rf"(?:/[\w.-]+)*{pattern}/?", path) is not None and route.strip("/") != ""


def _names(endpoint: Node, graph: Graph) -> frozenset[str]:
    """The names under which the program of an endpoint is reached: of its deployments, and of what leads there."""
    found = [one for service in _services(endpoint, graph) for one in graph.linked(service, "deployed_by")]
    return frozenset(name for one in found if one.kind == "deployment" for name in names_of(one, graph))


def _services(endpoint: Node, graph: Graph) -> list[Node]:
    """The service in the file of an endpoint; where there is none, those of its folder, to which a router is given."""
    folder = posixpath.dirname(endpoint.location.path)
    here = graph.in_file(endpoint.location.path, "service")
    return here or [one for one in graph.of_kind("service") if posixpath.dirname(one.location.path) == folder]
