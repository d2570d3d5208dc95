"""Facts to one graph, and the questions that rules put to it."""

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.link import link
from mlops_lint.graph.nodes import Node

__all__ = ["Graph", "Node", "link"]
