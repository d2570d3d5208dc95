"""Entries of catalogues that say what a body of data is, to uses that describe it.

Source: https://docs.mlcommons.org/croissant/docs/croissant-spec.html, https://specs.frictionlessdata.io/data-package/,
https://dvc.org/doc/user-guide/project-structure/dvc-files (`desc`, `meta`), https://docs.kedro.org/en/stable/ (the key
`metadata` of the Data Catalog), https://docs.getdbt.com/reference/source-properties
"""

import posixpath
from collections.abc import Iterator

from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, text
from mlops_lint.subjects import Use, subject

_LICENCES = ("license", "licenses", "licence", "sdLicense")
_PLACES = ("contentUrl", "path", "filepath")


@trees("*.json", word=b"mlcommons.org/croissant")
def croissant(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the files that a Croissant description is of, and its licence."""
    yield from _package(path, documents, "distribution")


@trees("datapackage.json", "*.datapackage.json")
def frictionless(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the resources of a data package, and its licence."""
    yield from _package(path, documents, "resources")


@trees("*.dvc")
def annotated(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the data of a `.dvc` file that says what it is."""
    root = documents[0] if documents else None
    if isinstance(root, Mapping):
        whole = _said(root)
        for one in _items(root.get("outs")):
            written = text(one.get("path"))
            if written is not None and (whole or _said(one)):
                yield _described(path, one.key("path") or one, written)


@trees("dvc.yaml", word=b"desc:")
def outputs(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the outputs of stages that say what they are."""
    root = documents[0] if documents else None
    for _, stage in mappings(root.get("stages") if isinstance(root, Mapping) else None):
        for item in _items(stage.get("outs")):
            for key, flags in mappings(item):
                if _said(flags):
                    yield _described(path, key, key.text)


@trees("catalog*.yml", "catalog*.yaml", "*/catalog/*.yml", "*/catalog/*.yaml")
def kedro(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the entries of a catalogue of Kedro that carry a description."""
    root = documents[0] if documents else None
    for key, entry in mappings(root):
        place, notes = text(entry.get("filepath")), entry.get("metadata")
        if place is not None and entry.get("type") is not None and isinstance(notes, Mapping) and _said(notes):
            # Paths of a catalogue start at the root of its project, two folders above `conf/base`.
            yield _described(path, key, place, posixpath.dirname(path).rpartition("conf")[0].rstrip("/"))


def _package(path: str, documents: tuple[Node, ...], held: str) -> Iterator[Subject]:
    root = documents[0] if documents else None
    if isinstance(root, Mapping):
        for one in _items(root.get(held)):
            place = next((found for key in _PLACES if (found := text(one.get(key))) is not None), None)
            if place is not None:
                yield _described(path, one, place)
        licence = next((key for name in _LICENCES if (key := root.key(name)) is not None), None)
        if licence is not None:
            yield subject(Use(purpose="data-licence", tool="catalogue"), locate(path, licence), licence.text)


def _described(path: str, at: Node, written: str, folder: str | None = None) -> Subject:
    base = posixpath.dirname(path) if folder is None else folder
    place = written if "://" in written else posixpath.normpath(posixpath.join(base, written))
    record = Use(purpose="data-description", tool="catalogue")
    return subject(record, locate(path, at), place, links=(Link("describes", f"dataset:{place}"),))


def _said(node: Mapping) -> bool:
    """Whether an entry says in words what it is: `desc`, or something under `meta` or in a description."""
    meta = node.get("meta")
    words = any(text(node.get(key)) for key in ("desc", "description"))
    return (
        words or (isinstance(meta, Mapping) and bool(meta.entries)) or (isinstance(meta, Scalar) and bool(text(meta)))
    )


def _items(node: Node | None) -> Iterator[Mapping]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Mapping):
            yield item
