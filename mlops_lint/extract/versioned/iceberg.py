"""What code reads from tables of Iceberg, and writes to them, by pyiceberg, to reads, writes and uses.

Source: https://py.iceberg.apache.org/api/ and the signatures of pyiceberg 0.12
"""

import ast
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.receivers import given, method, receivers
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Read, Use, Write, subject

_SCANS = re.compile(r"^pyiceberg\.table\.(?:Static)?Table\.(?:scan|to_polars|to_daft|to_bodo)$")
_WRITES = re.compile(r"^pyiceberg\.table\.Table\.(append|overwrite|upsert|dynamic_partition_overwrite)$")
_OPENS = ("load_table", "create_table", "create_table_if_not_exists")


@python
def iceberg(module: Module) -> Iterator[Subject]:
    """Gives a read for each scan of a table, a use `data-kept` where it is of one snapshot, and writes."""
    if "pyiceberg" not in module.roots:
        return
    refs = [call for call in module.calls if call.name.endswith(".use_ref")]
    for call in module.calls:
        written = _WRITES.match(call.name)
        if _SCANS.match(call.name):
            read = _read(module, call, refs)
            yield read
            if read.fields.get("pinned") is True:
                yield subject(Use(purpose="data-kept", tool="iceberg"), read.location, "snapshot", links=read.links[:1])
        elif written is not None:
            uri = _table(module, call)
            links = (module.within(call.scope), *([Link("writes", f"dataset:{uri}")] if uri else []))
            record = Write(
                library="pyiceberg", uri=uri or UNSET, format="iceberg", mode=written[1], appends=written[1] == "append"
            )
            yield subject(record, module.locate(call.node), call.name, links=links)


def _read(module: Module, call: Call, refs: list[Call]) -> Subject:
    uri = _table(module, call)
    asked = given(call.node, 3, "snapshot_id") if method(call.node) == "scan" else None
    snapshot = module.values.value(asked, call.scope) if asked is not None else None
    # A reference is a branch or a tag.
    named = any(node is call.node for one in refs for node, _ in receivers(module, one.node, one.scope))
    fixed = ".StaticTable." in call.name or isinstance(snapshot, int)
    record = Read(
        library="pyiceberg",
        uri=uri or UNSET,
        format="iceberg",
        data=True,
        revision=snapshot if isinstance(snapshot, int) else UNSET,
        pinned=True if fixed else UNSET if named or (asked is not None and snapshot is not None) else False,
    )
    links = (module.within(call.scope), *([Link("reads", f"dataset:{uri}")] if uri else []))
    return subject(record, module.locate(call.node), call.name, links=links)


def _table(module: Module, call: Call) -> str:
    """The table, by the call that opened it; empty = it cannot be known."""
    for node, scope in receivers(module, call.node, call.scope):
        if method(node) in _OPENS:
            name = _name(module, given(node, 0, "identifier"), scope)
            return f"table:{name}" if name else ""
        if method(node) == "from_metadata":
            place = module.values.value(found, scope) if (found := given(node, 0, "metadata_location")) else None
            return place if isinstance(place, str) and "://" in place else ""
    return ""


def _name(module: Module, node: ast.expr | None, scope: Scope) -> str:
    """`"db.trips"` or `("db", "trips")`."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node] if node is not None else []
    values = [module.values.value(one, scope) for one in parts]
    return ".".join(str(one) for one in values) if values and all(isinstance(one, str) for one in values) else ""
