"""What jobs and components of Azure Machine Learning have in common: their code, environment and references."""

import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.model import Link
from mlops_lint.parse.image import reference
from mlops_lint.parse.tree import Mapping, Node, text
from mlops_lint.subjects import Flag, Text

_INPUT = re.compile(r"\$\{\{[^{}]*\}\}")
_OPTIONAL = re.compile(r"\$\[\[|\]\]")
# Code that lies elsewhere: an asset, a repository, a store.
_ELSEWHERE = re.compile(r"^(?:azureml:|git\+|https?://|wasbs?://|abfss?://|/|[A-Za-z]:[\\/])")
_VERSIONED = re.compile(r"(?:/versions/|:)[\w.-]+$")


def command_links(command: str, folder: str | None) -> tuple[Link, ...]:
    """Gives the links from a command to the code that it starts in a folder of the repository."""
    return code_links(_OPTIONAL.sub(" ", _INPUT.sub("{{}}", command)), folder)


def placed(path: str, below: str) -> str | None:
    """Gives the path from the root that a YAML file means; None = it is elsewhere, or above the root."""
    below = below.removeprefix("file:").removeprefix("local:")
    if _ELSEWHERE.match(below) or "$" in below:
        return None
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), below))
    return None if found.startswith("..") else "" if found == "." else found


def code(path: str, node: Mapping) -> Iterator[Link]:
    """Gives the links from a job or component to the files that it runs."""
    for one in (node, node.get("trial"), node.get("task")):
        if not isinstance(one, Mapping):
            continue
        below, command = text(one.get("code")), text(one.get("command"))
        folder = placed(path, below) if below is not None else None
        if folder is None:
            continue
        if command is not None:
            yield from command_links(command, folder)
        for keys in (("entry_script",), ("entry", "file"), ("entry", "spark_job_entry")):
            script = text(one.get(*keys))
            if script is not None and "$" not in script:
                yield Link("runs", f"file:{posixpath.normpath(posixpath.join(folder, script))}")


def component(path: str, node: Node | None) -> Link | None:
    """Gives the link to the file of a component; None = it is written in place or registered elsewhere."""
    stated = text(node)
    if stated is None or not stated.endswith((".yml", ".yaml")):
        return None
    file = placed(path, stated)
    return Link("runs", f"file:{file}") if file else None


def environment(node: Node | None) -> tuple[Text, Flag]:
    """Gives the environment of a job as its image, and whether it is one fixed version."""
    if isinstance(node, Mapping):
        image = text(node.get("image"))
        if image is not None:
            return image, reference(image).pinned
        # Built from a Dockerfile or by conda on an image of Azure.
        return UNSET, (True if node.get("build") is not None else UNSET)
    stated = text(node)
    return named_environment(stated) if stated is not None else (UNSET, UNSET)


def named_environment(stated: str) -> tuple[Text, Flag]:
    """Gives an environment by its name as image, and whether it is one fixed version."""
    if stated.startswith(("file:", "./", "../")) or stated.endswith((".yml", ".yaml")):
        return UNSET, True
    if "${" in stated:
        return UNSET, UNSET
    name = stated if stated.startswith("azureml://") else stated.removeprefix("azureml:")
    return stated, "@" not in name and _VERSIONED.search(name) is not None
