"""Scripts of Nextflow (DSL2) to pipelines, one a workflow, and the calls in them to tasks.

What a call does stands where the process is defined, often in another file: there is a task that is only defined, and
the two are put together when the graph is linked.
Source: https://www.nextflow.io/docs/latest/process.html and .../workflow.html
"""

import posixpath
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.nextflow.calls import Call, calls
from mlops_lint.extract.nextflow.directives import Directives, directives
from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.groovy import Block, blocks
from mlops_lint.parse.image import reference
from mlops_lint.parse.text import Lines
from mlops_lint.subjects import Pipeline, Task, subject

_PROCESS = re.compile(r"process\s+(\w+)\s*$")
_WORKFLOW = re.compile(r"workflow(?:\s+(\w+))?\s*$")
_INCLUDE = re.compile(r"\binclude\s*\{([^{}]{1,2000})\}\s*from\s*['\"]([^'\"\n$]{1,300})['\"]")
_INCLUDED = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_SCRIPT = re.compile(r"\b(?:script|shell)\s*:|(?=\"\"\"|''')")
_COMMAND = 4000
# Folders that Nextflow knows by name; what is taken from another is filled in.
_ROOT = re.compile(r"\$\{?(?:projectDir|baseDir|workflow\.projectDir)\}?/")


@texts("*.nf")
def nextflow(path: str, text: str) -> Iterator[Subject]:
    """Gives the workflows of a file as pipelines, the calls in them as tasks, and the processes as definitions."""
    if "process" not in text and "workflow" not in text:
        return
    top = blocks(text)
    lines = Lines(text)
    processes = {found[1]: one for one in top.children if (found := _PROCESS.match(one.head)) is not None}
    flows = {found[1]: one for one in top.children if (found := _WORKFLOW.match(one.head)) is not None}
    targets = dict(_included(path, text))
    targets |= {name: (f"task:{path}#{name}",) for name in processes}
    targets |= {name: (f"pipeline:{path}#{name}",) for name in flows if name is not None}
    for name, block in processes.items():
        yield _process(path, name, block, text, lines)
    for flow, block in flows.items():
        yield _pipeline(path, flow, block, lines)
        for call in calls(block, text, frozenset(targets)):
            yield _call(path, flow, call, targets[call.name], lines)


def _included(path: str, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names that a file takes from others, with the tasks or pipelines that they may be."""
    for found in _INCLUDE.finditer(text):
        if not found[2].startswith("."):
            continue
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), found[2]))
        # A folder stands for the `main.nf` in it.
        files = (file,) if file.endswith(".nf") else (f"{file}.nf", f"{file}/main.nf")
        for name in _INCLUDED.finditer(found[1]):
            yield (
                name[2] or name[1],
                tuple(f"{kind}:{one}#{name[1]}" for one in files for kind in ("task", "pipeline")),
            )


def _pipeline(path: str, name: str | None, block: Block, lines: Lines) -> Subject:
    record = Pipeline(
        framework="nextflow",
        # Whoever starts `nextflow run`, or a platform, decides when.
        schedule=None,
        managed=True,
        triggers=() if name is None else ("call",),
        schedulable=False,
        ownable=False,
        parsed=False,
        compiled=False,
    )
    line, column = lines.place(block.start)
    place = Location(path, line, column, line, column + len(block.head))
    symbol = f"pipeline:{path}" if name is None else f"pipeline:{path}#{name}"
    return subject(record, place, name or path, symbol=symbol)


def _call(path: str, flow: str | None, call: Call, targets: tuple[str, ...], lines: Lines) -> Subject:
    line, column = lines.place(call.start)
    place = Location(path, line, column, line, column + len(call.name))
    prefix = f"task:{path}#{flow}." if flow is not None else f"task:{path}#."
    links = [Link("part_of", f"pipeline:{path}" if flow is None else f"pipeline:{path}#{flow}", place)]
    links += [Link("starts", target, place) for target in targets]
    links += [Link("depends_on", f"{prefix}{before}", place) for before in call.after]
    record = Task(framework="nextflow", defined=False)
    return subject(record, place, call.key, symbol=f"{prefix}{call.key}", links=tuple(links))


def _process(path: str, name: str, block: Block, text: str, lines: Lines) -> Subject:
    line, column = lines.place(block.start)
    place = Location(path, line, column, line, column + len(block.head))
    body = text[block.start : block.end]
    found = directives(body)
    begin = _SCRIPT.search(body)
    script = body[begin.end() :].partition("stub:")[0] if begin is not None else ""
    record = _task(found, script)
    labels = (Link("uses", f"label:{one}") for one in found.labels)
    links = tuple(dict.fromkeys((*_code(script, place), *labels)))
    return subject(record, place, name, symbol=f"task:{path}#{name}", links=links)


def _task(found: Directives, script: str) -> Task:
    return Task(
        framework="nextflow",
        operator="process",
        remote=True,
        # What a process does not state may be that of `nextflow.config`, or of a profile.
        retryable=True,
        retries=found.retries,
        timed=True,
        timeout=found.timeout,
        image=found.image,
        image_pinned=reference(found.image).pinned if isinstance(found.image, str) else UNSET,
        command=script.strip()[:_COMMAND] or None,
        ignores_failure=found.ignores_failure,
        cached=found.cached,
        manual=False,
        sized=True,
        requests=found.requests or UNSET,
        called=False,
    )


def _code(script: str, place: Location) -> Iterator[Link]:
    written = _ROOT.sub("", script.replace('"""', "\n").replace("'''", "\n"))
    for link in code_links(written, None):
        if link.role == "runs":
            file = link.symbol.removeprefix("path:")
            # Programs in the folder `bin` are found by their bare name.
            yield Link("runs", f"path:{file}" if "/" in file else f"path:bin/{file}", place, link.words)
        else:
            yield Link(link.role, link.symbol, place, link.words)
