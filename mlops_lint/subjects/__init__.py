"""The data dictionary: every kind of subject as a typed record.

A field that is not set cannot be known; None means that the argument or setting is absent.
`mlops-lint vocabulary` prints this package, and rules are checked against it when they are loaded.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import get_type_hints

from msgspec import UNSET

from mlops_lint.model import Link, Location, Subject, Value
from mlops_lint.subjects.code import Assertion, Cell, Constant, Function, Handler, Module, Notebook, Test
from mlops_lint.subjects.data import (
    DataLoader,
    Dataset,
    Feature,
    FeatureView,
    File,
    Join,
    Listing,
    LockedStage,
    PathUse,
    Read,
    Secret,
    Split,
    Transform,
    Write,
)
from mlops_lint.subjects.kind import Flag, Kind, Number, Text, Texts
from mlops_lint.subjects.operation import (
    ConfigKey,
    Consumer,
    Dependency,
    Endpoint,
    EntryPoint,
    EnvVar,
    HttpCall,
    Import,
    Pipeline,
    Project,
    Service,
    Task,
    Use,
)
from mlops_lint.subjects.platform import Alert, CiJob, CiWorkflow, Deployment, Image, Monitor, Resource
from mlops_lint.subjects.training import (
    Determinism,
    Estimator,
    Evaluation,
    Hyperparameter,
    Model,
    ModelLoad,
    Option,
    RandomCall,
    SeedCall,
    Training,
)

__all__ = [
    "COMMON",
    "KINDS",
    "Alert",
    "Assertion",
    "Cell",
    "CiJob",
    "CiWorkflow",
    "ConfigKey",
    "Constant",
    "Consumer",
    "DataLoader",
    "Dataset",
    "Dependency",
    "Deployment",
    "Determinism",
    "Endpoint",
    "EntryPoint",
    "EnvVar",
    "Estimator",
    "Evaluation",
    "Feature",
    "FeatureView",
    "File",
    "Flag",
    "Function",
    "Handler",
    "HttpCall",
    "Hyperparameter",
    "Image",
    "Import",
    "Join",
    "Kind",
    "Listing",
    "LockedStage",
    "Model",
    "ModelLoad",
    "Module",
    "Monitor",
    "Notebook",
    "Number",
    "Option",
    "PathUse",
    "Pipeline",
    "Project",
    "RandomCall",
    "Read",
    "Resource",
    "Secret",
    "SeedCall",
    "Service",
    "Split",
    "Task",
    "Test",
    "Text",
    "Texts",
    "Training",
    "Transform",
    "Use",
    "Write",
    "documentation",
    "subject",
]  # fmt: skip

KINDS: dict[str, type[Kind]] = {
    kind.__struct_config__.tag: kind  # type: ignore[misc]  # every kind states a string tag
    for kind in Kind.__subclasses__()
}

# Added to the own fields of every kind when a rule sees it.
COMMON = {
    "id": "the subject in the graph",
    "kind": "the kind of subject",
    "name": "how it is called",
    "path": "the file, from the root of the repository",
    "line": "the line in it, from 1",
    "context": "source, test, example, notebook, vendored, generated or docs",
    "own": "the project's own code that is meant to run: neither test, example, docs, vendored nor generated",
    "symbol": "the name under which others link to it; null = none",
}


def subject(
    record: Kind, location: Location, name: str, *, symbol: str | None = None, links: tuple[Link, ...] = ()
) -> Subject:
    """Gives the untyped record of the facts from the typed one; fields that are not set are left out."""
    fields: dict[str, Value] = {
        field: value for field in record.__struct_fields__ if (value := getattr(record, field)) is not UNSET
    }
    kind = str(record.__struct_config__.tag)
    return Subject(kind, location, name, fields, symbol, links)


@cache
def documentation(kind: type[Kind]) -> Mapping[str, str]:
    """Gives each field of a kind, its own and the common ones, with what it means."""
    hints = get_type_hints(kind, include_extras=True)
    return MappingProxyType({field: hints[field].__metadata__[0] for field in kind.__struct_fields__} | COMMON)
