"""Reads of tables that keep their versions, by Spark and deltalake, to the version that is asked for.

Source: https://docs.delta.io/latest/delta-batch.html#deltatimetravel,
https://iceberg.apache.org/docs/latest/spark-queries/#time-travel, https://hudi.apache.org/docs/sql_queries
"""

import ast

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.receivers import given, method, receivers
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.model import Value

Fields = dict[str, Value | UnsetType]
KEEPING = frozenset({"delta", "iceberg", "hudi"})
"""Formats of tables that keep their versions."""

# Options of a reader, in lower case as Spark takes them; a branch moves, and a tag may.
_FIXED = frozenset({"versionasof", "timestampasof", "snapshot-id", "as-of-timestamp", "as.of.instant"})
_NAMED = frozenset({"branch", "tag"})
_LOADS = frozenset({"load_as_version", "load_version", "load_with_datetime"})
_READERS = ("pyspark.sql.DataFrameReader.", "pyspark.sql.TypedReader.")


def as_of(module: Module, call: Call) -> Fields:
    """Gives `format`, `revision` and `pinned` of a read, as far as the calls before it, or of its table, tell them."""
    if call.name.startswith(_READERS):
        return _of_spark(module, call)
    if call.name == "deltalake.DeltaTable":
        return _of_table(module, call)
    return {}


def _of_spark(module: Module, call: Call) -> Fields:
    found: Fields = {}
    options: dict[str, object] = {}
    for node, scope in receivers(module, call.node, call.scope):
        if method(node) == "format":
            value = _value(module, given(node, 0, "source"), scope)
            found |= {"format": value.lower()} if isinstance(value, str) else {}
        elif method(node) in ("option", "options"):
            options = _options(module, node, scope) | options
    asked = [(key, options[key]) for key in options if key in _FIXED]
    named = [(key, options[key]) for key in options if key in _NAMED]
    if asked:
        return found | _fixed(asked[0][1])
    if named:
        key, value = named[0]
        revision: Fields = {"revision": value} if isinstance(value, str) else {}
        return found | revision | ({"pinned": False} if key == "branch" else {})
    return found | ({"pinned": False} if found.get("format") in KEEPING else {})


def _options(module: Module, node: ast.Call, scope: Scope) -> dict[str, object]:
    if method(node) == "options":
        return {one.arg.lower(): _value(module, one.value, scope) for one in node.keywords if one.arg is not None}
    key = _value(module, given(node, 0, "key"), scope)
    return {key.lower(): _value(module, given(node, 1, "value"), scope)} if isinstance(key, str) else {}


def _of_table(module: Module, call: Call) -> Fields:
    """A table of deltalake is brought to a version after it was opened, too."""
    for other in module.calls:
        if method(other.node) in _LOADS and other.name.startswith("deltalake.DeltaTable."):
            opened = next(iter(receivers(module, other.node, other.scope)), None)
            if opened is not None and opened[0] is call.node:
                return _fixed(_value(module, given(other.node, 0, "version", "datetime_string"), other.scope))
    return {}


def _fixed(value: object) -> Fields:
    """A version that is filled in later may be the newest."""
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        return {"revision": value, "pinned": True}
    return {"pinned": UNSET}


def _value(module: Module, node: ast.expr | None, scope: Scope) -> object:
    return module.values.value(node, scope) if node is not None else UNSET
