"""A Python module to its endpoints: who answers requests, what is checked of what they send, and who may."""

import ast
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from mlops_lint.extract.endpoints.access import local, secured, secures, shows_page
from mlops_lint.extract.endpoints.handlers import Handler, handlers
from mlops_lint.extract.endpoints.inputs import Inputs
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Endpoint, Use, subject

_OF_CONTAINERS = frozenset({"/ping", "/invocations"})


@python
def endpoints(module: Module) -> Iterator[Subject]:
    """Gives one subject for each function that answers requests, standing in that function."""
    found = handlers(module)
    started_here = local(module) if found else UNSET
    for handler in found:
        yield _endpoint(module, handler, started_here)
    # A middleware is registered where the program is put together, which holds no handlers.
    if (guard := secures(module)) is not None:
        yield subject(Use(purpose="access-control", tool="middleware"), module.locate(guard), "middleware")


def _endpoint(module: Module, handler: Handler, started_here: object) -> Subject:
    inputs = Inputs(module, handler)
    taken, validated = inputs.judged()
    record = Endpoint(
        framework=handler.kind.framework,
        route=handler.route,
        takes_input=taken,
        validated=validated,
        secured=secured(module, handler),
        # The routes that SageMaker asks of every container.
        hosted=handler.kind.hosted or handler.route in _OF_CONTAINERS,
        local=started_here if isinstance(started_here, bool) else UNSET,
        page=shows_page(handler),
        calls=_called(module, handler),
    )
    found = module.locate(handler.node)
    head = Location(found.path, found.line, found.column, found.line, found.column + 1, found.cell, found.cell_line)
    return subject(record, head, handler.name, links=(Link("within", handler.symbol),))


def _called(module: Module, handler: Handler) -> tuple[str, ...] | UnsetType:
    if handler.scope is None:
        return UNSET
    body = {id(node) for statement in getattr(handler.scope.node, "body", ()) for node in walk(statement)}
    calls = [call for call in module.calls if id(call.node) in body]
    handed_on = (one.id for call in calls for one in call.node.args if isinstance(one, ast.Name))
    return tuple(sorted({*(call.name.rpartition(".")[2] for call in calls), *handed_on}))
