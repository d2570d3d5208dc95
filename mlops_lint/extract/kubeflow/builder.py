"""Follows a file of the SDK of Kubeflow Pipelines: what makes components, tasks and their order.

Source: kfp 2.17.3 (kfp/dsl/pipeline_context.py, tasks_group.py, for_loop.py) and kfp 1.8.22 (kfp/dsl/_container_op.py).
"""

import ast

from mlops_lint.extract.kubeflow import components, methods, names
from mlops_lint.extract.kubeflow.things import Component, Group, Maker, Output, Pipeline, Spec, Task, tasks_of
from mlops_lint.extract.python.following.follower import Follower
from mlops_lint.extract.python.following.statements import Exhausted
from mlops_lint.extract.python.following.things import (
    UNKNOWN,
    Called,
    Frame,
    Function,
    Given,
    Mapping,
    Thing,
    held,
    mixed,
)
from mlops_lint.extract.python.module import Module

# What a task costs of the budget: no file has more than some thousands.
_TASK = 20
# Groups in groups.
_DEPTH = 50


class Builder(Follower):
    """The state while a file is followed; `pipelines` in order of the source."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.pipelines: list[Pipeline] = []
        self.components: list[tuple[Component, ast.AST]] = []
        """The components that are made of functions of the file."""
        self.pipeline: Pipeline | None = None
        self._groups: list[Group] = []
        self._tasks: dict[tuple[object, ...], Task] = {}
        self._by_function: dict[ast.AST, Pipeline] = {}

    def build(self) -> None:
        """Follows the file, then each pipeline that it defines: they are compiled after all else is there."""
        self.run(self._makes)
        try:
            for pipeline in self.pipelines:
                self.pipeline, self._groups = pipeline, []
                self.invoke(pipeline.function, Given([], Mapping(complete=False)), None)
                pipeline.join()
        except Exhausted:
            return

    def _makes(self, scope: object) -> bool:
        """Whether a function is a pipeline or component that stands in another function."""
        decorators: list[ast.expr] = getattr(getattr(scope, "node", None), "decorator_list", [])
        return any(self._maker(one, self.frame) is not None for one in decorators)

    # --- definitions

    def defined(self, function: Function) -> object:
        """Gives the component or pipeline that a decorated function is."""
        for decorator in function.node.decorator_list:
            maker = self._maker(decorator, function.frame)
            if maker is not None:
                return self.made_of(function, maker)
        return function

    def _maker(self, node: ast.expr, frame: Frame) -> Maker | None:
        """Gives what a decorator makes of a function; None = nothing that is known."""
        if isinstance(node, ast.Call):
            known = self._maker(node.func, frame)
            if known is None:
                return self._partial(node, frame)
            settings = Mapping()
            settings.update(known.settings)
            for keyword in node.keywords:
                found = self.value(keyword.value, frame)
                if keyword.arg is not None:
                    settings.entries[keyword.arg] = found
                else:
                    settings.update(found)
            if node.args and known.sort == "pipeline":
                settings.entries["name"] = self.value(node.args[0], frame)
            return Maker(known.sort, settings)
        sort = names.maker(self.dotted(node, frame))
        if sort is not None:
            return Maker(sort, Mapping())
        holder = frame.find(node.id) if isinstance(node, ast.Name) else None
        bound = holder.names[node.id] if holder is not None and isinstance(node, ast.Name) else None
        return bound if isinstance(bound, Maker) else None

    def _partial(self, node: ast.Call, frame: Frame) -> Maker | None:
        if names.last(self.dotted(node.func, frame)) != "partial" or not node.args:
            return None
        inner = ast.Call(node.args[0], [], node.keywords)
        return self._maker(ast.copy_location(inner, node), frame)

    def made_of(self, function: Function, maker: Maker) -> object:
        """Gives what a maker makes of a function of the file."""
        if maker.sort == "pipeline":
            return self._pipeline(function, maker.settings)
        if maker.sort == "graph":
            return function
        spec = self._spec(function) if maker.sort == "container" else None
        made = components.of_function(function, maker, spec)
        if all(node is not function.node for _, node in self.components):
            self.components.append((made, function.node))
        return made

    def _spec(self, function: Function) -> Spec | None:
        """Gives the container of a container component: what its function returns."""
        returned = self.invoke(function, Given([], Mapping(complete=False)), None)
        return next((one for one in held(returned) if isinstance(one, Spec)), None)

    def _pipeline(self, function: Function, settings: Mapping) -> Pipeline:
        found = self._by_function.get(function.node)
        if found is None:
            name = settings.get("name")
            found = Pipeline(name if isinstance(name, str) else function.node.name, function, function.node, settings)
            self._by_function[function.node] = found
            self.pipelines.append(found)
        return found

    # --- groups

    def entered(self, value: object) -> bool:
        """Enters a condition, loop or exit handler."""
        if isinstance(value, Group) and len(self._groups) < _DEPTH:
            self._groups.append(value)
            return True
        return False

    def left(self) -> None:
        """Leaves it."""
        self._groups.pop()

    def _group(self, sort: str, called: Called) -> Group:
        parent = self._groups[-1] if self._groups else None
        tasks = list(dict.fromkeys(tasks_of(called.given.all())))
        whole = [one for value in called.given.all() for one in held(value) if isinstance(one, Group)]
        exits = [task for one in whole for task in one.starts()] or tasks
        controls = [] if sort == "ExitHandler" else tasks
        known = self.pipeline.groups if self.pipeline is not None else []
        if sort in ("Else", "Elif") and known:
            # What decides about the branch before decides about this one.
            siblings = [one for one in known if one.parent is parent and one.sort in ("If", "Condition", "Elif")]
            controls = [*controls, *(siblings[-1].controls if siblings else ())]
        group = Group(sort, controls, exits if sort == "ExitHandler" else [], parent)
        known.append(group)
        return group

    # --- calls

    def call(self, called: Called) -> object:
        """Gives what a call gives: a component, a task, a group, or what a method of a task gives."""
        if isinstance(called.what, Maker):
            return self._applied(called.what, called)
        if isinstance(called.what, Component):
            return self.task(called.what, called)
        if isinstance(called.what, Pipeline):
            return self._nested(called.what, called)
        owners = [one for one in held(called.receiver) if isinstance(one, (Task, Output, Group))]
        if owners and called.method:
            for owner in owners:
                if isinstance(owner, Group):
                    owner.controls += tasks_of(called.given.all()) if called.method == "after" else []
                else:
                    methods.call(owner.task if isinstance(owner, Output) else owner, called)
            return called.receiver
        return self._of_name(called)

    def _of_name(self, called: Called) -> object:
        name, last = called.name, names.last(called.name)
        if names.of_sdk(name):
            return self._of_sdk(last, called)
        if last in names.COMPILERS and (function := self._compiled(called)) is not None:
            return self._pipeline(function, Mapping())
        if name == "functools.partial" and called.node.args:
            return self._partial(called.node, called.frame) or UNKNOWN
        wrapped = [one for one in held(mixed(called.given.positional[:1])) if isinstance(one, Component)]
        if names.of_google(name) and wrapped:
            return components.on_google(wrapped[0], called.given.named)
        if any(base.startswith("kfp.") and base.endswith("ContainerOp") for base in self.module.names.bases(name)):
            return self.task(components.operation("ContainerOp", called), called)
        found = components.of_name(self.module, called) if self.pipeline is not None else None
        if found is not None:
            return self.task(found, called)
        return mixed([called.receiver, *called.given.all()])

    def _of_sdk(self, last: str, called: Called) -> object:
        if last in names.GROUPS:
            return self._group(last, called)
        if last in names.MAKERS:
            return self._applied(Maker(names.MAKERS[last], Mapping()), called)
        if last in names.LOADERS:
            return components.loaded(last, called)
        if last == "ContainerSpec":
            given = called.given
            words = [given.argument(1, "command"), given.argument(2, "args")]
            return Spec(given.argument(0, "image"), components.command_of(words))
        if last in names.OPERATIONS or last in names.MARKERS:
            return self.task(components.operation(last, called), called)
        if last in names.COMPILERS and (function := self._compiled(called)) is not None:
            return self._pipeline(function, Mapping())
        if called.name.startswith("kfp.kubernetes.") or last == "apply":
            methods.of_kubernetes(last, called)
        return mixed([called.receiver, *called.given.all()])

    def _compiled(self, called: Called) -> Function | None:
        """Gives the function that is compiled as a pipeline without being decorated as one."""
        found = called.given.argument(0, "pipeline_func")
        return found if isinstance(found, Function) else None

    def _applied(self, maker: Maker, called: Called) -> object:
        settings = Mapping()
        settings.update(maker.settings)
        settings.update(called.given.named)
        first = called.given.argument(0, "func")
        if isinstance(first, Function):
            return self.made_of(first, Maker(maker.sort, settings))
        argument = called.node.args[0] if called.node.args else None
        if argument is None:
            return Maker(maker.sort, settings)
        name = self.dotted(argument, called.frame)
        return components.of_symbol(name, maker.sort, settings)

    # --- tasks

    def task(self, component: Component, called: Called) -> object:
        """Gives the task that a call makes; the same for the same call."""
        pipeline = self.pipeline
        if pipeline is None:
            return UNKNOWN
        key = (id(called.node), id(pipeline), self.stack)
        found = self._tasks.get(key)
        if found is None:
            self.spend(_TASK)
            name = pipeline.unique(components.task_name(component, called))
            found = Task(name, component, called.given.named, called.node, called.frame.scope)
            self._tasks[key] = found
            pipeline.tasks.append(found)
            if self._groups:
                self._groups[-1].add(found)
                found.groups = list(self._groups)
        found.wait(tasks_of(called.given.all()))
        return found

    def _nested(self, pipeline: Pipeline, called: Called) -> object:
        """Gives the tasks of a pipeline in a pipeline, as a group."""
        outer = self.pipeline
        if outer is None or len(self._groups) >= _DEPTH:
            return UNKNOWN
        pipeline.inside = True
        controls = tasks_of(called.given.all())
        group = Group("pipeline", controls, [], self._groups[-1] if self._groups else None)
        outer.groups.append(group)
        self._groups.append(group)
        group.returned = self.invoke(pipeline.function, called.given, called.node)
        self._groups.pop()
        return group

    # --- attributes

    def attribute(self, owner: Thing, name: str) -> object:
        """Gives an attribute: what a task gives, or a part of the task itself."""
        if isinstance(owner, Task) and name in ("output", "outputs", "volume", "pvolume", "pvolumes"):
            return Output(owner)
        if isinstance(owner, Group):
            return mixed([owner.returned]) if owner.sort == "pipeline" else owner.item
        return owner if isinstance(owner, (Task, Output)) else UNKNOWN

    def item(self, owner: Thing) -> object:
        """Gives an item of what a task gives."""
        if isinstance(owner, Group):
            return self.attribute(owner, "output")
        return owner if isinstance(owner, (Task, Output)) else UNKNOWN

    def assigned(self, owner: Thing, name: str, value: object) -> None:
        """Sets an attribute of a task."""
        if isinstance(owner, Task):
            methods.assigned(owner, name, value)
