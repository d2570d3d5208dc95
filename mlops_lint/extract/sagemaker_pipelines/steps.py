"""The pipelines of a module, the steps of each and their order."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.python.made import Frame, Made
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.sagemaker_pipelines.names import BRANCHES, is_decorator, is_pipeline, is_step, of_sagemaker

# A pipeline may have no more.
MOST = 200


class Step:
    """One step: the call that makes it."""

    __slots__ = ("before", "decorator", "frame", "function", "name", "node", "sort", "within")

    def __init__(self, node: ast.Call, frame: Frame, sort: str) -> None:
        self.node = node
        self.frame = frame
        self.sort = sort
        self.decorator: ast.Call | None = None
        """For a function that is a step: the call that says how it is run; None = `@step` without any."""
        self.function: Scope | ast.expr | None = None
        """The function of this module, or the expression that names one of another."""
        self.name = ""
        self.before: list[Step] = []
        self.within: Step | None = None
        """The condition that it stands in."""

    @property
    def settings(self) -> ast.Call | None:
        """The call whose arguments say how it is run."""
        return self.decorator if self.sort == "@step" else self.node


class Pipeline:
    """One pipeline: the call that makes it."""

    __slots__ = ("frame", "node", "steps", "targets")

    def __init__(self, node: ast.Call, frame: Frame, targets: tuple[str, ...]) -> None:
        self.node = node
        self.frame = frame
        self.targets = targets
        self.steps: list[Step] = []


class Reader:
    """Finds the pipelines of one module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.made = Made(module)
        self._steps: dict[tuple[int, int], Step] = {}

    def pipelines(self) -> Iterator[Pipeline]:
        """Gives the pipelines in order of the source."""
        for call in self.module.calls:
            if is_pipeline(call.name):
                found = Pipeline(call.node, self.made.frame(call.scope), call.targets)
                given = self.made.argument(call.node, found.frame, "steps", 3)
                if given is not None:
                    self._fill(found, given)
                yield found

    def _fill(self, pipeline: Pipeline, given: tuple[ast.expr, Frame]) -> None:
        waiting = self._found(*given)
        while waiting and len(pipeline.steps) < MOST:
            step = waiting.pop(0)
            if step in pipeline.steps:
                continue
            pipeline.steps.append(step)
            for branch in BRANCHES if step.sort == "ConditionStep" else ():
                held = self.made.argument(step.node, step.frame, branch)
                for inner in self._found(*held) if held is not None else ():
                    inner.within = inner.within or step
                    waiting.append(inner)
            step.before = self._before(step)
            waiting += self._asked_for(step)
        self._explicit(pipeline)
        self._by_name(pipeline)

    def _asked_for(self, step: Step) -> list[Step]:
        """The steps that come into the pipeline unlisted: functions, all that a function takes, and `depends_on`."""
        given = self.made.argument(step.node, step.frame, "depends_on")
        named = self._found(*given) if given is not None else []
        return [one for one in step.before if "@step" in (one.sort, step.sort) or one in named]

    def _found(self, node: ast.expr, frame: Frame) -> list[Step]:
        found = self.made.mentioned(node, frame, self._wanted)
        return [self._step(*one) for one in found if self._sort(*one) != ""]

    def _wanted(self, node: ast.Call, frame: Frame) -> bool:
        """Whether a call makes a step; what is behind a whole pipeline is none of another one."""
        return self._sort(node, frame) != "" or is_pipeline(self.made.name(node.func, frame))

    def _sort(self, node: ast.Call, frame: Frame) -> str:
        name = self.made.name(node.func, frame)
        if is_step(name):
            return of_sagemaker(name)
        return "@step" if self._decorated(node, frame) is not None else ""

    def _decorated(self, node: ast.Call, frame: Frame) -> tuple[ast.Call | None, Scope | ast.expr | None] | None:
        """How a call of a function that is a step is run, and the function; None = it is no such call."""
        function = self.made.function(node.func, frame)
        if function is not None and function.parent is not None:
            for one in getattr(function.node, "decorator_list", ()):
                called = one.func if isinstance(one, ast.Call) else one
                if is_decorator(self.module.names.name(called, function.parent)):
                    return (one if isinstance(one, ast.Call) else None), function
            return None
        for option, where in self.made.options(node.func, frame) if not isinstance(node.func, ast.Attribute) else ():
            if isinstance(option, ast.Call) and is_decorator(self.made.name(option.func, where)):
                own = self.made.function(option.args[0], where) if option.args else None
                return option, own or (option.args[0] if option.args else None)
        return None

    def _step(self, node: ast.Call, frame: Frame) -> Step:
        key = (id(node), id(frame))
        if key not in self._steps:
            found = self._steps[key] = Step(node, frame, self._sort(node, frame))
            if found.sort == "@step":
                found.decorator, found.function = self._decorated(node, frame) or (None, None)
            found.name = self._name(found)
        return self._steps[key]

    def _name(self, step: Step) -> str:
        place = None if step.sort == "@step" else 0
        given = self.made.argument(step.settings, step.frame, "name", place) if step.settings is not None else None
        name = self.made.text(*given) if given is not None else None
        if name is None and isinstance(step.function, Scope):
            return step.function.name.rpartition(".")[2]
        return name or (ast.unparse(given[0])[:60] if given is not None else step.sort)

    def _before(self, step: Step) -> list[Step]:
        """The steps that one waits for: those it names in `depends_on`, and those whose output it takes."""
        found: list[Step] = [step.within] if step.within is not None else []
        arguments = [*step.node.args, *(one.value for one in step.node.keywords if one.arg not in BRANCHES)]
        if step.sort == "@step" and step.decorator is not None:
            arguments += [one.value for one in step.decorator.keywords if one.arg == "depends_on"]
        for argument in arguments:
            found += self._found(argument, step.frame)
        kept = [one for one in dict.fromkeys(found) if one is step.within or not _later(one, step)]
        return [one for one in kept if one is not step]

    def _explicit(self, pipeline: Pipeline) -> None:
        """`step.add_depends_on([other])`."""
        for call in self.module.calls:
            function = call.node.func
            if isinstance(function, ast.Attribute) and function.attr == "add_depends_on" and call.node.args:
                frame = self.made.frame(call.scope)
                before = self._found(call.node.args[0], frame)
                for step in self._found(function.value, frame):
                    if step in pipeline.steps:
                        step.before += [one for one in before if one not in step.before and one is not step]

    def _by_name(self, pipeline: Pipeline) -> None:
        """`depends_on=["Train"]` and `JsonGet(step_name="Evaluate")`."""
        named = {step.name: step for step in pipeline.steps}
        for step in pipeline.steps:
            for name in (*self._waits_for(step), *self._looks_at(step)):
                other = named.get(name)
                if other is not None and other is not step and other not in step.before:
                    step.before.append(other)

    def _waits_for(self, step: Step) -> Iterator[str]:
        given = self.made.argument(step.node, step.frame, "depends_on")
        for holder, where in self.made.options(*given) if given is not None else ():
            for one in holder.elts if isinstance(holder, (ast.List, ast.Tuple)) else ():
                name = self.made.text(one, where)
                if name is not None:
                    yield name

    def _looks_at(self, step: Step) -> Iterator[str]:
        """The names of the steps whose output a condition looks at."""
        for keyword in step.node.keywords:
            if keyword.arg not in BRANCHES:
                for call, where in self.made.mentioned(keyword.value, step.frame, self._ends):
                    given = self.made.argument(call, where, "step_name", 0)
                    name = self.made.text(*given) if given is not None and self._is_json_get(call, where) else None
                    if name is not None:
                        yield name

    def _ends(self, node: ast.Call, frame: Frame) -> bool:
        return self._is_json_get(node, frame) or self._wanted(node, frame)

    def _is_json_get(self, node: ast.Call, frame: Frame) -> bool:
        return of_sagemaker(self.made.name(node.func, frame)) == "JsonGet"


def _later(one: Step, step: Step) -> bool:
    """Whether a step is made further down: in a loop that is the one of the round before."""
    there, here = one.node, step.node
    end = (here.end_lineno or here.lineno, here.end_col_offset or here.col_offset)
    return one.frame is step.frame and (there.lineno, there.col_offset) > end
