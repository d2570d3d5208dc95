"""Reads of Delta and other tables at one version to uses: their data is kept by version, and somebody relies on it.

Source: https://docs.delta.io/latest/delta-batch.html#deltatimetravel
"""

from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.receivers import given
from mlops_lint.extract.python.time_travel import as_of
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject


@python
def tables(module: Module) -> Iterator[Subject]:
    """Gives a use `data-kept` for each read that asks for one fixed version."""
    if not module.roots & {"pyspark", "deltalake"}:
        return
    for call in module.calls:
        version = given(call.node, 1, "version") if call.name == "deltalake.DeltaTable" else None
        stated = version is not None and isinstance(module.values.value(version, call.scope), (int, str))
        found = as_of(module, call)
        if stated or found.get("pinned") is True:
            tool = found.get("format")
            record = Use(purpose="data-kept", tool=tool if isinstance(tool, str) else "delta")
            yield subject(record, module.locate(call.node), "version", links=(module.within(call.scope),))
