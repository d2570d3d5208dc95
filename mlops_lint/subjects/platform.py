"""Where things run and who watches them: images, deployments, resources of clouds, monitors, alerts, CI."""

from typing import Annotated

from msgspec import UNSET

from mlops_lint.subjects.kind import Flag, Kind, Number, Text, Texts


class Image(Kind, frozen=True, tag="image"):
    """A container image that a build or a service starts from."""

    reference: Annotated[Text, "as written, arguments filled in"] = UNSET
    image_tag: Annotated[Text, "the tag; null = none"] = UNSET
    digest: Annotated[Text, "the digest; null = none"] = UNSET
    pinned: Annotated[Flag, "an exact tag or a digest"] = UNSET


class Deployment(Kind, frozen=True, tag="deployment"):
    """One program that a platform keeps running, or one model that it serves, with the settings that take effect."""

    framework: Annotated[Text, "kubernetes, kserve, seldon, sagemaker, vertex, azureml, cloud-run, ecs, ..."] = UNSET
    what: Annotated[Text, "what sort of object, as written: Deployment, InferenceService, aws_sagemaker_endpoint"] = (
        UNSET
    )
    serves_model: Annotated[Flag, "the platform is one that serves models, or its settings name a model"] = UNSET
    image: Annotated[Text, "the container image"] = UNSET
    image_pinned: Annotated[Flag, "it has an exact tag or a digest; null = no image"] = UNSET
    model_uri: Annotated[Text, "the model as its settings name it"] = UNSET
    model_pinned: Annotated[Flag, "one fixed version of the model; null = no model is named"] = UNSET
    replicas: Annotated[Number, "how many copies run; where it scales, the fewest"] = UNSET
    scales: Annotated[Flag, "the number of copies follows the load: its own setting, or the platform does it"] = UNSET
    scalable: Annotated[Flag, "the platform can scale it; false = a compose file, a single machine"] = UNSET
    rollout: Annotated[Text, "how a new version comes: canary, blue-green, shadow, split, rolling, recreate"] = UNSET
    stepwise: Annotated[Flag, "a part of the traffic first, or none of it: canary, split, shadow, blue-green"] = UNSET
    reversible: Annotated[Flag, "the platform keeps or restores what ran before: revisions, automatic rollback"] = UNSET
    probes: Annotated[Texts, "which of ready, live, startup are checked; empty = none"] = UNSET
    probed: Annotated[Flag, "the platform checks health by itself, or can be told to; false = it cannot"] = UNSET
    sized: Annotated[Flag, "it can be told what its containers need"] = UNSET
    requests: Annotated[Texts, "what it asks for: cpu, memory, gpu, instance; empty = nothing"] = UNSET
    limits: Annotated[Texts, "what it is held to: cpu, memory, gpu, instance; empty = nothing"] = UNSET
    environment: Annotated[Text, "production, staging, ... where its file says so"] = UNSET
    owner: Annotated[Text, "who is responsible, by label or tag; null = nobody named"] = UNSET
    secured: Annotated[Flag, "only who may can call it: IAM, a key, mutual TLS, a policy"] = UNSET
    approved: Annotated[Flag, "somebody has to agree before it changes: a gate, a protected environment"] = UNSET


class Resource(Kind, frozen=True, tag="resource"):
    """Something of a cloud that infrastructure code declares: a bucket, a registry, a database, a cluster."""

    framework: Annotated[Text, "terraform, cloudformation, cdk, bicep, kubernetes, pulumi, ..."] = UNSET
    what: Annotated[Text, "its type, as written: aws_s3_bucket, AWS::S3::Bucket"] = UNSET
    holds: Annotated[Text, "data, models, images, compute, network, monitoring, ..."] = UNSET
    public: Annotated[Flag, "anybody may reach it; false = said to be closed, or closed by default"] = UNSET
    parameterised: Annotated[Flag, "its name or size comes from a variable"] = UNSET


class Monitor(Kind, frozen=True, tag="monitor"):
    """Something that watches: a metric, a dashboard, a group of alert rules, a job that measures drift."""

    framework: Annotated[Text, "prometheus, grafana, evidently, sagemaker-model-monitor, whylogs, ..."] = UNSET
    what: Annotated[Text, "metric, dashboard, rules, job, report"] = UNSET
    watches: Annotated[Texts, "infrastructure, requests, predictions, features, quality, drift; empty = none known"] = (
        UNSET
    )
    drift: Annotated[Flag, "compares data or predictions with those of another time"] = UNSET
    baseline: Annotated[Text, "what it compares with, as written; null = nothing is named"] = UNSET
    acts: Annotated[Flag, "what it finds leads to something: an alert, a failed check, a new training"] = UNSET
    schedule: Annotated[Text, "when it runs; null = by hand, or by the code that calls it"] = UNSET
    owner: Annotated[Text, "who is responsible; null = nobody named"] = UNSET


class Alert(Kind, frozen=True, tag="alert"):
    """A rule that calls people or programs when a value is out of bounds."""

    framework: Annotated[Text, "prometheus, grafana, cloudwatch, google, azure, datadog, ..."] = UNSET
    severity: Annotated[Text, "as labelled; null = not said"] = UNSET
    receiver: Annotated[Text, "who or what is told: a receiver, team, owner, topic; null = nobody named"] = UNSET
    described: Annotated[Flag, "says what it means: a summary, description or runbook"] = UNSET
    watches: Annotated[Texts, "infrastructure, requests, predictions, features, quality, drift; empty = none known"] = (
        UNSET
    )


class CiWorkflow(Kind, frozen=True, tag="ci_workflow"):
    """A workflow of a CI system."""

    framework: Annotated[Text, "github-actions, gitlab, azure, jenkins, ..."] = UNSET
    triggers: Annotated[Texts, "push, pull_request, schedule, ..."] = UNSET
    on_change: Annotated[Flag, "runs on pushes or merge requests"] = UNSET


class CiJob(Kind, frozen=True, tag="ci_job"):
    """One job of a CI workflow."""

    framework: Annotated[Text, "github-actions, gitlab, azure, jenkins, ..."] = UNSET
    timeout: Annotated[Number, "seconds as its own file says; null = the long default of the system"] = UNSET
    deploys: Annotated[Flag, "releases something: pushes an image, applies manifests, calls a deployment"] = UNSET
    trains: Annotated[Flag, "a command of it trains, or runs a pipeline that does"] = UNSET
    tests: Annotated[Flag, "a command of it runs tests"] = UNSET
    checks: Annotated[Texts, "what else it validates: data, training, evaluation, pipeline, policy; empty = none"] = (
        UNSET
    )
    actions: Annotated[Texts, "what it uses of others, as written: actions, images, templates"] = UNSET
    unpinned: Annotated[Texts, "those of them that may change under the same name"] = UNSET
    environment: Annotated[Text, "the environment it deploys to; null = none"] = UNSET
    approved: Annotated[Flag, "waits for a person's approval"] = UNSET
