"""A notebook to the Python of its code cells, with a way back from each place in it to the file on disk."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TypeGuard

import msgspec

from mlops_lint.errors import ParseError
from mlops_lint.model import Location, Problem
from mlops_lint.parse import json
from mlops_lint.parse.magics import Magic, separate
from mlops_lint.parse.python import Positions, PythonTree, line_of, line_starts, module
from mlops_lint.parse.text import decode
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, text

OUTPUT = 65_536
"""Characters that are kept of one output: a secret is printed at its start, a training log goes on for ever."""
OUTPUTS = 1_000_000
"""Characters that are kept of all outputs of a notebook."""

# The head of the block that an indented cell becomes; nobody writes this name.
_INDENTED = "indented__cell__"
_BLOCK = f"if {_INDENTED}:"
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")


class Placed:
    """A text of the notebook, given as one string or a list of them, that knows where on disk each character stands."""

    __slots__ = ("_disk", "_escapes", "_lines", "_parts", "_path", "_starts", "cell", "text")

    def __init__(self, parts: list[Scalar], cell: int, path: str, disk: list[str], most: int | None = None) -> None:
        self.text = "".join(part.text for part in parts)[:most]
        self.cell = cell
        self._escapes: dict[int, tuple[list[int], list[int]]] = {}
        self._lines: list[int] | None = None
        self._parts = parts
        self._path = path
        self._disk = disk
        self._starts: list[int] = []
        offset = 0
        for part in parts:
            self._starts.append(offset)
            offset += len(part.text)

    def locate(self, start: int, end: int) -> Location:
        """Gives the region on disk of `text[start:end]`."""
        line, column = self._place(start, start)
        end_line, end_column = self._place(end, max(end - 1, start)) if end > start else (line, column)
        return Location(self._path, line, column, end_line, end_column, self.cell, self.line(start))

    def line(self, offset: int) -> int:
        """Gives the line in the cell, from 1."""
        return line_of(self.lines, offset)

    @property
    def lines(self) -> list[int]:
        """The offset at which each line starts."""
        if self._lines is None:
            self._lines = line_starts(self.text)
        return self._lines

    def _place(self, offset: int, within: int) -> tuple[int, int]:
        """Gives line and column on disk of an offset, seen as in the string that holds the character `within`.

        The end of a line must not become the start of the next string, lines below.
        """
        if not self._parts:
            return 1, 1
        index = max(bisect_right(self._starts, within) - 1, 0)
        part = self._parts[index]
        if index not in self._escapes:
            self._escapes[index] = _escapes(self._disk[part.line - 1][part.column : part.end_column - 2])
        meant, written = self._escapes[index]
        offset -= self._starts[index]
        if (last := bisect_right(meant, offset) - 1) >= 0:
            offset += written[last] - meant[last]
        return part.line, part.column + 1 + offset


class Cell(msgspec.Struct, frozen=True):
    """One cell of any sort; `index` counts all cells from 1, `line` is where its source starts in the joined Python.

    `line` is None where the cell gives no Python.
    """

    index: int
    sort: str
    source: Placed
    execution_count: int | None
    line: int | None = None


class ShellLine(msgspec.Struct, frozen=True):
    """A magic (`%`, `%%`), shell line (`!`, `!!`), request for help (`?`) or command without a sign ("")."""

    sign: str
    text: str
    location: Location


class Output(msgspec.Struct, frozen=True):
    """A text that a cell has shown; `sort` is `stream`, `error` or a media type."""

    sort: str
    text: Placed


class Notebook(msgspec.Struct, frozen=True):
    """A notebook; `python` is None where its kernel runs another language."""

    path: str
    language: str
    cells: tuple[Cell, ...]
    python: PythonTree | None
    shell: tuple[ShellLine, ...]
    outputs: tuple[Output, ...]
    problems: tuple[Problem, ...]

    @property
    def source(self) -> str:
        """The Python of all cells, "" where there is none."""
        return self.python.source if self.python is not None else ""


class NotebookPositions(Positions):
    """Places in the joined Python of a notebook as locations on disk."""

    __slots__ = ("_cells", "_firsts")

    def __init__(self, path: str, source: str, cells: list[Cell]) -> None:
        super().__init__(path, source)
        self._cells = [cell for cell in cells if cell.line is not None]
        self._firsts = [cell.line for cell in self._cells if cell.line is not None]

    def region(self, line: int, column: int, end_line: int, end_column: int) -> Location:
        """Gives a region of the joined source as one on disk."""
        index = bisect_right(self._firsts, line) - 1
        if index < 0:
            return Location(self.path)
        placed, first = self._cells[index].source, self._firsts[index]
        starts = placed.lines
        last = len(starts) - 1
        start = starts[min(line - first, last)] + column - 1
        end = starts[min(end_line - first, last)] + end_column - 1
        return placed.locate(start, max(start, end))


def parse(data: bytes, path: str) -> Notebook:
    """Gives the notebook, of format 3 or 4; raises ParseError where it is not JSON or no notebook."""
    trees = json.parse(data)
    top = trees[0] if trees else None
    if not isinstance(top, Mapping) or (found := _cell_nodes(top)) is None:
        raise ParseError("not a notebook: it has no cells", 1)
    disk = decode(data).split("\n")
    cells = [_cell(node, index, path, disk) for index, node in enumerate(found, 1)]
    language = _language(top)
    outputs = tuple(_outputs(found, path, disk))
    if not _is_python(language):
        return Notebook(path, language, tuple(cells), None, (), outputs, ())
    return _with_python(path, language, cells, outputs)


def _with_python(path: str, language: str, cells: list[Cell], outputs: tuple[Output, ...]) -> Notebook:
    sources: list[str] = []
    shell: list[ShellLine] = []
    placed: list[Cell] = []
    line = 1
    for cell in cells:
        if cell.sort != "code":
            placed.append(cell)
            continue
        python, magics = separate(cell.source.text)
        # The empty line before each cell is room for the head of a block, should the cell be indented.
        sources.append("\n" + python)
        shell.extend(_shell_lines(cell, magics))
        placed.append(Cell(cell.index, cell.sort, cell.source, cell.execution_count, line + 1))
        line += 1 + len(line_starts(python))
    problems: list[Problem] = []
    try:
        tree = module("\n".join(sources))
    except ParseError:
        for number, cell in enumerate(cell for cell in placed if cell.line is not None):
            sources[number] = _repaired(path, cell, sources[number], shell, problems)
        tree = _in_a_row(path, sources, problems)
    python_tree = PythonTree(tree, NotebookPositions(path, "\n".join(sources), placed))
    shell.sort(key=lambda found: found.location)
    return Notebook(path, language, tuple(placed), python_tree, tuple(shell), outputs, tuple(problems))


def _repaired(path: str, cell: Cell, source: str, shell: list[ShellLine], problems: list[Problem]) -> str:
    """Gives the source of one cell, read as IPython would; where it is no Python, says so and empties it."""
    if (reason := _invalid(source)) is None:
        return source
    # IPython takes the indentation of the first line from all of them.
    if _invalid(block := _BLOCK + source) is None:
        return block
    python, magics = separate(cell.source.text, automagic=True)
    if _invalid(python) is None:
        known = {found.location for found in shell}
        shell.extend(found for found in _shell_lines(cell, magics) if found.location not in known)
        return "\n" + python
    problems.append(_problem(path, cell, reason))
    return _emptied(source)


def _invalid(source: str) -> ParseError | None:
    try:
        module(source)
    except ParseError as error:
        return error
    return None


def _in_a_row(path: str, sources: list[str], problems: list[Problem]) -> ast.Module:
    """Parses cells that are valid each; should they not be so in a row, reports that and empties all."""
    source = "\n".join(sources)
    if (reason := _invalid(source)) is not None:
        problems.append(Problem(path, 1, reason.code, f"the cells are not valid Python in a row: {reason.message}"))
        sources[:] = [_emptied(source) for source in sources]
        return module("")
    tree = module(source)
    tree.body = [inner for node in tree.body for inner in (node.body if _is_block(node) else [node])]
    return tree


def _is_block(node: ast.stmt) -> TypeGuard[ast.If]:
    """Says whether a statement is the head that `_repaired` puts before an indented cell."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == _INDENTED


def _emptied(source: str) -> str:
    return "\n" * (len(line_starts(source)) - 1)


def _problem(path: str, cell: Cell, error: ParseError) -> Problem:
    starts = cell.source.lines
    # One line was put before the cell.
    start = starts[min(max(error.line - 1, 1), len(starts)) - 1]
    location = cell.source.locate(start, start)
    return Problem(path, location.line, error.code, f"cell {cell.index}, line {location.cell_line}: {error.message}")


def _shell_lines(cell: Cell, magics: tuple[Magic, ...]) -> Iterator[ShellLine]:
    starts = cell.source.lines if magics else []
    for magic in magics:
        start = starts[magic.line - 1] + magic.column - 1
        end = starts[magic.end_line - 1] + magic.end_column - 1
        yield ShellLine(magic.sign, magic.text, cell.source.locate(start, end))


def _cell_nodes(top: Mapping) -> list[Mapping] | None:
    cells = top.get("cells")
    if isinstance(cells, Sequence):
        return [cell for cell in cells.items if isinstance(cell, Mapping)]
    worksheets = top.get("worksheets")
    if not isinstance(worksheets, Sequence):
        return None
    found: list[Mapping] = []
    for sheet in worksheets.items:
        inner = sheet.get("cells") if isinstance(sheet, Mapping) else None
        if isinstance(inner, Sequence):
            found.extend(cell for cell in inner.items if isinstance(cell, Mapping))
    return found


def _cell(node: Mapping, index: int, path: str, disk: list[str]) -> Cell:
    source = node.get("source")
    if source is None:
        source = node.get("input")
    count = node.get("execution_count") or node.get("prompt_number")
    number = count.value if isinstance(count, Scalar) and isinstance(count.value, int) else None
    return Cell(index, text(node.get("cell_type")) or "", Placed(_parts(source), index, path, disk), number)


def _parts(node: Node | None) -> list[Scalar]:
    items = node.items if isinstance(node, Sequence) else (node,)
    return [item for item in items if isinstance(item, Scalar) and isinstance(item.value, str)]


def _outputs(cells: list[Mapping], path: str, disk: list[str]) -> Iterator[Output]:
    left = OUTPUTS
    for index, cell in enumerate(cells, 1):
        outputs = cell.get("outputs")
        for output in outputs.items if isinstance(outputs, Sequence) else ():
            for sort, parts in _output_texts(output):
                if parts and left > 0:
                    placed = Placed(parts, index, path, disk, min(OUTPUT, left))
                    left -= len(placed.text)
                    yield Output(sort, placed)


def _output_texts(output: Node) -> Iterator[tuple[str, list[Scalar]]]:
    if not isinstance(output, Mapping):
        return
    stream = "stream" if output.key("data") is None and output.key("png") is None else "text/plain"
    yield stream, _parts(output.get("text"))
    yield "error", _parts(output.get("traceback")) or _parts(output.get("evalue"))
    data = output.get("data")
    for key, value in data.entries if isinstance(data, Mapping) else ():
        if key.text.startswith("text/") or key.text == "application/javascript":
            yield key.text, _parts(value)


def _language(top: Mapping) -> str:
    """Gives the language of the kernel in lower case; "python" where the notebook does not say."""
    metadata = top.get("metadata")
    if isinstance(metadata, Mapping):
        for keys in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
            if found := text(metadata.get(*keys)):
                return found.lower()
    return "python"


def _is_python(language: str) -> bool:
    return "python" in language or language in {"pyspark", "pysparkkernel"}


def _escapes(raw: str) -> tuple[list[int], list[int]]:
    """Gives the offsets behind each escape of a JSON string, in what it means and as it is written."""
    meant: list[int] = []
    written: list[int] = []
    shorter = 0
    for found in _ESCAPE.finditer(raw):
        shorter += len(found[0]) - 1
        meant.append(found.end() - shorter)
        written.append(found.end())
    return meant, written
