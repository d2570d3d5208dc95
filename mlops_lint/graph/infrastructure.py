"""Modules of Terraform to what they make: deployments with the values that callers, files or defaults give.

Source: https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
"""

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node
from mlops_lint.parse.image import reference

# Modules that call modules: bounds a circle too.
_DEPTH = 6
_MOST = 50
_VARIABLE = re.compile(r"\$\{var\.([\w-]+)\}|^var\.([\w-]+)$")
_TRIALS = frozenset({"dev", "development", "test", "testing", "local", "ci", "example", "demo", "sample", "trial"})
_REAL = frozenset({"production", "prod"})


def infrastructure(graph: Graph) -> None:
    """Fills in what variables decide of deployments; what stands in a module that nobody calls is made by nobody."""
    stacks = _Stacks(graph, _by_folder(graph.of_kind("use")))
    for node in list(graph.of_kind("deployment")):
        if node.location.path.endswith(".tf"):
            stacks.settle(node)
    for kind in ("deployment", "resource"):
        for node in graph.of_kind(kind):
            if node.location.path.endswith(".tf") and stacks.is_unused(posixpath.dirname(node.location.path)):
                node.context = "example"


def _by_folder(uses: list[Node]) -> dict[str, list[Node]]:
    calls: dict[str, list[Node]] = {}
    for one in uses:
        if one.fields.get("purpose") == "infrastructure-module":
            calls.setdefault(str(one.fields.get("tool") or ""), []).append(one)
    return calls


class _Stacks:
    """The folders of a repository that hold Terraform, and who calls them."""

    def __init__(self, graph: Graph, calls: dict[str, list[Node]]) -> None:
        self._graph = graph
        self._calls = calls
        self._roots: set[str] = set()
        self._values: dict[tuple[str, str], set[str]] = {}
        for one in graph.of_kind("use"):
            folder = posixpath.dirname(one.location.path)
            if one.fields.get("purpose") == "infrastructure-root":
                self._roots.add(folder)
            elif one.fields.get("purpose") == "infrastructure-value":
                # Files of several environments often lie in a folder of their own.
                for place in (folder, posixpath.dirname(folder)):
                    self._values.setdefault((place, one.name), set()).add(str(one.fields.get("tool")))

    def is_unused(self, folder: str) -> bool:
        """Whether a folder of modules is called by nobody, though others are, and cannot be applied by itself."""
        within = "modules" in folder.split("/") and bool(self._calls)
        return within and folder not in self._calls and folder not in self._roots

    def settle(self, node: Node) -> None:
        """Gives a deployment the values and the environment of those who make it."""
        folder = posixpath.dirname(node.location.path)
        callers = self._chosen(folder)
        stages = {_stage(one.location.path) for one in callers}
        if len(stages) == 1 and (stage := next(iter(stages))) and "environment" not in node.fields:
            node.fields["environment"] = stage
        for link in node.links:
            if link.symbol.startswith("tf-value:"):
                field, _, expression = link.symbol.removeprefix("tf-value:").partition("=")
                found = set(self._worth(expression, folder, _DEPTH)) if len(callers) <= _MOST else set()
                if len(found) == 1 and "?" not in (only := found.pop()) and only:
                    _put(node, field, only)

    def _chosen(self, folder: str) -> list[Node]:
        """The calls that count: for production, where there are such, else those in earnest, else all."""
        every = self._calls.get(folder, [])
        real = [one for one in every if _stage(one.location.path) in _REAL]
        earnest = [one for one in every if _stage(one.location.path) not in _TRIALS and one.own]
        return real or earnest or every

    def _worth(self, expression: str, folder: str, depth: int) -> Iterator[str]:
        """All that an expression of variables may be worth in a folder; `?` in what cannot be known."""
        names = {found[1] or found[2] for found in _VARIABLE.finditer(expression)}
        if len(names) != 1 or not depth:
            # Of several variables the values that belong together are those of one caller.
            yield from self._together(expression, folder, names, depth) if names and depth else ("?",)
            return
        name = next(iter(names))
        for value in self._of(name, folder, depth):
            whole = expression == f"var.{name}"
            yield "?" if value.startswith("?") else value if whole else expression.replace(f"${{var.{name}}}", value)

    def _together(self, expression: str, folder: str, names: set[str], depth: int) -> Iterator[str]:
        filled = expression
        for name in sorted(names):
            found = set(self._of(name, folder, depth))
            value = found.pop() if len(found) == 1 else "?"
            filled = filled.replace(f"${{var.{name}}}", value)
        yield filled

    def _of(self, name: str, folder: str, depth: int) -> Iterator[str]:
        """What a variable may be: what each caller says, or a file of values, and else its default."""
        variable = self._graph.nodes.get(f"tf-variable:{folder}#{name}")
        default = str(variable.fields.get("tool") or "?") if variable is not None else "?"
        callers = self._chosen(folder)
        for one in callers[:_MOST]:
            said = next((link.symbol.partition("=")[2] for link in one.links
                         if link.symbol.startswith(f"tf-input:{name}=")), None)  # fmt: skip
            if said is None:
                yield default
            elif said.startswith("?") and len(said) > 1:
                yield from self._worth(said[1:], posixpath.dirname(one.location.path), depth - 1)
            else:
                yield said
        if not callers:
            yield from self._values.get((folder, name), {default})


def _stage(path: str) -> str:
    # Few repositories have modules, and a hook would import what reads containers on every commit.
    from mlops_lint.extract.platform.containers import environment

    found = environment(path)
    return found if isinstance(found, str) else ""


def _put(node: Node, field: str, value: str) -> None:
    from mlops_lint.extract.platform.containers import pinned
    from mlops_lint.extract.platform.servers import served

    if "${" in value or (field == "replicas" and not value.isdigit()):
        return
    if field == "replicas":
        node.fields.setdefault("replicas", int(value))
        return
    if "image" in node.fields and isinstance(node.fields["image"], str) and "$" not in node.fields["image"]:
        return
    node.fields["image"] = value
    fixed, serves = pinned(value), served(value, "", {}).serves
    if isinstance(fixed, bool) and reference(value).name:
        node.fields["image_pinned"] = fixed
    if "serves_model" not in node.fields and isinstance(serves, bool):
        node.fields["serves_model"] = serves
