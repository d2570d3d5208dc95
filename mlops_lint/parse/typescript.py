"""TypeScript or JavaScript to what it imports and the objects that it makes by `new`; no grammar, no evaluation.

Enough for declarations as those of the AWS CDK: what is computed stays as it is written.
Source: https://262.ecma-international.org/ (lexical grammar) and https://www.typescriptlang.org/docs/handbook/2/modules.html
"""

import re
from collections.abc import Iterator

import msgspec

from mlops_lint.parse.text import Lines

_QUIET = re.compile(
    r"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\"|`(?:[^`\\]|\\.)*+(?:`|\Z)",
    re.DOTALL,
)
_NEW = re.compile(r"\bnew\s{1,20}([A-Za-z_$][\w$.]{0,200})\s{0,20}\(")
_IMPORT = re.compile(
    r"\bimport\s{1,20}(?:type\s{1,5})?(?:\*\s{0,5}as\s{1,5}(?P<whole>[\w$]+)|\{(?P<some>[^{}]{1,4000})\})\s{0,20}from\s{0,20}"
    r"['\"](?P<module>[^'\"\n]{1,200})['\"]"
)
_REQUIRED = re.compile(
    r"\b(?:const|let|var|import)\s{1,20}(?:(?P<whole>[\w$]+)|\{(?P<some>[^{}]{1,4000})\})\s{0,20}=\s{0,20}require\(\s{0,5}"
    r"['\"](?P<module>[^'\"\n]{1,200})['\"]"
)
_NAME = re.compile(r"\s*([\w$]+)\s*(?:(?:\bas\b|:)\s*([\w$]+)\s*)?$")
_KEY = re.compile(r"\s*(?:([A-Za-z_$][\w$]*)|['\"]([^'\"\n]{1,200})['\"])\s*(?::|$)")
_BRACKET = re.compile(r"[()\[\]{}]")
_STOP = re.compile(r"[,(\[{]")
_MOST = 500
_LONGEST = 20_000


class Made(msgspec.Struct, frozen=True):
    """One `new module.Name(scope, 'id', { ... })`: offsets are in the text."""

    name: str
    """With what it is imported from: `aws-cdk-lib/aws-s3.Bucket`."""
    start: int
    end: int
    arguments: tuple[str, ...]
    given: dict[str, str]
    """The properties of the last argument that is an object, as written; of a short form, its own name."""
    whole: bool
    """Nothing is spread into it, and no argument behind the second is computed."""


def parse(text: str) -> tuple[Made, ...]:
    """Gives the objects that are made, in order; at most some hundreds."""
    masked = _QUIET.sub(_blank, text)
    known = dict(_imports(text))
    pairs = _pairs(masked)
    found: list[Made] = []
    for one in _NEW.finditer(masked):
        first, dot, rest = one[1].partition(".")
        module = known.get(first)
        end = pairs.get(one.end() - 1)
        if module is None or end is None or end - one.end() > _LONGEST or len(found) >= _MOST:
            continue
        # A comment between them is no part of an argument.
        pieces = list(_split(masked, one.end(), end, pairs))
        arguments = tuple(_plain(text, *piece) for piece in pieces)
        given, whole = _object(text, masked, pieces[2:], pairs)
        found.append(Made(f"{module}{dot}{rest}", one.start(), end + 1, arguments, given, whole))
    return tuple(found)


def lines(text: str) -> Lines:
    """Gives the lines of a text, which tell the place of an offset."""
    return Lines(text)


def literal(written: str) -> str | int | bool | None:
    """Gives the value of a literal; None for what is computed."""
    if re.fullmatch(r"'[^'\\]*'|\"[^\"\\]*\"|`[^`\\$]*`", written):
        return written[1:-1]
    if re.fullmatch(r"\d{1,9}", written):
        return int(written)
    return {"true": True, "false": False}.get(written)


def items(written: str) -> int | None:
    """Gives how many items a list has; None for what is computed."""
    masked = _QUIET.sub(_blank, written)
    pairs = _pairs(masked)
    end = pairs.get(0) if masked.startswith("[") else None
    if end is None or "..." in masked or end != len(masked) - 1:
        return None
    return sum(1 for start, stop in _split(masked, 1, end, pairs) if masked[start:stop].strip())


def _blank(found: re.Match[str]) -> str:
    """What stands in quotes or comments, blank; quotes themselves stay."""
    one = found[0]
    inner = re.sub(r"[^\n]", " ", one)
    return inner if one.startswith("/") else f"{one[0]}{inner[1:-1]}{one[0]}" if len(one) > 1 else one


def _imports(text: str) -> Iterator[tuple[str, str]]:
    """The names of modules and of what is taken from them."""
    for pattern in (_IMPORT, _REQUIRED):
        for found in pattern.finditer(text):
            module = found["module"]
            if found["whole"]:
                yield found["whole"], module
            for one in (found["some"] or "").split(","):
                name = _NAME.match(one)
                if name is not None:
                    yield name[2] or name[1], f"{module}.{name[1]}"


def _pairs(masked: str) -> dict[int, int]:
    """Where each bracket that is closed is closed."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for one in _BRACKET.finditer(masked):
        if one[0] in "([{":
            waiting.append(one.start())
        elif waiting:
            found[waiting.pop()] = one.start()
    return found


def _split(masked: str, start: int, end: int, pairs: dict[int, int]) -> Iterator[tuple[int, int]]:
    """The pieces between commas that stand in no bracket."""
    begin = at = start
    while (one := _STOP.search(masked, at, end)) is not None:
        if one[0] == ",":
            yield begin, one.start()
            begin = one.end()
        at = one.end() if one[0] == "," else pairs.get(one.start(), one.start()) + 1
    yield begin, end


def _plain(text: str, start: int, end: int) -> str:
    return re.sub(r"//[^\n]*\n|/\*(?:[^*]|\*(?!/))*+\*/", " ", text[start:end]).strip()


def _object(
    text: str, masked: str, pieces: list[tuple[int, int]], pairs: dict[int, int]
) -> tuple[dict[str, str], bool]:
    given: dict[str, str] = {}
    whole = True
    for start, end in pieces:
        body = masked[start:end]
        begin = start + len(body) - len(body.lstrip())
        if not body.strip():
            continue
        close = pairs.get(begin) if masked[begin] == "{" else None
        if close is None:
            whole = False
            continue
        for left, right in _split(masked, begin + 1, close, pairs):
            # A key in quotes is blank where quotes are.
            key = _KEY.match(_plain(text, left, right))
            if key is not None:
                name = key[1] or key[2]
                value = _plain(text, left, right)[key.end() :].strip()
                given[name] = value or name
            elif masked[left:right].strip():
                whole = False
    return given, whole
