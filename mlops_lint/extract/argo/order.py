"""The templates of an Argo workflow to its tasks and their order, with those of templates in templates laid out.

Source: https://argo-workflows.readthedocs.io/en/latest/walk-through/dag/, .../walk-through/steps/ and
.../enhanced-depends-logic/
"""

import re

import msgspec

from mlops_lint.extract.leaves import DEPTH, Ledger, ends, starts
from mlops_lint.extract.manifests import sequence
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, strings, text

_COMPOSITE = ("dag", "steps")
# `a.Succeeded && (b || c.Failed)`: names of tasks with what is asked of them.
_AWAITED = re.compile(r"([A-Za-z0-9_][\w-]*)(?:\.(\w+))?")
_FAILURES = frozenset({"Failed", "Errored"})


class Leaf(msgspec.Struct):
    """A call of a template that does something itself."""

    name: str
    call: Mapping
    place: Node
    template: Mapping | None
    """None = it is in another file, or not known."""
    elsewhere: str
    """`name#template` of a template in another object, "" = in this one."""
    around: tuple[Mapping, ...]
    """The templates that it stands in, from the inside, without that of the entry."""
    upstream: dict[str, None]
    last: bool = False
    """It runs when the workflow has ended, however."""
    ignores_failure: bool = False


class Around(msgspec.Struct, frozen=True):
    """Where a template is called: what stands before the names, the templates around it, and their names."""

    prefix: str
    templates: tuple[Mapping, ...]
    stack: tuple[str, ...]


class Templates:
    """The templates of a workflow, and those of other workflows in the same file."""

    def __init__(self, spec: Mapping, others: dict[str, Mapping]) -> None:
        self.own = named(spec)
        self._others = others
        self._ledger = Ledger()

    def entry(self, name: str) -> list[Leaf]:
        """Gives the tasks of the template in which a workflow begins, in order of the source."""
        template = self.own.get(name)
        if template is None:
            return []
        if _kind(template) is not None:
            return self._composite(template, Around("", (), (name,)))
        place = template.get("name") or template
        return [Leaf(self._ledger.unique(name), Mapping(1, 1, 1, 1, ()), place, template, "", (), {})]

    def called(self, call: Mapping, name: str, around: Around) -> list[Leaf]:
        """Gives the tasks that a call of a template stands for."""
        if not self._ledger.spend():
            return []
        template, elsewhere = self._template(call)
        key = elsewhere or text(call.get("template")) or ""
        stack = around.stack
        if template is not None and _kind(template) is not None and key not in stack and len(stack) < DEPTH:
            # Nor does a template that stands in its call nest without end.
            inner = Around(f"{around.prefix}{name}.", (template, *around.templates), (*stack, key or "inline"))
            return self._composite(template, inner)
        place = call.get("name") or call
        name = self._ledger.unique(f"{around.prefix}{name}")
        return [Leaf(name, call, place, template, elsewhere, around.templates, {})]

    def _template(self, call: Mapping) -> tuple[Mapping | None, str]:
        inline, reference = call.get("inline"), call.get("templateRef")
        if isinstance(inline, Mapping):
            return inline, ""
        if isinstance(reference, Mapping):
            owner, name = text(reference.get("name")) or "", text(reference.get("template")) or ""
            spec = self._others.get(owner)
            return (named(spec).get(name) if spec is not None else None), f"{owner}#{name}"
        return self.own.get(text(call.get("template")) or ""), ""

    def _composite(self, template: Mapping, around: Around) -> list[Leaf]:
        return self._dag(template, around) if _kind(template) == "dag" else self._steps(template, around)

    def _dag(self, template: Mapping, around: Around) -> list[Leaf]:
        calls = [(text(call.get("name")) or "", call) for call in sequence(template.get("dag", "tasks"))]
        found = {name: self.called(call, name, around) for name, call in calls}
        final = {name: ends(leaves) for name, leaves in found.items()}
        for name, call in calls:
            awaited, fails = _awaited(call)
            first = starts(found[name])
            for before in awaited:
                for leaf in first:
                    self._ledger.wait(leaf, final.get(before, []))
            for leaf in found[name]:
                leaf.ignores_failure = leaf.ignores_failure or fails or _goes_on(call)
        return [leaf for leaves in found.values() for leaf in leaves]

    def _steps(self, template: Mapping, around: Around) -> list[Leaf]:
        found: list[Leaf] = []
        before: list[str] = []
        for group in _groups(template.get("steps")):
            together: list[Leaf] = []
            for call in group:
                leaves = self.called(call, text(call.get("name")) or "", around)
                for leaf in leaves:
                    leaf.ignores_failure = leaf.ignores_failure or _goes_on(call)
                together += leaves
            for leaf in starts(together):
                self._ledger.wait(leaf, before)
            before = ends(together) or before
            found += together
        return found


def named(spec: Mapping) -> dict[str, Mapping]:
    """Gives the templates of a workflow by their names."""
    return {text(one.get("name")) or "": one for one in sequence(spec.get("templates"))}


def uncalled(spec: Mapping) -> list[str]:
    """Gives the templates with tasks of their own that no other template calls, for workflows without a beginning."""
    called: set[str] = set()
    for template in sequence(spec.get("templates")):
        steps = [one for group in _groups(template.get("steps")) for one in group]
        called |= {text(call.get("template")) or "" for call in (*sequence(template.get("dag", "tasks")), *steps)}
    return [name for name, template in named(spec).items() if _kind(template) is not None and name not in called]


def _kind(template: Mapping) -> str | None:
    return next((name for name in _COMPOSITE if template.get(name) is not None), None)


def _groups(node: Node | None) -> list[tuple[Mapping, ...]]:
    """Gives the groups of steps, those of one group side by side."""
    groups: list[tuple[Mapping, ...]] = []
    for one in node.items if isinstance(node, Sequence) else ():
        if isinstance(one, Mapping):
            groups.append((one,))
        elif isinstance(one, Sequence):
            groups.append(sequence(one))
    return groups


def _awaited(call: Mapping) -> tuple[list[str], bool]:
    """Gives the names of the tasks that one waits for, and whether it goes on although one of them failed."""
    listed = list(strings(call.get("dependencies")))
    found = _AWAITED.findall(text(call.get("depends")) or "")
    wanted: dict[str, set[str]] = {}
    for name, status in found:
        wanted.setdefault(name, set()).add(status)
    fails = any(_FAILURES & states and states - _FAILURES for states in wanted.values())
    return [*listed, *wanted], fails


def _goes_on(call: Mapping) -> bool:
    return any(key.text in ("failed", "error") and _true(value) for key, value in _entries(call.get("continueOn")))


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _true(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is True
