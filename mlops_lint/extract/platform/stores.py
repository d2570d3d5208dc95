"""What a resource of a cloud holds, and whether anybody may reach it.

Source: the reference of each provider of Terraform; https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
(canned ACLs), https://cloud.google.com/storage/docs/access-control/making-data-public,
https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-configure
"""

import re
from collections.abc import Callable

from msgspec import UNSET

from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text
from mlops_lint.subjects import Flag

_WORLD = frozenset({"allUsers", "allAuthenticatedUsers"})
_CANNED = frozenset({"public-read", "public-read-write", "authenticated-read", "publicRead", "publicReadWrite"})
# What is there for everybody: pages, and what is called public.
_MEANT = re.compile(
    r"(?i)website|static|frontend|front-end|public|www|\bcdn|assets|\bsite|docs|landing|webapp|tiles|ui\b"
)

HOLDS: dict[str, str] = {
    **dict.fromkeys(
        "aws_s3_bucket aws_s3_bucket_acl aws_s3_bucket_policy google_storage_bucket google_storage_bucket_acl "
        "google_storage_default_object_acl google_storage_bucket_iam_member google_storage_bucket_iam_binding "
        "azurerm_storage_account azurerm_storage_container google_bigquery_dataset google_bigquery_dataset_iam_member "
        "aws_db_instance aws_rds_cluster_instance aws_redshift_cluster google_sql_database_instance aws_dynamodb_table "
        "azurerm_mssql_server azurerm_postgresql_server azurerm_postgresql_flexible_server azurerm_cosmosdb_account "
        "azurerm_data_lake_store aws_kinesis_stream aws_opensearch_domain aws_elasticsearch_domain "
        "google_bigquery_table aws_glue_catalog_database aws_lakeformation_resource".split(),
        "data",
    ),
    **dict.fromkeys(
        "aws_ecr_repository aws_ecr_repository_policy google_artifact_registry_repository "
        "google_artifact_registry_repository_iam_member google_container_registry azurerm_container_registry".split(),
        "images",
    ),
    **dict.fromkeys(
        "azurerm_machine_learning_workspace aws_sagemaker_model_package_group google_vertex_ai_endpoint "
        "google_vertex_ai_featurestore aws_sagemaker_feature_group azurerm_cognitive_account".split(),
        "models",
    ),
    **dict.fromkeys(
        "aws_sagemaker_notebook_instance aws_sagemaker_domain google_notebooks_instance google_container_cluster "
        "aws_eks_cluster azurerm_kubernetes_cluster aws_instance google_compute_instance aws_emr_cluster "
        "aws_ecs_cluster google_dataproc_cluster azurerm_databricks_workspace databricks_cluster "
        "aws_batch_compute_environment azurerm_machine_learning_compute_cluster".split(),
        "compute",
    ),
    **dict.fromkeys(
        "aws_security_group aws_security_group_rule google_compute_firewall aws_vpc google_compute_network "
        "azurerm_virtual_network azurerm_network_security_group".split(),
        "network",
    ),
    **dict.fromkeys(
        "aws_cloudwatch_metric_alarm aws_cloudwatch_dashboard google_monitoring_alert_policy "
        "azurerm_monitor_metric_alert".split(),
        "monitoring",
    ),
    "aws_appautoscaling_target": "scaling",
    "helm_release": "release",
}
"""Type in Terraform -> what it holds."""


def is_public(what: str, body: Mapping) -> Flag:
    """Says whether anybody may reach a resource of Terraform; UNSET where that stands elsewhere."""
    judged = _JUDGED.get(what)
    return judged(body) if judged is not None else UNSET


def everybody(written: str) -> bool:
    """Says whether a policy, as it is written, lets everybody in, without any condition."""
    opened = re.search(
        r"[\"']?Principals?[\"']?\s*[:=]?\s*(?:\{\s*[\"']?(?:AWS|type|identifiers)[\"']?\s*[:=]\s*)?\[?\s*[\"']\*[\"']",
        written,
    )
    return opened is not None and "Condition" not in written and re.search(r"[\"']?Deny\b", written) is None


def meant(*names: str | None) -> bool:
    """Says whether by its name something is there for everybody."""
    return any(name is not None and _MEANT.search(name) is not None for name in names)


def _canned(body: Mapping) -> Flag:
    """A bucket is closed unless its list of access says otherwise."""
    node = body.get("acl") or body.get("predefined_acl")
    if node is not None and text(node) is None:
        return UNSET
    if body.get("website") is not None or meant(text(body.get("bucket")), text(body.get("name"))):
        return UNSET
    entries = strings(body.get("role_entity"))
    return text(node) in _CANNED or any(one.partition(":")[2] in _WORLD for one in entries)


def _google_bucket(body: Mapping) -> Flag:
    """Closed, unless a member says otherwise; pages, and data for which whoever fetches it pays, are for everybody."""
    pages = body.get("website") is not None or text(body.get("requester_pays")) == "true"
    return UNSET if pages or meant(text(body.get("name"))) else False


def _member(body: Mapping) -> Flag:
    node = body.get("member") or body.get("members")
    if meant(_raw(body.get("bucket"))):
        return UNSET
    return bool(_WORLD & set(strings(node)))


def _policy(body: Mapping) -> Flag:
    node = body.get("policy")
    if not isinstance(node, Scalar) or meant(_raw(body.get("bucket"))):
        return UNSET
    if everybody(node.text):
        return True
    # A document that stands elsewhere.
    return UNSET if re.fullmatch(r"(?:data|local|var)\.[\w.\[\]]+", node.text.strip()) else False


def _raw(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


def _flag(name: str, default: Flag) -> Callable[[Mapping], Flag]:
    def judged(body: Mapping) -> Flag:
        node = body.get(name)
        if node is None:
            return default
        value = node.value if isinstance(node, Scalar) else None
        return value if isinstance(value, bool) else UNSET

    return judged


def _network(body: Mapping) -> Flag:
    """Azure: said to be open is open, unless rules name who may come."""
    rules = body.get("network_rules") or body.get("network_acls") or body.get("network_rule_set")
    if isinstance(rules, Mapping) and text(rules.get("default_action")) == "Deny":
        return False
    for name in ("public_network_access_enabled", "allow_blob_public_access", "allow_nested_items_to_be_public"):
        node = body.get(name)
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
    return UNSET


def _addresses(body: Mapping) -> Flag:
    """An instance of Cloud SQL takes connections of the networks that it is told."""
    waiting: list[Node] = [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            waiting += [value for _, value in node.entries]
        elif isinstance(node, Sequence):
            waiting += node.items
        elif text(node) == "0.0.0.0/0":
            return True
    return False


def _container(body: Mapping) -> Flag:
    node = body.get("container_access_type")
    if node is None:
        return False
    return text(node) in ("blob", "container") if text(node) is not None else UNSET


def _access(body: Mapping) -> Flag:
    groups = [
        text(node.get("special_group"))
        for key, node in body.entries
        if key.text == "access" and isinstance(node, Mapping)
    ]
    return "allAuthenticatedUsers" in groups


_JUDGED: dict[str, Callable[[Mapping], Flag]] = {
    "aws_s3_bucket": _canned,
    "aws_s3_bucket_acl": _canned,
    "aws_s3_bucket_policy": _policy,
    "google_storage_bucket": _google_bucket,
    "google_storage_bucket_acl": _canned,
    "google_storage_default_object_acl": _canned,
    "google_storage_bucket_iam_member": _member,
    "google_storage_bucket_iam_binding": _member,
    "google_bigquery_dataset": _access,
    "google_bigquery_dataset_iam_member": _member,
    "google_artifact_registry_repository_iam_member": _member,
    "aws_ecr_repository_policy": _policy,
    "aws_db_instance": _flag("publicly_accessible", False),
    "aws_rds_cluster_instance": _flag("publicly_accessible", False),
    "aws_redshift_cluster": _flag("publicly_accessible", UNSET),
    "google_sql_database_instance": _addresses,
    "azurerm_storage_account": _network,
    "azurerm_storage_container": _container,
    "azurerm_machine_learning_workspace": _network,
    "azurerm_container_registry": _network,
    "azurerm_cosmosdb_account": _network,
    "azurerm_mssql_server": _network,
    "azurerm_postgresql_flexible_server": _network,
    "azurerm_cognitive_account": _network,
}

CLOUDFORMATION: dict[str, str] = {
    **dict.fromkeys(
        "AWS::S3::Bucket AWS::S3::BucketPolicy AWS::RDS::DBInstance AWS::RDS::DBCluster AWS::Redshift::Cluster "
        "AWS::DynamoDB::Table AWS::Kinesis::Stream AWS::OpenSearchService::Domain AWS::Glue::Database".split(),
        "data",
    ),
    "AWS::ECR::Repository": "images",
    **dict.fromkeys(
        "AWS::SageMaker::Model AWS::SageMaker::ModelPackageGroup AWS::SageMaker::FeatureGroup".split(), "models"
    ),
    **dict.fromkeys(
        "AWS::SageMaker::NotebookInstance AWS::SageMaker::Domain AWS::EC2::Instance AWS::EKS::Cluster "
        "AWS::ECS::Cluster AWS::EMR::Cluster AWS::Batch::ComputeEnvironment".split(),
        "compute",
    ),
    **dict.fromkeys("AWS::EC2::SecurityGroup AWS::EC2::VPC AWS::EC2::Subnet".split(), "network"),
    **dict.fromkeys("AWS::CloudWatch::Alarm AWS::CloudWatch::Dashboard".split(), "monitoring"),
    "AWS::ApplicationAutoScaling::ScalableTarget": "scaling",
}
"""Type in CloudFormation -> what it holds."""


def plainly(node: Node | None) -> str | None:
    """Gives a text that stands there; None for what a function of the template yields."""
    return text(node) if isinstance(node, Scalar) and node.tag is None else None


def in_template(what: str, properties: Mapping) -> Flag:
    """Says whether anybody may reach a resource of CloudFormation; UNSET where that stands elsewhere."""
    if what == "AWS::S3::Bucket":
        return _bucket(properties)
    if what in ("AWS::S3::BucketPolicy", "AWS::ECR::Repository"):
        policy = properties.get("PolicyDocument") or properties.get("RepositoryPolicyText")
        return _statements(policy) if policy is not None else False
    if what in ("AWS::RDS::DBInstance", "AWS::Redshift::Cluster"):
        node = properties.get("PubliclyAccessible")
        default: Flag = False if what.startswith("AWS::Redshift") else UNSET
        return default if node is None else _truth(node)
    return UNSET


def _truth(node: Node) -> Flag:
    value = plainly(node)
    return value.lower() == "true" if value is not None else UNSET


def _bucket(properties: Mapping) -> Flag:
    node = properties.get("AccessControl")
    if properties.get("WebsiteConfiguration") is not None or meant(plainly(properties.get("BucketName"))):
        return UNSET
    if node is None:
        return False
    canned = plainly(node)
    return canned in ("PublicRead", "PublicReadWrite", "AuthenticatedRead") if canned is not None else UNSET


def _statements(policy: Node) -> Flag:
    """Whether some statement lets everybody in, without a condition."""
    node = policy.get("Statement") if isinstance(policy, Mapping) else None
    for one in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(one, Mapping):
            return UNSET
        who = one.get("Principal")
        every = plainly(who) == "*" or (isinstance(who, Mapping) and "*" in strings(who.get("AWS")))
        if every and plainly(one.get("Effect")) == "Allow" and one.get("Condition") is None:
            return True
    return False
