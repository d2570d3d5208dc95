"""Calls of trackers to what they say of the data that a run learns from.

Source: the calls with `purpose: tracking` in `libraries/*.yaml`.
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_VERSION = re.compile(r"(?i)version|hash|md5|\bsha|digest|commit|revision|snapshot|checksum|\bdvc|fingerprint")
# A path or a number of rows names the data, and may name its version.
_DATA = re.compile(r"(?i)data|csv|parquet|rows|samples|source|\buri|input|path|file")
_SUMMARY = re.compile(r"\.summary\[")
_KEYED = frozenset({"log_param", "set_tag", "set"})


@python
def run_records(module: Module) -> Iterator[Subject]:
    """Gives the calls that record the version of data, or may."""
    found = [call for call in module.calls if _records(module, call)]
    # `run.summary["loss"] = 0.2`, of which no call tells.
    if found and _SUMMARY.search(module.source):
        place = found[0]
        record = Use(purpose="run-metrics", tool="tracker")
        yield subject(record, module.locate(place.node), place.name, links=(module.within(place.scope),))
    for call in found:
        text = _said(module, call)
        purpose = (
            "run-data-perhaps" if text is None or (_DATA.search(text) and not _VERSION.search(text))
            else "run-data" if _VERSION.search(text)
            else ""
        )  # fmt: skip
        if purpose:
            record = Use(purpose=purpose, tool="tracker")
            yield subject(record, module.locate(call.node), call.name, links=(module.within(call.scope),))


def _records(module: Module, call: Call) -> bool:
    entry = module.entry(call)
    if entry is None or any(fact.kind != "use" for fact in entry.facts):
        return False
    purposes = {fact.set.get("purpose") for fact in entry.facts}
    return bool(purposes & {"tracking", "run-parameters"}) and "run-metrics" not in purposes


def _said(module: Module, call: Call) -> str | None:
    """The texts and names that a call records; None = a mapping, or a key, that is not seen."""
    node = call.node
    last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if any(isinstance(one, ast.Starred) for one in node.args) or any(one.arg is None for one in node.keywords):
        return None
    if last in _KEYED and node.args and not isinstance(node.args[0], ast.Constant):
        return None
    mapped = node.args[:1] if last in ("log_params", "set_tags", "update", "log_dict") else []
    mapped = mapped + [one.value for one in node.keywords if one.arg in ("config", "params", "tags", "dictionary")]
    said = [ast.unparse(one) for one in (*node.args, *(one.value for one in node.keywords)) if one not in mapped]
    for one in mapped:
        mapping = _mapping(module, call, one)
        if mapping is None:
            return None
        said.append(ast.unparse(mapping))
    return " ".join(said)[:2000]


def _mapping(module: Module, call: Call, node: ast.expr) -> ast.Dict | ast.Call | None:
    """The literal that a mapping is; None = not seen, or not all of it."""
    if isinstance(node, ast.Name):
        found = module.names.bindings(node.id, call.scope)
        bound = found[0] if found is not None else []
        only = bound[0] if len(bound) == 1 else None
        return _mapping(module, call, only) if isinstance(only, (ast.Dict, ast.Call)) else None
    if isinstance(node, ast.Dict):
        return node if all(isinstance(key, ast.Constant) for key in node.keys) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return node if all(one.arg is not None for one in node.keywords) else None
    # What an estimator was given holds no data.
    given = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get_params"
    return node if given and isinstance(node, ast.Call) else None
