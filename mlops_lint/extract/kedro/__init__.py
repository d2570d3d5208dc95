"""Nodes of Kedro to tasks, and the function that puts them together to a pipeline.

Source: kedro 1.7.0 and 0.19.15 (`kedro/pipeline/node.py`, `kedro/pipeline/pipeline.py`),
https://docs.kedro.org/en/stable/build/nodes/
"""

import ast
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.kedro.names import Names, entry, node_names, project_of_code
from mlops_lint.extract.numbered import unique
from mlops_lint.extract.python.flows.settings import settings_of, text
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.uses import is_own
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Pipeline, Task, subject

_NODES = frozenset(
    {"kedro.pipeline.node", "kedro.pipeline.node.node", "kedro.pipeline.Node", "kedro.pipeline.node.Node"}
)
_ARGUMENTS = ("func", "inputs", "outputs")
# Its inputs are a model and prompts; the tools that it may be given are functions with inputs of their own.
_CONTEXT = "kedro.pipeline.llm_context_node"
# Functions that put nodes together are mostly called so, and tell nothing of what for.
_MAKER = "create_pipeline"


class Node(msgspec.Struct, frozen=True):
    """One node: a function with the names of the data that it is given and gives."""

    call: Call
    name: str
    function: str
    inputs: Names
    outputs: Names


@python
def kedro(module: Module) -> Iterator[Subject]:
    """Gives each function that puts nodes together as a pipeline, followed by its nodes."""
    if "kedro" not in module.roots:
        return
    found: dict[int, tuple[Scope, list[Node]]] = {}
    for call in module.calls:
        if call.name in _NODES or call.name == _CONTEXT:
            holder = call.scope.holder
            found.setdefault(id(holder), (holder, []))[1].append(_node(module, call))
    for holder, nodes in found.values():
        yield from _pipeline(module, holder, nodes)


def _node(module: Module, call: Call) -> Node:
    given = settings_of(call.node, call.scope, _ARGUMENTS)
    function = _function(module, *given.entries["func"]) if "func" in given.entries else ""
    named = text(module, given, "name")
    name = named if isinstance(named, str) and named else function.rpartition(".")[2] or "node"
    sides = ("llm", "prompts") if call.name == _CONTEXT else ("inputs",)
    parts = [node_names(module, call, given.entries.get(side)) for side in sides]
    inputs = Names(
        tuple(one for part in parts for one in part.data),
        tuple(one for part in parts for one in part.parameters),
        all(part.known for part in parts) and "tools" not in given.entries,
    )
    outputs = node_names(module, call, given.entries.get("outputs"))
    return Node(call, name, function, inputs, outputs)


def _function(module: Module, node: ast.expr, scope: Scope) -> str:
    """Gives the full name of the function of a node; empty = it is not known."""
    if isinstance(node, ast.Call) and node.args and module.names.name(node.func, scope).endswith("partial"):
        node = node.args[0]
    name = module.names.name(node, scope)
    return "" if any(mark in name for mark in "?()") or not is_own(name, module.name) else name


def _pipeline(module: Module, holder: Scope, nodes: list[Node]) -> Iterator[Subject]:
    last = holder.name.rpartition(".")[2]
    symbol = f"pipeline:{module.path}" if holder is module.scopes.module else f"pipeline:{module.path}#{last}"
    folder = module.path.rpartition("/")[0].rpartition("/")[2]
    record = Pipeline(
        framework="kedro", managed=True, schedulable=False, ownable=False, alertable=False, parsed=False, compiled=False
    )
    yield subject(record, _first(module, nodes[0].call.node), folder if last == _MAKER and folder else last,
                  symbol=symbol, links=(Link("starts", symbol_of(holder)),))  # fmt: skip
    taken: dict[str, int] = {}
    named = [unique(node.name, taken, "_") for node in nodes]
    symbols = [f"task:{module.path}#{last}.{name}" for name in named]
    makers = {name: one for node, one in zip(nodes, symbols, strict=True) for name in node.outputs.data}
    project = project_of_code(module.path)
    for node, one, name in zip(nodes, symbols, named, strict=True):
        before = dict.fromkeys(makers[name] for name in node.inputs.data if name in makers)
        links = [Link("part_of", symbol), *(Link("depends_on", other) for other in before if other != one)]
        links += [Link("reads", entry(project, data)) for data in node.inputs.data]
        links += [Link("writes", entry(project, data)) for data in node.outputs.data]
        links += [Link("starts", f"function:{node.function}")] if node.function else []
        yield subject(_task(node), _first(module, node.call.node), name,
                      symbol=one, links=tuple(dict.fromkeys(links)))  # fmt: skip


def _task(node: Node) -> Task:
    known = node.inputs.known and node.outputs.known
    return Task(
        framework="kedro",
        operator="node",
        # It has neither of both: whatever it is deployed on may.
        retryable=False,
        timed=False,
        lineage=True if known else UNSET,
        parameters=node.inputs.parameters if known else UNSET,
        manual=False,
    )


def _first(module: Module, node: ast.AST) -> Location:
    found = module.locate(node)
    if found.end_line == found.line:
        return found
    return Location(found.path, found.line, found.column, found.line, found.column + 1, found.cell, found.cell_line)
