"""A template of Argo, with the defaults around it, to the settings that take effect for a task.

Source: https://argo-workflows.readthedocs.io/en/latest/fields/#template, .../retries/ and
workflow/controller/operator.go: the template's own come first, then `templateDefaults`, then those of the workflow.
"""

from msgspec import UNSET, structs

from mlops_lint.extract.argo.order import Leaf
from mlops_lint.extract.commands import code_links
from mlops_lint.extract.manifests import image_of, is_filled, notifies, packages_of, resources_of, script_of, sequence
from mlops_lint.model import Link, Ref
from mlops_lint.parse.duration import seconds
from mlops_lint.parse.tree import Mapping, Node, Scalar, text
from mlops_lint.subjects import Flag, Number, Task, Texts

_WORK = ("container", "script", "containerSet", "resource", "http", "data", "plugin", "suspend")
# Without a limit a strategy has no end.
UNLIMITED = 2_147_483_647
# What a file with templates says of them for the files that use them.
STATED = ("retries", "retry_delay", "backoff", "timeout", "image", "image_pinned")


class Settings:
    """The settings of one template."""

    def __init__(self, template: Mapping, spec: Mapping, around: tuple[Mapping, ...] = ()) -> None:
        self.template = template
        self.kind = next((name for name in _WORK if template.get(name) is not None), "unknown")
        defaults = spec.get("templateDefaults")
        self._defaults = defaults if isinstance(defaults, Mapping) else None
        self._spec = spec
        self._around = around

    def first(self, *keys: str) -> Node | None:
        """Gives a setting of the template itself, or else its default."""
        for source in (self.template, self._defaults):
            found = source.get(*keys) if source is not None else None
            if found is not None:
                return found
        return None

    @property
    def container(self) -> Mapping | None:
        """The container that does the work."""
        node = self.template.get(self.kind) if self.kind in ("container", "script") else None
        if self.kind == "containerSet":
            node = next(iter(sequence(self.template.get("containerSet", "containers"))), None)
        return node if isinstance(node, Mapping) else None

    @property
    def strategy(self) -> Mapping | None:
        """How it is tried again; what stands around it is tried again as a whole."""
        nodes = [self.first("retryStrategy"), self._spec.get("retryStrategy")]
        nodes += [one.get("retryStrategy") for one in self._around]
        return next((node for node in nodes if isinstance(node, Mapping)), None)

    def retries(self) -> Number:
        """Gives how often it is tried again."""
        strategy = self.strategy
        if strategy is None:
            return 0
        limit = strategy.get("limit")
        return UNLIMITED if limit is None else _count(limit)

    def retry_delay(self) -> Number:
        """Gives the seconds before it is tried again."""
        strategy = self.strategy
        if strategy is None:
            return UNSET
        node = strategy.get("backoff", "duration")
        return 0 if node is None else _seconds(node)

    def backoff(self) -> Flag:
        """Says whether it waits longer each time."""
        delay = self.retry_delay()
        factor = self.strategy.get("backoff", "factor") if self.strategy is not None else None
        if not isinstance(delay, (int, float)):
            return UNSET
        known = seconds(text(factor)) if factor is not None else 1
        return delay > 0 and known > 1 if known is not None else UNSET

    def timeout(self) -> Number:
        """Gives the seconds after which it is ended: by its own limits, or by that of the workflow; None = never."""
        own = (self.first("activeDeadlineSeconds"), self.first("timeout"), self._spec.get("activeDeadlineSeconds"))
        found = [_seconds(node) for node in own if node is not None]
        known = [one for one in found if isinstance(one, (int, float))]
        return min(known) if known else UNSET if found else None


def task(leaf: Leaf, spec: Mapping, framework: str, alerts: Flag) -> Task:
    """Gives a task with what takes effect for it."""
    if leaf.template is None:
        return _elsewhere(leaf, framework, alerts)
    settings = Settings(leaf.template, spec, leaf.around)
    works = settings.kind != "suspend"
    container = settings.container
    image, pinned = image_of(container)
    script = script_of(container) if container is not None else None
    packages, packages_pinned = packages_of(script)
    return Task(
        framework=framework,
        operator=settings.kind if settings.kind != "unknown" else UNSET,
        remote=works,
        retryable=works,
        retries=settings.retries(),
        retry_delay=settings.retry_delay(),
        backoff=settings.backoff(),
        timed=works,
        timeout=settings.timeout(),
        image=image,
        image_pinned=pinned,
        command=script,
        lineage=False,
        cached=settings.first("memoize") is not None,
        alerts=True if _tells(leaf) else alerts,
        ignores_failure=leaf.ignores_failure and not leaf.last,
        parameters=parameters(leaf.call),
        sized=container is not None,
        requests=_resources(settings, "requests"),
        limits=_resources(settings, "limits"),
        packages=packages,
        packages_pinned=packages_pinned,
        manual=not works and settings.template.get("suspend", "duration") is None,
    )


def _elsewhere(leaf: Leaf, framework: str, alerts: Flag) -> Task:
    """A task whose template is in another file, which states what it can."""
    record = Task(
        framework=framework,
        remote=True,
        retryable=True,
        timed=True,
        lineage=False,
        alerts=True if _tells(leaf) else alerts,
        ignores_failure=leaf.ignores_failure and not leaf.last,
        parameters=parameters(leaf.call),
        sized=True,
    )
    if not leaf.elsewhere:
        return record
    return structs.replace(record, **{field: reference(leaf.elsewhere, field) for field in STATED})


def reference(elsewhere: str, field: str) -> Ref:
    """Gives the symbol under which the file of a template states one of its settings."""
    return Ref(f"config:argo/{elsewhere}.{field}")


def links(leaf: Leaf) -> tuple[Link, ...]:
    """Gives the links from a task to the code that it starts."""
    if leaf.template is None:
        return ()
    container = Settings(leaf.template, leaf.template).container
    script = script_of(container) if container is not None else None
    return code_links(script, None) if script is not None else ()


def parameters(call: Mapping) -> Texts:
    """Gives the names of what a task is given, other than data."""
    return tuple(
        name
        for one in sequence(call.get("arguments", "parameters"))
        if (name := text(one.get("name"))) is not None and not is_result(text(one.get("value")) or "")
    )


def is_result(value: str) -> bool:
    """Says whether a value comes from another task."""
    return is_filled(value) and (".outputs." in value or "tasks." in value or "steps." in value)


def tells(leaf: Leaf) -> bool:
    """Says whether a task tells somebody of something: by its name, its image, its command or its address."""
    template = leaf.template
    script = text(template.get("http", "url")) if template is not None else None
    if template is not None and (container := Settings(template, template).container) is not None:
        script = f"{text(container.get('image'))} {text(container.get('source'))} {script_of(container)}"
    called = text(template.get("name")) if template is not None else ""
    return notifies(f"{leaf.name} {called} {leaf.elsewhere} {script or ''}")


def _tells(leaf: Leaf) -> bool:
    hooks = [leaf.call.get("hooks"), leaf.template.get("hooks") if leaf.template is not None else None]
    names = [text(leaf.call.get("onExit")) or ""]
    for node in hooks:
        for _, hook in node.entries if isinstance(node, Mapping) else ():
            if isinstance(hook, Mapping):
                names += [text(hook.get("template")) or "", text(hook.get("templateRef", "template")) or ""]
    return any(notifies(name) for name in names)


def _resources(settings: Settings, which: str) -> Texts:
    container = settings.container
    if settings.first("podSpecPatch") is not None:
        return UNSET
    return resources_of((container,), which) if container is not None else ()


def _count(node: Node) -> Number:
    found = seconds(node.value if isinstance(node, Scalar) else None)
    return UNSET if found is None else int(found)


def _seconds(node: Node) -> Number:
    found = seconds(node.value if isinstance(node, Scalar) else None)
    return UNSET if found is None else found
