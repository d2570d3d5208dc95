"""Files of Hera, the Python SDK of Argo Workflows, to pipelines and tasks.

Source: https://hera.readthedocs.io/en/stable/walk-through/quick-start/
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.hera import records
from mlops_lint.extract.hera.builder import WORKFLOWS, Builder
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Constant, subject


@python
def hera(module: Module) -> Iterator[Subject]:
    """Gives the workflows that a file makes, each followed by its tasks, and what it says of its scripts."""
    if module.roots.isdisjoint({"hera", "hera_workflows"}):
        return
    if "script" not in module.source and not any(word in module.source for word in WORKFLOWS):
        return
    builder = Builder(module)
    builder.build()
    file = records.File(module)
    taken: dict[str, int] = {}
    for workflow in builder.workflows:
        name = workflow.name or module.path.rpartition("/")[2].removesuffix(".py")
        count = taken[name] = taken.get(name, 0) + 1
        yield from records.pipeline(file, workflow, name if count == 1 else f"{name}__{count}")
    for template in builder.functions:
        record = records.stated(file, template)
        symbol = template.links[0].symbol.partition(":")[2]
        scope = module.names.scope(symbol)
        for field in records.STATED if scope is not None and scope.parent is module.scopes.module else ():
            value = getattr(record, field)
            if value is not UNSET:
                label = f"{template.name}.{field}"
                location = module.locate(template.node)
                yield subject(Constant(value=value), location, label, symbol=f"constant:{symbol}.{field}")
