"""Kustomizations to what they are made of and what they change: resources, patches, images, copies, names.

Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

import posixpath
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.errors import ParseError
from mlops_lint.extract.manifests import manifests, sequence
from mlops_lint.extract.platform.kubernetes import WORKLOADS, number
from mlops_lint.extract.platform.patches import Patch, merged, operations
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text
from mlops_lint.parse.yaml import parse
from mlops_lint.subjects import Resource, subject

_PARTS = {"resources": "resource", "bases": "resource", "components": "component"}
_LONGEST = 20_000


@trees("kustomization.yaml", "kustomization.yml", "Kustomization")
def kustomization(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a kustomization with what it is made of and puts in, and each patch that is written in it."""
    root = documents[0] if documents else None
    if not isinstance(root, Mapping) or not root.entries:
        return
    key = root.key("kind") or root.entries[0][0]
    links = (*_images(root), *_parts(path, root), *_changes(root), *_patch_files(path, root))
    what = text(root.get("kind")) or "Kustomization"
    record = Resource(framework="kustomize", what=what, holds="settings", public=UNSET, parameterised=True)
    name = posixpath.dirname(path) or "."
    yield subject(record, locate(path, key), name, symbol=f"resource:{path}", links=links)
    for at, (node, target) in enumerate(_inline(root)):
        yield from _written(path, at, node, target)


@trees("*.yaml", "*.yml", "*patch*.json", word=b"op")
def operations_of(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives what a file of operations says of the workload that a kustomization applies it to."""
    found = operations(documents[0]) if documents else None
    if found is not None:
        yield subject(found.record, locate(path, documents[0]), "*", symbol=f"patch:{path}", links=found.says)


def _images(root: Mapping) -> Iterator[Link]:
    for one in sequence(root.get("images")):
        if (name := text(one.get("name"))) is not None:
            tag, digest = text(one.get("newTag")), text(one.get("digest"))
            to = text(one.get("newName")) or name
            yield Link("uses", f"image:{name}={to}{f'@{digest}' if digest else f':{tag}' if tag else ''}")


def _parts(path: str, root: Mapping) -> Iterator[Link]:
    """The files and folders of the repository; what lies elsewhere is none of ours."""
    for key, what in _PARTS.items():
        for written in strings(root.get(key)):
            if "://" not in written and "?ref=" not in written and not written.startswith("git@"):
                yield Link("uses", f"kustomize:{what}:{_beside(path, written)}")


def _changes(root: Mapping) -> Iterator[Link]:
    for one in sequence(root.get("replicas")):
        name, count = text(one.get("name")), text(one.get("count"))
        if name and count:
            yield Link("uses", f"kustomize:replicas:{name}={count}")
    before, after = text(root.get("namePrefix")) or "", text(root.get("nameSuffix")) or ""
    if before or after:
        yield Link("uses", f"kustomize:name:{before}*{after}")


def _patch_files(path: str, root: Mapping) -> Iterator[Link]:
    for item in _items(root, "patchesStrategicMerge"):
        written = text(item) or ""
        if written and "\n" not in written:
            yield Link("uses", f"kustomize:patch:{_beside(path, written)}?")
    for key in ("patches", "patchesJson6902"):
        for one in _items(root, key):
            # Older kustomizations list plain paths.
            file = text(one.get("path")) if isinstance(one, Mapping) else text(one)
            if file and "\n" not in file:
                target = one.get("target") if isinstance(one, Mapping) else None
                yield Link("uses", f"kustomize:patch:{_beside(path, file)}?{_target(target)}")


def _items(root: Mapping, key: str) -> tuple[Node, ...]:
    node = root.get(key)
    return node.items if isinstance(node, Sequence) else ()


def _inline(root: Mapping) -> Iterator[tuple[Scalar, str]]:
    """The patches that stand in the file as a text, and what each is for."""
    for one in (*sequence(root.get("patches")), *sequence(root.get("patchesJson6902"))):
        node = one.get("patch")
        if isinstance(node, Scalar):
            yield node, _target(one.get("target"))
    for item in _items(root, "patchesStrategicMerge"):
        if isinstance(item, Scalar) and "\n" in item.text:
            yield item, ""


def _target(node: Node | None) -> str:
    """The kind and name that a patch is for, `*` for any; `?` where labels decide; nothing where it says so itself."""
    if not isinstance(node, Mapping):
        return ""
    if node.get("labelSelector") is not None or node.get("annotationSelector") is not None:
        return f"{text(node.get('kind')) or '*'}/?"
    return f"{text(node.get('kind')) or '*'}/{text(node.get('name')) or '*'}"


def _written(path: str, at: int, node: Scalar, target: str) -> Iterator[Subject]:
    written = node.value if isinstance(node.value, str) else node.text
    if len(written) > _LONGEST:
        return
    try:
        documents = parse(written.encode())
    except ParseError:
        return
    found = [("", operations(documents[0]))] if documents else []
    if not found or found[0][1] is None:
        found = [(f"{one.kind}/{one.name}", merged(one, number(one.root.get("spec", "replicas"), UNSET)))
                 for one in manifests(documents) if (one.group, one.kind) in WORKLOADS]  # fmt: skip
    for own, patch in found:
        if isinstance(patch, Patch):
            name = target or own
            symbol = f"patch:{path}#{at}/{name}"
            yield subject(patch.record, locate(path, node), name, symbol=symbol, links=patch.says)


def _beside(path: str, written: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), written))
