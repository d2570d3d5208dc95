"""The steps of SageMaker Pipelines by the names of their classes.

Source: sagemaker 2.256.1, sagemaker/workflow/*.py, and sagemaker-mlops 1.27.0, sagemaker/mlops/workflow/*.py
"""

import msgspec

from mlops_lint.subjects import Text


class Sort(msgspec.Struct, frozen=True):
    """What holds of all steps of a class."""

    purpose: Text = msgspec.UNSET
    remote: bool = True
    retries: str = ""
    """The argument that holds the retry policies; empty = it takes none."""
    timeout: int | None = None
    """Seconds after which SageMaker ends it where nothing is said; None = it has no limit of its own to set."""
    job: str = ""
    """The argument that holds what makes the job, before `step_args`."""
    sized: bool = True
    cached: bool = False


# A training, processing or notebook job is ended after a day (for notebooks two) where nothing else is said:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-sagemaker-processingjob-stoppingcondition.html
DAY = 86_400
# Attempts of a policy that only says when it expires.
# https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
ATTEMPTS = 5

SORTS = {
    "ProcessingStep": Sort(retries="retry_policies", timeout=DAY, job="processor", cached=True),
    "TrainingStep": Sort("train", retries="retry_policies", timeout=DAY, job="estimator", cached=True),
    "TuningStep": Sort("tune", retries="retry_policies", job="tuner", cached=True),
    "TransformStep": Sort("predict", retries="retry_policies", job="transformer", cached=True),
    "AutoMLStep": Sort("automl", retries="retry_policies", cached=True),
    "CreateModelStep": Sort(retries="retry_policies", job="model", sized=False),
    "ModelStep": Sort(retries="retry_policies", sized=False),
    "RegisterModel": Sort("register", retries="register_model_step_retry_policies", job="estimator", sized=False),
    "EstimatorTransformer": Sort("predict", job="estimator"),
    "EMRStep": Sort(retries="retry_policies", sized=False, cached=True),
    "EMRServerlessStep": Sort(retries="retry_policies", sized=False),
    "NotebookJobStep": Sort(retries="retry_policies", timeout=2 * DAY),
    "QualityCheckStep": Sort(cached=True),
    "ClarifyCheckStep": Sort(cached=True),
    "MonitorBatchTransformStep": Sort("predict"),
    "LambdaStep": Sort(sized=False, cached=True),
    "CallbackStep": Sort(sized=False, cached=True),
    "ConditionStep": Sort(remote=False, sized=False),
    "FailStep": Sort(remote=False, sized=False),
    "@step": Sort(retries="retry_policies", timeout=DAY),
}

# What a check is about, by the class of its configuration.
CHECKS = {
    "DataQualityCheckConfig": "check",
    "DataBiasCheckConfig": "check",
    "ModelQualityCheckConfig": "evaluate",
    "ModelBiasCheckConfig": "evaluate",
    "ModelExplainabilityCheckConfig": "evaluate",
}
# What a model step does, by the method whose arguments it is given.
MODELS = {"register": "register", "deploy": "deploy"}
# The steps that hold others, by the arguments in which these stand.
BRANCHES = ("if_steps", "else_steps")

# Classes whose container SageMaker picks by the version of the framework.
FRAMEWORK = "framework_version"


def of_sagemaker(name: str) -> str:
    """Gives the last part of a name of the SDK that has to do with pipelines; empty = it is none."""
    start, _, last = name.rpartition(".")
    return last if start.startswith("sagemaker") and "workflow" in start else ""


def is_pipeline(name: str) -> bool:
    """Says whether a name is that of the class of pipelines."""
    return of_sagemaker(name) == "Pipeline"


def is_step(name: str) -> bool:
    """Says whether a name is that of a class of steps."""
    return of_sagemaker(name) in SORTS


def is_decorator(name: str) -> bool:
    """Says whether a name is that of the function that makes a step of a function."""
    return of_sagemaker(name) == "step"
