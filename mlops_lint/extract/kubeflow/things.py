"""What the statements of a pipeline of Kubeflow make: components, tasks, what they give, groups and pipelines."""

import ast

import msgspec

from mlops_lint.extract.kubeflow.names import sanitized
from mlops_lint.extract.numbered import unique
from mlops_lint.extract.python.following.things import UNKNOWN, Function, Mapping, Mixed, Thing, held
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Link

# Orders that one group adds: more is made to be more.
_EDGES = 10_000


class Maker(Thing, msgspec.Struct, frozen=True, eq=False):
    """What makes a component or pipeline of a function, with its settings: a decorator, or a partial one."""

    sort: str
    settings: Mapping


class Component(Thing, msgspec.Struct, frozen=True, eq=False):
    """What makes a task when it is called."""

    name: str
    sort: str
    """python, container, notebook, loaded, imported, google, graph, or the name of an operation."""
    image: object = UNKNOWN
    packages: object = None
    command: object = None
    links: tuple[Link, ...] = ()
    settings: Mapping = msgspec.field(default_factory=Mapping)
    elsewhere: str = ""
    """The symbol under which another file states its image."""


class Spec(Thing, msgspec.Struct, frozen=True, eq=False):
    """A `ContainerSpec`."""

    image: object
    command: object


class Pipeline(Thing):
    """A function that makes tasks when it is compiled."""

    def __init__(self, name: str, function: Function, node: ast.AST, settings: Mapping) -> None:
        self.name = name
        self.function = function
        self.node = node
        self.settings = settings
        self.tasks: list[Task] = []
        self.groups: list[Group] = []
        self.inside = False
        """It stands in another, and is told of there."""
        self._taken: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """Gives a name as the compiler does: the second task of one component is called `train-2`."""
        return unique(sanitized(name) or "task", self._taken, "-")

    def join(self) -> None:
        """Lets the groups take their place in the order."""
        for task in self.tasks:
            for before in list(task.upstream):
                # Who collects what a loop makes waits for all of the loop.
                loop = next((one for one in before.groups if one.sort == "ParallelFor" and task not in one.tasks), None)
                if loop is not None:
                    task.wait(loop.ends())
        for group in reversed(self.groups):
            group.join()


class Group(Thing):
    """What stands under a condition, a loop or an exit handler."""

    def __init__(self, sort: str, controls: "list[Task]", exits: "list[Task]", parent: "Group | None") -> None:
        self.sort = sort
        self.controls = controls
        """The tasks whose results decide whether, or for what, the group is run."""
        self.exits = exits
        """The tasks that run when the group has ended, however."""
        self.parent = parent
        self.tasks: dict[Task, None] = {}
        self.returned: object = UNKNOWN
        """What a pipeline in a pipeline gives."""

    @property
    def item(self) -> Mixed:
        """What a loop goes through: it comes from the tasks that decide about it."""
        return Mixed(tuple(Output(task) for task in self.controls)) if self.controls else UNKNOWN

    def ends(self) -> "list[Task]":
        """Gives the tasks that no other of the group waits for."""
        awaited = {before for task in self.tasks for before in task.upstream}
        return [task for task in self.tasks if task not in awaited]

    def add(self, task: "Task") -> None:
        """Adds a task to this group and those around it."""
        group: Group | None = self
        while group is not None:
            group.tasks[task] = None
            group = group.parent

    def starts(self) -> "list[Task]":
        """Gives the tasks that wait for none of the group."""
        inside = set(self.tasks)
        return [task for task in self.tasks if not inside.intersection(task.upstream)]

    def join(self) -> None:
        """Lets the first of the group wait for what decides about it, and what ends it for the last.

        A group starts when all is there that any of its tasks is given from outside.
        """
        given = {before: None for task in self.tasks for before in task.upstream if before not in self.tasks}
        starts, ends = self.starts(), self.ends()
        before = [*self.controls, *given]
        for task in starts:
            task.wait(before[: _EDGES // len(starts)])
        for last in self.exits:
            last.wait(ends[: _EDGES // len(self.exits)])


class Task(Thing):
    """One task."""

    def __init__(self, name: str, component: Component, arguments: Mapping, node: ast.expr, scope: Scope) -> None:
        self.name = name
        self.component = component
        self.arguments = arguments
        self.node = node
        self.scope = scope
        self.image = component.image
        self.upstream: dict[Task, None] = {}
        self.called: set[str] = set()
        """The names of its methods that were called."""
        self.requests: dict[str, None] = {}
        self.limits: dict[str, None] = {}
        self.groups: list[Group] = []
        self.retried: tuple[object, object, object] | None = None
        """How often, after how many seconds, with what factor; None = not."""
        self.timeout: object = None
        self.cached: object = UNKNOWN
        self.ignores_failure = False

    def wait(self, others: "list[Task]") -> None:
        """Lets it wait for others; a task that a loop makes stands for all of its rounds."""
        self.upstream |= {other: None for other in others if other is not self}


class Output(Thing, msgspec.Struct, frozen=True, eq=False):
    """What a task gives."""

    task: Task


def tasks_of(values: list[object]) -> list[Task]:
    """Gives the tasks whose results, or which themselves, stand in values; of a pipeline those that end it."""
    found: list[Task] = []
    for one in (thing for value in values for thing in held(value)):
        if isinstance(one, Group):
            found += one.ends() if one.sort == "pipeline" else one.controls
        elif isinstance(one, (Task, Output)):
            found.append(one.task if isinstance(one, Output) else one)
    return found
