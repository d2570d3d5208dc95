"""The models of a file that uses PyTorch to the modes that they predict and train in."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_lint.extract.python.gradients import handed, handed_to
from mlops_lint.extract.python.loops import DEPTH, Loops, Place, Step, function_of, loops
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Binding, Scope
from mlops_lint.extract.python.tree import last_name, walk

# What a model is called, where its class is not known.
_MODEL = re.compile(r"(?i)(?:^|_)(?:model|net|network|classifier)\d*$")
# Layers that do something else in training than afterwards; what has none predicts the same in both modes.
_SENSITIVE = re.compile(r"(?i)drop_?out|drop_?path|batch_?norm|instance_?norm|transformer")
# They give back the model that they are called on.
_SAME = frozenset("to cuda cpu half float double bfloat16 requires_grad_ share_memory to_empty type apply".split())
_WRAPPERS = ("torch.compile", "torch.nn.DataParallel", "torch.nn.parallel.DistributedDataParallel")
# Made in training mode; what is loaded from a hub of others may be in any.
_IN_TRAINING = ("torchvision.models.", "timm.create_model", "timm.models.")
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Protocol", "typing.Generic"})
_BUILDS = frozenset({"__init__", "setup", "load", "load_model", "initialize", "_load_model", "build", "_build"})


class Mode(NamedTuple):
    """One place where the mode of a model matters; `right` None = cannot be known."""

    node: ast.AST
    scope: Scope
    model: str
    predicts: bool
    """It predicts here; else it is switched to evaluation in a loop that goes on to train it."""
    right: bool | None


def modes(module: Module) -> Iterator[Mode]:
    """Gives the places of a file where models predict without gradients, or are switched while they are trained."""
    functions = [call.node.func for call in module.calls]
    last = {
        function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "") for function in functions
    }
    if not last & {"eval", "train", "no_grad", "inference_mode"}:
        return
    found = loops(module)
    told: set[tuple[Scope, str]] = set()
    for scope, steps in found.steps.items():
        for step in steps:
            if step.kind == "eval":
                yield from _left(found, step)
            elif step.place.quiet and (model := _predicting(module, step)) and (scope, model) not in told:
                told.add((scope, model))
                answer = _History(found).before(scope, model, step, DEPTH)
                if answer != "alike":
                    right = {"eval": True, "train": False}.get(answer)
                    yield Mode(step.node, scope, model, True, right)


def _predicting(module: Module, step: Step) -> str:
    """The model that a call runs; empty where it runs none."""
    if step.kind != "other" or not isinstance(step.node, ast.Call) or not (step.node.args or step.node.keywords):
        return ""
    function = step.node.func
    if isinstance(function, ast.Attribute) and function.attr in ("forward", "generate"):
        function = function.value
    last = last_name(function)
    if not last or (isinstance(function, ast.Attribute) and not isinstance(function.value, ast.Name)):
        return ""
    if _is_model(module, function, step):
        return ast.unparse(function)
    return ast.unparse(function) if _MODEL.search(last) and not _is_defined(module, function, step) else ""


def _is_defined(module: Module, function: ast.expr, step: Step) -> bool:
    """Whether what is called is a function or class itself, of this file or imported."""
    if isinstance(function, ast.Name):
        bound = module.names.bindings(function.id, step.scope)
        return bound is None or any(isinstance(one, str) for one in bound[0])
    name = module.names.name(function, step.scope)
    found = module.names.scope(name)
    return found is not None and found.kind == "function"


def _is_model(module: Module, function: ast.expr, step: Step) -> bool:
    if isinstance(function, ast.Name) and _is_defined(module, function, step):
        return False
    return "torch.nn.Module" in module.names.bases(module.names.name(function, step.scope))


def _left(found: Loops, switch: Step) -> Iterator[Mode]:
    """Where a model is switched to evaluation in a loop that trains it, whether it is switched back there."""
    right = _restored(found, switch.scope, switch.place, switch.receiver, DEPTH)
    if right is not None and _History(found).origin(switch.scope, switch.receiver) != "alike":
        yield Mode(switch.node, switch.scope, switch.receiver, False, {"yes": True, "no": False}.get(right))


def _restored(found: Loops, scope: Scope, place: Place, model: str, depth: int) -> str | None:
    """yes, no or unknown; None where it is in no loop that trains the model."""
    for loop in reversed(place.loops):
        steps = found.within(scope, loop)
        if any(step.kind == "backward" for step in steps):
            if any(step.kind == "train" for step in steps):
                return "yes"
            trained = any(_runs(step, model) and not step.place.quiet for step in steps)
            if not trained or _ends(loop, place):
                return None
            unseen = any(step.kind in ("mode", "hook") for step in steps) or handed(steps, [model])
            return "unknown" if unseen else "no"
    callers = [one for one in found.callers.get(scope, ()) if one.scope is not scope]
    answers = {_restored(found, one.scope, one.place, model, depth - 1) for one in callers if depth > 0} - {None}
    return answers.pop() if len(answers) == 1 else "unknown" if answers else None


def _runs(step: Step, model: str) -> bool:
    """Whether a step calls a model of that name; of an attribute the last part counts."""
    if not isinstance(step.node, ast.Call):
        return False
    function = ast.unparse(step.node.func)
    return function.rpartition(".")[2] == model.rpartition(".")[2] or function.removesuffix(".forward") == model


def _ends(loop: ast.stmt, place: Place) -> bool:
    """Whether the branch of the switch leaves the loop."""
    branches = {id(node): node for node in walk(loop) if isinstance(node, ast.If)}
    around = [branches[one] for one, _ in place.branches if one in branches]
    ends = (ast.Break, ast.Return)
    return any(isinstance(statement, ends) for branch in around for statement in (*branch.body, *branch.orelse))


class _History:
    """What mode a model is in where it predicts."""

    def __init__(self, found: Loops) -> None:
        self._found = found
        self._module = found.module
        self._seen: set[tuple[int, str]] = set()

    def before(self, scope: Scope, model: str, step: Step | None, depth: int) -> str:
        """Gives the mode before a step, or at the end of a function: eval, train, alike (no matter) or unknown."""
        steps = self._found.steps.get(scope, [])
        steps = steps[: steps.index(step)] if step is not None else steps
        if depth <= 0 or (id(scope), model) in self._seen:
            return "unknown"
        self._seen.add((id(scope), model))
        place = step.place if step is not None else Place((), ())
        for one in reversed(steps):
            if _switches(one, model):
                return self._switched(one, scope, model, place)
            if self._makes(one, scope, model):
                break
            run = [inner for called in one.called for inner in self._found.within(called)]
            kinds = {inner.kind for inner in run if _switches(inner, "")}
            if kinds:
                # Which model a function switches shows where it is handed one.
                given = handed_to(one, [model])
                return kinds.pop() if given and kinds <= {"train", "eval"} and len(kinds) == 1 else "unknown"
        return self._origin(scope, model, depth)

    def _switched(self, switch: Step, scope: Scope, model: str, place: Place) -> str:
        """The mode after a switch, where that always runs before, and no later one comes round in a loop."""
        always = place.branches[: len(switch.place.branches)] == switch.place.branches
        later = [one for one in self._found.steps[scope] if one.kind == "eval" and _switches(one, model)]
        certain = always and switch.kind != "mode" and not (switch.kind == "train" and _turns(later, place))
        return switch.kind if certain else "unknown"

    def origin(self, scope: Scope, model: str) -> str:
        """Gives the mode in which a model is made: eval, train, alike (no matter) or unknown."""
        return self._origin(scope, model, DEPTH)

    def _origin(self, scope: Scope, model: str, depth: int) -> str:
        root = model.partition(".")[0]
        if root == scope.receiver:
            return self._of_attribute(scope, model, depth)
        if root in scope.parameters:
            return self._of_callers(scope, model, depth) if model == root else "unknown"
        bound = self._module.names.bindings(root, scope)
        if bound is None or model != root:
            return "unknown"
        bindings, owner = bound
        if function_of(owner) is not scope:
            if owner.kind != "module":
                return self._of_closure(scope, owner, model, depth)
            every = [one for steps in self._found.steps.values() for one in steps if _switches(one, model)]
            if every:
                at_top = all(one.scope is function_of(owner) for one in every)
                return "eval" if at_top and all(one.kind == "eval" for one in every) else "unknown"
        return self._agreed([self._made(one, owner, depth - 1) for one in bindings if not self._is_itself(one, root)])

    def _of_callers(self, scope: Scope, model: str, depth: int) -> str:
        answers = []
        position = list(scope.parameters).index(model) - (scope.receiver is not None)
        for caller in self._found.callers.get(scope, ()):
            if not isinstance(caller.node, ast.Call):
                continue
            given = next((one.value for one in caller.node.keywords if one.arg == model), None)
            if given is None and 0 <= position < len(caller.node.args):
                given = caller.node.args[position]
            named = isinstance(given, (ast.Name, ast.Attribute))
            known = self.before(caller.scope, ast.unparse(given), caller, depth - 1) if named and given else "unknown"
            answers.append(known)
        return self._agreed(answers)

    def _of_closure(self, scope: Scope, owner: Scope, model: str, depth: int) -> str:
        """A model of the function around this one, by what that has done where it calls this one."""
        callers = [one for one in self._found.callers.get(scope, ()) if one.scope is owner]
        return self._agreed([self.before(owner, model, one, depth - 1) for one in callers])

    def _of_attribute(self, scope: Scope, model: str, depth: int) -> str:
        """An attribute of a class that is no model itself; a model is switched as a whole."""
        owner = scope.parent
        # A base of another file may be a model, which switches all that it holds.
        if owner is None or model.count(".") != 1 or not _PLAIN_BASES.issuperset(self._module.names.bases(owner.name)):
            return "unknown"
        methods = [(one, steps) for one, steps in self._found.steps.items() if one.parent is owner]
        switching = {one for one, steps in methods for step in steps if _switches(step, model)}
        if switching:
            last = [step.kind for one in switching for step in self._found.steps[one] if _switches(step, model)]
            if set(last) == {"train"}:
                return "train"
            built = all(one.name.rpartition(".")[2] in _BUILDS for one in switching)
            return "eval" if built and set(last) == {"eval"} else "unknown"
        assigned = self._module.names.members(owner.name, model.partition(".")[2])
        return self._agreed([self._made(binding, held, depth - 1) for binding, held in assigned])

    def _made(self, binding: Binding, scope: Scope, depth: int) -> str:
        """The mode of what an expression gives."""
        if isinstance(binding, ast.Name) and depth > 0:
            return self._origin(function_of(scope), binding.id, depth - 1)
        if not isinstance(binding, ast.Call) or depth <= 0:
            return "unknown"
        function = binding.func
        if isinstance(function, ast.Attribute) and function.attr in ("eval", "train"):
            return function.attr if not binding.args and not binding.keywords else "unknown"
        if isinstance(function, ast.Attribute) and function.attr in _SAME:
            return self._made(function.value, scope, depth - 1)
        name = self._module.names.name(function, scope)
        if name in _WRAPPERS and binding.args:
            return self._made(binding.args[0], scope, depth - 1)
        if name.endswith(".from_pretrained") and name.startswith("transformers."):
            return "eval"
        if name.startswith(_IN_TRAINING):
            return "train"
        if name == "torch.nn.Sequential":
            if _SENSITIVE.search(ast.unparse(binding)):
                return "train"
            layers = [getattr(layer, "func", layer) for layer in binding.args]
            plain = all(self._module.names.name(layer, scope).startswith("torch.nn.") for layer in layers)
            return "alike" if plain else "unknown"
        return self._made_here(name, depth)

    def _made_here(self, name: str, depth: int) -> str:
        """The mode of what a class or function of this file gives."""
        found = self._module.names.scope(name)
        if found is not None and found.kind == "function" and len(found.returns) == 1:
            given = found.returns[0]
            if isinstance(given, ast.Name):
                return self.before(found, given.id, None, depth - 1)
            return self._made(given, found, depth - 1)
        if found is None or found.kind != "class" or "torch.nn.Module" not in self._module.names.bases(name):
            return "unknown"
        if _SENSITIVE.search(ast.unparse(found.node)):
            return "train"
        inside = [call for call in self._module.calls if call.scope.name.startswith(f"{name}.")]
        plain = all(call.name.startswith(("torch.", "builtins.", "?")) for call in inside)
        return "alike" if plain else "unknown"

    def _makes(self, step: Step, scope: Scope, model: str) -> bool:
        bound = self._module.names.bindings(model.partition(".")[0], scope)
        return bound is not None and any(one is step.node for one in bound[0])

    def _is_itself(self, binding: Binding, name: str) -> bool:
        """`model = model.to(device)` and `model = DDP(model)` change nothing of the mode."""
        if not isinstance(binding, ast.Call):
            return False
        function = binding.func
        if isinstance(function, ast.Attribute) and function.attr in _SAME:
            return self._is_itself(function.value, name) or ast.unparse(function.value) == name
        return any(isinstance(one, ast.Name) and one.id == name for one in binding.args[:1])

    def _agreed(self, answers: list[str]) -> str:
        known = set(answers)
        if "train" in known and known <= {"train", "eval", "alike"}:
            return "train"
        return known.pop() if len(known) == 1 else "unknown"


def _switches(step: Step, model: str) -> bool:
    """Whether a step sets the mode of a model, alone or with what it is part of; of any where none is named."""
    if step.kind not in ("eval", "train", "mode"):
        return False
    return (
        not model
        or model == step.receiver
        or f"{model}.".startswith(f"{step.receiver}.")
        or (step.receiver == f"{model}.module")
    )


def _turns(later: list[Step], place: Place) -> bool:
    """Whether one of these is in a loop around a place, so that it may come before the place too."""
    return any(set(one.place.loops) & set(place.loops) for one in later)
