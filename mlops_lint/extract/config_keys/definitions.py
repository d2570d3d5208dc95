"""Configuration files to the keys they define.

Source: where tools look for settings, https://dvc.org/doc/command-reference/params and
https://hydra.cc/docs/tutorials/basic/your_first_app/config_file/
"""

import re
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject, Value
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence
from mlops_lint.subjects import ConfigKey, subject

_NAMES = (
    "params.yaml",
    "params.yml",
    "params.json",
    "params.toml",
    "*params.yaml",
    "*params.yml",
    "config.yaml",
    "config.yml",
)
_FOLDERS = tuple(
    f"{start}{folder}/*.{suffix}"
    for folder in ("conf", "config", "configs")
    for start in ("", "*/")
    for suffix in ("yaml", "yml")
)
PATTERNS = _NAMES + _FOLDERS
"""The files that are taken for configuration."""

# More is data: then no key is given, so that a file with any key has all of them.
_MOST = 2_000
_TEMPLATE = re.compile(r"\$\{|\{\{|\{%")
_INTERPOLATED = re.compile(r"\$\{([\w.]+)\}")
_SECRET = re.compile(
    r"passw|secret|token|api_?key|access_?key|private_?key|credential|connection_?string", re.IGNORECASE
)
# A longer text is no setting but a prompt or a query, and would only fill the cache.
_LONGEST = 500


@trees(*PATTERNS)
def defined(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives every key of a configuration file: all of them, or, where they cannot all be known, none."""
    root = documents[0] if len(documents) == 1 else None
    hidden = any(part.startswith(".") for part in path.split("/"))
    if not isinstance(root, Mapping) or hidden or (root.get("apiVersion") and root.get("kind")):
        return
    found = _keys(root)
    if found is None:
        return
    for dotted, (key, node) in found.items():
        record = ConfigKey(file=path, key=dotted, value=_value(dotted, node), defined=True)
        links = tuple(Link("uses", f"config:{path}#{name}") for name in _named(node) if name in found)
        yield subject(record, locate(path, key), dotted, symbol=f"config:{path}#{dotted}", links=links)


def _named(node: Node) -> list[str]:
    """The keys that a value is made of: `${train.lr}`."""
    parts = node.items if isinstance(node, Sequence) else (node,)
    return [name for part in parts if isinstance(part, Scalar) for name in _INTERPOLATED.findall(part.text)]


def _keys(root: Mapping) -> dict[str, tuple[Scalar, Node]] | None:
    """Gives the dotted keys in the order of the file; None where a template makes some, or there are too many."""
    found: dict[str, tuple[Scalar, Node]] = {}
    wanted: list[tuple[str, Scalar, Node]] = [(key.text, key, node) for key, node in reversed(root.entries)]
    while wanted:
        dotted, key, node = wanted.pop()
        found[dotted] = key, node
        if _TEMPLATE.search(key.text) or len(found) > _MOST:
            return None
        if isinstance(node, Mapping):
            wanted += [(f"{dotted}.{inner.text}", inner, value) for inner, value in reversed(node.entries)]
    return found


def _value(dotted: str, node: Node) -> Value | UnsetType:
    if _SECRET.search(dotted):
        return UNSET
    if dotted == "defaults" and isinstance(node, Sequence):
        return tuple(_chosen(node))
    if isinstance(node, Sequence):
        items = [item.value for item in node.items if isinstance(item, Scalar)]
        texts = tuple(item for item in items if isinstance(item, str) and not _TEMPLATE.search(item))
        return texts if len(texts) == len(node.items) and sum(map(len, texts)) < _LONGEST else UNSET
    if not isinstance(node, Scalar) or node.tag is not None:
        return UNSET
    if isinstance(node.value, str) and (len(node.value) > _LONGEST or _TEMPLATE.search(node.value)):
        return UNSET
    return node.value


def _chosen(node: Sequence) -> Iterator[str]:
    """The entries of the list by which Hydra composes a configuration: `group=option`, or the name of a file."""
    for item in node.items:
        if isinstance(item, Scalar):
            yield item.text
        elif isinstance(item, Mapping):
            for group, option in item.entries:
                if isinstance(option, Scalar):
                    yield f"{group.text.removeprefix('override ')}={option.text}"
