"""Groovy text to its nested blocks, as far as pipelines need it: Jenkinsfiles, Nextflow. No grammar, no evaluation.

Strings and comments are passed over, so that braces in them open nothing.
Source: https://groovy-lang.org/syntax.html
"""

import re

import msgspec

# What can matter: strings, comments, braces. A slash begins a comment only with another; regex literals are rare.
_MARK = re.compile(r"//[^\n]*|/\*|'''|\"\"\"|'|\"|[{}]")
# Deeper nesting is hostile or generated.
_DEPTH = 100
_MOST = 20_000
_HEAD_LENGTH = 400


class Block(msgspec.Struct):
    """What stands between braces, with the words before them; offsets are in the text, `end` after the brace."""

    head: str
    start: int
    end: int = 0
    children: list["Block"] = []
    settings: str = ""
    """Its own text, with that of all blocks in it that are not named for what they hold."""


# Blocks whose text is part of what stands around them: settings, and wrappers of steps.
_WRAPPERS = re.compile(r"(?:options|steps|script|triggers|timeout|retry|properties|wrap|ansiColor|docker|kubernetes)\b")


def blocks(text: str) -> Block:
    """Gives a block for the whole text, which holds all others."""
    top = Block("", 0, len(text))
    stack = [top]
    at = count = 0
    while (found := _MARK.search(text, at)) is not None:
        mark, at = found.group(), found.end()
        if mark == "{":
            if len(stack) <= _DEPTH and count < _MOST:
                count += 1
                block = Block(*_head(text, found.start()))
                stack[-1].children.append(block)
                stack.append(block)
        elif mark == "}":
            if len(stack) > 1:
                stack.pop().end = at
        elif mark == "/*":
            end = text.find("*/", at)
            at = len(text) if end < 0 else end + 2
        elif not mark.startswith("//"):
            at = quoted(text, found.start())[1]
    for left in stack[1:]:
        left.end = len(text)
    _settle(top, text)
    return top


def quoted(text: str, start: int) -> tuple[str, int]:
    """Gives the content of the string literal that begins at `start`, and the offset behind it."""
    mark = next(mark for mark in ("'''", '"""', "'", '"', "") if text.startswith(mark, start))
    at = start + len(mark)
    begin = at
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif mark and text.startswith(mark, at):
            return _unescaped(text[begin:at]), at + len(mark)
        elif text[at] == "\n" and len(mark) == 1:
            # A quote that is not closed on its line was an apostrophe.
            return "", begin
        else:
            at += 1
    return "", begin


def _unescaped(written: str) -> str:
    # `\$` and `\"` are for Groovy; a backslash before the end of a line is for the shell.
    return re.sub(r"\\([\"'$\\])", r"\1", written)


def _head(text: str, at: int) -> tuple[str, int]:
    """The words of the same line before a brace, or of the line above one that stands alone, and where they begin."""
    least = max(0, at - _HEAD_LENGTH)
    start = max(text.rfind(mark, least, at) + 1 for mark in "\n;{}") or least
    if not text[start:at].strip() and start > 0 and text[start - 1] == "\n":
        end = least + len(text[least:start].rstrip())
        above = max(least, text.rfind("\n", least, end) + 1)
        if not text[above:end].endswith(("{", "}", ";")):
            start, at = above, end
    words = text[start:at]
    return words.strip(), start + len(words) - len(words.lstrip())


def _settle(top: Block, text: str) -> None:
    """Fills in `settings`, from the innermost blocks outwards."""
    order = [top]
    for block in order:
        order.extend(block.children)
    for block in reversed(order):
        parts, at = [], block.start
        for child in block.children:
            parts.append(text[at : child.start])
            if _WRAPPERS.match(child.head):
                parts.append(f"{child.head} {child.settings}")
            at = child.end
        parts.append(text[at : block.end])
        block.settings = "\n".join(parts)[:20_000]
