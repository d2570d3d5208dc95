"""The templates of a workflow of Hera to its tasks and their order, with those of templates in templates laid out."""

import msgspec

from mlops_lint.extract.hera.things import COMPOSITE, Call, Record, Template, Workflow
from mlops_lint.extract.leaves import DEPTH, Ledger, ends, starts
from mlops_lint.extract.python.following.things import Mapping, held


class Leaf(msgspec.Struct):
    """A call of a template that does something itself; `call` is None for the template in which a workflow begins."""

    name: str
    call: Call | None
    template: Template | None
    elsewhere: str
    """`name#template` of a template in another object, "" = in this one."""
    upstream: dict[str, None]
    around: tuple[Template, ...] = ()
    last: bool = False


def laid_out(workflow: Workflow) -> list[Leaf]:
    """Gives the tasks of a workflow, those that run when it has ended last."""
    order = _Order(workflow)
    entry = workflow.settings.entries.get("entrypoint")
    names = [entry] if isinstance(entry, str) else [one.name for one in held(entry) if isinstance(one, Template)]
    found = [leaf for name in names for leaf in order.entry(name)]
    if workflow.direct:
        found += order.graph(workflow.direct, "", (), ())
    elif not names:
        found = [leaf for name in order.uncalled() for leaf in order.entry(name)]
    finished = ends(found)
    handlers = _named(workflow.settings.entries.get("on_exit"))
    hooks = workflow.settings.entries.get("hooks")
    for key, hook in hooks.entries.items() if isinstance(hooks, Mapping) else ():
        # Other hooks run while the workflow does.
        handlers += _named(hook) if key == "exit" else []
    last = [leaf for name in handlers for leaf in order.entry(name)]
    for leaf in last:
        leaf.last = True
        leaf.upstream = leaf.upstream or dict.fromkeys(finished)
    return [*found, *last]


def _named(handler: object) -> list[str]:
    """Gives the templates that a handler names."""
    if isinstance(handler, str):
        return [handler]
    found = [one.settings.get("template") if isinstance(one, Record) else one for one in held(handler)]
    return [one.name if isinstance(one, Template) else one for one in found if isinstance(one, (Template, str))]


class _Order:
    def __init__(self, workflow: Workflow) -> None:
        self._templates = workflow.templates
        self._ledger = Ledger()

    def entry(self, name: str) -> list[Leaf]:
        """Gives the tasks of the template in which a workflow begins."""
        template = self._templates.get(name)
        if template is None:
            return []
        if template.sort in COMPOSITE:
            return self._inside(template, "", (), (name,))
        return [Leaf(self._ledger.unique(name), None, template, "", {})]

    def uncalled(self) -> list[str]:
        """Gives the templates with tasks of their own that no other calls."""
        called = {
            one.name if isinstance(one, Template) else one
            for template in self._templates.values()
            for one in (call.template for call in template.calls)
            if isinstance(one, (Template, str))
        }
        return [name for name, one in self._templates.items() if one.sort in COMPOSITE and name not in called]

    def _inside(
        self, template: Template, prefix: str, around: tuple[Template, ...], stack: tuple[str, ...]
    ) -> list[Leaf]:
        if template.sort == "DAG":
            return self.graph(template.calls, prefix, around, stack)
        found: list[Leaf] = []
        before: list[str] = []
        for group in template.groups:
            together = [leaf for call in group for leaf in self._called(call, prefix, around, stack)]
            for leaf in starts(together):
                self._ledger.wait(leaf, before)
            before = ends(together) or before
            found += together
        return found

    def graph(self, calls: list[Call], prefix: str, around: tuple[Template, ...], stack: tuple[str, ...]) -> list[Leaf]:
        """Gives the tasks of a graph, in order of the source."""
        found: dict[str, list[Leaf]] = {}
        for call in calls:
            found.setdefault(call.name, []).extend(self._called(call, prefix, around, stack))
        final = {name: ends(leaves) for name, leaves in found.items()}
        for call in calls:
            for leaf in starts(found[call.name]):
                for before in call.upstream:
                    self._ledger.wait(leaf, final.get(before, []))
        return [leaf for leaves in found.values() for leaf in leaves]

    def _called(self, call: Call, prefix: str, around: tuple[Template, ...], stack: tuple[str, ...]) -> list[Leaf]:
        if not self._ledger.spend():
            return []
        template, elsewhere = self._template(call.template)
        composite = template is not None and template.sort in COMPOSITE
        if template is not None and composite and template.name not in stack and len(stack) < DEPTH:
            return self._inside(template, f"{prefix}{call.name}.", (template, *around), (*stack, template.name))
        return [Leaf(self._ledger.unique(f"{prefix}{call.name}"), call, template, elsewhere, {}, around)]

    def _template(self, given: object) -> tuple[Template | None, str]:
        if isinstance(given, str):
            return self._templates.get(given), ""
        for one in held(given):
            if isinstance(one, Template):
                return one, ""
            if isinstance(one, Record) and one.name == "TemplateRef":
                owner, name = one.settings.get("name"), one.settings.get("template")
                if isinstance(owner, str) and isinstance(name, str):
                    return None, f"{owner}#{name}"
        return None, ""
