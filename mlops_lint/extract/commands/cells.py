"""What is no Python in a notebook to the shell commands that its cells run.

Source: https://ipython.readthedocs.io/en/stable/interactive/magics.html,
https://docs.databricks.com/aws/en/notebooks/notebooks-code and
https://colab.research.google.com/notebooks/snippets/advanced_outputs.ipynb
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.commands.words import HOLE
from mlops_lint.model import Location
from mlops_lint.parse.notebook import Notebook, ShellLine

_CELLS = re.compile(r"(?:bash|sh|shell|zsh|script[ \t]+(?:--\S+[ \t]+)*(?:/\S*/)?(?:ba|z)?sh)\b[^\n]*")
# Magics of one line that are commands of the same name.
_LINES = re.compile(r"(?:pip[\d.]*|uv|conda|mamba|micromamba|sh|bash|cp|mv|rm|mkdir|ls|cat|cd|pushd)\b")
_RUN = re.compile(r"run\s+(?:-[a-z]+\s+)*(?P<rest>\S.*)", re.DOTALL)
_INTERPRETER = re.compile(r"\{\s*sys\.executable\s*\}|\$sys\.executable\b")
# `{name}` is filled in by IPython; `${name}` is the shell's, `{{name}}` a brace.
_FILLED = re.compile(r"(?<![${])\{[^{}\n]*\}(?!\})")


def command(line: ShellLine) -> str | None:
    """Gives the shell command of a line or cell; what IPython fills in is unknown. None = it is none."""
    text = _text(line)
    if text is None:
        return None
    return _FILLED.sub("$filled", _INTERPRETER.sub("python", text)).replace(HOLE, "")


def commands(line: ShellLine, text: str, parsed: Notebook) -> Iterator[tuple[Location, str]]:
    """Gives the commands of a cell with their own places, one a line; a line of the notebook is one."""
    cell, first = line.location.cell, line.location.cell_line
    if line.sign != "%%" or cell is None or first is None:
        yield line.location, text
        return
    source = parsed.cells[cell - 1].source
    lines, at = text.split("\n"), 0
    while at < len(lines):
        start, one = at, lines[at]
        while one.endswith("\\") and at + 1 < len(lines):
            at += 1
            one = f"{one[:-1]} {lines[at]}"
        at += 1
        begin = source.lines[first - 1 + start]
        yield source.locate(begin, begin + len(lines[start])), one


def _text(line: ShellLine) -> str | None:
    if line.sign in ("!", "!!"):
        return line.text
    if line.sign == "%%":
        found = _CELLS.match(line.text)
        return line.text[found.end() :] if found is not None else None
    if line.sign not in ("%", ""):
        return None
    if _LINES.match(line.text):
        return line.text
    run = _RUN.match(line.text)
    return f"ipython {run['rest']}" if run is not None else None


def leaves(line: ShellLine) -> bool:
    """Says whether the notebook goes on in another folder: `!cd` leaves only the shell that it starts."""
    return line.sign in ("%", "") and re.match(r"(?:cd|pushd|popd)\b", line.text) is not None
