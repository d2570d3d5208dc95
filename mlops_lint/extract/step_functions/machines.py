"""The state machines in a file: a document of its own, or the definition in a template of CloudFormation or SAM.

Source: https://states-language.net/spec.html
"""

import re
from collections.abc import Iterator

import msgspec

from mlops_lint.errors import ParseError
from mlops_lint.parse import json
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text

# Nodes looked at in one file: a template of a thousand resources has fewer.
_MOST = 50_000
# `"TimeoutSeconds": ${Timeout}` is no JSON before CloudFormation has filled it in.
_BARE = re.compile(r'(:\s*)\$\{[^{}"]*\}(?=\s*[,}\]])')


class Machine(msgspec.Struct, frozen=True):
    """One state machine: `first` is the line that its own first line is in the file, less one."""

    name: str
    """That of the resource; empty = the file is the machine."""
    root: Mapping
    lines: int = 0

    @property
    def states(self) -> Mapping:
        """The outermost states by their names."""
        found = self.root.get("States")
        return found if isinstance(found, Mapping) else self.root


def machines(documents: tuple[Node, ...]) -> Iterator[Machine]:
    """Gives the state machines of a file in their order, not those in the branches of another."""
    waiting: list[tuple[Node, tuple[str, ...]]] = [(root, ()) for root in reversed(documents)]
    for _ in range(_MOST):
        if not waiting:
            return
        node, keys = waiting.pop()
        if isinstance(node, Mapping):
            if is_machine(node):
                yield Machine(_name(keys), node)
            else:
                waiting += [(value, (*keys[-4:], key.text)) for key, value in reversed(node.entries)]
        elif isinstance(node, Sequence):
            waiting += [(one, keys) for one in reversed(node.items)]
        elif isinstance(node, Scalar) and '"StartAt"' in node.text:
            root = _written(node)
            if root is not None:
                # The text of a block scalar begins in the line below its sign.
                yield Machine(_name(keys), root, node.line - (0 if node.end_line > node.line else 1))


def is_machine(node: Mapping) -> bool:
    """Says whether a mapping is a state machine, or a branch of one."""
    return isinstance(node.get("States"), Mapping) and text(node.get("StartAt")) is not None


def _name(keys: tuple[str, ...]) -> str:
    """The name of the resource that holds a definition."""
    if "Properties" in keys[1:]:
        return keys[keys.index("Properties") - 1]
    return keys[-2] if len(keys) > 1 else ""


def _written(node: Scalar) -> Mapping | None:
    """A definition that is written as a text of JSON; None = it is not valid, as with templates in it."""
    try:
        found = json.parse(_BARE.sub(r"\1null", node.text).encode())
    except (ParseError, UnicodeEncodeError):
        return None
    root = found[0] if found else None
    return root if isinstance(root, Mapping) and is_machine(root) else None
