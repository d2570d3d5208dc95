"""A Jenkinsfile to a CI workflow, a pipeline, and its stages; Groovy is read as blocks and calls, no more.

Source: https://www.jenkins.io/doc/book/pipeline/syntax/
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec
from msgspec import UNSET

from mlops_lint.extract.ci.jobs import Job, Step, subjects, workflow
from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.parse.groovy import Block, blocks, quoted
from mlops_lint.parse.text import Lines
from mlops_lint.subjects import Number, Text

_JENKINS = re.compile(r"^\s*(?:pipeline\s*\{|node\s*[({]|@Library)", re.MULTILINE)
_TRIGGERS = (("schedule", "cron("), ("push", "pollSCM("), ("push", "githubPush("))
_STAGE = re.compile(r"stage\s*\(\s*(?:name\s*:\s*)?(['\"])(?P<name>[^'\"\n]{1,200})\1")
_RETRY = re.compile(r"\bretry\s*\(\s*(?:count\s*:\s*)?(\d{1,4})")
_TIMEOUT = re.compile(
    r"\btimeout\s*\(\s*(?:time\s*:\s*)?(?P<time>\d{1,6})\s*(?:,\s*(?:unit\s*:\s*)?['\"]?(?P<unit>\w+))?"
    r"|\btimeout\s*\(\s*unit\s*:\s*['\"]?(?P<first>\w+)['\"]?\s*,\s*time\s*:\s*(?P<last>\d{1,6})"
)
_CRON = re.compile(r"\bcron\s*\(\s*(['\"]{1,3})(?P<cron>.{1,300}?)\1", re.DOTALL)
_UNITS = {"NANOSECONDS": 1e-9, "MILLISECONDS": 0.001, "SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86400}
_SHELL = re.compile(
    r"\b(?P<tool>sh|bat|powershell|pwsh)\s*\(?\s*(?:(?:returnStdout|returnStatus|label)\s*:[^,\n]*,\s*)*"
    r"(?:script\s*:\s*)?(?=['\"])"
)
_FOLDER = re.compile(r"dir\s*\(\s*['\"]([^'\"$]{1,200})['\"]")
_IMAGE = re.compile(r"\bimage\s*\(?\s*['\"]([^'\"$]{1,200})['\"]|\bdocker\s*\(?\s*['\"]([^'\"$]{1,200})['\"]")
_MOVED = re.compile(r"\bdocker(?:Image|\.image)?\b.*\.push\s*\(|\bwithRegistry\b|\b\w+\.push\s*\(")


class _Stage(msgspec.Struct, frozen=True):
    """A stage that holds no others, with those that end before it starts, and what stands around it."""

    name: str
    block: Block
    after: tuple[str, ...]
    around: tuple[Block, ...]


@texts("Jenkinsfile*", "*.jenkinsfile", "*.Jenkinsfile")
def jenkins(path: str, text: str) -> Iterator[Subject]:
    """Gives a Jenkins pipeline and its stages."""
    if not _JENKINS.search(text):
        return
    triggers = tuple(dict.fromkeys(name for name, word in _TRIGGERS if word in text))
    # A file in the repository is for projects that Jenkins runs on what is pushed, unless it is on a clock alone.
    on_change = UNSET if triggers == ("schedule",) else True
    cron = _CRON.search(text)
    # A schedule may be set in Jenkins itself.
    yield from workflow(path, "jenkins", triggers or UNSET, on_change, cron["cron"].strip() if cron else UNSET)
    top = blocks(text)
    lines = Lines(text)
    seen: dict[str, int] = {}
    stages, _ = _walk(top, (), (top,), seen)
    for stage in stages:
        yield from subjects(_job(path, text, stage, lines))


def _walk(
    holder: Block, before: tuple[str, ...], around: tuple[Block, ...], seen: dict[str, int]
) -> tuple[list[_Stage], tuple[str, ...]]:
    """Gives the stages below a block, and the names of those that end last; `seen` counts names, to tell them apart."""
    found: list[_Stage] = []
    parallel = re.match(r"parallel\b|matrix\b", holder.head) is not None
    ends: tuple[str, ...] = ()
    current = before
    for child in holder.children:
        named = _STAGE.match(child.head)
        inner, last = _walk(child, current, (*around, child), seen)
        if not inner and named is not None:
            seen[named["name"]] = seen.get(named["name"], 0) + 1
            count = seen[named["name"]]
            name = named["name"] if count == 1 else f"{named['name']} {count}"
            inner, last = [_Stage(name, child, current, around)], (name,)
        if not inner:
            continue
        found += inner
        if parallel:
            ends += last
        else:
            current = last
    return found, ends if parallel and ends else current


def _job(path: str, text: str, stage: _Stage, lines: Lines) -> Job:
    block = stage.block
    line, column = lines.place(block.start)
    # The folder of a Jenkinsfile that does not lie at the root is not that of its commands.
    steps = tuple(_steps(path, text, block, lines, "" if "/" not in path else None))
    if _MOVED.search(text, block.start, block.end) and "docker" in text[block.start : block.end]:
        steps = (*steps, Step("docker push", "", Location(path, line)))
    limits = [_limit(one.settings) for one in (block, *reversed(stage.around)) if one.settings]
    limit = next((one for one in limits if one is not None), None)
    tries = next((found for one in (block, *stage.around) if (found := _tries(one.settings)) is not None), 1)
    waits = any(child.head.startswith("input") for child in block.children) or "input(" in block.settings
    waits = waits or re.search(r"\binput\s+(?:message|id)?\b", block.settings) is not None
    return Job(
        framework="jenkins",
        path=path,
        key=stage.name,
        location=Location(path, line, column, line, column + len(block.head)),
        operator="stage",
        steps=steps,
        after=stage.after,
        timeout=limit,
        stated=limit,
        retryable=True,
        # `retry(3)` is three tries in all.
        retries=max(tries - 1, 0),
        image=_image(stage),
        approved=waits,
        manual=waits,
        ignores_failure="catchError" in text[block.start : block.end],
    )


@lru_cache(maxsize=64)
def _tries(settings: str) -> int | None:
    found = _RETRY.search(settings)
    return int(found[1]) if found is not None else None


@lru_cache(maxsize=64)
def _limit(settings: str) -> Number:
    found = _TIMEOUT.search(settings)
    if found is None:
        return None
    number, unit = found["time"] or found["last"], found["unit"] or found["first"] or "MINUTES"
    return int(number) * _UNITS.get(unit.upper(), 60)


def _image(stage: _Stage) -> Text:
    for one in (stage.block, *reversed(stage.around)):
        for child in one.children:
            if child.head.startswith("agent") and (found := _IMAGE.search(child.settings)):
                return found[1] or found[2]
    return UNSET


def _steps(path: str, text: str, block: Block, lines: Lines, folder: str | None) -> Iterator[Step]:
    """Gives the commands of a block in order, those of `dir('x')` with their folder."""
    at = block.start
    for child in (*block.children, None):
        end = child.start if child is not None else block.end
        for found in _SHELL.finditer(text, at, end):
            command, _ = quoted(text, found.end())
            # Commands of Windows are not read, only what they are for.
            place = folder if found["tool"] == "sh" else None
            line, column = lines.place(found.start())
            yield Step(command, place, Location(path, line, column, line, column + 2))
        if child is not None:
            entered = _FOLDER.match(child.head)
            inner = folder
            if child.head.startswith("dir"):
                inner = entered[1].strip("/") if entered and folder == "" and ".." not in entered[1] else None
            yield from _steps(path, text, child, lines, inner)
            at = child.end
