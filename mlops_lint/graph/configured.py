"""Settings of processes that the configuration of Nextflow states, to the processes that they are for.

Source: https://www.nextflow.io/docs/latest/config.html#process-selectors (the order in which settings count)
"""

import posixpath
import re

from mlops_lint.graph.graph import Graph
from mlops_lint.graph.nodes import Node
from mlops_lint.model import Value

_SETTINGS = ("retries", "timeout", "image", "image_pinned", "ignores_failure", "requests")
# What Nextflow does where nothing says otherwise.
_DEFAULTS: dict[str, tuple[str, Value]] = {"retries": ("errorStrategy", 0), "timeout": ("time", None)}
_LONGEST = 200
_FILES = 50


def configured(graph: Graph) -> None:
    """Gives processes the settings of `nextflow.config` and what it includes; the statements are then taken out."""
    stated = [one for one in graph.of_kind("task") if one.fields.get("operator") == "configuration"]
    by_file: dict[str, list[Node]] = {}
    for one in stated:
        by_file.setdefault(one.location.path, []).append(one)
    # A part of a pipeline may have a file of this name, too, which that of the pipeline includes.
    parts = {name for one in stated for name in _said(one, "config-file") if name != one.location.path}
    roots = {posixpath.dirname(path): path for path in by_file
             if path.endswith("nextflow.config") and path not in parts}  # fmt: skip
    sets = {folder: _sets(path, by_file) for folder, path in roots.items()}
    for one in graph.of_kind("task") if roots else ():
        folder = _above(one.location.path, roots)
        if one.fields.get("operator") == "process" and folder is not None:
            _configure(one, sets[folder])
    for one in stated:
        graph.remove(one)


def _above(path: str, roots: dict[str, str]) -> str | None:
    """The nearest folder above a script that has a configuration; those of tests are of tests."""
    folder = posixpath.dirname(path)
    while True:
        if folder in roots:
            return folder
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _sets(path: str, by_file: dict[str, list[Node]]) -> list[Node]:
    """All that a configuration and the files that it includes state, in the order in which they are read."""
    found: list[Node] = []
    files = [path]
    for file in files:
        for one in by_file.get(file, ()):
            found.append(one)
            more = [name for name in _said(one, "config-file") if name not in files]
            files += more[: _FILES - len(files)] if len(files) < _FILES else []
    return found


def _said(node: Node, what: str) -> list[str]:
    return [link.symbol.removeprefix(f"{what}:") for link in node.links if link.symbol.startswith(f"{what}:")]


def _configure(process: Node, sets: list[Node]) -> None:
    labels = set(_said(process, "label"))
    plain = [one for one in sets if not _said(one, "config-name") and not _said(one, "config-label")]
    labelled = [
        one for one in sets if any(_matches(said, label) for said in _said(one, "config-label") for label in labels)
    ]
    named = [one for one in sets if any(_matches(said, process.name) for said in _said(one, "config-name"))]
    maybe = [one for one in sets for said in _said(one, "config-name")
             if ":" in said and _matches(said.rpartition(":")[2], process.name)]  # fmt: skip
    for field in _SETTINGS:
        own = [process.fields[field]] if field in process.fields else []
        said = [[one.fields[field] for one in group if field in one.fields] for group in (plain, labelled, named)]
        values = [*said[0], *own, *said[1], *said[2]]
        if values and field == "requests":
            # Each of them is a directive of its own.
            process.fields[field] = tuple(sorted({name for one in values if isinstance(one, tuple) for name in one}))
        elif values:
            process.fields[field] = values[-1]
        elif field in _DEFAULTS and not _is_open(_DEFAULTS[field][0], sets, process):
            process.fields[field] = _DEFAULTS[field][1]
        # In some workflow, but not in another, it is something else.
        if field != "requests" and any(
            one.fields.get(field, process.fields.get(field)) != process.fields.get(field) for one in maybe
        ):
            process.fields.pop(field, None)


def _is_open(directive: str, sets: list[Node], process: Node) -> bool:
    """Whether some configuration may state a directive in a way that is not followed: a profile, a condition."""
    said = {name for one in sets for name in _said(one, "config-states")}
    return bool(said & {"*", directive}) or process.context != "source"


def _matches(pattern: str, name: str) -> bool:
    """Whether a selector means a name: alternatives, `.*` for anything, `!` for all others."""
    pattern = pattern.strip()
    if pattern.startswith("!"):
        return not _matches(pattern[1:], name)
    if len(pattern) > _LONGEST or len(name) > _LONGEST:
        return False
    for one in pattern.split("|"):
        part = one.strip().removeprefix(".*:")
        if part == name or part in (".*", "*"):
            return True
        if 0 < part.count(".*") < 3 and re.fullmatch(re.escape(part).replace(r"\.\*", r"[^\n]*"), name):
            return True
    return False
