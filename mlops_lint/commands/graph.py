"""`mlops-lint graph`: a repository to its dependency graph."""

import argparse
import json
import sys
from pathlib import Path

from mlops_lint.commands import options as common
from mlops_lint.commands.terminal import Progress
from mlops_lint.graph import Node


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `graph`."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="default: this folder")
    parser.add_argument("--format", choices=("json",), default="json", help="default: json")
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    common.shared(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the nodes and edges of the repository that the path is in."""
    from mlops_lint.run import read

    settings = common.settings(options, [options.path])
    with Progress(wanted=not options.no_progress) as progress:
        graph = read(settings, progress).graph
    edges = [{"source": source, "target": target, "kind": role} for source, role, target in sorted(graph.edges())]
    nodes = [_node(node) for node in sorted(graph.nodes.values(), key=lambda node: (node.location, node.id))]
    sys.stdout.write(json.dumps({"nodes": nodes, "edges": edges}, indent=2) + "\n")
    return 0


def _node(node: Node) -> dict[str, object]:
    return {
        "id": node.id,
        "kind": node.kind,
        "name": node.name,
        "path": node.location.path,
        "line": node.location.line,
        "column": node.location.column,
        "symbol": node.symbol,
        "context": node.context,
    }
