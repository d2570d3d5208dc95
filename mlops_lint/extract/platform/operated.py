"""Commands that do what no manifest says: set images, scale, split traffic, take back, ask for approval, make clusters.

Source: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_set/kubectl_set_image/,
https://kubectl.docs.kubernetes.io/references/kustomize/cmd/edit/set/image/, https://skaffold.dev/docs/taggers/,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html, https://cloud.google.com/sdk/gcloud/reference
"""

import re
from collections.abc import Iterator

import msgspec

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_SCRIPTS = tuple("*.sh Makefile *.mk *.ps1 justfile Jenkinsfile* *.yml *.yaml *.bat".split())
_CODE = (*_SCRIPTS, "*.py", "Tiltfile")
_DECLARED = (*_CODE, "*.tf", "*.bicep", "*.json", "*.ipynb", "*.ts")


class Sign(msgspec.Struct, frozen=True):
    """What a command shows: `words` are looked for first, of which each text that the pattern finds has one."""

    purpose: str
    tool: str
    """Empty = what the pattern finds first."""
    words: tuple[str, ...]
    pattern: re.Pattern[str]


# Of a document one does not know whether it tells how this was made, or how one may try it: only images are set there.
_IMAGES = (
    Sign(
        "image-set",
        "",
        (
            "set image",
            "skaffold/",
            "argocd-image-updater",
            "envsubst",
            "KubernetesManifest@",
            "k8s-deploy@",
            "gke-deploy",
        ),
        re.compile(
            r"kubectl[^\n]{0,60} set image|edit set image|apiVersion: skaffold/|argocd-image-updater|"
            r"envsubst[^\n]{0,120}\.ya?ml|KubernetesManifest@|k8s-deploy@|gke-deploy\b"
        ),
    ),
    Sign(
        "image-set",
        "",
        ("sed -", "sed '", 'sed "', "yq ", "perl -"),
        re.compile(r"\b(?:sed|yq|perl)\b[^\n]{0,120}(?:image|IMAGE|tag|TAG)[^\n]{0,200}\.ya?ml"),
    ),
)
_OF_CODE = (
    Sign(
        "rollback",
        "",
        ("rollout undo", "rollback", "--atomic", "update-traffic", "ollbackConfiguration", "argo rollouts"),
        re.compile(
            r"kubectl[^\n]{0,60} rollout undo|helm[^\n]{0,40} rollback|gcloud run services update-traffic|"
            r"helm upgrade[^\n]{0,300}--(?:atomic|rollback-on-failure)|argo rollouts (?:abort|undo)|"
            r"[aA]utoRollbackConfiguration"
        ),
    ),
    Sign(
        "traffic-set",
        "",
        ("argo rollouts", "kn service", "update-traffic", "io/canary", "/spec/traffic/", "kubectl patch",
         "online-endpoint update", "canaryTrafficPercent", "update_endpoint_weights"),
        re.compile(
            r"kubectl argo rollouts|kn service update[^\n]{0,200}--traffic|gcloud run services update-traffic|"
            r"/spec/traffic/|nginx\.ingress\.kubernetes\.io/canary|"
            r"kubectl patch (?:ksvc|isvc|inferenceservice|virtualservice)|"
            r"az ml online-endpoint update[^\n]{0,200}--traffic|update_endpoint_weights_and_capacities|"
            # As a manifest says it, it is read there.
            r"canaryTrafficPercent[\"']\s*:|canaryTrafficPercent="
        ),
    ),
)  # fmt: skip
_OF_DECLARED = (
    Sign("autoscaling", "kubernetes", ("autoscale ",), re.compile(r"kubectl[^\n]{0,60} autoscale ")),
    Sign(
        "autoscaling",
        "azureml",
        ("monitor autoscale", "utoscaleSettings", "utoscalesettings", "autoscale_setting"),
        re.compile(r"az monitor autoscale|[aA]utoscale[sS]ettings|autoscale_settings|monitor_autoscale_setting"),
    ),
    Sign(
        "autoscaling",
        "sagemaker",
        ("aws application-autoscaling", "put-scaling-policy"),
        re.compile(r"aws application-autoscaling|put-scaling-policy"),
    ),
    Sign(
        "autoscaling",
        "ecs",
        ("aws application-autoscaling", "put-scaling-policy", "ApplicationAutoScaling", "aws_appautoscaling"),
        re.compile(r"aws application-autoscaling|put-scaling-policy|ApplicationAutoScaling|aws_appautoscaling"),
    ),
    Sign(
        "approval",
        "",
        ("ManualApproval", "ManualValidation@", "manual-approval@", "Approval"),
        re.compile(
            r"PendingManualApproval|ManualValidation@|manual-approval@|aws_codepipeline_actions\.ManualApproval|"
            r"ManualApprovalAction|Category[\"']?\s*[:=]\s*[\"']?Approval\b"
        ),
    ),
    Sign(
        "model-stage",
        "",
        ("transition_model_version_stage", "set_registered_model_alias", "odelApprovalStatus", "model_approval_status",
         "add_version_aliases"),
        re.compile(
            r"transition_model_version_stage|set_registered_model_alias|ModelApprovalStatus|model_approval_status|"
            r"add_version_aliases"
        ),
    ),
)  # fmt: skip
_OF_SCRIPTS = (
    Sign(
        "infrastructure-command",
        "",
        ("gcloud ", "aws ", "eksctl ", "az ", "heroku ", "flyctl ", "eb create"),
        re.compile(
            r"(?m)^[^#\n]*?\b(gcloud (?:(?:beta )?run deploy|functions deploy|app deploy|container clusters create|"
            r"ai endpoints create|sql instances create|compute instances create|composer environments create)|"
            r"aws (?:ecs create-\w+|eks create-\w+|ec2 run-instances|lambda create-function|sagemaker create-\w+|s3 mb|"
            r"rds create-\w+)|eksctl create cluster|az (?:ml workspace create|containerapp (?:create|up)|aks create|"
            r"webapp (?:create|up)|acr create|container create|functionapp create|group create)|"
            r"heroku (?:create|container:release)|flyctl launch|eb create)\b"
        ),
    ),
)


def _words(signs: tuple[Sign, ...]) -> tuple[str, ...]:
    return tuple(word for sign in signs for word in sign.words)


@texts(*_CODE, "*.md", words=_words(_IMAGES))
def images(path: str, text: str) -> Iterator[Subject]:
    """Gives one use where a file sets the image of manifests."""
    yield from list(_shown(path, text, _IMAGES))[:1]


@texts(*_CODE, words=_words(_OF_CODE))
def in_code(path: str, text: str) -> Iterator[Subject]:
    """Gives one use where a file takes deployments back, and one where it gives a part of the traffic to a version."""
    yield from _shown(path, text, _OF_CODE)


@texts(*_DECLARED, words=_words(_OF_DECLARED))
def in_declared(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for each sort of deployments that a file scales, for a wait for approval, and for a stage set."""
    yield from _shown(path, text, _OF_DECLARED)


@texts(*_SCRIPTS, words=_words(_OF_SCRIPTS))
def in_scripts(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for the first command of a file that makes infrastructure."""
    yield from _shown(path, text, _OF_SCRIPTS)


def _shown(path: str, text: str, signs: tuple[Sign, ...]) -> Iterator[Subject]:
    for sign in signs:
        # A substring is found a hundred times as fast as the alternatives of a pattern.
        if any(word in text for word in sign.words):
            found = sign.pattern.search(text.replace("\\\n", "  "))
            if found is not None:
                what = found[found.lastindex or 0]
                # What joins two lines is replaced by as many blanks, so that places stay.
                line = text.count("\n", 0, found.start(found.lastindex or 0)) + 1
                record = Use(purpose=sign.purpose, tool=sign.tool or what.split()[0][:40])
                symbol = f"{sign.purpose}:{path}#{sign.tool}"
                yield subject(record, Location(path, line, 1, line, 2), what[:60], symbol=symbol)
