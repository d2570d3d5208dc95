"""What an expression of a DAG file may stand for, as far as pipelines are concerned."""

import ast
from typing import Literal

import msgspec

from mlops_lint.extract.python.following.things import Bindings
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Ref

# A list that grows beyond this is made to grow.
SIZE = 2_000


class Unknown(msgspec.Struct, frozen=True):
    """Anything; `shown` is how a text that holds it shows it, as `{table}`."""

    shown: str = ""


class Text(msgspec.Struct, frozen=True):
    """A text of which parts are not known; they stand in braces."""

    shown: str


class Duration(msgspec.Struct, frozen=True):
    """A timedelta."""

    seconds: float


class Moment(msgspec.Struct, frozen=True):
    """A point in time; `moves` where it is taken from the clock."""

    moves: bool


class Data(msgspec.Struct, frozen=True):
    """A dataset or asset."""

    uri: str


class Assets(msgspec.Struct, frozen=True):
    """An expression of datasets or assets, as `a | b`."""


class Code(msgspec.Struct, frozen=True):
    """A function that is defined elsewhere."""

    symbol: str
    name: str


class Items:
    """A list, tuple or set; what is made in a loop stands in it once."""

    def __init__(self, items: "list[Value] | None" = None) -> None:
        self.items: list[Value] = items[:SIZE] if items is not None else []

    def add(self, items: "list[Value]") -> None:
        """Adds to the end."""
        self.items += items[: SIZE - len(self.items)]


class Mapping:
    """A dictionary with text keys; not `complete` where it may hold more than is seen."""

    def __init__(self, entries: "dict[str, Value] | None" = None, *, complete: bool = True) -> None:
        self.entries: dict[str, Value] = entries if entries is not None else {}
        self.complete = complete
        self.others: list[Value] = []
        """Values under keys that are not known."""

    def merged(self, other: "Value") -> "Mapping":
        """Gives a new one in which the entries of `other` come first."""
        if not isinstance(other, Mapping):
            # Any key may have been replaced.
            return Mapping(dict.fromkeys(self.entries, Unknown()), complete=False)
        kept = self.entries if other.complete else dict.fromkeys(self.entries, Unknown())
        found = Mapping({**kept, **other.entries}, complete=self.complete and other.complete)
        found.others = [*self.others, *other.others][:SIZE]
        return found

    def get(self, key: str) -> "Value":
        """Gives the value of a key: Unknown where it may be there unseen, None where it is not."""
        if key in self.entries:
            return self.entries[key]
        return None if self.complete else Unknown()

    def values(self) -> "list[Value]":
        """Gives all values, those under unknown keys last."""
        return [*self.entries.values(), *self.others]


class Options(msgspec.Struct, frozen=True):
    """One of several, as a branch was taken or not."""

    options: "tuple[Value, ...]"


Frame = Bindings["Value"]


class Function(msgspec.Struct, frozen=True, eq=False):
    """A function of the file."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope
    frame: Frame


What = Literal["dag", "task", "group", "asset"]


class Decorator(msgspec.Struct, frozen=True, eq=False):
    """`@dag`, `@task.<operator>`, `@task_group` or `@asset`, with its settings."""

    what: What
    operator: str
    settings: Mapping
    node: ast.expr


class Decorated(msgspec.Struct, frozen=True, eq=False):
    """A function under such a decorator: each call makes a DAG, task or group."""

    decorator: Decorator
    function: Function | Code

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.name if isinstance(self.function, Code) else self.function.node.name


class Partial(msgspec.Struct, frozen=True, eq=False):
    """A call of an operator or decorated function that waits for `expand`."""

    of: "Decorated | str"
    settings: Mapping
    arguments: "tuple[Value, ...]"
    node: ast.Call


class Dag:
    """One DAG that the file makes."""

    def __init__(self, dag_id: str | None, settings: Mapping, node: ast.expr, function: str) -> None:
        self.dag_id = dag_id
        self.settings = settings
        self.node = node
        self.function = function
        """The function that makes it, "" = the module."""
        self.variable = ""
        self.scope: Scope | None = None
        self.schedule: ast.expr | None = None
        self.steps: list[Step] = []
        self.groups: list[str] = []
        self.taken: dict[str, int] = {}
        """The ids of decorated functions, with how many tasks have them."""


class Group:
    """A task group; the context of a teardown is one without a prefix."""

    def __init__(self, prefix: str, settings: Mapping, parent: "Group | None", dag: Dag | None) -> None:
        self.prefix = prefix
        """What stands before the ids of its tasks, with the dot."""
        self.settings = settings
        self.parent = parent
        self.dag = dag
        self.steps: dict[Step, None] = {}

    def add(self, step: "Step") -> None:
        """Adds a task to this group and to those around it."""
        group: Group | None = self
        while group is not None:
            group.steps[step] = None
            group = group.parent

    def roots(self) -> "list[Step]":
        """Gives the tasks that wait for none of the group."""
        inside = set(self.steps)
        return [step for step in self.steps if not inside.intersection(step.upstream)]

    def leaves(self) -> "list[Step]":
        """Gives the tasks that none of the group waits for."""
        waited = {upstream for step in self.steps for upstream in step.upstream}
        return [step for step in self.steps if step not in waited]


class Step:
    """One task."""

    def __init__(self, task_id: str, operator: str, settings: Mapping, node: ast.expr, scope: Scope) -> None:
        self.task_id = task_id
        """With the prefix of its groups; unknown parts in braces."""
        self.operator = operator
        """Full name of the class, or `@task.<kind>`."""
        self.settings = settings
        self.node = node
        self.scope = scope
        self.dag: Dag | None = None
        self.group: Group | None = None
        self.upstream: dict[Step, None] = {}
        self.callable: Value = None
        self.setup = False


class Output(msgspec.Struct, frozen=True):
    """What a task returns."""

    step: Step


class Label:
    """A label on an edge: hands on the tasks before it."""

    def __init__(self) -> None:
        self.carried: tuple[Step | Group, ...] = ()


Value = (
    None | bool | int | float | str | Ref | Unknown | Text | Duration | Moment | Data | Assets | Code | Items | Mapping
    | Options | Function | Decorator | Decorated | Partial | Dag | Group | Step | Output | Label
)  # fmt: skip

# Arguments of an operator that hold tasks without waiting for them.
_NO_DATA = frozenset({"dag", "task_group", "default_args"})


class Given(msgspec.Struct):
    """The arguments of a call; `*` and `**` are laid out where they are known."""

    positional: list[Value]
    named: Mapping

    def first(self, *keywords: str) -> Value:
        """Gives the first positional argument, or that under one of the keywords; None = not given."""
        if self.positional:
            return self.positional[0]
        return next((self.named.entries[key] for key in keywords if key in self.named.entries), None)

    def all(self) -> list[Value]:
        """Gives the arguments that may hold results of tasks."""
        return [*self.positional, *(self.named.entries[key] for key in self.named.entries if key not in _NO_DATA)]


def code(value: Value) -> Function | Code | None:
    """Gives the function that a value is; None where it is none that is known."""
    if isinstance(value, Decorated):
        return value.function
    if isinstance(value, Ref):
        name = value.symbol.partition(":")[2]
        return Code(f"function:{name}", name.rpartition(".")[2])
    return value if isinstance(value, (Function, Code)) else None
