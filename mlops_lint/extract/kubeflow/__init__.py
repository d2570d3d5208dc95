"""Files of the SDK of Kubeflow Pipelines to pipelines and tasks; those of Vertex AI are the same.

Source: https://www.kubeflow.org/docs/components/pipelines/user-guides/ (version 2) and .../legacy-v1/ (version 1),
https://cloud.google.com/vertex-ai/docs/pipelines/build-pipeline
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.kubeflow import records
from mlops_lint.extract.kubeflow.builder import Builder
from mlops_lint.extract.kubeflow.submissions import Submission, submissions
from mlops_lint.extract.kubeflow.things import Component
from mlops_lint.extract.python.module import Module, symbol_of
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Ref, Subject
from mlops_lint.subjects import Constant, Text, subject
from mlops_lint.subjects import Pipeline as PipelineKind

# Without any of these words a file makes no pipeline and no component, and schedules none.
_MARKS = ("pipeline", "component", "ContainerOp", "container_op", "create_recurring_run")


@python
def kubeflow(module: Module) -> Iterator[Subject]:
    """Gives the pipelines that a file defines, each followed by its tasks, and what it says of its components."""
    if module.roots.isdisjoint({"kfp", "google"}):
        return
    if "kfp" in module.roots and any(mark in module.source for mark in _MARKS):
        builder = Builder(module)
        builder.build()
        around = records.Surroundings(module)
        schedules = [one.schedule for one in submissions(module)]
        pipelines = [one for one in builder.pipelines if not one.inside]
        only = schedules[0] if len(pipelines) == 1 and len(schedules) == 1 else UNSET
        for found in pipelines:
            yield from records.pipeline(module, found, around, only)
        for component, node in builder.components:
            scope = next((one for one in module.scopes.all if one.node is node), None)
            if scope is not None and scope.parent is module.scopes.module:
                yield from _stated(module, component, symbol_of(scope).partition(":")[2])
        if len(pipelines) == 1:
            return
    for submission in submissions(module):
        yield _scheduled(module, submission)


def _stated(module: Module, component: Component, name: str) -> Iterator[Subject]:
    """Gives what files that use a component of this one are told of its image."""
    node = module.names.scope(name)
    image, pinned = records.image(component.image, component), records.pinned(component.image, component)
    if node is None or not isinstance(image, (str, Ref)):
        return
    location = module.locate(node.node)
    for field, value in (("image", image), ("image_pinned", pinned)):
        if value is not UNSET:
            yield subject(
                Constant(value=value), location, f"{component.name}.{field}", symbol=f"constant:{name}.{field}"
            )


def _scheduled(module: Module, submission: Submission) -> Subject:
    """Gives a schedule that starts a pipeline of another file."""
    schedule: Text = submission.schedule
    record = PipelineKind(
        framework="vertex" if "aiplatform" in module.source else "kubeflow",
        schedule=schedule,
        triggers=("schedule",),
        managed=True,
        schedulable=True,
        alertable=False,
        ownable=False,
        compiled=False,
    )
    links = tuple(Link("triggers", f"pipeline-id:{name}") for name in submission.targets)
    location = module.locate(submission.node)
    symbol = f"pipeline:{module.path}#{submission.name}:{location.line}"
    # It must not be taken for the pipeline itself.
    return subject(record, location, f"{submission.name} (schedule)", symbol=symbol, links=links)
