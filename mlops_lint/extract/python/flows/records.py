"""What a file with pipelines of functions holds: settings, declared functions, and the tasks that calls make."""

import ast
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from mlops_lint.extract.python.scopes import Scope

What = Literal["task", "pipeline"]


class Settings(msgspec.Struct, frozen=True):
    """Named arguments with the scope that they stand in; not `complete` where `**` may bring more."""

    entries: dict[str, tuple[ast.expr, Scope]] = {}
    complete: bool = True

    def under(self, other: "Settings") -> "Settings":
        """Gives these settings with those of `other` instead, where it has them."""
        entries = self.entries if other.complete else {}
        return Settings(entries | other.entries, self.complete and other.complete)


class Declared(msgspec.Struct, frozen=True):
    """A function that is a task or a pipeline, or one of another file that may be."""

    what: What
    name: str
    """The full name of the function; empty = not known."""
    called: str
    """How its tasks are called if nothing says otherwise."""
    node: ast.AST
    """Where it is declared: the decorator, or the call that makes it; elsewhere the call."""
    scope: Scope | None
    """The function itself; None = it stands elsewhere."""
    settings: Settings
    maker: str
    """The full name of the decorator or function that makes it one; empty = it stands elsewhere."""
    identifier: str = ""
    """The name by which a pipeline is started that this file does not see; empty = it is seen, or is none."""

    @property
    def own(self) -> bool:
        """Whether its settings stand in this file."""
        return self.maker != ""


class Step:
    """One call of a task, or of another pipeline, in a pipeline."""

    __slots__ = ("after", "declared", "earlier", "method", "name", "node", "number", "settings")

    def __init__(self, declared: Declared, node: ast.Call, settings: Settings, method: str, number: int) -> None:
        self.declared = declared
        self.node = node
        self.settings = settings
        self.method = method
        """How it is called, as `submit`; empty = like a function."""
        self.number = number
        self.after: dict[Step, None] = {}
        self.earlier = 0
        """All that it waits for, over others too: a bit for the number of each."""
        self.name = declared.called

    @property
    def all(self) -> int:
        """Itself and all that it waits for, as bits."""
        return self.earlier | 1 << self.number

    def waits_for(self, other: "Step") -> bool:
        """Says whether it waits for another, over others too."""
        return bool(self.earlier >> other.number & 1)


class Tables(msgspec.Struct, frozen=True):
    """What a framework calls its things, by full names."""

    tasks: Mapping[str, str]
    """Decorators that make tasks -> what sort."""
    pipelines: Mapping[str, str]
    """Decorators that make pipelines -> what sort."""
    methods: frozenset[str] = frozenset()
    """Methods of a task that run it, as `submit`."""
    options: Mapping[str, tuple[str, ...]] = {}
    """Methods of a task that give it with other settings, as `with_options` -> its unnamed arguments."""
    applies: frozenset[str] = frozenset()
    """Methods of what a call gives that call the task that they are given, for each part of it."""
    overrides: frozenset[str] = frozenset()
    """Methods of what a call gives that change its settings."""
    precedes: frozenset[str] = frozenset()
    """Methods of what a call gives that let what they are given wait for it."""
    branches: frozenset[str] = frozenset()
    """Methods whose arguments wait for what they are called on, as `conditional(...).if_(...).then(...)`."""
    wrappers: frozenset[str] = frozenset()
    """Functions that give an argument, a task, in another form."""
    wrapped: frozenset[str] = frozenset()
    """The arguments of these that may be the task, if the first is not."""
    classes: Callable[[str], bool] = lambda _name: False
    """Says whether an instance of a class is a task."""
    packages: tuple[str, ...] = ()
    """How packages begin whose functions are tasks, of which we know no more."""
    runners: Mapping[str, tuple[str, str]] = {}
    """Functions that start a pipeline by its name -> the argument that holds it, and what ends it there."""
    pipeline_name: Callable[[str], str] = str
    """From the name of a function to that of its pipeline."""
    nested: bool = False
    """A task that calls tasks is a pipeline."""
    callers: frozenset[str] = frozenset()
    """Functions that call their first argument, a task."""
    named_waits: frozenset[str] = frozenset()
    """Arguments of a call that name tasks to wait for, as texts."""
    name: str = "name"
    """The setting that says how a task is called."""
    call_name: str = ""
    """The argument of a call that says how its task is called."""
    call_settings: frozenset[str] = frozenset()
    """Settings that a call of a task takes beside its arguments."""
    blocking: bool = False
    """A plain call waits until the task has ended, so that all that comes after it waits too."""
    results: frozenset[str] = frozenset()
    """Methods of what a call gives that wait for its end."""
    parameters: bool = False
    """What a pipeline is given and calls is a task."""
