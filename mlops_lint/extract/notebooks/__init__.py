"""A notebook to itself, its cells with the order in which they were run, and the code that its shell lines start.

Source: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import builtins
import posixpath
import re
from collections.abc import Iterator

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.commands.cells import command, leaves
from mlops_lint.extract.notebooks.order import Late, late
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import notebooks
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.notebook import Cell, Notebook
from mlops_lint.subjects import Cell as CellKind
from mlops_lint.subjects import Notebook as NotebookKind
from mlops_lint.subjects import subject

# What brings names that no statement binds.
_BRINGS = re.compile(r"(?:run|store|load|loadpy|pylab|reload_kedro|autocall|macro|edit|sql|spark|ingest|recall)\b")
# What Python, IPython and Databricks have there from the start.
_GIVEN = frozenset((*dir(builtins), *"display get_ipython spark sc sqlContext dbutils In Out exit quit".split()))
_WORD = re.compile(r"[A-Za-z_]\w*")
_TEACHES = re.compile(
    r"colab\.research\.google\.com|mybinder\.org|studiolab\.sagemaker|kaggle\.com/kernels/welcome|nbviewer\.org|"
    r"(?i:\btutorials?\b|\bexercises?\b|\bworkshops?\b|\bwalk-?through\b|\bhands-on\b|\bquick ?start\b|\bdemos?\b|"
    r"\byou(?:'ll| will| are going to) (?:learn|see|use|build|create|train)\b|\bthis (?:example )?notebook (?:will )?"
    r"(?:demonstrates?|shows?|illustrates?|explains?|introduces|walks|teaches|covers)\b|\bexample notebook\b|"
    r"\bin (?:this|these|the following) (?:notebook|example|lesson|lab|chapter|module|section)s?\b,? (?:we|you|i)\b|"
    r"\bwe will learn\b|"
    r"\blab \d|\blesson\b|\bchapter \d|\bhomework\b|\bassignment\b)"
)
_LESSONS = frozenset(
    "lab labs lesson lessons exercise exercises homework tutorial tutorials workshop workshops course courses lecture "
    "lectures example examples demo demos".split()
)
# A part of a book or a course.
_NUMBERED = re.compile(r"(?i)(?:^|/)(?:ch|chap|chapter|lesson|lecture|week|day|section|unit)[-_ ]?\d")


@notebooks
def notebook(parsed: Notebook, module: Module | None) -> Iterator[Subject]:
    """Gives the notebook, with what it runs, and its code cells."""
    code = [cell for cell in parsed.cells if cell.sort == "code" and cell.source.text.strip()]
    record = NotebookKind(cells=len(code), language=parsed.language, teaches=_teaches(parsed))
    links = tuple(dict.fromkeys(_runs(parsed)))
    if module is not None:
        links = (module.within(module.scopes.module), *links)
    yield subject(record, Location(parsed.path), parsed.path, symbol=f"notebook:{parsed.path}", links=links)
    names = _late(parsed, module)
    for cell in code:
        yield _cell(parsed, cell, names.get(cell.index, []))


def _teaches(parsed: Notebook) -> bool:
    folders = re.split(r"[-_ /]", posixpath.dirname(parsed.path).lower())
    named = not _LESSONS.isdisjoint(folders) or _NUMBERED.search(posixpath.dirname(parsed.path))
    return bool(named) or any(cell.sort != "code" and _TEACHES.search(cell.source.text) for cell in parsed.cells)


def _runs(parsed: Notebook) -> Iterator[Link]:
    folder: str | None = posixpath.dirname(parsed.path)
    for line in parsed.shell:
        text = command(line)
        for link in code_links(text, folder) if text is not None else ():
            yield Link(link.role, link.symbol, line.location, link.words)
        folder = None if leaves(line) else folder


def _late(parsed: Notebook, module: Module | None) -> dict[int, list[Late]]:
    """Cell -> the names that it uses too early; none where a cell could not be read, or names come from elsewhere."""
    if module is None or parsed.problems or any(line.sign == "%" and _BRINGS.match(line.text) for line in parsed.shell):
        return {}
    # `x = !ls`, `%%capture x`, `%%bash --out x`: the notebook binds them too.
    known = _GIVEN | {word for line in parsed.shell for word in _WORD.findall(line.text.partition("\n")[0])}
    known |= {word for cell in parsed.cells for word in _assigned(cell)}
    found: dict[int, list[Late]] = {}
    for one in late(module) or ():
        if one.name not in known and one.used.cell is not None:
            found.setdefault(one.used.cell, []).append(one)
    return found


def _assigned(cell: Cell) -> Iterator[str]:
    if (cell.sort == "code" and "!" in cell.source.text) or "%" in cell.source.text:
        for line in re.findall(r"(?m)^[ \t]*([\w., \t*]+)=[ \t]*[!%]", cell.source.text):
            yield from _WORD.findall(line)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _cell(parsed: Notebook, cell: Cell, names: list[Late]) -> Subject:
    text = cell.source.text
    start = len(text) - len(text.lstrip())
    at = names[0].used if names else cell.source.locate(start, _line_end(text, start))
    # Databricks and some converters write 0 for every cell.
    record = CellKind(number=cell.index, count=cell.execution_count or None, late=tuple(one.name for one in names))
    return subject(record, at, f"cell {cell.index}", symbol=f"cell:{parsed.path}#{cell.index}")
