"""Follows a file of Hera: which workflows and templates it makes, and which tasks wait for which.

Source: hera 5.20 to 7.1 (hera/workflows/{workflow,dag,steps,task,script,_meta_mixins}.py); of version 4 the tasks that
stand in a workflow itself.
"""

import ast
import re

from mlops_lint.extract.hera.things import COMPOSITE, Call, Parallel, Record, Template, Workflow
from mlops_lint.extract.python.following.follower import Follower
from mlops_lint.extract.python.following.statements import Exhausted
from mlops_lint.extract.python.following.things import (
    UNKNOWN,
    Called,
    Function,
    Given,
    Items,
    Mapping,
    Thing,
    held,
    mixed,
)
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.uses import FOREIGN
from mlops_lint.model import Link

WORKFLOWS = frozenset("Workflow WorkflowTemplate ClusterWorkflowTemplate CronWorkflow".split())
TEMPLATES = frozenset("Container Script Resource HTTP Suspend ContainerSet Data Plugin".split()) | COMPOSITE
_CALLS = frozenset({"Task", "Step"})
# What a call of a template takes; whoever takes anything else is no template.
_TAKEN = frozenset(
    "name arguments depends dependencies when with_items with_param with_sequence hooks on_exit continue_on inline "
    "template template_ref".split()
)
# `a.on_failure(b)`: b waits for the failure of a; the second set waits the other way round.
_FORWARD = {
    "next": "",
    "on_success": "",
    "on_failure": "Failed",
    "on_error": "Errored",
    "when_any_succeeded": "",
    "when_all_failed": "Failed",
}
_BACKWARD = {"on_other_result": ""}
_AWAITED = re.compile(r"([A-Za-z0-9_][\w-]*)(?:\.(\w+))?")
_TASK = 20
_VERSION_4 = frozenset({"hera", "hera_workflows"})


class Builder(Follower):
    """The state while a file is followed; `workflows` in order of the source."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.workflows: list[Workflow] = []
        self.functions: list[Template] = []
        """The templates that are made of functions of the file."""
        self._contexts: list[Workflow | Template | Parallel] = []
        self._made: dict[tuple[object, ...], Thing] = {}

    def build(self) -> None:
        """Follows the file, then the functions that make workflows and that nothing in it calls."""
        self.run(lambda _scope: False)
        try:
            for call in self.module.calls:
                if call.name.rpartition(".")[2] in WORKFLOWS and call.name.startswith("hera"):
                    self._factory(call.scope)
        except Exhausted:
            return

    def _factory(self, scope: Scope) -> None:
        outer: Scope | None = None
        current: Scope | None = scope
        while current is not None:
            outer = current if isinstance(current.node, (ast.FunctionDef, ast.AsyncFunctionDef)) else outer
            current = current.parent
        if outer is None or outer.node in self.followed or self.module.context == "test":
            return
        if isinstance(outer.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.invoke(Function(outer.node, outer, self.frame), Given([], Mapping(complete=False)), None)

    # --- definitions

    def defined(self, function: Function) -> object:
        """Gives the template that a function under `@script` is."""
        for decorator in function.node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            name = self.dotted(called, function.frame)
            if not name.startswith("hera.") or name.rpartition(".")[2] != "script":
                continue
            settings = Mapping()
            for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
                value = self.value(keyword.value, function.frame)
                if keyword.arg is not None:
                    settings.entries[keyword.arg] = value
                else:
                    settings.update(value)
            made = self._script(function, settings)
            self.functions.append(made)
            return made
        return function

    def _script(self, function: Function, settings: Mapping) -> Template:
        stated = settings.get("name")
        name = stated if isinstance(stated, str) else function.node.name.replace("_", "-")
        made = Template(name, "Script", settings, function.node)
        made.links = (Link("starts", symbol_of(function.scope)),)
        return made

    # --- contexts

    def entered(self, value: object) -> bool:
        """Enters a workflow, a template with tasks of its own, or steps that run side by side."""
        if isinstance(value, Parallel):
            value.of.groups.append([])
        if isinstance(value, (Workflow, Parallel)) or (isinstance(value, Template) and value.sort in COMPOSITE):
            if isinstance(value, Template) and (workflow := self._workflow()) is not None:
                workflow.add(value)
            self._contexts.append(value)
            return True
        return False

    def left(self) -> None:
        """Leaves it."""
        self._contexts.pop()

    def _workflow(self) -> Workflow | None:
        return next((one for one in reversed(self._contexts) if isinstance(one, Workflow)), None)

    # --- calls

    def call(self, called: Called) -> object:
        """Gives what a call gives: a workflow, a template, a task, or an object of settings."""
        owners = [one for one in held(called.receiver) if isinstance(one, (Call, Template))]
        if isinstance(called.what, Template):
            return self._of_template(called.what, called)
        if owners and called.method:
            return self._of_method(owners, called)
        last = called.name.rpartition(".")[2]
        if called.name.partition(".")[0] in _VERSION_4:
            found = self._of_library(last, called)
            return Record(last, called.given.named) if found is None and last[:1].isupper() else found or UNKNOWN
        context = self._contexts[-1] if self._contexts else None
        if isinstance(context, (Template, Parallel)) and (elsewhere := self._elsewhere(called)) is not None:
            return self._task(elsewhere, called)
        return mixed([called.receiver, *called.given.all()])

    def _of_library(self, last: str, called: Called) -> Thing | None:
        key = (id(called.node), self.stack, id(self._workflow()))
        if key not in self._made:
            made = self._new(last, called)
            if made is None:
                return None
            self.spend(_TASK)
            self._made[key] = made
        return self._made[key]

    def _new(self, last: str, called: Called) -> Thing | None:
        settings = called.given.named
        if last in WORKFLOWS:
            return self._new_workflow(last, called)
        if last in TEMPLATES:
            return self._new_template(last, called)
        if last in _CALLS:
            given = called.given
            template = settings.get("template") or settings.get("inline") or settings.get("template_ref")
            if template is None and len(given.positional) > 1:
                # Version 4: the function itself is the second argument.
                source = given.positional[1]
                template = self._script(source, settings) if isinstance(source, Function) else UNKNOWN
            return self._task(template if template is not None else UNKNOWN, called)
        return None

    def _new_workflow(self, last: str, called: Called) -> Workflow:
        settings = Mapping(dict(called.given.named.entries), complete=called.given.named.complete)
        if called.given.positional:
            settings.entries.setdefault("name", called.given.positional[0])
        made = Workflow(last, settings, called.node, called.frame.scope)
        self.workflows.append(made)
        listed = settings.get("templates")
        for one in listed.items if isinstance(listed, Items) else ():
            if isinstance(one, Template):
                made.add(one)
        return made

    def _new_template(self, last: str, called: Called) -> Template:
        settings = called.given.named
        source = settings.get("source")
        name = called.given.argument(0, "name")
        if last == "Script" and isinstance(source, Function):
            made = self._script(source, settings)
        else:
            made = Template(name if isinstance(name, str) else last.lower(), last, settings, called.node)
        if (workflow := self._workflow()) is not None:
            workflow.add(made)
        return made

    def _of_template(self, template: Template, called: Called) -> object:
        """Gives the task that a call of a template makes; in a workflow itself it only becomes one of its own."""
        workflow = self._workflow()
        if workflow is not None:
            workflow.add(template)
        context = self._contexts[-1] if self._contexts else None
        return self._task(template, called) if isinstance(context, (Template, Parallel)) else UNKNOWN

    def _elsewhere(self, called: Called) -> Template | None:
        """Gives the template that a function of another module is; None = it is none."""
        name, given = called.name, called.given
        root = name.partition(".")[0]
        if "?" in name or "." not in name or "(" in name or root in FOREIGN or name.startswith(f"{self.module.name}."):
            return None
        if given.positional or not given.named.entries or not _TAKEN.issuperset(given.named.entries):
            return None
        last = name.rpartition(".")[2]
        made = Template(last.replace("_", "-"), "imported", Mapping(), called.node)
        made.links = (Link("starts", f"function:{name}"),)
        return made

    def _task(self, template: object, called: Called) -> Call:
        key = ("call", id(called.node), self.stack, id(self._workflow()))
        known = self._made.get(key)
        if isinstance(known, Call):
            return known
        settings = called.given.named
        first = called.given.argument(0, "name")
        name = first if isinstance(first, str) else template.name if isinstance(template, Template) else "task"
        made = Call(name, template, settings, called.node)
        self._made[key] = made
        self._place(made)
        for text in _texts(settings.get("dependencies")):
            made.upstream[text] = None
        depends = settings.get("depends")
        if isinstance(depends, str):
            wait(made, depends)
        else:
            made.upstream |= {one.name: None for one in held(depends) if isinstance(one, Call)}
        return made

    def _place(self, call: Call) -> None:
        context = self._contexts[-1] if self._contexts else None
        if isinstance(context, Workflow):
            context.direct.append(call)
        elif isinstance(context, Parallel):
            context.of.groups[-1].append(call)
        elif isinstance(context, Template):
            if context.sort == "DAG" and context.groups:
                context.groups[0].append(call)
            else:
                context.groups.append([call])

    def _of_method(self, owners: list[Call | Template], called: Called) -> object:
        others = [one for value in called.given.all() for one in held(value) if isinstance(one, Call)]
        method = called.method
        if method == "parallel":
            return next((Parallel(one) for one in owners if isinstance(one, Template)), UNKNOWN)
        calls = [one for one in owners if isinstance(one, Call)]
        for call in calls:
            for other in others:
                if method in _FORWARD:
                    _order(call, other, _FORWARD[method])
                elif method in _BACKWARD:
                    _order(other, call, _BACKWARD[method])
        return one_result(others) if method in _FORWARD else mixed(calls)

    # --- operators and attributes

    def combined(self, left: object, right: object, operator: ast.operator) -> object:
        """Orders the tasks on both sides of `>>` or `<<`."""
        if isinstance(operator, (ast.RShift, ast.LShift)):
            before, after = (left, right) if isinstance(operator, ast.RShift) else (right, left)
            for one in held(before):
                for other in held(after):
                    if isinstance(one, Call) and isinstance(other, Call):
                        _order(one, other, "")
            return right
        return mixed([left, right])

    def assigned(self, owner: Thing, name: str, value: object) -> None:
        """Sets an attribute of a workflow, template or task, as a call that makes it does."""
        if isinstance(owner, (Workflow, Template, Call)):
            owner.settings.entries[name] = value

    def attribute(self, owner: Thing, name: str) -> object:
        """Gives an attribute of a task: its name, or something that holds it."""
        if name == "name" and isinstance(owner, (Call, Template)):
            return owner.name
        return mixed([owner])


def one_result(calls: list[Call]) -> object:
    """Gives what a method that orders tasks gives: the one that waits."""
    return calls[0] if len(calls) == 1 else Items(calls)


def wait(call: Call, depends: str) -> None:
    """Lets a task wait for those that an expression names, as `a && (b.Succeeded || b.Failed)`."""
    for name, status in _AWAITED.findall(depends):
        call.upstream[name] = None
        if status in ("Failed", "Errored"):
            call.failures[name] = None


def _order(before: Call, after: Call, status: str) -> None:
    if before is not after:
        after.upstream[before.name] = None
        if status:
            after.failures[before.name] = None


def _texts(value: object) -> list[str]:
    items = value.items if isinstance(value, Items) else [value]
    return [item.name if isinstance(item, Call) else item for item in items if isinstance(item, (str, Call))]
