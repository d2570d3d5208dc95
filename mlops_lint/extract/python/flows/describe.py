"""Tasks and pipelines of a file to subjects, with the links between them."""

import ast
from collections.abc import Callable, Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.numbered import unique
from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.follow import steps
from mlops_lint.extract.python.flows.records import Declared, Step
from mlops_lint.extract.python.flows.settings import text
from mlops_lint.extract.python.module import symbol_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Pipeline, Task, subject


class Words(msgspec.Struct, frozen=True):
    """How a framework describes its tasks and pipelines; the second argument of `task` is the pipeline, None = none."""

    task: Callable[[File, Step, Declared | None], Task]
    pipeline: Callable[[File, Declared], Pipeline]
    links: Callable[[File, Step], Iterator[Link]] = lambda _file, _step: iter(())


def described(file: File, words: Words) -> Iterator[Subject]:
    """Gives each pipeline of a file, followed by its tasks, then the tasks that no pipeline of the file calls."""
    called: set[str] = set()
    taken: dict[str, int] = {}
    bound = list(file.bound())
    symbols: dict[str, str] = {}
    pipelines = [*file.pipelines(), *(one for one in bound if one.what == "pipeline")]
    for declared in pipelines:
        own = unique(declared.name.rpartition(".")[2], taken, "_")
        symbols[declared.name] = f"pipeline:{file.module.path}#{own}"
    for declared in pipelines:
        made = steps(file, declared)
        called.update(step.declared.name for step in made)
        yield from _pipeline(file, words, declared, made, symbols)
    for declared in (*file.tasks(), *(one for one in bound if one.what == "task")):
        if declared.name not in called:
            called.add(declared.name)
            yield _definition(file, words, declared)


def shown(file: File, declared: Declared) -> str:
    """Gives the name of a task or pipeline: as set, else that of its function."""
    given = text(file.module, declared.settings, file.tables.name)
    if isinstance(given, str) and given:
        return given
    return file.tables.pipeline_name(declared.called) if declared.what == "pipeline" else declared.called


def _pipeline(
    file: File, words: Words, declared: Declared, made: list[Step], symbols: dict[str, str]
) -> Iterator[Subject]:
    symbol = symbols[declared.name]
    name = shown(file, declared)
    links: list[Link] = []
    if declared.scope is not None:
        links.append(Link("starts", symbol_of(declared.scope)))
    links += [Link("triggers", symbols[step.declared.name]) for step in made if step.declared.name in symbols]
    yield subject(words.pipeline(file, declared), place(file, declared.node), name, symbol=symbol,
                  links=tuple(dict.fromkeys(links)))  # fmt: skip
    taken: dict[str, int] = {}
    prefix = symbol.replace("pipeline:", "task:", 1)
    for step in made:
        names = [text(file.module, step.settings, key) for key in (file.tables.call_name, file.tables.name)]
        given = next((one for one in names if isinstance(one, str) and one), step.declared.called)
        step.name = unique(given, taken, "_")
    for step in made:
        links = [Link("part_of", symbol), *(Link("depends_on", f"{prefix}.{one.name}") for one in step.after)]
        links += [*_code(step, symbols), *words.links(file, step)]
        record = _called(step, words.task(file, step, declared), symbols)
        node = step.declared.node if step.declared.own and step.declared.what == "task" else step.node
        yield subject(record, place(file, node), step.name, symbol=f"{prefix}.{step.name}",
                      links=tuple(dict.fromkeys(links)))  # fmt: skip


def _called(step: Step, record: Task, symbols: dict[str, str]) -> Task:
    if step.declared.what == "pipeline" or step.declared.name in symbols:
        return Task(framework=record.framework, operator="pipeline", remote=False, lineage=False)
    if step.declared.own or not step.declared.name:
        return idle(record, step.declared.scope)
    return msgspec.structs.replace(record, defined=False)


def idle(record: Task, scope: Scope | None) -> Task:
    """Gives a task whose function does nothing, as in a mock, as one that reaches nothing."""
    statements = getattr(scope.node, "body", []) if scope is not None else []
    empty = (
        isinstance(one, ast.Pass) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in statements
    )
    return msgspec.structs.replace(record, remote=False) if statements and all(empty) else record


def _code(step: Step, symbols: dict[str, str]) -> Iterator[Link]:
    name = step.declared.name
    if step.declared.identifier:
        yield Link("triggers", f"pipeline-id:{step.declared.identifier}")
    elif name in symbols:
        yield Link("triggers", symbols[name])
    elif step.declared.scope is not None:
        yield Link("starts", symbol_of(step.declared.scope))
    elif name:
        yield Link("starts", f"function:{name}")


def _definition(file: File, words: Words, declared: Declared) -> Subject:
    """A task that no pipeline here calls: one of another file may."""
    step = Step(declared, ast.Call(ast.Name(declared.called), [], []), declared.settings, "", 0)
    record = msgspec.structs.replace(idle(words.task(file, step, None), declared.scope), called=False)
    name = shown(file, declared)
    links = (*_code(step, {}), *words.links(file, step))
    return subject(record, place(file, declared.node), name, symbol=f"task:{file.module.path}#{declared.called}",
                   links=links)  # fmt: skip


def place(file: File, node: ast.AST) -> Location:
    """Gives the first line of a declaration: a frame around a whole call helps nobody."""
    found = file.module.locate(node)
    if found.end_line == found.line:
        return found
    return Location(found.path, found.line, found.column, found.line, found.column + 1, found.cell, found.cell_line)


def operator(file: File, step: Step) -> str | msgspec.UnsetType:
    """Gives what sort of task a call is of, by its decorator."""
    return file.tables.tasks.get(step.declared.maker, UNSET)
