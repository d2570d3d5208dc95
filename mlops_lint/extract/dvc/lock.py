"""A dvc.lock to its stages, as they were when they last ran.

Source: dvc 3.67.1, `dvc/schema.py` (`LOCKFILE_V2_SCHEMA`, and version 1 without `stages`), `dvc/stage/serialize.py`
"""

import posixpath
from collections.abc import Iterator

from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, strings, text
from mlops_lint.subjects import LockedStage, subject

_CHECKSUMS = ("md5", "checksum", "etag", "version_id", "files", "cloud")


@trees("dvc.lock")
def lock(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives each stage that the file holds, with the paths as they are written: from the folder of its command."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    stages = root.get("stages") if root.get("schema") is not None else root
    for key, body in mappings(stages):
        record = LockedStage(
            file=path,
            stage=f"task:{posixpath.join(posixpath.dirname(path), 'dvc.yaml')}#{key.text}",
            command="\n".join(strings(body.get("cmd"))) or None,
            inputs=tuple(_paths(body.get("deps"))),
            outputs=tuple(_paths(body.get("outs"))),
            settings=tuple(name.text for name, _ in _entries(body.get("params"))),
            fixed=all(_fixed(one) for one in (*_items(body.get("deps")), *_items(body.get("outs")))),
        )
        yield subject(record, locate(path, key), key.text, symbol=f"locked_stage:{path}#{key.text}")


def _items(node: Node | None) -> Iterator[Mapping]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Mapping):
            yield item


def _paths(node: Node | None) -> Iterator[str]:
    yield from (found for item in _items(node) if (found := text(item.get("path"))) is not None)


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _fixed(item: Mapping) -> bool:
    return any(item.get(name) is not None for name in _CHECKSUMS)
