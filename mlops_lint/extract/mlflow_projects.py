"""An MLproject file to a pipeline and a task for each of its entry points, which nothing orders.

Source: https://mlflow.org/docs/latest/ml/projects/ and mlflow 3.18.0, mlflow/projects/_project_spec.py
"""

import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.registry import trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, mappings, text
from mlops_lint.subjects import Flag, Pipeline, Task, subject

_PARAMETER = re.compile(r"\{\w+\}")
_ENVIRONMENTS = ("python_env", "conda_env")


@trees("MLproject", "MLProject", "mlproject")
def mlflow_projects(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the project and its entry points."""
    root = documents[0] if documents else None
    entries = root.get("entry_points") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(entries, Mapping):
        return
    folder = posixpath.dirname(path)
    name = text(root.get("name")) or posixpath.basename(folder) or "MLproject"
    symbol = f"pipeline:{path}"
    record = Pipeline(framework="mlflow-projects", schedule=UNSET, managed=False, schedulable=False, parsed=False)
    yield subject(record, locate(path, root.key("entry_points") or root), name, symbol=symbol)
    image = text(root.get("docker_env", "image"))
    stated = [file for word in _ENVIRONMENTS if (file := text(root.get(word))) is not None]
    needs = [Link("needs", f"file:{posixpath.normpath(posixpath.join(folder, file))}") for file in stated]
    for key, entry in mappings(entries):
        command = text(entry.get("command"))
        given = entry.get("parameters")
        record_of_entry = Task(
            framework="mlflow-projects",
            operator="entry point",
            remote=True,
            retryable=False,
            timed=False,
            image=image if image is not None else UNSET,
            image_pinned=_pinned(image),
            command=command or UNSET,
            folder=folder,
            lineage=False,
            parameters=tuple(one.text for one, _ in given.entries) if isinstance(given, Mapping) else (),
        )
        code = code_links(_PARAMETER.sub("{{}}", command), folder) if command is not None else ()
        links = (Link("part_of", symbol), *needs, *code)
        yield subject(record_of_entry, locate(path, key), key.text, symbol=f"task:{path}#{key.text}", links=links)


def _pinned(image: str | None) -> Flag:
    """Whether an image has a fixed tag; a name alone is one that somebody built on this machine."""
    if image is None:
        return None
    found = reference(image)
    return UNSET if "/" not in image and found.tag is None and found.digest is None else found.pinned
