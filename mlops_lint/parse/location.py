"""Positions in trees and text to locations of the report."""

from mlops_lint.model import Location
from mlops_lint.parse.tree import Node


def locate(path: str, node: Node) -> Location:
    """Gives the location of a node of a YAML, TOML or JSON tree."""
    return Location(path, node.line, node.column, node.end_line, node.end_column)
