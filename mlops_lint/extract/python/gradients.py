"""The training loops of a file to whether each clears the gradients between its steps."""

import ast

from mlops_lint.extract.python.loops import DEPTH, Loop, Loops, Place, Step, function_of
from mlops_lint.extract.python.scopes import Scope

# They clear gradients by themselves, or take the steps.
_MANAGED = frozenset({"deepspeed", "colossalai", "mxnet", "chainer", "tensorflow", "megatron", "oslo"})
_OPTIMIZERS = ("torch.optim.", "transformers.AdamW", "transformers.Adafactor")


def clearing(found: Loops, backward: Step) -> dict[str, bool]:
    """Gives the fields of the training that a `backward()` is a step of."""
    answer = _Question(found).asked(backward.scope, backward.place, DEPTH)
    if answer is None:
        return {}
    if answer == "cleared" or found.module.roots.isdisjoint(_MANAGED):
        return {"by_hand": True} | ({} if answer == "unknown" else {"clears_gradients": answer == "cleared"})
    return {}


class _Question:
    """Whether gradients are cleared between the steps that one `backward()` leads to."""

    def __init__(self, found: Loops) -> None:
        self._found = found
        self._seen: set[Scope] = set()

    def asked(self, scope: Scope, place: Place, depth: int) -> str | None:
        """cleared, kept or unknown; None where no step is taken in a loop."""
        for loop in reversed(place.loops):
            steps = self._found.within(scope, loop)
            if any(step.kind == "step" for step in steps):
                return self._of_loop(scope, loop, steps)
        steps = self._found.within(scope)
        kinds = {step.kind for step in steps}
        if "clear" in kinds and "step" in kinds and scope.kind == "function":
            return "cleared"
        callers = [one for one in self._found.callers.get(scope, ()) if one.scope is not scope]
        if callers and depth > 0 and scope not in self._seen:
            self._seen.add(scope)
            answer = _together([self.asked(one.scope, one.place, depth - 1) for one in callers])
            if answer is not None:
                return answer
        if scope.kind != "function" or "step" not in kinds:
            return self._without_steps(scope, place)
        every = {step.kind for steps in self._found.steps.values() for step in steps}
        return "unknown" if "clear" in every or _managed(steps) else "kept"

    def _of_loop(self, scope: Scope, loop: Loop, steps: list[Step]) -> str:
        if any(step.kind == "clear" for step in steps):
            return "cleared"
        taken = [step for step in steps if step.kind == "step"]
        around = self._found.within(scope)
        # Steps now and then, and gradients cleared around the loop: accumulated on purpose, perhaps.
        inside = [step.place.branches for step in taken if loop in step.place.loops]
        depends = all(len(one) > len(self._found.places[id(loop)].branches) for one in inside)
        if (depends or not inside) and any(step.kind == "clear" for step in around):
            return "unknown"
        return "unknown" if _managed(steps) or handed(steps, [step.receiver for step in taken]) else "kept"

    def _without_steps(self, scope: Scope, place: Place) -> str | None:
        """A loop that computes gradients for an optimizer made beside it, and never takes a step."""
        if not place.loops or any(step.kind in ("step", "clear") for step in self._found.within(scope)):
            return None
        made = [call for call in self._found.module.calls if function_of(call.scope) is scope]
        optimizers = [name for call in made if call.name.startswith(_OPTIMIZERS) for name in call.targets]
        return "kept" if optimizers and not handed(self._found.within(scope), optimizers) else None


def _together(answers: list[str | None]) -> str | None:
    known = {answer for answer in answers if answer is not None}
    return known.pop() if len(known) == 1 else "unknown" if known else None


def _managed(steps: list[Step]) -> bool:
    """An engine that takes `backward` and `step` alike does the rest by itself."""
    stepped = {step.receiver for step in steps if step.kind == "step"}
    return any(step.kind == "backward" and step.receiver in stepped for step in steps)


def handed(steps: list[Step], names: list[str]) -> bool:
    """Says whether one of these goes into a function that we cannot see."""
    return any(step.kind in ("other", "hook") and not step.called and handed_to(step, names) for step in steps)


def handed_to(step: Step, names: list[str]) -> bool:
    """Says whether one of these is an argument of a step."""
    if not isinstance(step.node, ast.Call):
        return False
    given = [*step.node.args, *(keyword.value for keyword in step.node.keywords)]
    return any(isinstance(one, (ast.Name, ast.Attribute)) and ast.unparse(one) in names for one in given)
