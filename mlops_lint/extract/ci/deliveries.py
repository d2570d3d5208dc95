"""Files that set up an automatic delivery beside CI: GitOps, pipelines of a cloud, hooks before a commit.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/,
https://fluxcd.io/flux/components/, the references of Terraform, CloudFormation and CDK, https://pre-commit.com/
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.ci.jobs import Job, ci_job
from mlops_lint.extract.commands.purposes import Purposes, purposes
from mlops_lint.extract.registry import texts, trees
from mlops_lint.model import Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, strings, text
from mlops_lint.subjects import Use, subject

_GITOPS = re.compile(
    r"^apiVersion: (?:(?P<argo>argoproj\.io/v1alpha1\s*\nkind: (?:Application|ApplicationSet)\b)"
    r"|(?P<flux>(?:kustomize|helm)\.toolkit\.fluxcd\.io/))",
    re.MULTILINE,
)
_TRIGGERS = (
    *("google_cloudbuild_trigger", "google_clouddeploy", "aws_codepipeline", "aws_codedeploy", "aws-codepipeline"),
    *("AWS::CodePipeline::Pipeline", "AWS::CodeDeploy", "CodePipelineSource", "azuredevops_build_definition"),
    *("AWS::CodeStar", "aws_amplify_app", "aws_apprunner_service"),
)
_TRIGGER = re.compile("|".join(_TRIGGERS))
# They are set up on pages of their own, with a repository to watch.
_PLATFORMS = (
    "onrender.com", "render.com", "on render", "heroku", "railway.app", "vercel", "streamlit.app", "streamlit.io",
    "streamlit cloud", "netlify", "huggingface.co/spaces", "hugging face spaces", "huggingface spaces", "hf.space",
    "koyeb", "fly.io", "pythonanywhere", "replit", "azurewebsites",
)  # fmt: skip


@texts("*.yaml", "*.yml", words=("argoproj.io/", "toolkit.fluxcd.io/"))
def gitops(path: str, text: str) -> Iterator[Subject]:
    """Gives the use of a tool that brings what is in git to a cluster."""
    if (found := _GITOPS.search(text)) is not None:
        tool = "argocd" if found["argo"] else "flux"
        yield subject(Use(purpose="delivery", tool=tool), _at(path, text, found), tool)


@texts("*.tf", "*.ts", "*.py", "*.yaml", "*.yml", "*.json", words=_TRIGGERS)
def cloud_delivery(path: str, text: str) -> Iterator[Subject]:
    """Gives the use of a pipeline of a cloud that infrastructure code sets up."""
    if (found := _TRIGGER.search(text)) is not None:
        yield subject(Use(purpose="delivery", tool=found.group()), _at(path, text, found), found.group())


@texts("README*", "*.md")
def platforms(path: str, text: str) -> Iterator[Subject]:
    """Gives the use of a platform that builds whatever is pushed, where a page says that the program runs there."""
    lower = text.lower()
    tool = next((word for word in _PLATFORMS if word in lower), None)
    if tool is not None:
        line = lower.count("\n", 0, lower.index(tool)) + 1
        yield subject(Use(purpose="delivery-platform", tool=tool), Location(path, line, 1, line, 1), tool)


@trees(".pre-commit-config.yaml", ".pre-commit-config.yml")
def pre_commit(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives hooks that test or check more than code as one job."""
    root = documents[0] if documents else None
    commands: list[str] = []
    repositories = root.get("repos") if isinstance(root, Mapping) else None
    for repository in repositories.items if isinstance(repositories, Sequence) else ():
        if isinstance(repository, Mapping):
            commands.append((text(repository.get("repo")) or "").rpartition("/")[2])
            hooks = repository.get("hooks")
            listed = hooks.items if isinstance(hooks, Sequence) else ()
            commands += [_hook(hook) for hook in listed if isinstance(hook, Mapping)]
    found = purposes(commands)
    if isinstance(root, Mapping) and (found.tests or found.checks):
        job = Job(
            framework="pre-commit", path=path, key="hooks", location=locate(path, root.entries[0][0]), approved=UNSET,
            environment=None,
        )  # fmt: skip
        yield ci_job(job, Purposes(tests=found.tests, checks=found.checks))


def _hook(hook: Mapping) -> str:
    return " ".join([text(hook.get("entry")) or "", *strings(hook.get("args"))])


def _at(path: str, text: str, found: re.Match[str]) -> Location:
    line = text.count("\n", 0, found.start()) + 1
    return Location(path, line, 1, line, 1)
