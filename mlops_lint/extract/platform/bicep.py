"""Bicep to the resources that it declares: each by its type, and whether its settings open it.

Tolerant: the settings are looked for in the text of the resource.
Source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/resource-declaration and .../azure/templates/
"""

import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.parse.text import Lines
from mlops_lint.subjects import Deployment, Flag, Resource, subject

_RESOURCE = re.compile(r"^[ \t]*resource[ \t]+(\w+)[ \t]+'([\w./]+)@[\w.-]+'[ \t]*=[^\n{]*\{", re.MULTILINE)
# The longest body of a resource that is looked through.
_LONGEST = 20_000
_HOLDS = {
    "Microsoft.Storage/storageAccounts": "data",
    "Microsoft.Storage/storageAccounts/blobServices/containers": "data",
    "Microsoft.DBforPostgreSQL/flexibleServers": "data",
    "Microsoft.Sql/servers": "data",
    "Microsoft.DocumentDB/databaseAccounts": "data",
    "Microsoft.ContainerRegistry/registries": "images",
    "Microsoft.MachineLearningServices/workspaces": "models",
    "Microsoft.CognitiveServices/accounts": "models",
    "Microsoft.MachineLearningServices/workspaces/computes": "compute",
    "Microsoft.ContainerService/managedClusters": "compute",
    "Microsoft.App/managedEnvironments": "compute",
    "Microsoft.Insights/components": "monitoring",
    "Microsoft.Insights/autoscaleSettings": "scaling",
}
_OPENS = re.compile(
    r"\b(?:publicNetworkAccess\s*:\s*'(?P<network>\w+)'|(?:allowBlobPublicAccess|anonymousPullEnabled)\s*:\s*(?P<blob>\w+)|"
    r"publicAccess\s*:\s*'(?P<container>\w+)')"
)
_DENIES = re.compile(r"\bdefaultAction\s*:\s*'Deny'")


@texts("*.bicep")
def bicep(path: str, text: str) -> Iterator[Subject]:
    """Gives each resource of a file, and a deployment for an online deployment of Azure ML."""
    lines = Lines(text)
    for found in _RESOURCE.finditer(text):
        name, what = found[1], found[2]
        line, column = lines.place(found.start(1))
        location = Location(path, line, column, line, column + len(name))
        body = _body(text, found.end())
        record = Resource(
            framework="bicep",
            what=what,
            holds=_HOLDS.get(what, UNSET),
            public=_public(body),
            parameterised=bool(re.search(r":\s*(?:[a-z]\w*\b(?!\()|'[^'\n]*\$\{)", body)),
        )
        yield subject(record, location, name, symbol=f"resource:{path}#{name}")
        if what.endswith("onlineEndpoints/deployments"):
            yield subject(_online(body), location, name, symbol=f"deployment:{path}#{name}")


def _body(text: str, start: int) -> str:
    """Gives the text from behind the brace of a resource to the brace that closes it."""
    depth = 1
    end = min(len(text), start + _LONGEST)
    for at in re.finditer(r"[{}]", text[start:end]):
        depth += 1 if at[0] == "{" else -1
        if depth == 0:
            return text[start : start + at.start()]
    return text[start:end]


def _public(body: str) -> Flag:
    if _DENIES.search(body):
        return False
    found = list(_OPENS.finditer(body))
    words = [next(word for word in one.groups() if word is not None).lower() for one in found]
    if any(word in ("enabled", "true", "blob", "container") for word in words):
        return True
    known = words and all(word in ("disabled", "false", "none") for word in words)
    return False if known else UNSET


def _online(body: str) -> Deployment:
    return Deployment(
        framework="azureml",
        what="onlineEndpoints/deployments",
        serves_model=True,
        scales="targetUtilization" in body.replace("TargetUtilization", "targetUtilization"),
        scalable=True,
        stepwise=UNSET,
        reversible=UNSET,
        probes=("live", "ready"),
        probed=True,
        sized=True,
        requests=("instance",),
        limits=("instance",),
        secured=True,
    )
