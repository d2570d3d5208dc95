"""A YAML file to one tree a document."""

import re
from typing import Any

import yaml

from mlops_lint.errors import ParseError
from mlops_lint.parse.text import DEPTH, decode, invalid, number, too_deep
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence

EXPANDED = 100_000
"""Nodes that aliases may add to a file: the largest real file tried adds under 5,000, an alias bomb millions."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# libyaml still ends lines at these, as YAML 1.1 did; every editor and YAML 1.2 do not.
_OLD_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")
# libyaml refuses half a surrogate pair, the reader in Python lets it through, and nobody can write it as UTF-8.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_YAML = "tag:yaml.org,2002:"

# Core schema of https://yaml.org/spec/1.2.2/#103-core-schema
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OTHER_BASE = re.compile(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NUMERIC = frozenset("0123456789+-.")


def parse(data: bytes) -> tuple[Node, ...]:
    """Gives the tree of each document, aliases and merge keys resolved; raises ParseError."""
    text = decode(data)
    if not text.isascii():
        text = text.translate(_OLD_BREAKS)
    if _Loader is yaml.SafeLoader and (found := _SURROGATE.search(text)):
        raise invalid("YAML", "half a surrogate pair", text.count("\n", 0, found.start()) + 1, text)
    try:
        # Events, not nodes: libyaml composes nodes by recursion in C, which a deep file drives into a crash.
        return _Builder(text).documents()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "unreadable"
        # libyaml 0.2.6 has a limit of its own, which it may meet in its look-ahead before we count to ours.
        if "nesting depth" in reason:
            raise too_deep(mark.line + 1 if mark else 1) from None
        raise invalid("YAML", reason, mark.line + 1 if mark else 1, text) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ParseError(f"not valid YAML: {error.reason}", line) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise invalid("YAML", str(error).partition("\n")[0], 1, text) from None


def value(text: str) -> bool | int | float | str | None:
    """Gives the value of a plain scalar by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    if _INTEGER.match(text):
        return number(text)
    if _FLOAT.match(text):
        return float(text)
    if _OTHER_BASE.match(text):
        return number(text[2:], 8 if text[1] == "o" else 16)
    return text


class _Open:
    """A collection whose end is not read yet."""

    __slots__ = ("anchor", "children", "event", "expanded", "mapping", "merged")

    def __init__(self, event: Any, expanded: int) -> None:
        self.event = event
        self.mapping = type(event) is yaml.MappingStartEvent
        self.children: list[Node] = []
        self.merged: list[Node] = []
        self.expanded = expanded


class _Builder:
    """The documents of one text, built event by event."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = _Loader(text).get_event
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        """The node of an anchor with the number of nodes in it; None while its end is not read."""
        self._lines: list[str] | None = None
        self._nodes = 0
        self._added = 0

    def documents(self) -> tuple[Node, ...]:
        roots: list[Node] = []
        stack: list[_Open] = []
        scalar, alias = yaml.ScalarEvent, yaml.AliasEvent
        starts = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
        ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        while (event := self._next()) is not None:
            kind = type(event)
            node: Node
            if kind is scalar:
                node = _scalar(event, self._text)
                self._nodes += 1
                if event.anchor:
                    self._anchors[event.anchor] = node, 1
            elif kind in starts:
                if len(stack) >= DEPTH:
                    raise too_deep(event.start_mark.line + 1)
                stack.append(_Open(event, self._nodes))
                self._nodes += 1
                if event.anchor:
                    self._anchors[event.anchor] = None
                continue
            elif kind in ends:
                node = self._close(stack.pop(), event)
            elif kind is alias:
                node = self._alias(event)
            else:
                if kind is yaml.DocumentStartEvent:
                    self._anchors.clear()
                continue
            (stack[-1].children if stack else roots).append(node)
        return tuple(roots)

    def _alias(self, event: Any) -> Node:
        line = event.start_mark.line + 1
        if event.anchor not in self._anchors:
            raise invalid("YAML", f"no anchor is called '{event.anchor}'", line, self._text)
        found = self._anchors[event.anchor]
        if found is None:
            raise ParseError(f"the anchor '{event.anchor}' contains itself", line, "MLL004")
        node, size = found
        self._nodes += size
        self._added += size
        if self._added > EXPANDED:
            raise ParseError(f"aliases add more than {EXPANDED} nodes", line, "MLL004")
        return node

    def _close(self, opened: _Open, event: Any) -> Node:
        start, end = opened.event.start_mark, event.end_mark
        line, column, end_line, end_column = start.line + 1, start.column + 1, end.line + 1, end.column + 1
        children = opened.children
        tag = _tag(opened.event.tag)
        node: Node
        if not opened.event.flow_style and children:
            # libyaml ends a block where the next token begins, lines below.
            last = children[-1]
            end_line, end_column = max((last.end_line, last.end_column), (line, column))
        if not opened.mapping:
            node = Sequence(line, column, end_line, end_column, tuple(children), tag)
        elif opened.event.flow_style and (found := _expression(self._text, start.index, end.index)):
            node = Scalar(line, column, end_line, end_column, found, found)
        else:
            node = Mapping(line, column, end_line, end_column, self._entries(children), tag)
        if opened.event.anchor:
            self._anchors[opened.event.anchor] = node, self._nodes - opened.expanded
        return node

    def _entries(self, children: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
        keys = [key if isinstance(key, Scalar) else self._key(key) for key in children[::2]]
        entries = tuple(zip(keys, children[1::2], strict=True))
        if not any(key.text == "<<" for key in keys):
            return entries
        merged: dict[str, tuple[Scalar, Node]] = {}
        own = [entry for entry in entries if not _merge(*entry, merged)]
        for key, _ in own:
            merged.pop(key.text, None)
        return (*merged.values(), *own)

    def _key(self, node: Node) -> Scalar:
        """Gives a key that is no scalar as its text in the file."""
        if self._lines is None:
            self._lines = self._text.split("\n")
        lines = self._lines[node.line - 1 : node.end_line]
        lines[-1] = lines[-1][: node.end_column - 1]
        text = "\n".join(lines)[node.column - 1 :]
        return Scalar(node.line, node.column, node.end_line, node.end_column, text, text)


def _merge(key: Scalar, value: Node, merged: dict[str, tuple[Scalar, Node]]) -> bool:
    """Adds what a merge key brings in, of several the first that has a key; says whether it is one."""
    # https://yaml.org/type/merge.html
    mappings = value.items if isinstance(value, Sequence) else (value,)
    if key.text != "<<" or not all(isinstance(mapping, Mapping) for mapping in mappings):
        return False
    for mapping in mappings:
        if isinstance(mapping, Mapping):
            for name, entry in {name.text: (name, entry) for name, entry in mapping.entries}.items():
                merged.setdefault(name, entry)
    return True


def _scalar(event: Any, text: str) -> Scalar:
    start, end = event.start_mark, event.end_mark
    line, end_line, end_column = start.line + 1, end.line + 1, end.column + 1
    written: str = event.value
    style, tag = event.style, event.tag
    if style in {"|", ">"}:
        # libyaml ends a block scalar where the next token begins, lines below.
        body = text[start.index : end.index].rstrip()
        end_line = line + body.count("\n")
        end_column = len(body) - body.rfind("\n") if end_line > line else start.column + 1 + len(body)
    if tag is None:
        typed = written if style else value(written)
        return Scalar(line, start.column + 1, end_line, end_column, typed, written)
    local = _tag(tag)
    typed = _converted(tag, written) if local is None else value(written) if not style else written
    return Scalar(line, start.column + 1, end_line, end_column, typed, written, local)


def _converted(tag: str, written: str) -> bool | int | float | str | None:
    """Gives the value of a scalar that bears a standard tag; one that does not fit its tag stays text."""
    found = value(written)
    if tag == _YAML + "float" and isinstance(found, int) and not isinstance(found, bool):
        return float(found)
    fits = {"int": int, "float": float, "bool": bool, "null": type(None)}.get(tag.removeprefix(_YAML))
    return found if fits is not None and type(found) is fits else written


def _tag(tag: str | None) -> str | None:
    """Gives a local tag; None for the standard ones and for `!`, which only says that a scalar is text."""
    return None if tag is None or tag == "!" or tag.startswith(_YAML) else tag


def _expression(text: str, start: int, end: int) -> str | None:
    """Gives the template expression `{{ x }}`, which YAML takes for a mapping in a mapping."""
    return text[start:end] if text.startswith("{{", start) and text.endswith("}}", start, end) else None
