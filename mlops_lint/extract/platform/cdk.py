"""Constructs of the AWS CDK in Python to the deployments and resources that they declare.

Source: https://docs.aws.amazon.com/cdk/api/v2/python/modules.html
"""

import ast
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.platform.stores import meant
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Deployment, Flag, Number, Resource, subject

HOLDS = {
    "aws_s3.Bucket": "data", "aws_s3.CfnBucket": "data", "aws_dynamodb.Table": "data",
    "aws_rds.DatabaseInstance": "data", "aws_rds.DatabaseCluster": "data", "aws_redshift.CfnCluster": "data",
    "aws_kinesis.Stream": "data",
    "aws_ecr.Repository": "images", "aws_sagemaker.CfnModelPackageGroup": "models", "aws_sagemaker.CfnModel": "models",
    "aws_sagemaker.CfnFeatureGroup": "models", "aws_eks.Cluster": "compute", "aws_ecs.Cluster": "compute",
    "aws_ec2.Instance": "compute", "aws_sagemaker.CfnNotebookInstance": "compute", "aws_sagemaker.CfnDomain": "compute",
    "aws_ec2.Vpc": "network", "aws_cloudwatch.Alarm": "monitoring", "aws_cloudwatch.Dashboard": "monitoring",
    "aws_applicationautoscaling.ScalableTarget": "scaling",
}  # fmt: skip
_FUNCTIONS = re.compile(r"(?:aws_lambda\.(?:Function|DockerImageFunction)|aws_lambda_python\w*\.PythonFunction)$")
_SERVICES = re.compile(r"aws_ecs_patterns\.\w+Service$")


@python
def cdk(module: Module) -> Iterator[Subject]:
    """Gives each construct of a stack that holds, runs or serves something."""
    if "aws_cdk" not in module.roots:
        return
    for call in module.calls:
        if not call.name.startswith("aws_cdk."):
            continue
        what = call.name.removeprefix("aws_cdk.").removeprefix("core.")
        given = {one.arg: one.value for one in call.node.keywords if one.arg is not None}
        whole = all(one.arg is not None for one in call.node.keywords)
        location = module.locate(call.node)
        name = _name(module, call) or what
        if what in HOLDS:
            public = _public(module, call, given, whole)
            moving = any(not isinstance(one, ast.Constant) for one in given.values())
            record = Resource(framework="cdk", what=what, holds=HOLDS[what], public=public, parameterised=moving)
            yield subject(record, location, name, symbol=f"resource:{location.path}:{location.line}:{location.column}")
        variants, copies = given.get("production_variants"), given.get("desired_count")
        several = len(variants.elts) if isinstance(variants, ast.List) else None
        count = module.values.value(copies, call.scope) if copies is not None else 1 if whole else None
        made = deployment(what, frozenset(given), whole, several, count)
        if made is not None:
            yield subject(made, location, name, symbol=f"deployment:{location.path}:{location.line}:{location.column}")


def _name(module: Module, call: Call) -> str | None:
    """The id of a construct within its stack."""
    node = call.node.args[1] if len(call.node.args) > 1 else None
    found: Known = module.values.value(node, call.scope) if node is not None else None
    return found if isinstance(found, str) else None


def _public(module: Module, call: Call, given: dict[str, ast.expr], whole: bool) -> Flag:
    for name in ("public_read_access", "publicly_accessible"):
        if name in given:
            value = module.values.value(given[name], call.scope)
            return value if isinstance(value, bool) and not meant(_name(module, call)) else UNSET
    if "website_index_document" in given or "access_control" in given:
        return UNSET
    # Instances in a public network are reached from outside, unless told otherwise.
    return False if whole and call.name.endswith(("aws_s3.Bucket", "aws_s3.CfnBucket")) else UNSET


def deployment(
    what: str, given: frozenset[str], whole: bool, variants: int | None, copies: object
) -> Deployment | None:  # fmt: skip
    """Gives the deployment that a construct is, by the names of what it is given; None where it is none.

    `variants` and `copies` are how many variants an endpoint and copies a service has; None = cannot tell.
    """
    if what == "aws_sagemaker.CfnEndpointConfig":
        several = variants is not None and variants > 1
        return Deployment(
            framework="sagemaker", what=what, serves_model=True, image=None, image_pinned=None, scales=UNSET,
            scalable=True, rollout="split" if several else UNSET, stepwise=True if several else UNSET, reversible=True,
            probes=("live", "ready"), probed=True, sized=True, requests=("instance",),
            limits=("instance",), secured=True,
        )  # fmt: skip
    if _FUNCTIONS.search(what):
        return Deployment(
            framework="lambda", what=what, scales=True, scalable=True, stepwise=UNSET, probed=False, sized=True,
            requests=("memory",), limits=("memory",),
        )  # fmt: skip
    if _SERVICES.search(what):
        return Deployment(
            framework="ecs", what=what, scales=UNSET, scalable=True, rollout="rolling", stepwise=UNSET, probed=True,
            # The load balancer that comes with it asks for a page.
            reversible=True, probes=("live", "ready"), sized=True, replicas=_number(copies),
            requests=("cpu", "memory") if given & {"cpu", "memory_limit_mib"} or not whole else UNSET,
        )  # fmt: skip
    if what in ("aws_ecs.FargateService", "aws_ecs.Ec2Service"):
        # What its containers need, and who asks for their health, stands at its task and its load balancer.
        return Deployment(
            framework="ecs", what=what, scales=UNSET, scalable=True, rollout="rolling", stepwise=UNSET, probed=True,
            reversible=True, sized=True, replicas=_number(copies),
        )  # fmt: skip
    return None


def _number(count: object) -> Number:
    return count if isinstance(count, int) and not isinstance(count, bool) else UNSET
