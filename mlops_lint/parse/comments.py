"""A file to its comments that speak to this tool, where they stand on disk."""

import io
import re
import tokenize
from collections.abc import Iterator

import msgspec

from mlops_lint.errors import ParseError
from mlops_lint.model import Location
from mlops_lint.parse.text import decode

MARK = "mlops-lint:"

# What may hide a `#`, one expression a language; the group is a comment.
_TOML = re.compile(
    r'''"""(?s:[^"\\]|\\.|"(?!""))*+"{3,5}|\'\'\'(?s:[^']|'(?!''))*+'{3,5}|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|(#[^\n]*)'''
)
_YAML_QUOTED = re.compile(r"""(?<![^\s\[{,:(-])(?:"(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+')|(?<!\S)(#[^\n]*)""")
_JSON = re.compile(r'"(?:[^"\\\n]|\\.)*+"|(//[^\n]*)')
_BLOCK_SCALAR = re.compile(
    r"[ \t]*(?P<dashes>(?:-[ \t]+)*)(?P<key>.*:[ \t]+)?(?:[!&]\S+[ \t]+)*[|>][-+\d]*[ \t]*(?:#.*)?$"
)
_LINES = {
    "ini": re.compile(r"^[ \t]*[#;].*"),
    "dockerfile": re.compile(r"^[ \t]*#.*"),
    "requirements": re.compile(r"(?<!\S)#.*"),
    # Of shell, Terraform, SQL, Markdown and their like.
    "text": re.compile(r"(?<!\S)(?:#|//|--|<!--).*"),
}
_QUOTED = {"toml": _TOML, "json": _JSON}


class Comment(msgspec.Struct, frozen=True):
    """A comment; `alone` = nothing else stands on its line."""

    location: Location
    text: str
    alone: bool


def comments(path: str, language: str, data: bytes) -> Iterator[Comment]:
    """Gives the comments that hold MARK in order, none of a file that cannot be read."""
    if MARK.encode() not in data:
        return
    try:
        if language == "notebook":
            yield from _in_notebook(path, data)
            return
        text = _decoded(language, data)
    except ParseError:
        return
    for line, column, found, alone in _found(language, text):
        if MARK in found:
            kept = found.rstrip()
            yield Comment(Location(path, line, column, line, column + len(kept)), kept, alone)


def _decoded(language: str, data: bytes) -> str:
    if language == "python":
        from mlops_lint.parse.python import decoded

        return decoded(data)
    return decode(data)


def _found(language: str, text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Gives line, column, text and whether it stands alone, of comments that may hold MARK."""
    if language == "python":
        return _in_python(text)
    if language == "yaml":
        return _in_yaml(text)
    if language in _QUOTED:
        return _in_quoted(_QUOTED[language], text)
    return _in_lines(_LINES[language], text)


def _in_python(text: str) -> Iterator[tuple[int, int, str, bool]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                (line, column), before = token.start, token.line[: token.start[1]]
                yield line, column + 1, token.string, not before.strip()
    except (tokenize.TokenError, SyntaxError, RecursionError):
        # What follows is no Python; what came before still counts.
        return


def _in_quoted(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int, str, bool]]:
    line, start = 1, 0
    for found in pattern.finditer(text):
        if found[1] is None or MARK not in found[1]:
            continue
        line += text.count("\n", start, found.start())
        start = found.start()
        head = text[text.rfind("\n", 0, start) + 1 : start]
        yield line, len(head) + 1, found[1], not head.strip()


def _in_yaml(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Reads past block scalars, whose lines are text, and then as for quoted languages."""
    kept: list[str] = []
    deeper: int | None = None
    for line in text.split("\n"):
        bare = line.strip()
        indent = len(line) - len(line.lstrip())
        if deeper is not None and (not bare or indent > deeper):
            kept.append("")
            continue
        scalar = None if bare.startswith("#") else _BLOCK_SCALAR.match(line)
        deeper = None if scalar is None else scalar.end("dashes") if scalar["key"] else indent
        kept.append(line)
    return _in_quoted(_YAML_QUOTED, "\n".join(kept))


def _in_lines(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int, str, bool]]:
    for number, line in enumerate(text.split("\n"), 1):
        if MARK in line and (found := pattern.search(line)):
            head = line[: found.start()]
            yield number, len(head) + len(found[0]) - len(found[0].lstrip()) + 1, found[0].lstrip(), not head.strip()


def _in_notebook(path: str, data: bytes) -> Iterator[Comment]:
    from mlops_lint.parse import notebook
    from mlops_lint.parse.magics import separate

    for cell in notebook.parse(data, path).cells:
        if cell.line is None or MARK not in cell.source.text:
            continue
        for line, column, found, alone in _in_python(separate(cell.source.text)[0]):
            if MARK in found:
                start = cell.source.lines[line - 1] + column - 1
                yield Comment(cell.source.locate(start, start + len(found)), found, alone)
