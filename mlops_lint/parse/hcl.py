"""A file of Terraform to its blocks, as far as they are written out: expressions are kept as text.

Tolerant: what cannot be understood is passed over, and nothing is evaluated.
Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re

import msgspec

from mlops_lint.parse.text import Lines
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence

EXPRESSION = "expression"
"""The tag of a scalar whose value is not written out; its `text` is as written, its `value` None."""

_DEPTH = 40
_SPACE = re.compile(r"(?:[ \t\r\n,]|#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/)+")
_INLINE = re.compile(r"(?:[ \t\r]|/\*(?:[^*]|\*(?!/))*+\*/)*")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*+"')
_HEREDOC = re.compile(r"<<-?[ \t]*([A-Za-z_]\w*)[ \t\r]*\n")
_LITERAL = re.compile(r"(?:true|false|null|-?\d+(?:\.\d+)?)(?![\w.(\[])")
_END = re.compile(r"[ \t\r]*(?:[\n,}\])#]|//|\Z)")
_WORDS = {"true": True, "false": False, "null": None}
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class Block(msgspec.Struct, frozen=True):
    """A block of the file itself: `resource "aws_s3_bucket" "data" { ... }` with its labels; `start` is its name."""

    type: str
    labels: tuple[str, ...]
    start: Scalar
    body: Mapping


def parse(text: str) -> tuple[Block, ...]:
    """Gives the blocks of a file in order; inner blocks are entries of the body of the outer one."""
    reader = _Reader(text)
    found = []
    while reader.at < len(text):
        block = reader.block()
        if block is not None:
            found.append(block)
    return tuple(found)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self.at = 0

    def block(self) -> Block | None:
        """Reads the next block of the file; None where something else stands, which is passed over."""
        self._skip(_SPACE)
        start = self.at
        name = self._name()
        if name is None:
            self.at += 1
            return None
        labels = self._labels()
        if self._text[self.at : self.at + 1] != "{":
            self._expression(_DEPTH)
            return None
        return Block(
            name.text, labels, self._scalar(start, start + len(name.text), name.text, name.text), self._body(0)
        )

    def _labels(self) -> tuple[str, ...]:
        labels = list[str]()
        while True:
            self._skip(_INLINE)
            label = self._string() or self._name()
            if label is None:
                return tuple(labels)
            labels.append(label.text)

    def _body(self, depth: int) -> Mapping:
        """Reads from `{` to its end: attributes, entries of an object, and inner blocks alike."""
        start = self.at
        self.at += 1
        entries: list[tuple[Scalar, Node]] = []
        while True:
            self._skip(_SPACE)
            if self.at >= len(self._text) or self._text[self.at] == "}":
                self.at += 1
                break
            before = self.at
            entry = self._entry(depth)
            if entry is not None:
                entries.append(entry)
            self.at += self.at == before
        return Mapping(*self._span(start, min(self.at, len(self._text))), tuple(entries))

    def _entry(self, depth: int) -> tuple[Scalar, Node] | None:
        key = self._string() or self._name()
        if key is None:
            return None
        self._skip(_INLINE)
        if self._text[self.at : self.at + 1] in ("=", ":"):
            self.at += 1
            return key, self._expression(depth + 1)
        self._labels()
        if self._text[self.at : self.at + 1] == "{" and depth < _DEPTH:
            return key, self._body(depth + 1)
        return None

    def _expression(self, depth: int) -> Node:
        self._skip(_INLINE)
        start, text = self.at, self._text
        heredoc = _HEREDOC.match(text, start)
        if heredoc is not None:
            return self._heredoc(heredoc)
        node = self._string() or self._literal()
        if node is not None and _END.match(text, self.at):
            return node
        self.at = start
        mark = text[start : start + 1]
        if depth < _DEPTH and mark in ("[", "{") and not re.match(r".\s*for\b", text[start : start + 40]):
            inner: Node = self._body(depth) if mark == "{" else self._list(depth)
            if _END.match(text, self.at):
                return inner
            self.at = start
        return self._raw()

    def _list(self, depth: int) -> Sequence:
        start = self.at
        self.at += 1
        items = []
        while True:
            self._skip(_SPACE)
            if self.at >= len(self._text) or self._text[self.at] in "]})":
                self.at += 1
                break
            before = self.at
            items.append(self._expression(depth + 1))
            self.at += self.at == before
        return Sequence(*self._span(start, min(self.at, len(self._text))), tuple(items))

    def _raw(self) -> Scalar:
        """Reads an expression as text, to the end of its line or the bracket that it stands in."""
        start, text = self.at, self._text
        waiting: list[str] = []
        while self.at < len(text):
            mark = text[self.at]
            string = _STRING.match(text, self.at) if mark == '"' else None
            if string is not None:
                self.at = string.end()
                continue
            if mark in _CLOSES:
                waiting.append(_CLOSES[mark])
            elif waiting and mark == waiting[-1]:
                waiting.pop()
            elif not waiting and mark in "\n,}])":
                break
            self.at += 1
        written = text[start : self.at].strip()
        return Scalar(*self._span(start, start + len(written)), None, written, EXPRESSION)

    def _heredoc(self, found: re.Match[str]) -> Scalar:
        end = re.compile(rf"^[ \t]*{found[1]}[ \t\r]*$", re.MULTILINE).search(self._text, found.end())
        self.at = end.end() if end is not None else len(self._text)
        body = self._text[found.end() : end.start() if end is not None else len(self._text)]
        return self._scalar(found.start(), self.at, body, body)

    def _string(self) -> Scalar | None:
        found = _STRING.match(self._text, self.at)
        if found is None:
            return None
        self.at = found.end()
        written = found[0][1:-1]
        if re.search(r"(?<!\$)\$\{|%\{", written):
            return Scalar(*self._span(found.start(), found.end()), None, written, EXPRESSION)
        plain = written.replace('\\"', '"').replace("\\n", "\n")
        return self._scalar(found.start(), found.end(), plain, plain)

    def _literal(self) -> Scalar | None:
        found = _LITERAL.match(self._text, self.at)
        if found is None:
            return None
        self.at = found.end()
        word = found[0]
        value = _WORDS[word] if word in _WORDS else float(word) if "." in word or len(word) > 15 else int(word)
        return self._scalar(found.start(), found.end(), value, word)

    def _name(self) -> Scalar | None:
        found = _NAME.match(self._text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return self._scalar(found.start(), found.end(), found[0], found[0])

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self.at)
        if found is not None:
            self.at = found.end()

    def _scalar(self, start: int, end: int, value: bool | float | str | None, text: str) -> Scalar:
        return Scalar(*self._span(start, end), value, text)

    def _span(self, start: int, end: int) -> tuple[int, int, int, int]:
        return *self._lines.place(start), *self._lines.place(end)
