"""A `.dvc` file to the data whose version it fixes.

Source: dvc 3.67.1, `dvc/schema.py` (`SINGLE_STAGE_SCHEMA`), `dvc/output.py`, `dvc/dependency/repo.py`;
https://dvc.org/doc/user-guide/project-structure/dvc-files
"""

import posixpath
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.dvc.places import Place, below, place, repository_place
from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text
from mlops_lint.subjects import Dataset, subject

# What fixes the content; `hash` only names the algorithm.
_CHECKSUMS = ("md5", "checksum", "etag", "version_id", "files", "cloud")


@trees("*.dvc")
def tracked(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the data that a `.dvc` file tracks, and what it was imported from."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return
    folder = below(posixpath.dirname(path), text(root.get("wdir")) or ".")
    sources = list(_mappings(root.get("deps")))
    imported = any(_fixed(source) for source in sources)
    places = [_source(source) for source in sources]
    # To be added says of data no more than that it is there.
    said = next((there.path for there in places if there is not None), None) or text(root.get("desc"))
    for output in _mappings(root.get("outs")):
        written = text(output.get("path"))
        if written:
            there, fixed = place(written, folder), imported or _fixed(output)
            yield from _dataset(path, output, there, fixed=fixed, origin=said or text(output.get("desc")))
    for source, there in zip(sources, places, strict=True):
        yield from _dataset(path, source, there, fixed=_fixed(source))


def _source(source: Mapping) -> Place | None:
    written, url = text(source.get("path")), text(source.get("repo", "url"))
    if written is None:
        return None
    # A path without a scheme is one of this machine.
    return repository_place(url, written) if url is not None else place(written, None)


def _dataset(
    path: str, node: Mapping, there: Place | None, *, fixed: bool, origin: str | None = None
) -> Iterator[Subject]:
    if there is not None:
        versioned = "dvc" if fixed else UNSET
        record = Dataset(uri=there.path, scheme=there.scheme, versioned_by=versioned, origin=origin or UNSET)
        at = locate(path, node.key("path") or node)
        yield subject(record, at, there.path, symbol=there.symbol)


def _fixed(node: Mapping) -> bool:
    return any(node.get(name) is not None for name in _CHECKSUMS) or node.get("repo", "rev_lock") is not None


def _mappings(node: Node | None) -> Iterator[Mapping]:
    if isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Mapping))
