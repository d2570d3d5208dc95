"""Monitors of cloud platforms, as Python code and YAML of Azure describe them, and alarms of CloudWatch.

Source: https://sagemaker.readthedocs.io/en/v2/api/inference/model_monitor.html,
https://cloud.google.com/python/docs/reference/aiplatform/latest/google.cloud.aiplatform.ModelDeploymentMonitoringJob,
https://learn.microsoft.com/azure/machine-learning/reference-yaml-monitor and
https://docs.aws.amazon.com/boto3/latest/reference/services/cloudwatch/client/put_metric_alarm.html
"""

import ast
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.monitoring.words import ordered, topics
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Binding, Call
from mlops_lint.extract.registry import python, trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, mappings, text
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Alert, Flag, Monitor, Text, subject

# What each monitor of SageMaker measures; what its schedule is compared with, which `suggest_baseline` makes.
_SAGEMAKER = {
    "DefaultModelMonitor": ("features", "drift"),
    "ModelQualityMonitor": ("quality",),
    "ModelBiasMonitor": ("quality", "drift"),
    "ModelExplainabilityMonitor": ("features", "drift"),
    "ModelMonitor": (),
}
_SCHEDULED = re.compile(r"(?:^|\.)(\w*Monitor)\.create_monitoring_schedule$")
_COMPARED = ("constraints", "statistics")
_VERTEX = re.compile(r"(?:^|\.)ModelDeploymentMonitoringJob\.create$")
# A batch prediction may be told to compare its input with other data; of a request as JSON only the keys are seen.
_BATCH = re.compile(r"\.(?:create_batch_prediction_job|batch_predict)$")
_BATCH_WATCHED = re.compile(r"(?i)(?:skew|drift)_?detection_?config|model_monitoring_objective_config")
_POLICY = re.compile(r"(?i)policy|scal(?:e|ing)")
_ROLLBACK = "AutoRollbackConfiguration"
_AZURE_SIGNALS = {
    "data_drift": "drift", "prediction_drift": "drift", "feature_attribution_drift": "drift",
    "data_quality": "features", "model_performance": "quality",
}  # fmt: skip


_MARKS = vocabulary(
    "create_monitoring_schedule", "ModelDeploymentMonitoringJob", "put_metric_alarm", "batch_predict",
    "create_batch_prediction_job",
)  # fmt: skip


@python
def schedules(module: Module) -> Iterator[Subject]:
    """Gives the monitors that code schedules at SageMaker or Vertex AI, and alarms of CloudWatch."""
    if not module.says(_MARKS):
        return
    if "create_monitoring_schedule" in module.source:
        for call in module.calls:
            found = _SCHEDULED.search(call.name)
            if found is not None and found[1] in _SAGEMAKER:
                yield _sagemaker(module, call, found[1])
    if "ModelDeploymentMonitoringJob" in module.source:
        yield from (_vertex(module, call) for call in module.calls if _VERTEX.search(call.name))
    if _BATCH_WATCHED.search(module.source) is not None:
        yield from (_batch(module, call) for call in module.calls if _BATCH.search(call.name))
    if "put_metric_alarm" in module.source:
        yield from (_alarm(module, call) for call in module.calls if _called(call, "put_metric_alarm"))


def _called(call: Call, name: str) -> bool:
    return isinstance(call.node.func, ast.Attribute) and call.node.func.attr == name


def _given(call: Call) -> dict[str, ast.expr]:
    return {one.arg: one.value for one in call.node.keywords if one.arg is not None}


def _open(call: Call) -> bool:
    """Whether some of its arguments do not stand at the call."""
    return any(one.arg is None for one in call.node.keywords) or any(
        isinstance(one, ast.Starred) for one in call.node.args
    )


def _sagemaker(module: Module, call: Call, what: str) -> Subject:
    given = _given(call)
    compared = next((given[name] for name in _COMPARED if name in given), None)
    cron = given.get("schedule_cron_expression")
    alarmed = any(_called(one, "put_metric_alarm") for one in module.calls)
    hidden = _open(call) or _baselined(module, call)
    record = Monitor(
        framework="sagemaker-model-monitor",
        what="job",
        watches=_SAGEMAKER[what],
        drift="drift" in _SAGEMAKER[what],
        baseline=ast.unparse(compared)[:80] if compared is not None else UNSET if hidden else None,
        acts=True if alarmed else UNSET,
        schedule=ast.unparse(cron)[:80] if cron is not None else UNSET if _open(call) else None,
    )
    return subject(record, module.locate(call.node), what, links=(module.within(call.scope),))


def _baselined(module: Module, call: Call) -> bool:
    """Of the bias and explainability monitors the baseline job that the same object ran is taken."""
    return any(one.name == call.name.replace("create_monitoring_schedule", "suggest_baseline") for one in module.calls)


def _vertex(module: Module, call: Call) -> Subject:
    given = _given(call)
    alert = given.get("alert_config")
    acts: Flag = True if alert is not None else UNSET if _open(call) else False
    # Skew is measured against the training data, drift against the window before.
    skew = "SkewDetectionConfig" in module.source
    record = Monitor(
        framework="vertex-model-monitoring",
        what="job",
        watches=("features", "drift"),
        drift=True,
        baseline="training data" if skew else "the window before",
        acts=acts,
        schedule=ast.unparse(given["schedule_config"])[:80] if "schedule_config" in given else UNSET,
    )
    return subject(record, module.locate(call.node), "ModelDeploymentMonitoringJob", links=(module.within(call.scope),))


def _batch(module: Module, call: Call) -> Subject:
    skew = re.search(r"(?i)skew_?detection", module.source) is not None
    record = Monitor(
        framework="vertex-model-monitoring",
        what="job",
        watches=("features", "drift"),
        drift=True,
        baseline="training data" if skew else UNSET,
        acts=True if re.search(r"(?i)alert_?config", module.source) else UNSET,
    )
    return subject(record, module.locate(call.node), "batch prediction", links=(module.within(call.scope),))


def _alarm(module: Module, call: Call) -> Subject:
    given = _given(call)
    known = {name: module.values.value(node, call.scope) for name, node in given.items()}
    name = known.get("AlarmName")
    actions = given.get("AlarmActions")
    receiver: Text = None if not _open(call) else UNSET
    if actions is not None:
        nobody = isinstance(actions, (ast.List, ast.Tuple)) and not actions.elts
        receiver = None if nobody else ast.unparse(actions)[:80]
    elif _ROLLBACK in module.source:
        # A deployment takes the new version back when the alarm goes off.
        receiver = "automatic rollback"
    texts = [one for key in ("MetricName", "AlarmName") if isinstance(one := known.get(key), str)]
    record = Alert(
        framework="cloudwatch",
        receiver=receiver,
        described="AlarmDescription" in given or (UNSET if _open(call) or _scales(module, call, actions) else False),
        watches=topics(texts[:1]),
    )
    at = module.locate(call.node)
    return subject(record, at, name if isinstance(name, str) else "alarm", links=(module.within(call.scope),))


def _scales(module: Module, call: Call, actions: ast.expr | None) -> bool:
    """Whether an alarm is there for a policy of scaling, and for nobody to read."""
    bound: list[Binding] = [actions]
    if isinstance(actions, ast.Name):
        found = module.names.bindings(actions.id, call.scope)
        bound = found[0] if found is not None else []
    return any(isinstance(one, ast.expr) and _POLICY.search(ast.unparse(one)) is not None for one in bound)


@trees("*.yml", "*.yaml", word=b"monitoring_signals")
def azure(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a monitor for each signal of a schedule of Azure Machine Learning."""
    for root in documents:
        made = root.get("create_monitor") if isinstance(root, Mapping) else None
        if isinstance(root, Mapping) and isinstance(made, Mapping):
            told = made.get("alert_notification")
            schedule = root.get("trigger", "expression") or root.get("trigger", "frequency")
            for key, signal in mappings(made.get("monitoring_signals")):
                topic = _AZURE_SIGNALS.get(text(signal.get("type")) or "")
                record = Monitor(
                    framework="azureml",
                    what="job",
                    watches=ordered({topic} if topic is not None else set()),
                    drift=topic == "drift",
                    baseline=_reference(signal.get("reference_data")),
                    acts=_notifies(told) and _flag(signal.get("alert_enabled")) is not False,
                    schedule=text(schedule),
                )
                yield subject(record, locate(path, key), key.text)


def _reference(node: Node | None) -> Text:
    """As written; Azure takes the data before, where nothing is named."""
    if node is None:
        return "recent data"
    path = node.get("input_data", "path") if isinstance(node, Mapping) else None
    return text(path) or "reference data"


def _notifies(node: Node | None) -> bool:
    if isinstance(node, Mapping):
        emails = node.get("emails")
        return isinstance(emails, Sequence) and bool(emails.items)
    return text(node) is not None


def _flag(node: Node | None) -> bool | None:
    return {"true": True, "false": False}.get((text(node) or "").lower())
