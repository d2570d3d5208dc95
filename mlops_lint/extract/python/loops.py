"""The loops of a file that trains with PyTorch to the steps in them, in order, through the functions of the file."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import children, walk, written

Loop = ast.For | ast.AsyncFor | ast.While
# Functions that call functions: deeper than any training loop that a reader could follow.
DEPTH = 6
# Real files have hundreds of steps; a file that is made to be slow has more.
_MOST_STEPS = 20_000

_CLEARS = re.compile(r"(?i)zero_?grad|grads?_?zero|clear_?grad|reset_?grad|grads?_to_none")
_SAVES = re.compile(r"(?i)save|check_?point|ckpt|snapshot|^dump$|log_model|export")
_NO_MODEL = re.compile(
    r"(?i)load|restore|fig|ima?ge?|plot|csv|json|text|metric|result|sample|prediction|history|loss|grid"
)
_OPTIMIZER = re.compile(r"(?i)opt(?:im|$|[_\d]|er)|^opt|adam|sgd|lbfgs|solver")
_SCHEDULER = re.compile(r"(?i)sched|warm_?up|(?:^|_)lr")
# What a loop hands itself to: code of others that may save, clear or switch.
_HOOKS = re.compile(r"(?i)callback|hook|on_epoch|on_batch|on_train|early_?stop")


class Place(NamedTuple):
    """Where something stands in its function: the loops around it, outermost first, and the branches."""

    loops: tuple[Loop, ...]
    branches: tuple[tuple[int, str], ...]
    quiet: bool = False
    """No gradients are computed here."""


class Step(NamedTuple):
    """One thing that is done: backward, step, clear, eval, train, mode (one of the two), save, hook or other."""

    kind: str
    node: ast.Call | ast.Assign
    place: Place
    scope: Scope
    receiver: str
    """What it is done to, as written."""
    called: tuple[Scope, ...] = ()
    """The functions of this file that it runs, or is handed."""


@lru_cache(maxsize=1)
def loops(module: Module) -> "Loops":
    """Gives the steps of a module; both that ask for them come one after the other."""
    return Loops(module)


class Loops:
    """All steps of one file by the function that they stand in."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.places: dict[int, Place] = {}
        self._walk(module.tree.body, Place((), ()))
        self.steps: dict[Scope, list[Step]] = {}
        self.callers: dict[Scope, list[Step]] = {}
        for step in [*self._of_calls(), *self._of_assignments()][:_MOST_STEPS]:
            self.steps.setdefault(step.scope, []).append(step)
            for called in step.called:
                self.callers.setdefault(called, []).append(step)

    def within(self, scope: Scope, loop: Loop | None = None) -> list[Step]:
        """Gives the steps of a function, or of one loop in it, with those of the functions of the file it calls."""
        return list(self._within(scope, loop, {scope}, DEPTH))

    def _within(self, scope: Scope, loop: Loop | None, seen: set[Scope], depth: int) -> Iterator[Step]:
        for step in self.steps.get(scope, ()):
            if loop is None or loop in step.place.loops:
                yield step
                for called in step.called:
                    if called not in seen and depth > 0:
                        seen.add(called)
                        yield from self._within(called, None, seen, depth - 1)

    def _walk(self, body: list[ast.stmt], place: Place) -> None:
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._walk(statement.body, Place((), (), any(map(_is_quiet, statement.decorator_list))))
                continue
            inner = place
            if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
                inner = place._replace(loops=(*place.loops, statement))
            elif isinstance(statement, (ast.With, ast.AsyncWith)):
                quiet = any(_is_quiet(item.context_expr) for item in statement.items)
                inner = place._replace(quiet=place.quiet or quiet)
            self.places[id(statement)] = place
            for child in children(statement):
                if isinstance(child, ast.expr):
                    self._expression(child, inner if isinstance(statement, ast.While) else place)
                elif isinstance(child, ast.withitem):
                    self._expression(child.context_expr, place)
            self._blocks(statement, inner)

    def _blocks(self, statement: ast.stmt, place: Place) -> None:
        for name in ("body", "orelse", "finalbody"):
            inside = place
            if isinstance(statement, ast.If):
                inside = place._replace(branches=(*place.branches, (id(statement), name)))
            self._walk(getattr(statement, name, []), inside)
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            self._walk(part.body, place._replace(branches=(*place.branches, (id(part), "body"))))

    def _expression(self, expression: ast.expr, place: Place) -> None:
        for node in walk(expression):
            if isinstance(node, ast.Call):
                self.places[id(node)] = place

    def _of_calls(self) -> Iterator[Step]:
        for call in self.module.calls:
            place = self.places.get(id(call.node))
            if place is not None:
                called = tuple(self._called(call))
                receiver = written(call.node.func.value) if isinstance(call.node.func, ast.Attribute) else ""
                yield Step(
                    _kind(call, receiver, self.module), call.node, place, function_of(call.scope), receiver, called
                )

    def _called(self, call: Call) -> Iterator[Scope]:
        """The functions of this file that a call runs: its own, and those that are handed to it, as a closure."""
        handed = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
        names = [call.name, *(self.module.names.name(one, call.scope) for one in handed if isinstance(one, ast.Name))]
        for name in names:
            found = self.module.names.scope(name)
            if found is not None and found.kind == "function":
                yield found

    def _of_assignments(self) -> Iterator[Step]:
        """`x.grad = None` clears too."""
        scopes = {id(scope.node): scope for scope in self.module.scopes.all}
        wanted: list[tuple[ast.AST, Scope]] = [(self.module.tree, self.module.scopes.module)]
        while wanted:
            node, scope = wanted.pop()
            for child in children(node):
                if isinstance(child, ast.Assign) and _unsets_gradient(child):
                    target = written(child.targets[0])
                    yield Step("clear", child, self.places[id(child)], function_of(scope), target)
                elif isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case)):
                    wanted.append((child, scopes.get(id(child), scope)))


def _is_quiet(expression: ast.expr) -> bool:
    """`torch.no_grad()` or the like, as decorator also without parentheses."""
    function = expression.func if isinstance(expression, ast.Call) else expression
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("no_grad", "inference_mode") and not (isinstance(expression, ast.Call) and expression.args)


def _unsets_gradient(node: ast.Assign) -> bool:
    target = node.targets[0]
    return isinstance(target, ast.Attribute) and target.attr == "grad"


def function_of(scope: Scope) -> Scope:
    """Gives the function that a call stands in; the `__main__` block goes with its module."""
    holder = scope.holder
    return holder.parent if holder.kind == "main" and holder.parent is not None else holder


def _kind(call: Call, receiver: str, module: Module) -> str:
    last = call.node.func.attr if isinstance(call.node.func, ast.Attribute) else written(call.node.func)
    if last in ("backward", "manual_backward"):
        # The gradients of distributed autograd live in a context of their own, which ends with the step.
        return "other" if receiver.startswith("super()") or ".distributed." in f".{call.name}" else "backward"
    if _CLEARS.search(last) or (last == "zero_" and ".grad" in receiver):
        return "clear"
    if last == "step" and receiver:
        return _step(call, receiver)
    if last in ("eval", "train") and receiver:
        return _mode(call.node, last)
    if _SAVES.search(last) and not _NO_MODEL.search(last):
        return "save"
    if _HOOKS.search(last) or _HOOKS.search(receiver):
        return "hook"
    return "save" if (entry := module.entry(call)) and any(fact.kind == "model" for fact in entry.facts) else "other"


def _step(call: Call, receiver: str) -> str:
    """A step of an optimizer, by its class, by its name, or by that of what a scaler is given."""
    owner = call.name.rpartition(".")[0]
    if ".lr_scheduler" in owner or _SCHEDULER.search(receiver):
        return "other"
    if owner.startswith("torch.optim."):
        return "step"
    named = [receiver, *(written(argument) for argument in call.node.args[:1])]
    return "step" if any(_OPTIMIZER.search(name.rpartition(".")[2]) for name in named) else "other"


def _mode(node: ast.Call, last: str) -> str:
    """`eval`, `train`, or `mode` where it depends: `model.train(flag)`."""
    if last == "eval":
        return "eval" if not node.args else "other"
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    if len(node.args) > 1 or len(given) != len(node.args) + len(node.keywords):
        return "other"
    if not given:
        return "train"
    value = given[0].value if isinstance(given[0], ast.Constant) else None
    return "train" if value is True else "eval" if value is False else "mode"
