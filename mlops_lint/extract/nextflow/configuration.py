"""Configuration of Nextflow to the settings that it gives processes: all, those of a label, those of a name.

Each set of settings is a task that is only stated; the linker gives them to the processes and takes it out.
What stands in a profile holds only where somebody asks for the profile.
Source: https://www.nextflow.io/docs/latest/config.html#process-configuration
"""

import posixpath
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.nextflow.directives import Directives, directives
from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.groovy import Block, blocks
from mlops_lint.parse.image import reference
from mlops_lint.parse.text import Lines
from mlops_lint.subjects import Task, subject

_SELECTOR = re.compile(r"with(Name|Label)\s*:\s*(['\"]?)([^'\"{}\n]{1,300})\2\s*$")
_DOTTED = re.compile(r"^[ \t]*process\.(\w+[ \t]*=[^\n]*)$", re.MULTILINE)
_INCLUDED = re.compile(r"\bincludeConfig\b[ \t]*(?:['\"]([^'\"\n$]{1,300})['\"])?")
# Of these the defaults are known, where nothing in any configuration says otherwise.
_DEFAULTED = ("errorStrategy", "time")


@texts("*.config", words=("process", "includeConfig"))
def configuration(path: str, text: str) -> Iterator[Subject]:
    """Gives each set of settings of processes that a configuration states outside of profiles."""
    if not path.endswith("nextflow.config") and "process" not in text:
        return
    top = blocks(text)
    lines = Lines(text)
    profiles = [one for one in top.children if one.head == "profiles"]
    plain = _without(text, 0, len(text), profiles)
    # What a condition or a profile puts in cannot be known.
    sure = [one[1] for one in _INCLUDED.finditer(plain) if one[1]]
    includes = tuple(f"config-file:{posixpath.normpath(posixpath.join(posixpath.dirname(path), one))}" for one in sure)
    marks = [f"config-states:{name}" for name in _DEFAULTED if re.search(rf"\b{name}\s*=", text)]
    if len(sure) < len(_INCLUDED.findall(text)):
        marks.append("config-states:*")
    links = tuple(Link("uses", one) for one in (*includes, *marks))
    if path.endswith("nextflow.config"):
        yield _set(path, "", "\n".join(_DOTTED.findall(plain)), Location(path), links)
    elif links:
        yield _set(path, "", "", Location(path), links)
    for block in (one for one in top.children if one.head == "process"):
        selected = [one for one in block.children if _SELECTOR.match(one.head)]
        place = Location(path, *lines.place(block.start))
        yield _set(path, f"#{block.start}", _inner(_without(text, block.start, block.end, selected)), place, ())
        for one in selected:
            yield _selected(path, one, text, lines)


def _selected(path: str, block: Block, text: str, lines: Lines) -> Subject:
    found = _SELECTOR.match(block.head)
    kind, name = (found[1].lower(), found[3].strip()) if found is not None else ("", "")
    body = _inner(text[block.start : block.end])
    link = Link("uses", f"config-{kind}:{name}")
    made = _set(path, f"#{block.start}", body, Location(path, *lines.place(block.start)), (link,))
    return msgspec.structs.replace(made, name=block.head)


def _without(text: str, start: int, end: int, inner: list[Block]) -> str:
    parts, at = [], start
    for one in inner:
        parts.append(text[at : one.start])
        at = max(at, one.end)
    return "".join((*parts, text[at:end]))


def _inner(written: str) -> str:
    """What stands between the braces of a block."""
    return written.partition("{")[2].rstrip().removesuffix("}")


def _set(path: str, at: str, body: str, place: Location, links: tuple[Link, ...]) -> Subject:
    record = _task(directives(body))
    return subject(record, place, "process", symbol=f"process-settings:{path}{at}", links=links)


def _task(found: Directives) -> Task:
    return Task(
        framework="nextflow",
        operator="configuration",
        retries=found.retries,
        timeout=found.timeout,
        image=found.image,
        image_pinned=reference(found.image).pinned if isinstance(found.image, str) else UNSET,
        ignores_failure=found.ignores_failure,
        requests=found.requests or UNSET,
    )
