"""`mlops-lint graph`: a repository to its dependency graph."""

import argparse
import json
import sys
from pathlib import Path

from mlops_lint.commands import options as common
from mlops_lint.commands.terminal import Progress
from mlops_lint.errors import UsageError, suggestion
from mlops_lint.graph import Graph, Node
from mlops_lint.masked import masked
from mlops_lint.subjects import KINDS

_MOST = 60


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `graph`."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument("--format", choices=("json", "dot", "mermaid"), default="json", help="default: json")
    parser.add_argument(
        "--kind", action="append", metavar="KIND",
        help="only subjects of these kinds; default: all in json, in a picture those that data and models pass through",
    )  # fmt: skip
    parser.add_argument("--focus", action="append", metavar="SYMBOL", help="only what is around this id, name or path")
    parser.add_argument("--depth", type=int, default=2, metavar="N", help="how many edges around a focus; default: 2")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the nodes and edges that are asked for of the repository that the path is in."""
    from mlops_lint.run import read

    kinds = common.names(options.kind) or ()
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"--kind: no kind of subject is called '{kind}'{suggestion(kind, KINDS)}")
    settings = common.settings(options, [options.path])
    with Progress(wanted=not options.no_progress) as progress:
        graph = read(settings, progress).graph
    sys.stdout.write(_written(graph, kinds, options))
    return 0


def _written(graph: Graph, kinds: tuple[str, ...], options: argparse.Namespace) -> str:
    focus = tuple(options.focus or ())
    if options.format == "json" and not kinds and not focus:
        return _json(graph, set(graph.nodes), sorted(graph.edges()))
    from mlops_lint.graph.view import SHOWN, folded, part, ways

    kept, missing = part(graph, kinds or SHOWN, focus, options.depth)
    if missing:
        raise UsageError(f"--focus: nothing in the graph has the id, name or path '{missing[0]}'")
    edges = ways(graph, kept)
    if options.format == "json":
        return _json(graph, kept, edges)
    from mlops_lint.output import drawn

    return drawn(options.format, folded(graph, edges, _MOST))


def _json(graph: Graph, kept: set[str], edges: list[tuple[str, str, str]]) -> str:
    nodes = sorted((graph.nodes[id] for id in kept), key=lambda node: (node.location, node.id))
    written = [{"source": masked(source), "target": masked(target), "kind": role} for source, role, target in edges]
    return json.dumps({"nodes": [_node(node) for node in nodes], "edges": written}, indent=2) + "\n"


def _node(node: Node) -> dict[str, object]:
    return {
        "id": masked(node.id),
        "kind": node.kind,
        "name": masked(node.name),
        "path": node.location.path,
        "line": node.location.line,
        "column": node.location.column,
        "symbol": node.symbol and masked(node.symbol),
        "context": node.context,
    }
