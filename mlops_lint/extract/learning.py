"""A module to what learns and no table names: statistics that go back into data, fits of what a name holds."""

from collections.abc import Iterator

from msgspec import convert

from mlops_lint.extract.python.flow import flow
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.steps import kinds_of
from mlops_lint.extract.python.tree import written
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Training, Transform, subject


@python
def learning(module: Module) -> Iterator[Subject]:
    """Gives what is learned from data by calls that are not known by their name."""
    found = flow(module)
    # The mean and the deviation of one line are one step.
    lines: set[int] = set()
    for call in module.calls if found.learned else ():
        node = id(call.node)
        fields = found.fields("transform", node)
        if node not in found.learned or not fields or call.node.lineno in lines or _is_known(module, call, "transform"):
            continue
        lines.add(call.node.lineno)
        record = convert({"method": found.learned[node], **fields}, Transform)
        yield subject(
            record, module.locate(call.node), written(call.node.func)[:60], links=(module.within(call.scope),)
        )


@python
def measured_training(module: Module) -> Iterator[Subject]:
    """Gives the trainings that are seen to be measured, of models whose names hold one after the other."""
    found = flow(module)
    for call in module.calls if found.held_out else ():
        fields = found.fields("training", id(call.node))
        if "held_out" in fields and not _is_known(module, call, "training"):
            record = convert(fields, Training)
            name = written(call.node.func)[:60]
            yield subject(record, module.locate(call.node), name, links=(module.within(call.scope),))


def _is_known(module: Module, call: Call, kind: str) -> bool:
    return kind in kinds_of(module.entry(call))
