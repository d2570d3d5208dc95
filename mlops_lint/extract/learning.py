"""A module to the transformations that no table names: statistics that go back into data, fits of what a name holds."""

import ast
from collections.abc import Iterator

from msgspec import convert

from mlops_lint.extract.python.flow import flow
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.steps import kinds_of
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Transform, subject


@python
def learning(module: Module) -> Iterator[Subject]:
    """Gives what is learned from data by calls that are not known by their name."""
    found = flow(module)
    # The mean and the deviation of one line are one step.
    lines: set[int] = set()
    for call in module.calls if found.learned else ():
        node = id(call.node)
        fields = found.fields("transform", node)
        if node not in found.learned or not fields or call.node.lineno in lines or _is_known(module, call):
            continue
        lines.add(call.node.lineno)
        record = convert({"method": found.learned[node], **fields}, Transform)
        yield subject(
            record, module.locate(call.node), ast.unparse(call.node.func)[:60], links=(module.within(call.scope),)
        )


def _is_known(module: Module, call: Call) -> bool:
    return "transform" in kinds_of(module.entry(call))
