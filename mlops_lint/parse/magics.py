"""The source of a notebook cell to Python without IPython's magics and shell lines, each line in its place.

Syntax: https://ipython.readthedocs.io/en/stable/interactive/reference.html#dynamic-object-information and
https://ipython.readthedocs.io/en/stable/interactive/magics.html
"""

import re
from collections.abc import Iterator

import msgspec

# Their cells are Python, run in the notebook's own namespace or one like it.
_PYTHON_CELLS = frozenset(
    {
        "time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "snakeviz", "wandb", "heat", "pyinstrument",
        "scalene", "python", "python3", "pyspark", "local", "debug", "chime", "notify", "skip_if", "ipytest",
    }
)  # fmt: skip
_PYTHON_LINES = frozenset({"time", "timeit", "prun", "memit", "lprun", "mprun", "snakeviz"})
# Databricks takes these for the whole cell, with one percent sign; `%sql` is a line elsewhere.
_DATABRICKS = frozenset({"md", "sh", "scala", "r", "fs", "sql"})

_BREAK = re.compile(r"\r\n|\r|\n")
_CANDIDATE = re.compile(r"^[ \t]*(?:[%!?]|[^#\n]*(?:\?[ \t;]*$|=[ \t]*[%!]))", re.MULTILINE)
_CELL = re.compile(r"[ \t]*(?P<sign>%%?)(?P<name>\w+)[ \t]*(?P<rest>.*)")
_MAGIC = re.compile(r"[ \t]*(?P<sign>%%?|!!?)")
_ASSIGNED = re.compile(r"[\w., \t*]+(?:\[[^\]\n]*\][ \t]*)?=[ \t]*(?P<sign>[%!])(?!=)")
_HELP = re.compile(r"[ \t]*(?:\?{1,2}[ \t]*[%\w.*]+|%{0,2}[\w.*\[\]'\"()]+\?{1,2})[ \t;]*$")
# Commands that IPython takes without a sign, in a form that is never Python.
_AUTOMAGIC = re.compile(
    r"[ \t]*(?P<sign>)(?:pip3?|conda|mamba|cd|ls|cat|cp|mv|mkdir|rm|rmdir|matplotlib|load_ext|autoreload|pwd)"
    r"(?!\s+(?:in|is|if|and|or|not|for)\b)[ \t]+[^\s=(.,\[+*/|&^%<>:]"
)
_TIMED = re.compile(r"[ \t]*(?P<sign>%)(?P<name>\w++)(?:[ \t]++-\w++(?:[ \t]*+[\d.]++)?+)*+[ \t]+(?P<code>\S.*)")
# `pass; ` cannot stand before these.
_NOT_SIMPLE = re.compile(r"[!%?@]|(?:async|class|def|for|if|match|try|while|with)\b")
# What may hide a bracket or the end of a line from a reader that only counts brackets.
_TOKEN = re.compile(
    r"#[^\n]*|(?P<triple>'''|\"\"\")|'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?|(?P<open>[(\[{])|(?P<close>[)\]}])"
)


class Magic(msgspec.Struct, frozen=True):
    """A magic, shell line or request for help as it stands in its cell; `line` counts from 1 in the cell.

    `sign` is `%`, `%%`, `!`, `?`, or "" where IPython needs none. `text` is what follows the sign; of a whole cell all
    of it.
    """

    sign: str
    text: str
    line: int
    column: int
    end_line: int
    end_column: int


def separate(cell: str, automagic: bool = False) -> tuple[str, tuple[Magic, ...]]:
    """Gives the Python of a cell in as many lines, and the rest; where `automagic`, also commands without a sign."""
    if not automagic and not _CANDIDATE.search(cell):
        return cell, ()
    lines = _BREAK.split(cell)
    magics: list[Magic] = []
    if _cell_magics(lines, magics, automagic):
        return "\n" * (len(lines) - 1), tuple(magics)
    for index, count in _statements(lines, automagic):
        _take(lines, index, count, magics)
    return "\n".join(lines), tuple(magics)


def _cell_magics(lines: list[str], magics: list[Magic], automagic: bool) -> bool:
    """Takes the magics out that begin the cell; says whether one of them takes the rest, which is then no Python."""
    for index, line in enumerate(lines):
        found = _CELL.match(line)
        if found is None and not line.strip():
            continue
        if found is None:
            return False
        sign, name, column = found["sign"], found["name"], found.start("sign") + 1
        if sign == "%" and (name not in _DATABRICKS or (name == "sql" and found["rest"] and not automagic)):
            return False
        if sign == "%" or name not in _PYTHON_CELLS:
            text = "\n".join([line[column - 1 + len(sign) :], *lines[index + 1 :]])
            magics.append(Magic(sign, text, index + 1, column, len(lines), len(lines[-1]) + 1))
            return True
        magics.append(Magic(sign, line.strip()[2:], index + 1, column, index + 1, len(line) + 1))
        lines[index] = ""
    return False


def _statements(lines: list[str], automagic: bool) -> Iterator[tuple[int, int]]:
    """Gives index and number of lines of each line that starts a statement, continuations with a backslash counted.

    A line inside brackets or a string starts none: `% b` there is an operand.
    """
    depth, inside, index = 0, "", 0
    while index < len(lines):
        starts = depth == 0 and not inside
        count = 1
        if starts and _is_magic(lines[index], automagic):
            while lines[index + count - 1].endswith("\\") and index + count < len(lines):
                count += 1
            yield index, count
        else:
            depth, inside = _state(lines[index], depth, inside)
            while not inside and lines[index + count - 1].endswith("\\") and index + count < len(lines):
                depth, inside = _state(lines[index + count], depth, inside)
                count += 1
        index += count


def _state(line: str, depth: int, inside: str) -> tuple[int, str]:
    """Gives the number of open brackets and the quotes of an open string after a line."""
    at = 0
    while at < len(line):
        if inside:
            end = _closing(line, at, inside)
            if end < 0:
                return depth, inside
            at, inside = end + 3, ""
            continue
        found = _TOKEN.search(line, at)
        if found is None:
            break
        if found["triple"]:
            inside = found["triple"]
        elif found["open"]:
            depth += 1
        elif found["close"]:
            depth = max(depth - 1, 0)
        at = found.end()
    return depth, inside


def _closing(line: str, at: int, quotes: str) -> int:
    """Gives where a triple-quoted string ends, past escaped quotes; -1 = not in this line."""
    while True:
        end = line.find(quotes, at)
        if end < 0:
            return -1
        before = line[at:end]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return end
        at = end + 1


def _is_magic(line: str, automagic: bool) -> bool:
    if _MAGIC.match(line) or _HELP.match(line) or _ASSIGNED.match(line):
        return True
    return automagic and _AUTOMAGIC.match(line) is not None


def _take(lines: list[str], index: int, count: int, magics: list[Magic]) -> None:
    """Takes a magic out of `lines`; `pass` takes its place, as it may be all that stands in a block."""
    line, last = lines[index], index + count
    indent = len(line) - len(line.lstrip())
    if _HELP.match(line):
        sign, column, text = "?", indent + 1, line.strip(" \t?;")
    else:
        found = _MAGIC.match(line) or _ASSIGNED.match(line)
        sign = found["sign"] if found else ""
        start = found.start("sign") if found else indent
        column = start + 1
        text = "\n".join([line[start + len(sign) :], *lines[index + 1 : last]]).strip()
    magics.append(Magic(sign, text, index + 1, column, last, len(lines[last - 1]) + 1))
    lines[index] = (_timed(line) if count == 1 else None) or line[:indent] + "pass"
    lines[index + 1 : last] = [""] * (count - 1)


def _timed(line: str) -> str | None:
    """Gives the statement that `%time` and its like run, at its own column; None for other magics."""
    found = _TIMED.match(line)
    if found is None or found["name"] not in _PYTHON_LINES or _NOT_SIMPLE.match(found["code"]):
        return None
    # "pass; " is as long as "%time ", and no magic of these is shorter.
    start = found.start("sign")
    return line[:start] + "pass;".ljust(found.start("code") - start) + found["code"]
