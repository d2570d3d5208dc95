"""The loops of a file over epochs to whether they save the model in between."""

import ast
import re

from mlops_lint.extract.python.gradients import clearing, handed
from mlops_lint.extract.python.loops import DEPTH, Loop, Loops, Place, Step, loops
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.model import Value

Fields = dict[str, Value]

# Their `fit` saves checkpoints by callbacks alone.
WITH_CALLBACKS = frozenset({"keras", "tensorflow", "tf_keras"})

_EPOCHS = re.compile(r"(?i)epoch|(?:^|_)ep(?:$|_)")
_SAVING = re.compile(r"(?i)check_?point|backup|saver")


def training_loops(module: Module) -> dict[int, Fields]:
    """Gives, by the `id` of the node of each `backward()`, the fields of the training that it is a step of."""
    if not any(
        isinstance(call.node.func, ast.Attribute) and "backward" in call.node.func.attr for call in module.calls
    ):
        return {}
    found = loops(module)
    told: set[Loop] = set()
    every = [step for steps in found.steps.values() for step in steps if step.kind == "backward"]
    return {id(step.node): {**clearing(found, step), **_epochs(found, step, told)} for step in every}


def saving_callbacks(module: Module, call: Call) -> Fields:
    """Gives whether a call of `fit` is handed a callback that saves checkpoints."""
    given = {keyword.arg: keyword.value for keyword in call.node.keywords}
    if None in given:
        return {}
    handed_on = _elements(module, given.get("callbacks"), call.scope)
    if handed_on is None:
        return {}
    names = [module.names.name(one, call.scope) for one in handed_on]
    if any(_SAVING.search(name) for name in names):
        return {"checkpoints": True}
    known = all(name.partition(".")[0] in WITH_CALLBACKS for name in names)
    return {"checkpoints": False} if known else {}


def _elements(module: Module, node: ast.expr | None, scope: Scope) -> list[ast.expr] | None:
    """The items of a list that stands in the file; None where there may be others."""
    if node is None:
        return []
    if isinstance(node, ast.Name) and not module.names.altered(node.id):
        found = module.names.bindings(node.id, scope)
        only = found[0][0] if found is not None and len(found[0]) == 1 else None
        node = only if isinstance(only, ast.expr) else node
    if isinstance(node, (ast.List, ast.Tuple)):
        return None if any(isinstance(one, ast.Starred) for one in node.elts) else list(node.elts)
    return [node] if isinstance(node, ast.Call) else None


def _epochs(found: Loops, backward: Step, told: set[Loop]) -> Fields:
    """The loop over epochs that a step is taken in; the first of several steps speaks for it."""
    place = _epoch_loop(found, backward.scope, backward.place, DEPTH, set())
    if place is None or place[1] in told:
        return {}
    scope, loop = place
    told.add(loop)
    fields: Fields = {"over_epochs": True}
    count = _count(found.module, scope, loop)
    if isinstance(count, int):
        fields["epochs"] = count
    steps = found.within(scope, loop)
    if any(step.kind == "save" for step in steps):
        return {**fields, "checkpoints": True}
    trained = [step.receiver for step in steps if step.kind in ("eval", "train", "step")]
    unseen = any(step.kind == "hook" for step in steps) or handed(steps, [*trained, "model", "net", "self"])
    return fields if unseen else {**fields, "checkpoints": False}


def _epoch_loop(found: Loops, scope: Scope, place: Place, depth: int, seen: set[Scope]) -> tuple[Scope, Loop] | None:
    """The outermost loop over epochs: a loop over batches may name the epoch too."""
    seen.add(scope)
    for caller in found.callers.get(scope, ()):
        if depth > 0 and caller.scope not in seen:
            above = _epoch_loop(found, caller.scope, caller.place, depth - 1, seen)
            if above is not None:
                return above
    return next(((scope, loop) for loop in place.loops if _is_over_epochs(loop)), None)


def _is_over_epochs(loop: Loop) -> bool:
    if isinstance(loop, ast.While):
        return bool(_EPOCHS.search(ast.unparse(loop.test)))
    return bool(_EPOCHS.search(ast.unparse(loop.target)) or "epoch" in ast.unparse(loop.iter)[:200].lower())


def _count(module: Module, scope: Scope, loop: Loop) -> Value | None:
    """How often `for epoch in range(start, stop)` runs, where that is known."""
    iterated = None if isinstance(loop, ast.While) else loop.iter
    if isinstance(iterated, ast.Call) and ast.unparse(iterated.func).rpartition(".")[2] in ("range", "trange", "tqdm"):
        inner = iterated.args[0] if iterated.args else None
        if isinstance(inner, ast.Call):
            iterated = inner
        bounds = [module.values.value(one, scope) for one in iterated.args[:2]]
        if bounds and all(isinstance(one, int) for one in bounds):
            first, last = (0, bounds[0]) if len(bounds) == 1 else bounds
            return last - first if isinstance(first, int) and isinstance(last, int) else None
    return None
