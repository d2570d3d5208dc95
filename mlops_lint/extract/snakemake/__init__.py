"""Workflows of Snakemake to a pipeline, and their rules to its tasks.

Source: https://snakemake.readthedocs.io/en/stable/snakefiles/rules.html and, for what a rule has by default,
https://snakemake.readthedocs.io/en/stable/executing/cli.html
"""

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec import UNSET

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.registry import texts
from mlops_lint.extract.snakemake.rules import Rule, Section, Workflow, workflow
from mlops_lint.extract.snakemake.values import Names, Values, functions, names, values
from mlops_lint.model import Link, Location, Subject
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Constant, Number, Pipeline, Task, Text, Texts, subject

_ACTIONS = ("shell", "run", "script", "notebook", "wrapper", "cwl", "template_engine")
_COMMAND = 4000
_RULES = re.compile(r"(?:^|/)(?:rules|modules|smk|snakefiles|subworkflows)(?:/|$)")
_WILD = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
# What a command is given stands in braces; doubled ones are those of the shell.
_GIVEN = re.compile(r"\{\{|\}\}|\{[^{}\n]*\}")
_MINUTES = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)")
_UNITS = {"s": 1, "m": 60, "": 60, "h": 3600, "d": 86400, "w": 604800}
_RESOURCES = {
    "mem": "memory", "mem_mb": "memory", "mem_mib": "memory", "mem_gb": "memory", "gpu": "gpu", "gpus": "gpu",
    "nvidia_gpu": "gpu", "cpus_per_task": "cpu", "tasks": "cpu", "disk_mb": "disk",
}  # fmt: skip


@texts("Snakefile", "Snakefile.*", "snakefile", "*.smk", "*.snakefile")
def snakemake(path: str, text: str) -> Iterator[Subject]:
    """Gives the pipeline of a Snakefile, and its rules; those of an included file are of the workflow above it."""
    found = workflow(text)
    owner = _owner(path, found)
    for name, paths in functions(found.code).items():
        stated = Constant(value=tuple(dict.fromkeys(_WILD.sub("*", one) for one in paths)))
        yield subject(stated, Location(path), name, symbol=f"constant:{owner}#{name}")
    if not found.rules:
        return
    if owner == path:
        record = Pipeline(
            framework="snakemake",
            # Whoever starts `snakemake` decides when; nothing of that can stand in its own files.
            schedule=None,
            managed=True,
            triggers=(),
            schedulable=False,
            ownable=False,
            parsed=False,
            compiled=False,
        )
        line = found.rules[0].line
        yield subject(record, Location(path, line), path, symbol=f"pipeline:{path}")
    known = names(found.code)
    for rule in found.rules:
        yield _task(path, owner, rule, found, known)


def _owner(path: str, found: Workflow) -> str:
    """The Snakefile that a file is of: files of rules lie in a folder of that name below it, by convention."""
    above = _RULES.split(posixpath.dirname(path), maxsplit=1)
    if not path.endswith(".smk") or len(above) == 1 or any(rule.name == "all" for rule in found.rules):
        return path
    return posixpath.join(above[0], "Snakefile")


def _task(path: str, owner: str, rule: Rule, found: Workflow, known: Names) -> Subject:
    sections = {name: values(section.text, known) for name, section in rule.sections.items() if name in _READ}
    takes, gives = _patterns(sections.get("input")), _patterns(sections.get("output"))
    complete = all(sections[name].complete for name in ("input", "output") if name in sections)
    plain = complete and not any("*" in one or "<" in one for one in (*takes, *gives))
    does = [name for name in _ACTIONS if name in rule.sections]
    command = _command(rule)
    stated = rule.sections.get("container") or rule.sections.get("singularity") or found.container
    # A rule that only names what is wanted runs nowhere.
    image = _image(stated if does else None, known)
    record = Task(
        framework="snakemake",
        operator=does[0] if does else "target",
        remote=bool(does),
        # Retries and limits may also be those of a profile, or of whoever starts the workflow.
        retryable=True,
        retries=_number(sections.get("retries")),
        timed=True,
        timeout=_runtime(sections.get("resources")),
        image=image,
        image_pinned=reference(image).pinned if isinstance(image, str) else None if image is None else UNSET,
        command=command[:_COMMAND] if command else None,
        folder="" if owner in ("Snakefile", "workflow/Snakefile") and not found.moves else UNSET,
        # Where some of its paths are computed, nobody can say that it leaves one out.
        lineage=True if plain else UNSET,
        cached=True,
        ignores_failure=False,
        manual=False,
        sized=True,
        requests=_requests(sections),
        takes=(*takes, *_functions(owner, sections)),
        # What a rule logs others may take too.
        gives=(*gives, *(pattern for name in ("log", "benchmark") for pattern in _patterns(sections.get(name)))),
    )
    at = Location(path, rule.line)
    links = dict.fromkeys([
        Link("part_of", f"pipeline:{owner}", at),
        *(Link("depends_on", f"task:{owner}#{name}", at) for name in _named(sections)),
        *_data(path, "reads", takes, at),
        *_data(path, "writes", gives, at),
        *_code(path, owner, rule, known, moves=found.moves),
    ])  # fmt: skip
    return subject(record, at, rule.name, symbol=f"task:{owner}#{rule.name}", links=tuple(links))


_READ = frozenset({"input", "output", "retries", "resources", "threads", "script", "notebook", "log", "benchmark"})


def _patterns(found: Values | None) -> tuple[str, ...]:
    """The paths of a section; `*` stands for what the wildcards of a rule are filled in with."""
    return tuple(dict.fromkeys(_WILD.sub("*", one) for one in found.texts)) if found is not None else ()


def _functions(owner: str, sections: dict[str, Values]) -> tuple[str, ...]:
    """The functions that compute what a rule takes, and the rules whose inputs it takes: the workflow knows more."""
    found = sections.get("input")
    called = [f"@constant:{owner}#{name}" for name in found.functions] if found is not None else []
    same = [f"@task:{owner}#{name}" for name in found.inputs] if found is not None else []
    return tuple(dict.fromkeys((*called, *same)))


def _named(sections: dict[str, Values]) -> Iterator[str]:
    if "input" in sections:
        yield from sections["input"].rules


def _data(path: str, role: str, patterns: tuple[str, ...], at: Location) -> Iterator[Link]:
    """Gives links for paths that are known as a whole: they are from the folder that the workflow is run in."""
    inside = posixpath.dirname(path).partition("/")[0] in ("", "workflow", "rules")
    for one in patterns:
        if "*" not in one and "<" not in one and one:
            scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", one)
            yield Link(role, f"dataset:{one}" if scheme or inside else f"path:{one}", at)


def _command(rule: Rule) -> str:
    section = rule.sections.get("shell")
    if section is None:
        return ""
    found = values(section.text, Names())
    return "".join(found.texts)


def _code(path: str, owner: str, rule: Rule, known: Names, *, moves: bool) -> Iterator[Link]:
    for name in ("script", "notebook"):
        section = rule.sections.get(name)
        # Scripts are found from the file of the rule.
        for one in values(section.text, known).texts if section is not None else ():
            if not _WILD.search(one) and "<" not in one and "://" not in one:
                file = posixpath.normpath(posixpath.join(posixpath.dirname(path), one))
                if not file.startswith(".."):
                    yield Link("runs", f"file:{file}", Location(path, section.line if section else rule.line))
    shell = rule.sections.get("shell")
    if shell is not None:
        folder = "" if owner in ("Snakefile", "workflow/Snakefile") and not moves else None
        at = Location(path, shell.line)
        inputs = rule.sections.get("input")
        given = values(inputs.text, known).by_name if inputs is not None else {}
        written = _GIVEN.sub(lambda found: _shell(found, given), _command(rule))
        for link in code_links(written, folder):
            # A bare name is a program of the environment as often as a script that lies here.
            symbol = link.symbol.replace("file:", "path:", 1) if link.role == "runs" else link.symbol
            yield Link(link.role, symbol, at, link.words)
    run = rule.sections.get("run")
    if run is not None:
        yield from (Link("runs", f"path:{name}", Location(path, run.line)) for name in _sources(run))


def _shell(found: re.Match[str], inputs: Mapping[str, str]) -> str:
    """What a brace is filled in with: a script may be among the inputs of its rule."""
    name = found.group().removeprefix("{input.").removesuffix("}")
    script = inputs.get(name, "") if found.group().startswith("{input.") else ""
    if script.endswith((".py", ".R", ".sh", ".jl")) and not _WILD.search(script) and "<" not in script:
        return script
    return {"{{": "{", "}}": "}"}.get(found.group(), "$given")


def _sources(section: Section) -> Iterator[str]:
    """The scripts that `shell()` starts in a block of Python."""
    for text in re.findall(r"shell\(\s*f?[\"']{1,3}(.{0,500}?)[\"']", section.text, re.DOTALL)[:20]:
        for link in code_links(_GIVEN.sub(lambda found: _shell(found, {}), text), None):
            if link.role == "runs":
                yield link.symbol.partition(":")[2]


def _number(found: Values | None) -> Number:
    # A bare number stands for itself; anything else is computed.
    if found is None or len(found.plain) != 1:
        return UNSET
    value = found.plain[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else UNSET


def _runtime(resources: Values | None) -> Number:
    """Minutes, or a text as `2h`, in seconds."""
    node = resources.named.get("runtime") if resources is not None else None
    if not isinstance(node, ast.Constant):
        return UNSET
    found = _MINUTES.fullmatch(str(node.value).strip())
    return UNSET if found is None else float(found[1]) * _UNITS[found[2]]


def _requests(sections: dict[str, Values]) -> Texts:
    resources = sections.get("resources")
    found = {_RESOURCES[name] for name in resources.named if name in _RESOURCES} if resources is not None else set()
    if "threads" in sections:
        found.add("cpu")
    # A profile may ask for more.
    return tuple(sorted(found)) or UNSET


def _image(section: Section | None, known: Names) -> Text:
    if section is None:
        return None
    found = values(section.text, known)
    if section.text.strip() == "None":
        return None
    if len(found.texts) != 1 or _WILD.search(found.texts[0]) or "<" in found.texts[0]:
        return UNSET
    return found.texts[0].removeprefix("docker://")
