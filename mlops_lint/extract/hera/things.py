"""What the statements of a file of Hera make: workflows, templates, calls of templates and their results."""

import ast

import msgspec

from mlops_lint.extract.python.following.things import Mapping, Thing
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Link

COMPOSITE = frozenset({"DAG", "Steps"})


class Record(Thing, msgspec.Struct, frozen=True, eq=False):
    """An object that only holds settings, as `RetryStrategy(limit=3)`."""

    name: str
    settings: Mapping


class Template(Thing):
    """What a task does: a container, a script, or tasks of its own."""

    def __init__(self, name: str, sort: str, settings: Mapping, node: ast.AST) -> None:
        self.name = name
        self.sort = sort
        """The name of the class; `Script` for a decorated function too."""
        self.settings = settings
        self.node = node
        self.links: tuple[Link, ...] = ()
        self.groups: list[list[Call]] = []
        """Of `Steps` those that run side by side; of a `DAG` one group of all."""

    @property
    def calls(self) -> "list[Call]":
        """The calls in it, in order of the source."""
        return [call for group in self.groups for call in group]


class Parallel(Thing, msgspec.Struct, frozen=True, eq=False):
    """The steps that a template runs side by side."""

    of: Template


class Workflow(Thing):
    """A workflow with its templates by their names."""

    def __init__(self, kind: str, settings: Mapping, node: ast.AST, scope: Scope) -> None:
        self.kind = kind
        self.settings = settings
        self.node = node
        self.scope = scope
        self.templates: dict[str, Template] = {}
        self.direct: list[Call] = []
        """Tasks that stand in the workflow itself, as Hera 4 has them."""

    @property
    def name(self) -> str:
        """The name, or what it is made of."""
        found = next((self.settings.entries.get(key) for key in ("name", "generate_name")), None)
        found = found if found is not None else self.settings.entries.get("generate_name")
        return found.strip("-") if isinstance(found, str) else ""

    def add(self, template: Template) -> None:
        """Adds a template; what is called twice stands there once."""
        self.templates.setdefault(template.name, template)


class Call(Thing):
    """A task or step."""

    def __init__(self, name: str, template: object, settings: Mapping, node: ast.AST) -> None:
        self.name = name
        self.template = template
        """A template, its name, or anything that is not known."""
        self.settings = settings
        self.node = node
        self.upstream: dict[str, None] = {}
        """The names of those that it waits for."""
        self.failures: dict[str, None] = {}
        """Of these, those whose failure it waits for too."""
