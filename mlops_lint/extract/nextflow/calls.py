"""The body of a workflow of Nextflow to the processes that it calls, and which of them wait for which.

Channels are followed by the names that they are given, statement by statement, in the order of the text.
Source: https://www.nextflow.io/docs/latest/workflow.html
"""

import re
from collections.abc import Iterator

import msgspec

from mlops_lint.parse.groovy import Block, quoted

_WORD = re.compile(r"[A-Za-z_]\w*")
_ASSIGNED = re.compile(r"\s*(?:def\s+|final\s+)?(?:\(([\w\s,]+)\)|([A-Za-z_]\w*))\s*=(?![=~])")
_NAMED = re.compile(r"\.\s*(?:set|tap|into)\s*\{([\w\s;,]+)\}")
_CONDITION = re.compile(r"\s*(?:\}\s*)?(?:if|else|for|while|try|catch|switch)\b")
# As much of a statement as says whether it goes on in the next line.
_TAIL = 60
# More calls in one workflow, or longer statements, are generated or hostile.
_MOST = 2000
_LENGTH = 50_000
_LABEL = re.compile(r"\s*(?:take|main|emit|publish|onComplete|onError)\s*:\s*")
_MARK = re.compile(r"//[^\n]*|/\*|'''|\"\"\"|'|\"|[(){}\[\]\n;]|[^'\"(){}\[\]\n;/]+|/")
# What does not end a statement at the end of a line.
_OPEN = ("|", ",", "=", "?", ":", "+", "&", ".", "->")


class Call(msgspec.Struct, frozen=True):
    """A call of a process or workflow, under a key that is unique in its workflow."""

    name: str
    key: str
    start: int
    after: tuple[str, ...]


def calls(block: Block, text: str, known: frozenset[str]) -> tuple[Call, ...]:
    """Gives the calls in a workflow of what `known` names, in the order of the text."""
    walker = _Walker(known)
    opens = text.index("{", block.start) + 1 if "{" in text[block.start : block.end] else block.end
    for start, statement in _statements(text, opens, max(opens, block.end - 1)):
        if len(walker.found) < _MOST and len(statement) < _LENGTH:
            walker.take(start, statement)
    return tuple(walker.found)


class _Walker:
    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._channels: dict[str, dict[str, None]] = {}
        """Each name of a channel, with the calls that it comes from."""
        self._keys: dict[str, str] = {}
        """The last call of each process."""
        self.found: list[Call] = []
        self._counts: dict[str, int] = {}
        self._places: dict[str, int] = {}

    def take(self, start: int, statement: str) -> None:
        """Notes the calls of one statement, and where the channels that it names come from."""
        label = _LABEL.match(statement)
        assigned = _ASSIGNED.match(statement, label.end() if label is not None else 0)
        begin = assigned.end() if assigned is not None else 0
        sources = self._sources(start, statement, begin)
        names = re.split(r"[\s,]+", assigned[1] or assigned[2]) if assigned is not None else []
        for found in _NAMED.finditer(statement):
            names += re.split(r"[\s;,]+", found[1])
        for name in filter(None, names):
            # In a branch of a condition a channel may keep what it was before.
            self._channels.setdefault(name, {}).update(sources)

    def _sources(self, start: int, statement: str, begin: int) -> dict[str, None]:
        """The calls that the value of a statement comes from; calls within calls come first."""
        values: dict[str, None] = {}
        waiting: list[tuple[int, str, dict[str, None]]] = []
        for word in _WORD.finditer(statement, begin):
            name = word.group()
            before = statement[: word.start()].rstrip()
            while waiting and word.start() >= waiting[-1][0]:
                self._leave(waiting, values)
            holder = waiting[-1][2] if waiting else values
            if before.endswith((".", "$")) and not before.endswith(".."):
                continue
            rest = statement[word.end() :].lstrip()
            if name in self._known and rest.startswith("("):
                end = _closing(statement, word.end() + statement[word.end() :].index("("))
                inherited = dict(values) if before.endswith("|") and not waiting else {}
                if inherited:
                    values.clear()
                waiting.append((end, self._enter(name, start + word.start()), inherited))
            elif name in self._known and rest.startswith("."):
                holder.update({self._keys[name]: None} if name in self._keys else {})
            elif name in self._known and before.endswith("|"):
                key = self._enter(name, start + word.start())
                self._close(key, values)
                values.clear()
                values[key] = None
            else:
                holder.update(self._channels.get(name, {}))
        while waiting:
            self._leave(waiting, values)
        return values

    def _enter(self, name: str, start: int) -> str:
        count = self._counts[name] = self._counts.get(name, 0) + 1
        key = name if count == 1 else f"{name} {count}"
        self._places[key] = len(self.found)
        self.found.append(Call(name, key, start, ()))
        return key

    def _leave(self, waiting: list[tuple[int, str, dict[str, None]]], values: dict[str, None]) -> None:
        _, key, sources = waiting.pop()
        self._close(key, sources)
        (waiting[-1][2] if waiting else values)[key] = None

    def _close(self, key: str, sources: dict[str, None]) -> None:
        at = self._places[key]
        after = tuple(source for source in sources if source != key)
        self.found[at] = msgspec.structs.replace(self.found[at], after=after)
        self._keys[self.found[at].name] = key


def _closing(statement: str, at: int) -> int:
    """The offset behind the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(statement)):
        if statement[index] in "([{":
            depth += 1
        elif statement[index] in ")]}":
            depth -= 1
            if depth == 0:
                return index + 1
    return len(statement)


def _statements(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Gives each statement with the offset at which it begins; texts and comments in it are blanks.

    The blocks of conditions are opened, closures are part of their statement.
    """
    parts: list[str] = []
    begin, depth, at = start, 0, start
    condition: bool | None = None
    tail = ""
    while at < end and (found := _MARK.match(text, at)) is not None:
        mark, after = _seen(text, found, end)
        if condition is None and mark.strip(" \n}"):
            condition = _CONDITION.match(mark) is not None
        opens = mark in ("(", "[") or (mark == "{" and not (condition and depth == 0))
        closes = mark in (")", "]", "}") and depth > 0
        depth += opens - closes
        whole = depth == 0 and not opens and not closes
        ends = whole and (mark in ("{", "}", ";") or (mark == "\n" and not _goes_on(tail, text, after, end)))
        parts.append(mark + " " * max(0, after - at - len(mark)))
        tail = (tail + mark)[-_TAIL:]
        if ends:
            yield begin, "".join(parts)
            parts, begin, condition, tail = [], after, None, ""
        at = after
    yield begin, "".join(parts)


def _seen(text: str, found: re.Match[str], end: int) -> tuple[str, int]:
    """What stands at a place, without comments and the words of texts, and the offset behind it."""
    mark, after = found.group(), found.end()
    if mark == "/*":
        close = text.find("*/", after)
        return " ", end if close < 0 else close + 2
    if mark.startswith("//"):
        return " ", after
    if mark[0] in "'\"":
        after = quoted(text, found.start())[1]
        return _blank(text[found.start() : after]), after
    return mark, after


def _blank(literal: str) -> str:
    """A literal with all but its interpolated names left out."""
    inside = re.sub(r"\$\{([^{}]*)\}|\$(\w+)", lambda found: f" {found[1] or found[2]} ", literal)
    names = " ".join(_WORD.findall(inside)) if "$" in literal else ""
    return names[: len(literal)].ljust(len(literal))


def _goes_on(statement: str, text: str, after: int, end: int) -> bool:
    """Whether a statement goes on in the next line."""
    if not statement.strip() or _LABEL.fullmatch(statement):
        return False
    following = text[after : min(end, after + 200)].lstrip()
    return statement.rstrip().endswith(_OPEN) or following.startswith((".", "|", "?", ":", "+"))
