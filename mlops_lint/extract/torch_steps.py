"""A file that uses PyTorch to evaluations, where the mode of a model matters, and to trainings that no table knows."""

from collections.abc import Iterator

from msgspec import UNSET, convert

from mlops_lint.extract.python.checkpoints import training_loops
from mlops_lint.extract.python.loops import loops
from mlops_lint.extract.python.modes import modes
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Evaluation, Training, subject

_TORCH = frozenset({"torch", "lightning", "pytorch_lightning", "lightning_fabric", "accelerate"})
# They have models and `backward()` too.
_OTHERS = frozenset({"tensorflow", "keras", "mxnet", "paddle", "chainer", "jax", "tinygrad", "mindspore", "jittor"})


@python
def torch_steps(module: Module) -> Iterator[Subject]:
    """Gives each model that predicts without gradients, or is switched to evaluation while it is trained."""
    imported = bool(module.roots & _TORCH)
    # A part of a script or notebook, whose imports stand elsewhere.
    if not imported and (module.roots & _OTHERS or ".backward(" not in module.source):
        return
    for mode in modes(module):
        right = UNSET if mode.right is None else mode.right
        if mode.predicts:
            record = Evaluation(library="torch", metric=None, by_mode=True, eval_mode=right, back_to_training=None)
        else:
            record = Evaluation(library="torch", metric=None, by_mode=True, eval_mode=True, back_to_training=right)
        yield subject(record, module.locate(mode.node), mode.model, links=(module.within(mode.scope),))
    if not imported:
        yield from _trainings(module)


def _trainings(module: Module) -> Iterator[Subject]:
    told = training_loops(module)
    known = {id(call.node) for call in module.calls if (entry := module.entry(call)) and entry.facts}
    for steps in loops(module).steps.values() if told else ():
        for step in steps:
            fields = told.get(id(step.node), {})
            if "by_hand" in fields and id(step.node) not in known:
                record, name = convert({"library": "torch", **fields}, Training), f"{step.receiver}.backward"
                yield subject(record, module.locate(step.node), name, links=(module.within(step.scope),))
