"""A model that a module makes and others fit: `pipeline = Pipeline(...)` in one file, `pipeline.fit(x, y)` there.

The module gets a function for the method, which whoever calls it starts, and in it a training.
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Function, Training, subject

_FITS = ("fit", "train")


@python
def shared_models(module: Module) -> Iterator[Subject]:
    """Gives the trainings of models that a module makes and does not fit itself."""
    if module.path.endswith(".ipynb"):
        return
    made = [call for call in module.calls if call.scope.kind == "module" and call.targets and "." in call.name]
    known = {call.name for call in module.calls} if made else set()
    for call in made:
        name = call.targets[0]
        for method in _FITS if "." not in name else ():
            if f"{call.name}.{method}" not in known:
                yield from _fit(module, call, name, method)


def _fit(module: Module, call: Call, name: str, method: str) -> Iterator[Subject]:
    entry = module.libraries.entry(f"{call.name}.{method}")
    facts = [fact for fact in entry.facts if fact.kind == "training"] if entry is not None else []
    if not facts:
        return
    symbol = f"function:{module.name}.{name}.{method}"
    location = module.locate(call.node)
    yield subject(Function(what="shared"), location, f"{module.name}.{name}.{method}", symbol=symbol)
    draws = facts[0].set.get("draws", UNSET)
    record = Training(
        library=call.name.partition(".")[0], draws=tuple(map(str, draws)) if isinstance(draws, list) else UNSET
    )
    yield subject(record, location, f"{call.name}.{method}", links=(Link("within", symbol),))
