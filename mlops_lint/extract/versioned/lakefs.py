"""What code reads, writes and commits by a client of lakeFS, and what it compares, to reads, writes and uses.

A commit is fixed, a branch moves; a reference of any other name may be a tag.
Source: https://docs.lakefs.io/latest/integrations/python/ and the signatures of lakefs 0.16 and lakefs-sdk 1,
https://lakefs-spec.org/latest/guides/transactions/
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
from mlops_lint.subjects import Flag, Read, Use, Write, subject

_ROOTS = frozenset({"lakefs", "lakefs_sdk", "lakefs_client", "lakefs_spec"})
_READS = re.compile(r"^lakefs\.StoredObject\.reader$")
_WRITES = re.compile(r"^lakefs\.StoredObject\.(?:upload|writer)$")
_COMMITS = re.compile(
    r"^lakefs\.Branch\.(?:commit|transact|import_data)$|(?:CommitsApi|\.commits(?:_api)?)\.commit$|"
    r"^lakefs_spec\.(?:\w+\.)*(?:LakeFSFileSystem\.transaction|client_helpers\.commit)$"
)
_COMPARES = re.compile(r"^lakefs\.(?:Branch|Reference|Tag)\.(?:diff|log|uncommitted)$")
# Which method, or class, names the reference, and whether that is fixed.
_REFERENCES: dict[str, Flag] = {
    "branch": False, "Branch": False, "commit": True, "tag": UNSET, "Tag": UNSET, "ref": UNSET, "Reference": UNSET,
}  # fmt: skip
_COMMIT = re.compile(r"[0-9a-f]{12,64}")
_HOLE = "{}"


@python
def lakefs(module: Module) -> Iterator[Subject]:
    """Gives a read or write for each object, a use `data-kept` for a commit, `diff` for a comparison."""
    if not module.roots & _ROOTS:
        return
    for call in module.calls:
        if _READS.match(call.name):
            yield _read(module, call, *_object(module, call))
        elif _WRITES.match(call.name):
            yield _write(module, call, _object(module, call)[0])
        elif method(call.node) == "get_object" and "lakefs" not in module.roots:
            yield _read(module, call, *_by_arguments(module, call))
        elif _COMMITS.search(call.name):
            yield _use(module, call, "data-kept")
        elif _COMPARES.match(call.name):
            yield _use(module, call, "diff")


def _use(module: Module, call: Call, purpose: str) -> Subject:
    links = (module.within(call.scope),)
    return subject(Use(purpose=purpose, tool="lakefs"), module.locate(call.node), method(call.node), links=links)


def _read(module: Module, call: Call, uri: str, pinned: Flag) -> Subject:
    known = _HOLE not in uri
    ref = uri.split("/")[3] if known else ""
    record = Read(
        library="lakefs",
        uri=uri if known else UNSET,
        format=_format(uri),
        data=True,
        revision=ref or UNSET,
        pinned=True if _COMMIT.fullmatch(ref) else pinned,
    )
    links = (module.within(call.scope), *([Link("reads", f"dataset:{uri}")] if known else []))
    return subject(record, module.locate(call.node), call.name, links=links)


def _write(module: Module, call: Call, uri: str) -> Subject:
    known = _HOLE not in uri
    record = Write(library="lakefs", uri=uri if known else UNSET, format=_format(uri), appends=False)
    links = (module.within(call.scope), *([Link("writes", f"dataset:{uri}")] if known else []))
    return subject(record, module.locate(call.node), call.name, links=links)


def _format(uri: str) -> str:
    """The ending of the name; of a name without one, bytes."""
    last = uri.rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last and _HOLE not in last else "bytes"


def _object(module: Module, call: Call) -> tuple[str, Flag]:
    """Where the object lies, by the calls that led to it, and whether its reference is fixed."""
    repository, ref, path = _HOLE, _HOLE, _HOLE
    pinned: Flag = UNSET
    for node, scope in receivers(module, call.node, call.scope):
        name = method(node)
        if name in ("object", "StoredObject", "WriteableObject") and path == _HOLE:
            path = _text(module, given(node, 2 if name != "object" else 0, "path"), scope)
            if name != "object":
                repository, ref = _pair(module, node, scope)
        elif name in _REFERENCES and ref == _HOLE:
            pinned = _REFERENCES[name]
            if name[0].isupper():
                repository, ref = _pair(module, node, scope)
            else:
                ref = _text(module, given(node, 0, f"{name}_id"), scope)
        elif name in ("repository", "Repository"):
            repository = _text(module, given(node, 0, "repository_id"), scope)
    return f"lakefs://{repository}/{ref}/{path}", pinned


def _pair(module: Module, node: ast.Call, scope: Scope) -> tuple[str, str]:
    first = given(node, 0, "repository_id")
    return _text(module, first, scope), _text(module, given(node, 1, "reference_id", "branch_id", "tag_id"), scope)


def _by_arguments(module: Module, call: Call) -> tuple[str, Flag]:
    parts = [given(call.node, place, word) for place, word in enumerate(("repository", "ref", "path"))]
    return "lakefs://" + "/".join(_text(module, one, call.scope) for one in parts), UNSET


def _text(module: Module, node: ast.expr | None, scope: Scope) -> str:
    value = module.values.value(node, scope) if node is not None else None
    return value if isinstance(value, str) and value and _HOLE not in value else _HOLE
