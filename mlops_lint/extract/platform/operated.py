"""Commands that do what no manifest says: set an image, scale, take back, ask for approval, make infrastructure.

Source: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_set/kubectl_set_image/,
https://kubectl.docs.kubernetes.io/references/kustomize/cmd/edit/set/image/, https://skaffold.dev/docs/taggers/
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_FILES = (
    "*.yml",
    "*.yaml",
    "*.sh",
    "Makefile",
    "*.mk",
    "*.md",
    "Jenkinsfile*",
    "*.py",
    "*.ps1",
    "justfile",
    "Tiltfile",
)
_SETS = re.compile(
    r"kubectl[^\n]{0,60} set image|kustomize edit set image|edit set image|apiVersion: skaffold/|argocd-image-updater|"
    r"\b(?:sed|yq|perl)\b[^\n]{0,120}(?:image|IMAGE|tag|TAG)[^\n]{0,200}\.ya?ml|envsubst[^\n]{0,120}\.ya?ml|"
    r"KubernetesManifest@|k8s-deploy@|gke-deploy\b"
)
# `sed` alone ends half of all English participles.
_SETTERS = (
    *(" set image", "skaffold/", "argocd-image-updater", "yq ", "perl ", "envsubst", "KubernetesManifest@"),
    *("k8s-deploy@", "gke-deploy", " sed ", "\nsed ", "\tsed ", "|sed ", "(sed ", "`sed ", "'sed ", '"sed '),
)
_BACK = re.compile(
    r"kubectl[^\n]{0,60} rollout undo|helm[^\n]{0,40} rollback|"
    r"helm upgrade[^\n]{0,300}--(?:atomic|rollback-on-failure)|"
    r"argo rollouts (?:abort|undo)|gcloud run services update-traffic|[aA]utoRollbackConfiguration"
)


@texts(*_FILES, words=("undo", "rollback", "--atomic", "rollouts abort", "update-traffic", "utoRollback"))
def rollback(path: str, text: str) -> Iterator[Subject]:
    """Gives one use where a file takes a deployment back; a document may only speak of it."""
    if not path.endswith(".md"):
        found = _BACK.search(text.replace("\\\n", "  "))
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            record = Use(purpose="rollback", tool=found[0].split()[0])
            yield subject(record, Location(path, line, 1, line, 2), "rollback", symbol=f"rollback:{path}")


# The framework whose deployments a command scales.
_SCALES = (
    ("kubernetes", re.compile(r"kubectl[^\n]{0,60} autoscale ")),
    (
        "azureml",
        re.compile(r"az monitor autoscale|autoscalesettings|autoscale_settings|azurerm_monitor_autoscale_setting"),
    ),
    ("sagemaker", re.compile(r"aws application-autoscaling|put-scaling-policy")),
    ("ecs", re.compile(r"aws application-autoscaling|put-scaling-policy|ApplicationAutoScaling|aws_appautoscaling")),
)


@texts(*_FILES, "*.tf", "*.bicep", "*.json", "*.ipynb", words=("utoscal", "scaling"))
def scaled(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for each sort of deployments that a file scales from outside."""
    lowered = text.lower()
    for framework, pattern in _SCALES:
        found = pattern.search(text) or pattern.search(lowered)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            record = Use(purpose="autoscaling", tool=framework)
            yield subject(record, Location(path, line, 1, line, 2), framework, symbol=f"autoscaling:{path}#{framework}")


@texts(*_FILES, words=_SETTERS)
def image_set(path: str, text: str) -> Iterator[Subject]:
    """Gives one use where a file sets the image of manifests."""
    found = _SETS.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        record = Use(purpose="image-set", tool=found[0].split()[0].strip("|"))
        yield subject(record, Location(path, line, 1, line, 2), "image tag", symbol=f"image-set:{path}")


_ASKS = re.compile(
    r"PendingManualApproval|ManualValidation@|manual-approval@|aws_codepipeline_actions\.ManualApproval|"
    r"ManualApprovalAction|Category[\"']?\s*[:=]\s*[\"']?Approval\b|type:\s*approval\b"
)
_APPROVALS = ("pproval", "ManualValid", "model_version_stage", "registered_model_alias", "version_aliases")
_STAGES = re.compile(
    r"transition_model_version_stage|set_registered_model_alias|ModelApprovalStatus|model_approval_status|add_version_aliases"
)


@texts(*_FILES, "*.tf", "*.json", "*.ts", "*.ipynb", words=_APPROVALS)
def approval(path: str, text: str) -> Iterator[Subject]:
    """Gives one use where a file waits for somebody's approval, and one where it sets the stage of a model."""
    for purpose, words, pattern in (("approval", ("pproval", "ManualValid"), _ASKS),
                                    ("model-stage", ("stage", "alias", "pproval"), _STAGES)):  # fmt: skip
        if not any(word in text for word in words) or path.endswith(".md"):
            continue
        found = pattern.search(text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            record = Use(purpose=purpose, tool=found[0][:40])
            yield subject(record, Location(path, line, 1, line, 2), purpose, symbol=f"{purpose}:{path}")


_SPLITS = re.compile(
    r"kubectl argo rollouts|kn service update[^\n]{0,200}--traffic|gcloud run services update-traffic|"
    r"/spec/traffic/|kubectl patch (?:ksvc|isvc|inferenceservice|virtualservice)|"
    r"az ml online-endpoint update[^\n]{0,200}--traffic|canaryTrafficPercent[\"']?\s*[:=]|update_endpoint_weights_and_capacities"
)


@texts("*.sh", "Makefile", "*.mk", "*.py", ".github/workflows/*", "*.gitlab-ci.yml", "Jenkinsfile*", "*.ps1")
def split(path: str, text: str) -> Iterator[Subject]:
    """Gives one use where a command gives a part of the traffic to a new version."""
    if "raffic" in text or "rollouts" in text or "weights" in text or "kubectl patch" in text:
        found = _SPLITS.search(text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            record = Use(purpose="traffic-set", tool=found[0].split()[0][:40])
            yield subject(record, Location(path, line, 1, line, 2), "traffic", symbol=f"traffic-set:{path}")


# Of a document one does not know whether it tells how this was made, or how one may try it.
_SCRIPTS = tuple("*.sh Makefile *.mk *.ps1 justfile Jenkinsfile* *.yml *.yaml *.bat".split())
_MAKES = re.compile(
    r"(?m)^[^#\n]*?\b(gcloud (?:run deploy|functions deploy|app deploy|container clusters create|ai endpoints create|"
    r"sql instances create|compute instances create|composer environments create|beta run deploy)|"
    r"aws (?:ecs create-\w+|eks create-\w+|ec2 run-instances|lambda create-function|sagemaker create-\w+|s3 mb|"
    r"rds create-\w+)|eksctl create cluster|az (?:ml workspace create|containerapp (?:create|up)|aks create|"
    r"webapp (?:create|up)|acr create|container create|functionapp create|group create)|"
    r"heroku (?:create|container:release)|flyctl launch|eb create)\b"
)


@texts(*_SCRIPTS, words=("gcloud ", "aws ", "eksctl ", "az ", "heroku ", "flyctl ", "eb create"))
def made(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for the first command of a file that makes infrastructure."""
    found = _MAKES.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start(1)) + 1
        record = Use(purpose="infrastructure-command", tool=found[1].split()[0])
        yield subject(record, Location(path, line, 1, line, 2), found[1], symbol=f"infrastructure-command:{path}")
