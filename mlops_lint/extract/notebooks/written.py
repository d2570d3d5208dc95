"""The Python files that the cells of a notebook write to the facts of these files, and the links to them."""

import msgspec

from mlops_lint.extract.context import context
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.registry import PythonExtractor, written
from mlops_lint.model import OWN, Facts, Link, Location, Problem, Subject
from mlops_lint.parse.notebook import Notebook
from mlops_lint.parse.written_files import WrittenFile, written_files
from mlops_lint.subjects import File, subject
from mlops_lint.subjects import Notebook as NotebookKind


@written
def written_facts(parsed: Notebook, sort: str, of_python: PythonExtractor) -> tuple[list[Facts], list[Problem]]:
    """Gives what each file says, and a problem for what is no Python; `sort` is the context of the notebook."""
    files, problems = written_files(parsed)
    return [_facts(one, sort, of_python) for one in files], problems


def _facts(file: WrittenFile, sort: str, of_python: PythonExtractor) -> Facts:
    own = context(file.path, b"")
    # A file that a tutorial writes belongs to the tutorial; one of a notebook is run like the notebook.
    sort = own if sort in OWN and own not in OWN else sort
    module = Module(file.path, sort, file.python.tree, file.python.source, file.python.locate)
    bodies = [scope for scope in (module.scopes.module, module.scopes.main) if scope is not None]
    links = tuple(Link("starts", symbol_of(scope)) for scope in bodies)
    made = subject(File(), file.location, file.path, symbol=f"file:{file.path}", links=links)
    defines = (Link("defines", f"file:{file.path}", file.location),)
    at = Location(file.location.path)
    notebook = subject(NotebookKind(), at, at.path, symbol=f"notebook:{at.path}", links=defines)
    found = (made, notebook, *(_placed(one, file) for one in of_python(module)))
    return Facts(file.path, sort, found)


def _placed(one: Subject, file: WrittenFile) -> Subject:
    """Puts what is said of the file as a whole at the cell that writes it: on disk there is no such file."""
    links = tuple(
        msgspec.structs.replace(link, location=_at(link.location, file)) if link.location is not None else link
        for link in one.links
    )
    return msgspec.structs.replace(one, location=_at(one.location, file), links=links)


def _at(location: Location, file: WrittenFile) -> Location:
    return file.location if location.path == file.path else location
