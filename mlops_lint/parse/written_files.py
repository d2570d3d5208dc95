"""A notebook to the Python files that its cells write, with a way back from each place in them to the cell on disk.

Source: https://ipython.readthedocs.io/en/stable/interactive/magics.html#cellmagic-writefile
"""

import posixpath
import re
import shlex

import msgspec

from mlops_lint.errors import ParseError
from mlops_lint.model import Location, Problem
from mlops_lint.parse.notebook import Cell, Notebook, NotebookPositions, ShellLine
from mlops_lint.parse.python import PythonTree, module

_WRITES = re.compile(r"(?:writefile|file)[ \t]+(?P<line>[^\n]*)(?P<content>\n.*)?", re.DOTALL)
# What IPython fills in before it writes; the content of the cell it leaves alone.
_FILLED = re.compile(r"^.*(?:\$\w*|\{[^}]*\})")


class WrittenFile(msgspec.Struct, frozen=True):
    """A Python file as the last of the cells that write it leaves it; `location` is the magic of the first of them."""

    path: str
    """From the root of the repository."""
    location: Location
    python: PythonTree


class _Piece(msgspec.Struct, frozen=True):
    path: str
    appends: bool
    content: str
    cell: Cell
    line: ShellLine


def written_files(parsed: Notebook) -> tuple[list[WrittenFile], list[Problem]]:
    """Gives the files that are valid Python, in order of their first cell, and a problem for each other."""
    pieces: dict[str, list[_Piece]] = {}
    for line in parsed.shell:
        piece = _piece(parsed, line) if line.sign == "%%" else None
        if piece is not None:
            before = pieces.get(piece.path, []) if piece.appends else []
            pieces[piece.path] = [*before, piece]
    files: list[WrittenFile] = []
    problems: list[Problem] = []
    for path, found in pieces.items():
        made = _file(parsed.path, path, found)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            files.append(made)
    return files, problems


def _piece(parsed: Notebook, line: ShellLine) -> _Piece | None:
    found = _WRITES.fullmatch(line.text)
    if found is None or line.location.cell is None:
        return None
    try:
        words = shlex.split(found["line"], comments=True)
    except ValueError:
        return None
    names = [word for word in words if not word.startswith("-")]
    if not names or not names[0].endswith(".py"):
        return None
    written = _FILLED.sub("", names[0]).lstrip("/~")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(parsed.path), written))
    while path.startswith("../"):
        path = path[3:]
    # `{name}.py` is a file of some name.
    if not posixpath.splitext(posixpath.basename(path))[1] or path.startswith(".."):
        return None
    appends = "-a" in words or "--append" in words
    return _Piece(path, appends, (found["content"] or "\n")[1:], parsed.cells[line.location.cell - 1], line)


def _file(notebook: str, path: str, pieces: list[_Piece]) -> WrittenFile | Problem:
    """Joins the pieces, each below as many empty lines as stand above it in its cell."""
    sources: list[str] = []
    cells: list[Cell] = []
    count = 1
    for piece in pieces:
        text = "\n" * (piece.line.location.cell_line or 1) + piece.content.rstrip("\n")
        cells.append(msgspec.structs.replace(piece.cell, line=count))
        sources.append(text)
        count += text.count("\n") + 1
    source = "\n".join(sources)
    positions = NotebookPositions(notebook, source, cells)
    try:
        return WrittenFile(path, _start(pieces[0].line.location), PythonTree(module(source), positions))
    except ParseError as error:
        at = positions.region(error.line, 1, error.line, 1)
        message = f"cell {at.cell}, line {at.cell_line}, of the file {path}: {error.message}"
        return Problem(notebook, at.line, error.code, message)


def _start(magic: Location) -> Location:
    """The start of a cell: a frame around all of it helps nobody."""
    return msgspec.structs.replace(magic, end_line=magic.line, end_column=magic.column + 1)
