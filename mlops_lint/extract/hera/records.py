"""Workflows and tasks of Hera to subjects with the settings that take effect.

Source: hera 7.1 (hera/workflows/_mixins.py, retry_strategy.py, resources.py); what Argo does with them says
https://argo-workflows.readthedocs.io/en/latest/fields/.
"""

from collections.abc import Iterator

from msgspec import UNSET, structs

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.hera.order import Leaf, laid_out
from mlops_lint.extract.hera.things import Call, Record, Template, Workflow
from mlops_lint.extract.manifests import is_filled, notifies, packages_of
from mlops_lint.extract.python.following.things import Items, Mapping, held
from mlops_lint.extract.python.module import Module
from mlops_lint.model import Link, Ref, Subject
from mlops_lint.parse.duration import seconds
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Flag, Number, Pipeline, Task, Text, Texts, subject

# Without a limit a strategy has no end.
UNLIMITED = 2_147_483_647
STATED = ("retries", "retry_delay", "backoff", "timeout", "image", "image_pinned")
_CONTAINERS = frozenset({"Container", "Script", "ContainerSet"})
_RESOURCES = {"cpu": "cpu", "memory": "memory", "gpus": "gpu", "custom_resources": "gpu"}


class File:
    """What the whole file says of its workflows."""

    def __init__(self, module: Module) -> None:
        self.module = module
        # Such settings may stand anywhere in the project, but mostly where the workflows are.
        self.defaults = "set_class_defaults" in module.source or "register_pre_build_hook" in module.source
        self.image = "global_config" in module.source


def pipeline(file: File, workflow: Workflow, unique: str) -> Iterator[Subject]:
    """Gives a workflow, followed by its tasks."""
    module = file.module
    leaves = laid_out(workflow)
    references = held(workflow.settings.get("workflow_template_ref"))
    template = next((one for one in references if isinstance(one, Record)), None)
    named = template.settings.get("name") if template is not None else None
    if not leaves and template is None:
        return
    schedule = _schedule(workflow)
    alerts = _alerts(workflow, leaves)
    record = Pipeline(
        framework="hera",
        schedule=schedule,
        triggers=("schedule",) if isinstance(schedule, str) else () if schedule is None else UNSET,
        owner=_owner(workflow),
        managed=True,
        schedulable=workflow.kind == "CronWorkflow",
        alerts=alerts,
        alertable=True,
        ownable=True,
        compiled=False,
    )
    symbol = f"pipeline:{module.path}#{unique}"
    links = (Link("triggers", f"pipeline-id:{named}"),) if isinstance(named, str) else ()
    yield subject(record, module.locate(workflow.node), workflow.name or unique, symbol=symbol, links=links)
    for leaf in leaves:
        order = (Link("depends_on", f"task:{module.path}#{unique}.{before}") for before in leaf.upstream)
        every = dict.fromkeys((Link("part_of", symbol), *order, *_code(leaf)))
        node = leaf.call.node if leaf.call is not None else leaf.template.node if leaf.template else workflow.node
        task = _task(file, leaf, workflow, UNSET if leaf.last else alerts)
        name = f"task:{module.path}#{unique}.{leaf.name}"
        yield subject(task, module.locate(node), leaf.name, symbol=name, links=tuple(every))


def _schedule(workflow: Workflow) -> Text:
    """Gives when a workflow runs; None where it is suspended, or only run by hand."""
    if workflow.kind != "CronWorkflow":
        return None if workflow.kind == "Workflow" else UNSET
    if workflow.settings.get("cron_suspend") is True:
        return None
    found = workflow.settings.get("schedules") or workflow.settings.get("schedule")
    if isinstance(found, Items):
        texts = [one for one in found.items if isinstance(one, str)]
        return ", ".join(texts) if texts and len(texts) == len(found.items) else UNSET
    return found if isinstance(found, (str, Ref)) else UNSET


def _owner(workflow: Workflow) -> Text:
    complete = workflow.settings.complete
    for where in ("labels", "annotations"):
        given = workflow.settings.get(where)
        if isinstance(given, Mapping):
            for key, value in given.entries.items():
                if key.rpartition("/")[2].lower() in ("owner", "team", "maintainer", "contact", "squad"):
                    return value if isinstance(value, str) else UNSET
            complete = complete and given.complete
        elif given is not None:
            complete = False
    return None if complete else UNSET


def _alerts(workflow: Workflow, leaves: list[Leaf]) -> Flag:
    handler = workflow.settings.get("on_exit")
    last = [leaf for leaf in leaves if leaf.last]
    if handler is None and workflow.settings.get("hooks") is None:
        return False
    return True if any(_tells(leaf) for leaf in last) or (isinstance(handler, str) and notifies(handler)) else UNSET


def _tells(leaf: Leaf) -> bool:
    settings = leaf.template.settings.entries if leaf.template is not None else {}
    words = [leaf.name, leaf.template.name if leaf.template else "", *(_command(leaf.template) or "",)]
    return notifies(" ".join([*words, *(one for one in settings.values() if isinstance(one, str))]))


def _code(leaf: Leaf) -> tuple[Link, ...]:
    template = leaf.template
    if template is None:
        return ()
    command = _command(template)
    return (*template.links, *(code_links(command, None) if command is not None else ()))


def _task(file: File, leaf: Leaf, workflow: Workflow, alerts: Flag) -> Task:
    template = leaf.template
    if template is None or template.sort == "imported":
        return _elsewhere(leaf, alerts)
    settings = _Effective(file, template, workflow, leaf.around)
    works = template.sort != "Suspend"
    container = template.sort in _CONTAINERS
    image = settings.image() if container else None
    command = _command(template)
    packages, pinned = packages_of(command) if template.sort == "Container" else (UNSET, UNSET)
    return Task(
        framework="hera",
        operator=template.sort.lower(),
        remote=works,
        retryable=works,
        retries=settings.retries(),
        retry_delay=settings.retry_delay(),
        backoff=settings.backoff(),
        timed=works,
        timeout=settings.timeout(),
        image=image,
        image_pinned=None if image is None else reference(image).pinned if isinstance(image, str) else UNSET,
        command=command,
        lineage=False,
        cached=settings.flag("memoize"),
        alerts=alerts,
        ignores_failure=_goes_on(leaf.call),
        parameters=_parameters(leaf.call),
        sized=container,
        requests=settings.resources("request") if container else (),
        limits=settings.resources("limit") if container else (),
        packages=packages,
        packages_pinned=pinned,
        manual=not works and template.settings.get("duration") is None,
    )


def _elsewhere(leaf: Leaf, alerts: Flag) -> Task:
    """A task whose template another file makes, which states what it can."""
    record = Task(
        framework="hera", remote=True, retryable=True, timed=True, lineage=False, alerts=alerts,
        ignores_failure=_goes_on(leaf.call), parameters=_parameters(leaf.call), sized=True,
    )  # fmt: skip
    symbol = f"config:argo/{leaf.elsewhere}" if leaf.elsewhere else ""
    if leaf.template is not None and leaf.template.links:
        symbol = f"constant:{leaf.template.links[0].symbol.partition(':')[2]}"
    return structs.replace(record, **{field: Ref(f"{symbol}.{field}") for field in STATED}) if symbol else record


def stated(file: File, template: Template) -> Task:
    """Gives what files that use a function of this one as a template are told of it."""
    empty = Workflow("WorkflowTemplate", Mapping(), template.node, file.module.scopes.module)
    return _task(file, Leaf(template.name, None, template, "", {}), empty, UNSET)


class _Effective:
    """The settings of a template: its own, those around it, those of the workflow."""

    def __init__(self, file: File, template: Template, workflow: Workflow, around: tuple[Template, ...]) -> None:
        self._file = file
        self._template = template
        self._workflow = workflow
        self._around = around

    def first(self, name: str, *, whole: bool = False) -> object:
        """Gives a setting; UNSET = cannot be known, None = not given. With `whole` those around it count too."""
        defaults = self._workflow.settings.get("template_defaults")
        sources = [self._template.settings]
        sources += [one.settings for one in held(defaults) if isinstance(one, Record)]
        sources += [self._workflow.settings, *(one.settings for one in self._around)] if whole else []
        for source in sources:
            if source.entries.get(name) is not None:
                return source.entries[name]
        complete = all(source.complete for source in sources) and not self._file.defaults
        return None if complete else UNSET

    def flag(self, name: str) -> Flag:
        """Says whether a setting is given."""
        found = self.first(name)
        return UNSET if found is UNSET else found is not None

    def _strategy(self) -> object:
        found = self.first("retry_strategy", whole=True)
        if found is None or found is UNSET:
            return found
        return next((one.settings for one in held(found) if isinstance(one, Record)), UNSET)

    def retries(self) -> Number:
        """Gives how often it is tried again."""
        strategy = self._strategy()
        if not isinstance(strategy, Mapping):
            return 0 if strategy is None else UNSET
        limit = _plain(strategy.get("limit"))
        if limit is None:
            return UNLIMITED if strategy.complete and strategy.get("limit") is None else UNSET
        return int(limit)

    def retry_delay(self) -> Number:
        """Gives the seconds before it is tried again."""
        strategy = self._strategy()
        if not isinstance(strategy, Mapping):
            return UNSET
        backoff = strategy.get("backoff")
        if backoff is None:
            return 0
        held_ = next((one.settings for one in held(backoff) if isinstance(one, Record)), None)
        found = _plain(held_.get("duration")) if held_ is not None else None
        return UNSET if found is None else found

    def backoff(self) -> Flag:
        """Says whether it waits longer each time."""
        strategy, delay = self._strategy(), self.retry_delay()
        if not isinstance(strategy, Mapping) or not isinstance(delay, (int, float)):
            return UNSET
        held_ = next((one.settings for one in held(strategy.get("backoff")) if isinstance(one, Record)), None)
        factor = _plain(held_.get("factor")) if held_ is not None else None
        return delay > 0 and factor is not None and factor > 1

    def timeout(self) -> Number:
        """Gives the seconds after which it is ended; None = never."""
        given = [self.first("active_deadline_seconds"), self.first("timeout")]
        given.append(self._workflow.settings.get("active_deadline_seconds"))
        found = [_plain(one) for one in given if one is not None and one is not UNSET]
        known = [one for one in found if one is not None]
        if known:
            return min(known)
        return UNSET if found or UNSET in given else None

    def image(self) -> Text:
        """Gives the image; without a word it depends on the version of Hera."""
        found = self.first("image")
        if isinstance(found, str) and not is_filled(found):
            return found
        return found if isinstance(found, Ref) else UNSET

    def resources(self, which: str) -> Texts:
        """Gives what is asked for, or what it is held to."""
        found = self.first("resources")
        if found is None:
            return ()
        record = next((one for one in held(found) if isinstance(one, Record)), None)
        if record is None or record.name != "Resources":
            return UNSET
        wanted = {
            resource
            for word, resource in _RESOURCES.items()
            for key in record.settings.entries
            if key == f"{word}_{which}" or (key == word and word in ("gpus", "custom_resources"))
        }
        return tuple(sorted(wanted))


def _plain(found: object) -> int | float | None:
    if isinstance(found, Record):
        # `IntOrString(__root__=3)`
        return next((_plain(one) for one in found.settings.entries.values()), None)
    return seconds(found)


def _command(template: Template | None) -> str | None:
    if template is None or template.sort != "Container":
        return None
    words: list[str] = []
    for key in ("command", "args"):
        given = template.settings.get(key)
        items = given.items if isinstance(given, Items) else [given] if given is not None else []
        words += [one if isinstance(one, str) else "{{}}" for one in items]
    if len(words) > 2 and words[1] in ("-c", "-ec", "-lc"):
        return words[2][:4000]
    return " ".join(words)[:4000] or None


def _parameters(call: Call | None) -> Texts:
    if call is None:
        return ()
    given = call.settings.get("arguments")
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        return UNSET
    tasks = (name for name, value in given.entries.items() if not any(isinstance(one, Call) for one in held(value)))
    return tuple(tasks) if given.complete else UNSET


def _goes_on(call: Call | None) -> bool:
    if call is None:
        return False
    given = next((one for one in held(call.settings.get("continue_on")) if isinstance(one, Record)), None)
    return given is not None and (given.settings.get("failed") is True or given.settings.get("error") is True)
