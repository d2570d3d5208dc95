"""The configuration of GitLab CI to a CI workflow, a pipeline, and its jobs.

Source: https://docs.gitlab.com/ci/yaml/
"""

import posixpath
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.ci.durations import seconds
from mlops_lint.extract.ci.jobs import Job, Step, floats, moving, subjects, workflow
from mlops_lint.extract.commands.purposes import Purposes, purposes, together
from mlops_lint.extract.registry import matches, trees
from mlops_lint.model import Link, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, plain, strings, text
from mlops_lint.subjects import Flag, Number, Text

_GLOBAL = frozenset(
    "spec default include stages variables workflow image services before_script after_script cache pages".split()
)
_INHERITED = ("image", "before_script", "after_script", "retry", "timeout")
_STAGES = ("build", "test", "deploy")
# Templates that extend templates: bounds a circle too.
_DEPTH = 10
_NESTED = 10


class _Pipeline(msgspec.Struct, frozen=True):
    """The file: its roots in one, and the jobs that run with their merged settings."""

    path: str
    roots: tuple[Mapping, ...]

    @property
    def is_part(self) -> bool:
        """Whether other files have a say in its jobs: those that it includes, or the one that includes it."""
        root = self.path.rpartition("/")[2] in (".gitlab-ci.yml", ".gitlab-ci.yaml")
        return not root or self.top("include") is not None

    def top(self, name: str) -> Node | None:
        """Gives a key of the file, the last where several documents have it."""
        return next((found for root in reversed(self.roots) if (found := root.get(name)) is not None), None)

    def settings(self, job: Mapping) -> dict[str, Node]:
        """Gives the keys of a job, those of what it extends below them, and the defaults below these."""
        found: dict[str, Node] = {}
        inherits = job.get("inherit", "default")
        wanted = _INHERITED if inherits is None or plain(inherits) is True else strings(inherits)
        default = self.top("default")
        for name in wanted:
            node = default.get(name) if isinstance(default, Mapping) else None
            node = node if node is not None else self.top(name)
            if node is not None:
                found[name] = node
        self.extend(found, job, _DEPTH)
        return found

    def extend(self, found: dict[str, Node], job: Mapping, depth: int) -> None:
        """Adds the keys of a job over those of what it extends."""
        for name in strings(job.get("extends")) if depth else ():
            template = self.top(name)
            if isinstance(template, Mapping):
                self.extend(found, template, depth - 1)
        # A merge key of YAML stands among the entries as what it brings.
        found.update({key.text: value for key, value in job.entries})

    def others(self, job: Mapping | None, settings: dict[str, Node], depth: int = _DEPTH) -> Iterator[str]:
        """Gives the templates of other files that a job takes settings from, the last of which counts most."""
        for name in strings(job.get("extends") if job is not None else settings.get("extends")):
            template = self.top(name)
            if template is None:
                yield name
            elif isinstance(template, Mapping) and depth:
                yield from self.others(template, settings, depth - 1)

    def quoted(self, node: Node | None, depth: int = _NESTED) -> Iterator[str]:
        """Gives the jobs of other files whose lines a script takes by `!reference`."""
        if isinstance(node, Sequence) and node.tag is not None and node.tag.endswith("reference"):
            names = strings(node)
            if names and self.top(names[0]) is None:
                yield names[0]
        elif isinstance(node, Sequence) and depth:
            for item in node.items:
                yield from self.quoted(item, depth - 1)

    def lines(self, node: Node | None, depth: int = _NESTED) -> Iterator[Scalar]:
        """Gives the lines of a script, those that it takes from other jobs by `!reference` included."""
        if isinstance(node, Sequence) and node.tag is not None and node.tag.endswith("reference"):
            names = strings(node)
            other = self.top(names[0]) if names else None
            if isinstance(other, Mapping) and depth:
                yield from self.lines(other.get(*names[1:]), depth - 1)
        elif isinstance(node, Sequence):
            for item in node.items if depth else ():
                yield from self.lines(item, depth - 1)
        elif isinstance(node, Scalar) and node.value is not None:
            yield node


_NAMES = (
    ".gitlab-ci.yml", ".gitlab-ci.yaml", "*.gitlab-ci.yml", "*.gitlab-ci.yaml", ".gitlab/ci/*.yml", ".gitlab/ci/*.yaml"
)  # fmt: skip


@trees(*_NAMES)
def gitlab(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the workflow of a GitLab project, and its jobs; where all jobs name their events, only these start it."""
    roots = _roots(documents)
    jobs = _jobs(roots)
    if jobs or any(root.get("include") is not None for root in roots):
        yield from _pipeline(path, roots, jobs)
    yield from _templates(_Pipeline(path, roots))


@trees("*.yml", "*.yaml", word=b"stage:")
def included(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the jobs of a file that a project includes: it has any name, and jobs that say their stage and script."""
    roots = _roots(documents)
    jobs = _jobs(roots)
    if not matches(path, _NAMES) and jobs and all(_is_job(job) for _, job in jobs):
        yield from _pipeline(path, roots, jobs)
        yield from _templates(_Pipeline(path, roots))


@trees("*.yml", "*.yaml", word=b"script:")
def shared(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the templates of a file that has nothing else, and any name: the linker asks for those that are used."""
    roots = _roots(documents)
    hidden = any(key.text.startswith(".") for root in roots for key, _ in root.entries)
    if hidden and not _jobs(roots) and not matches(path, _NAMES):
        yield from _templates(_Pipeline(path, roots))


def _templates(file: _Pipeline) -> Iterator[Subject]:
    """What the jobs of other files may take settings from; the linker takes it out again."""
    named = [
        (key, value)
        for root in file.roots if file.is_part
        for key, value in root.entries
        if isinstance(value, Mapping) and (key.text.startswith(".") or key.text == "default")
    ]  # fmt: skip
    for key, template in named:
        settings = {one.text: node for one, node in template.entries}
        file.extend(settings, template, _DEPTH)
        job = msgspec.structs.replace(_job(file, key, settings, ()), operator="template")
        for made in subjects(job):
            # It is no part of anything.
            yield msgspec.structs.replace(made, links=tuple(one for one in made.links if one.role != "part_of"))


def _roots(documents: tuple[Node, ...]) -> tuple[Mapping, ...]:
    return tuple(root for root in documents if isinstance(root, Mapping) and root.get("spec") is None)


def _jobs(roots: tuple[Mapping, ...]) -> list[tuple[Scalar, Mapping]]:
    return [
        (key, value)
        for root in roots
        for key, value in root.entries
        if key.text not in _GLOBAL and not key.text.startswith((".", "$")) and isinstance(value, Mapping)
    ]


def _is_job(job: Mapping) -> bool:
    does = any(isinstance(job.get(key), (Scalar, Sequence)) for key in ("script", "extends"))
    return isinstance(job.get("stage"), Scalar) and (does or job.get("trigger") is not None)


def _pipeline(path: str, roots: tuple[Mapping, ...], jobs: list[tuple[Scalar, Mapping]]) -> Iterator[Subject]:
    file = _Pipeline(path, roots)
    changes = not jobs or any(_on_change(job) for _, job in jobs)
    included = tuple(_files(file.top("include")))
    for made in workflow(path, "gitlab", UNSET, True if changes else UNSET):
        if made.kind == "pipeline" and included:
            # Which files a pattern means, only the tree tells.
            links = tuple(Link(*(("uses", f"ci-include:{name}") if "*" in name else ("needs", f"file:{name}")))
                          for name in included)  # fmt: skip
            yield msgspec.structs.replace(made, fields=made.fields | {"stages": tuple(_stages(file))}, links=links)
        else:
            yield made
    known = [(key, job, file.settings(job)) for key, job in jobs]
    places = {key.text: text(settings.get("stage")) or "test" for key, _, settings in known}
    actions = tuple(_includes(file.top("include")))
    for key, _, settings in known:
        others = {name: stage for name, stage in places.items() if name != key.text}
        one = _job(file, key, settings, _after(settings, places[key.text], others, _stages(file)))
        # What a file includes is of the file: its first job stands for it.
        first = key is known[0][0]
        included = tuple(name for name, _ in actions)
        yield from subjects(msgspec.structs.replace(one, actions=included, unpinned=moving(actions)) if first else one)


def _job(file: _Pipeline, key: Scalar, settings: dict[str, Node], after: tuple[str, ...]) -> Job:
    path = file.path
    # Commands run in the root of the project, wherever the file lies that is included.
    folder = "" if "/" not in path or path.startswith(".gitlab/") else None
    lines = [line for name in ("before_script", "script") for line in file.lines(settings.get(name))]
    place = locate(path, lines[0]) if lines else locate(path, key)
    steps = [Step("\n".join(line.text for line in lines), folder, place)] if lines else []
    afterwards = list(file.lines(settings.get("after_script")))
    if afterwards:
        steps.append(Step("\n".join(line.text for line in afterwards), folder, locate(path, afterwards[0])))
    environment = settings.get("environment")
    name = text(environment.get("name") if isinstance(environment, Mapping) else environment)
    manual = _manual(settings)
    limit = _timeout(settings.get("timeout"))
    job = file.top(key.text)
    quoted = tuple(file.quoted(settings.get("script")))
    others = (*file.others(job if isinstance(job, Mapping) else None, settings), *quoted)
    # Its template may say which.
    default = UNSET if others or key.text.startswith(".") else "test"
    unseen = bool(others) and (settings.get("script") is None or bool(quoted))
    own = (Link("uses", "ci-script:own"),) if others and not unseen else ()
    retries = _retries(settings.get("retry"))
    return Job(
        framework="gitlab",
        path=path,
        key=key.text,
        location=locate(path, key),
        # What a template does that stands in another file is not seen here.
        purposes=together(purposes(one.run for one in steps), Purposes(opaque=True)) if unseen else None,
        operator="trigger" if settings.get("trigger") is not None else "job",
        steps=tuple(steps),
        after=after,
        stage=UNSET if isinstance(settings.get("needs"), Sequence) else text(settings.get("stage")) or default,
        timeout=limit,
        # A project limits its jobs to an hour, unless its settings, which are not here, say otherwise.
        stated=limit,
        retryable=True,
        # What it does not say itself may be said in another file.
        retries=UNSET if file.is_part and settings.get("retry") is None else retries,
        image=_image(settings.get("image")),
        environment=UNSET if name is not None and "$" in name else name,
        approved=manual,
        manual=manual,
        ignores_failure=_flag(settings.get("allow_failure")),
        links=(*_triggered(path, settings.get("trigger")), *_elsewhere(settings, others), *own),
    )


def _on_change(job: Mapping) -> bool:
    """Whether nothing keeps a GitLab job from pushes and merge requests."""
    events = {"tags", "schedules", "web", "triggers", "api", "pipelines", "chat"}
    only = strings(job.get("only"))
    if only and set(only) <= events:
        return False
    return text(job.get("when")) != "manual"


def _stages(file: _Pipeline) -> list[str]:
    return [".pre", *(strings(file.top("stages")) or _STAGES), ".post"]


def _after(settings: dict[str, Node], stage: str, others: dict[str, str], stages: list[str]) -> tuple[str, ...]:
    """What a job waits for: what it needs, or all jobs of the nearest stage before its own that has any."""
    needs = settings.get("needs")
    if isinstance(needs, Sequence):
        names = [text(one.get("job")) if isinstance(one, Mapping) else text(one) for one in needs.items]
        return tuple(dict.fromkeys(name for name in names if name in others))
    before = stages[: stages.index(stage)] if stage in stages else []
    for earlier in reversed(before):
        found = tuple(name for name, where in others.items() if where == earlier)
        if found:
            return found
    return ()


def _retries(node: Node | None) -> Number:
    # `retry: {when: always}` without `max` is no retry.
    value = plain(node.get("max") if isinstance(node, Mapping) else node)
    if value is None:
        return 0
    return value if isinstance(value, int) and not isinstance(value, bool) else UNSET


def _timeout(node: Node | None) -> Number:
    written = text(node)
    found = seconds(written) if written is not None else None
    return UNSET if found is None else found


def _image(node: Node | None) -> Text:
    name = text(node.get("name") if isinstance(node, Mapping) else node)
    # The runner decides where no image is named.
    return UNSET if name is None or "$" in name else name


def _flag(node: Node | None) -> Flag:
    value = plain(node)
    return False if value is None else value if isinstance(value, bool) else UNSET


def _manual(settings: dict[str, Node]) -> Flag:
    rules = settings.get("rules")
    items = rules.items if isinstance(rules, Sequence) else ()
    asked = [text(rule.get("when")) == "manual" for rule in items if isinstance(rule, Mapping)]
    if text(settings.get("when")) == "manual" or (asked and all(asked)):
        return True
    return UNSET if any(asked) else False


def _triggered(path: str, node: Node | None) -> Iterator[Link]:
    include = node.get("include") if isinstance(node, Mapping) else None
    for item in include.items if isinstance(include, Sequence) else (include,):
        local = text(item.get("local") if isinstance(item, Mapping) else item)
        if item is not None and local is not None and "$" not in local:
            file = posixpath.normpath(local.lstrip("/"))
            yield Link("triggers", f"pipeline:{file}", locate(path, item))


def _elsewhere(settings: dict[str, Node], others: tuple[str, ...]) -> Iterator[Link]:
    """What the linker needs to put the files of one pipeline together."""
    yield from (Link("uses", f"ci-template:{name}") for name in others)
    if settings.get("inherit") is not None:
        yield Link("uses", "ci-inherit:some")
    needs = settings.get("needs")
    if isinstance(needs, Sequence):
        names = [text(one.get("job")) if isinstance(one, Mapping) else text(one) for one in needs.items]
        yield from (Link("uses", f"ci-job:{name}") for name in ("", *names) if name is not None)


def _files(node: Node | None) -> Iterator[str]:
    """Gives the files of this project that are included, under their own names or by a pattern."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        local = text(item.get("local") if isinstance(item, Mapping) else item)
        if local is not None and "$" not in local and "://" not in local:
            path = posixpath.normpath(local.lstrip("/"))
            if not path.startswith(".."):
                yield path


def _includes(node: Node | None) -> Iterator[tuple[str, bool | None]]:
    """Gives what is included from other projects, and whether it may change under its name."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and text(item) is not None and item.text.startswith("http"):
            yield item.text, True
        elif isinstance(item, Mapping):
            project, remote, component = (text(item.get(key)) for key in ("project", "remote", "component"))
            if project is not None:
                ref = text(item.get("ref"))
                yield f"{project}@{ref}" if ref else project, floats(ref)
            elif remote is not None:
                yield remote, floats(remote) if item.get("integrity") is None else False
            elif component is not None:
                yield component, floats(component.partition("@")[2] or None)
