"""Tasks of Luigi to tasks, those of a file together to a pipeline, and their targets to data.

Source: luigi 3.8.1 (`luigi/task.py`, `luigi/util.py`, `luigi/scheduler.py`), https://luigi.readthedocs.io/en/stable/tasks.html
"""

import ast
import re
from collections.abc import Iterator
from functools import cached_property

import msgspec
from msgspec import UNSET

from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.python.uris import data_symbol
from mlops_lint.extract.python.uses import is_own
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Location, Ref, Subject
from mlops_lint.subjects import Number, Pipeline, Task, Text, subject

# Bases of Luigi that have a task do no work of its own.
_MARKERS = frozenset({"WrapperTask", "ExternalTask", "ExternalProgramTask"})
_PLAIN = frozenset({"Task", "WrapperTask", "ExternalTask"})
# A class with two of these, whose base stands in another file, is a task all the same.
_METHODS = frozenset({"requires", "output", "run"})
_NO_TASK = re.compile(
    r"(?:Target|[Cc]onfig|Parameter|Format|Error|Exception|Scheduler|Worker|Client|FileSystem|Register)$"
)
# [scheduler] retry_delay, in seconds.
_DELAY = 900


class One(msgspec.Struct, frozen=True):
    """One class that is a task; `kind` is the class of Luigi that it builds on, empty = it stands elsewhere."""

    scope: Scope
    kind: str
    methods: dict[str, Scope]
    """Its own methods, and those of its bases in the file."""


class _File:
    """What is asked of a module again and again, laid out once."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.calls: dict[int, list[Call]] = {}
        self.methods: dict[int, dict[str, Scope]] = {}
        self.bases: set[str] = set()
        for call in module.calls:
            self.calls.setdefault(id(call.scope.holder), []).append(call)
        for scope in module.scopes.all:
            if scope.kind == "function" and scope.parent is not None:
                self.methods.setdefault(id(scope.parent), {})[_last(scope.name)] = scope
            elif scope.kind == "class":
                self.bases.update(module.names.bases(scope.name))
        self.tasks = {scope.name: one for scope in module.scopes.all if (one := self._one(scope)) is not None}

    @cached_property
    def yields(self) -> dict[int, list[ast.expr]]:
        """What each function yields."""
        found: dict[int, list[ast.expr]] = {}
        nodes = self.module.nodes
        every: list[ast.Yield | ast.YieldFrom] = [*nodes.of(ast.Yield), *nodes.of(ast.YieldFrom)]
        for node in every:
            if node.value is not None:
                found.setdefault(id(self.module.around(node)), []).append(node.value)
        return found

    def _one(self, scope: Scope) -> One | None:
        if scope.kind != "class" or not isinstance(scope.node, ast.ClassDef):
            return None
        names = self.module.names
        bases = names.bases(scope.name)
        own = self.methods.get(id(scope), {})
        works = bool(_METHODS.intersection(own))
        kind = next((_last(base) for base in bases if base.startswith("luigi.") and _is_task(base, works)), None)
        if kind is None and len(_METHODS.intersection(own)) > 1:
            elsewhere = [names.name(base, scope.parent or self.module.scopes.module) for base in scope.node.bases]
            kind = "" if any(is_own(name) and names.scope(name) is None for name in elsewhere) else None
        # A class on which others build, and that does nothing, is none.
        if kind is None or (not _METHODS.intersection(own) and scope.name in self.bases):
            return None
        inherited: dict[str, Scope] = {}
        for base in reversed(bases):
            inherited |= self.methods.get(id(names.scope(base)), {})
        return One(scope, kind, inherited | own)

    def within(self, one: One, method: str) -> list[Call]:
        """Gives the calls in a method of a task."""
        return self.calls.get(id(one.methods[method]), []) if method in one.methods else []

    def named(self, one: One) -> str:
        """Gives the name of a task in its file."""
        return one.scope.name.removeprefix(f"{self.module.name}.")


@python
def luigi(module: Module) -> Iterator[Subject]:
    """Gives the tasks of a file, and the pipeline that they make."""
    # In Luigi itself these are the classes on which tasks build.
    if "luigi" not in module.roots or module.name.startswith("luigi."):
        return
    file = _File(module)
    if not file.tasks:
        return
    symbol = f"pipeline:{module.path}"
    record = Pipeline(framework="luigi", managed=True, schedulable=False, ownable=False, parsed=False, compiled=False)
    name = module.path.rpartition("/")[2].removesuffix(".py")
    first = next(iter(file.tasks.values()))
    yield subject(record, _head(module, first.scope.node), name, symbol=symbol)
    for one in file.tasks.values():
        own = file.named(one)
        links = (Link("part_of", symbol), Link("starts", symbol_of(one.scope)), *_links(file, one))
        yield subject(_task(module, one), _head(module, one.scope.node), own, symbol=f"task:{module.path}#{own}",
                      links=tuple(dict.fromkeys(links)))  # fmt: skip


def _is_task(base: str, works: bool) -> bool:
    """Whether a class of Luigi is one of tasks: by its name, or as what builds on it has the methods of one."""
    return base.endswith("Task") or (works and _NO_TASK.search(base) is None)


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _head(module: Module, node: ast.AST) -> Location:
    found = module.locate(node)
    return Location(found.path, found.line, found.column, found.line, found.column + 1, found.cell, found.cell_line)


def _task(module: Module, one: One) -> Task:
    retries = _attribute(module, one, "retry_count")
    timeout = _attribute(module, one, "worker_timeout")
    marker = one.kind in _MARKERS - {"ExternalProgramTask"}
    return Task(
        framework="luigi",
        operator=one.kind or UNSET,
        remote=False if marker else UNSET if one.kind in _PLAIN or not one.kind else True,
        retryable=not marker,
        # The default is a setting of the scheduler, which a worker that does not stay does not live to see.
        retries=_number(retries) if retries is not None else UNSET,
        retry_delay=_DELAY,
        timed=not marker,
        timeout=None if timeout == 0 or (timeout is None and one.kind) else _number(timeout),
        owner=_text(_attribute(module, one, "owner_email")) if one.kind else UNSET,
        lineage=False,
        manual=False,
    )


def _attribute(module: Module, one: One, name: str) -> Known:
    """Gives what an attribute of a task is; None = neither it nor a base in the file sets it."""
    if name in one.methods:
        return UNSET
    found = [binding for binding, _ in module.names.members(one.scope.name, name) if isinstance(binding, ast.expr)]
    if not found:
        return None
    return module.values.value(found[0], one.scope) if len(found) == 1 else UNSET


def _number(known: Known) -> Number:
    return known if isinstance(known, (int, float, Ref)) and not isinstance(known, bool) else UNSET


def _text(known: Known) -> Text:
    return known if known is None or isinstance(known, (str, Ref)) else UNSET


def _links(file: _File, one: One) -> Iterator[Link]:
    needed = list(_needed(file, one))
    yield from needed
    yield from (Link("writes" if one.kind != "ExternalTask" else "reads", data) for data in _targets(file, one))
    for link in needed:
        other = file.tasks.get(f"{file.module.name}.{link.symbol.partition('#')[2]}")
        if other is not None:
            yield from (Link("reads", data) for data in _targets(file, other))


def _needed(file: _File, one: One) -> Iterator[Link]:
    """Gives the tasks that a task waits for: what `requires` makes or clones, and what `run` yields."""
    yielded = _yielded(file, one)
    dynamic = [call for call in file.within(one, "run") if id(call.node) in yielded]
    for call in (*file.within(one, "requires"), *dynamic):
        cloned = call.node.args[:1] if last_name(call.node.func) == "clone" else []
        for node in [call.node.func, *cloned]:
            yield from _waits(file, node, call.scope, one)
    around = one.scope.parent or file.module.scopes.module
    for decorator in getattr(one.scope.node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and file.module.names.name(decorator.func, around) == "luigi.util.requires":
            for node in decorator.args:
                yield from _waits(file, node, around, one)


def _yielded(file: _File, one: One) -> set[int]:
    """The expressions that `run` yields, by a name too: Luigi runs the tasks in them before it goes on."""
    run = one.methods.get("run")
    if run is None or not file.within(one, "run"):
        return set()
    found: set[int] = set()
    for value in file.yields.get(id(run), ()):
        parts = walk(value)
        names = {part.id for part in parts if isinstance(part, ast.Name)}
        bound = [given for name in names for given in run.bindings.get(name, ()) if isinstance(given, ast.expr)]
        found.update(id(part) for part in (*parts, *(part for given in bound for part in walk(given))))
    return found


def _waits(file: _File, node: ast.expr, scope: Scope, one: One) -> Iterator[Link]:
    name = file.module.names.name(node, scope)
    if name in file.tasks:
        if name != one.scope.name:
            yield Link("depends_on", f"task:{file.module.path}#{file.named(file.tasks[name])}")
    elif _last(name)[:1].isupper() and is_own(name) and file.module.names.scope(name) is None:
        # What `import *` or a call gives has no such name.
        yield from () if any(mark in name for mark in "?()") else (Link("depends_on", f"function:{name}"),)


def _targets(file: _File, one: One) -> Iterator[str]:
    """Gives the data under the paths that `output` states."""
    for call in file.within(one, "output"):
        if last_name(call.node.func).endswith("Target"):
            given = [*call.node.args[:1], *(one.value for one in call.node.keywords if one.arg == "path")]
            known = file.module.values.value(given[0], call.scope) if given else UNSET
            symbol = data_symbol("write", {"uri": known}) if isinstance(known, str) else None
            if symbol is not None:
                yield symbol
