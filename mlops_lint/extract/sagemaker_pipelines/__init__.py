"""Pipelines of Amazon SageMaker, in Python or as the definition that the SDK makes, to pipelines and tasks.

Source: https://sagemaker.readthedocs.io/en/v2.256.1/amazon_sagemaker_model_building_pipeline.html
"""

import ast
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.numbered import unique
from mlops_lint.extract.python.made import Frame
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.extract.sagemaker_pipelines.settings import Job, code, data, task
from mlops_lint.extract.sagemaker_pipelines.steps import Pipeline, Reader, Step
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Pipeline as PipelineKind
from mlops_lint.subjects import Text, subject

_SCHEDULES = ("cron", "rate", "at")


@python
def sagemaker_pipelines(module: Module) -> Iterator[Subject]:
    """Gives the pipelines that a module makes, each followed by its steps."""
    if "sagemaker" not in module.roots or "workflow" not in module.source or "Pipeline" not in module.source:
        return
    reader = Reader(module)
    taken: dict[str, int] = {}
    for pipeline in reader.pipelines():
        yield from _pipeline(reader, pipeline, taken)


def _pipeline(reader: Reader, pipeline: Pipeline, taken: dict[str, int]) -> Iterator[Subject]:
    module = reader.module
    given = reader.made.argument(pipeline.node, pipeline.frame, "name", 0)
    name = reader.made.text(*given) if given is not None else None
    name = name or _place(module, pipeline)
    schedule = _schedule(reader, pipeline)
    symbol = f"pipeline:{module.path}#{unique(name, taken, second=1)}"
    record = PipelineKind(
        framework="sagemaker-pipelines",
        # A rule of EventBridge elsewhere may start it too.
        schedule=schedule,
        managed=True,
        artifacts=True,
        triggers=("schedule",) if isinstance(schedule, str) else UNSET,
        schedulable=False,
        alertable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    yield subject(record, module.locate(pipeline.node), name, symbol=symbol)
    own: dict[str, int] = {}
    prefix = symbol.partition(":")[2]
    symbols = {step: f"task:{prefix}.{unique(step.name, own, second=1)}" for step in pipeline.steps}
    for step in pipeline.steps:
        job = Job(reader, step)
        links = (Link("part_of", symbol), *_order(step, symbols), *code(reader, step, job), *data(reader, step, job))
        yield subject(task(reader, step, job), module.locate(step.node), step.name, symbol=symbols[step], links=links)


def _order(step: Step, symbols: dict[Step, str]) -> list[Link]:
    """The steps that one waits for; SageMaker looks them up by their names."""
    named = {one.name: symbol for one, symbol in symbols.items() if one is not step}
    found = [symbols.get(one) or named.get(one.name) for one in step.before]
    return [Link("depends_on", symbol) for symbol in dict.fromkeys(found) if symbol is not None]


def _place(module: Module, pipeline: Pipeline) -> str:
    """The function or variable that a pipeline without a known name is made in, else its file."""
    scope = pipeline.frame.scope
    if scope.kind == "function":
        return scope.name.rpartition(".")[2]
    if pipeline.targets:
        return pipeline.targets[0]
    return module.path.rpartition("/")[2].rpartition(".")[0]


def _schedule(reader: Reader, pipeline: Pipeline) -> Text:
    """`pipeline.put_triggers([PipelineSchedule(cron="0 3 * * ? *")])`."""
    for call in reader.module.calls:
        function = call.node.func
        if not isinstance(function, ast.Attribute) or function.attr != "put_triggers":
            continue
        frame = reader.made.frame(call.scope)
        if pipeline.node in [node for node, _ in reader.made.options(function.value, frame)]:
            for node in (*call.node.args, *(one.value for one in call.node.keywords)):
                for schedule, where in reader.made.mentioned(node, frame, _any):
                    for word in _SCHEDULES:
                        found = reader.made.argument(schedule, where, word)
                        if found is not None:
                            return reader.made.text(*found) or ast.unparse(found[0])[:80]
    return UNSET


def _any(_node: ast.Call, _frame: Frame) -> bool:
    return True
