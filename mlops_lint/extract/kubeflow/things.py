"""What the statements of a pipeline of Kubeflow make: components, tasks, what they give, groups and pipelines."""

import ast

import msgspec

from mlops_lint.extract.kubeflow.names import sanitized
from mlops_lint.extract.python.following.things import UNKNOWN, Function, Mapping, Thing
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Link


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
        self._taken: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """Gives a name as the compiler does: the second task of one component is called `train-2`."""
        name = sanitized(name) or "task"
        count = self._taken[name] = self._taken.get(name, 0) + 1
        return name if count == 1 else f"{name}-{count}"


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

    def add(self, task: "Task") -> None:
        """Adds a task to this group and those around it."""
        group: Group | None = self
        while group is not None:
            group.tasks[task] = None
            group = group.parent

    def join(self) -> None:
        """Lets the first of the group wait for what decides about it, and what ends it for the last."""
        inside = set(self.tasks)
        awaited = {before for task in self.tasks for before in task.upstream}
        for task in self.tasks:
            if not inside.intersection(task.upstream):
                task.wait(self.controls)
            if task not in awaited:
                for last in self.exits:
                    last.wait([task])


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
