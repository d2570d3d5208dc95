"""The tasks of a compiled pipeline and their order, with those of conditions, loops and pipelines in it laid out.

What stands in a group waits for the tasks whose results it is given; the first of the group also for what decides
about the group.
"""

import re

import msgspec

from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, strings, text

# Groups in groups; compilers have no limit, people have.
_DEPTH = 40
_TASKS = 5_000
_PRODUCERS = (("taskOutputParameter", "outputParameterKey"), ("taskOutputArtifact", "outputArtifactKey"))
_INPUTS = ("componentInputParameter", "componentInputArtifact")
_NAMED = re.compile(r"(?:parameter_values|artifacts)\[['\"]([^'\"]+)['\"]\]")

Names = dict[str, None]


class Placed(msgspec.Struct):
    """A task: its name is one of its own in the whole pipeline."""

    name: str
    key: Scalar
    node: Mapping
    component: Mapping
    upstream: Names
    last: bool
    """It runs when a group has ended, however."""
    ignores_failure: bool


class _Entry(msgspec.Struct):
    """What a task of a graph stands for: itself, or the tasks of a group."""

    ends: Names
    outputs: dict[str, Names]


class _Dag:
    """One graph, which may stand in a task of another."""

    def __init__(self, all_: "_All", node: Mapping, inputs: dict[str, Names], controls: Names, depth: int) -> None:
        self._all = all_
        self._node = node
        self._inputs = inputs
        self._controls = controls
        self._depth = depth
        self._tasks = {key.text: (key, task) for key, task in mappings(node.get("tasks"))}
        self._entries: dict[str, _Entry] = {}
        self.found: list[Placed] = []

    def run(self) -> _Entry:
        """Lays out its tasks, and gives what it stands for to those around it."""
        for name in self._tasks:
            self._entry(name)
        inside = {one.name for one in self.found}
        awaited = {before for one in self.found for before in one.upstream}
        for one in self.found:
            if inside.isdisjoint(one.upstream):
                one.upstream.update(self._controls)
        ends = {one.name: None for one in self.found if one.name not in awaited}
        return _Entry(ends, self._outputs())

    def _entry(self, name: str) -> _Entry:
        if name in self._entries:
            return self._entries[name]
        # While it is looked up, a task that waits for itself waits for nothing.
        self._entries[name] = _Entry({}, {})
        if name in self._tasks and len(self._all.tasks) < _TASKS:
            self._entries[name] = self._laid_out(*self._tasks[name])
        return self._entries[name]

    def _laid_out(self, key: Scalar, task: Mapping) -> _Entry:
        component = self._all.component(task)
        awaited: Names = {}
        for before in strings(task.get("dependentTasks")):
            awaited |= self._entry(before).ends
        given = {
            input_key.text: self._given(input_node)
            for sort in ("parameters", "artifacts")
            for input_key, input_node in mappings(task.get("inputs", sort))
        }
        dag = component.get("dag")
        if isinstance(dag, Mapping) and self._depth < _DEPTH:
            deciding = set(_NAMED.findall(text(task.get("triggerPolicy", "condition")) or "")) | _iterated(task)
            for name in deciding:
                awaited |= given.get(name, {})
            inner = _Dag(self._all, dag, given, awaited, self._depth + 1)
            entry = inner.run()
            self.found += inner.found
            return entry
        for names in given.values():
            awaited |= names
        one = Placed(self._all.unique(key.text), key, task, component, awaited, *_strategy(task))
        one.upstream.pop(one.name, None)
        self.found.append(one)
        self._all.tasks.append(one)
        return _Entry({one.name: None}, {})

    def _given(self, node: Mapping) -> Names:
        """Gives the tasks that make what an input is."""
        for source, output in _PRODUCERS:
            producer = text(node.get(source, "producerTask"))
            if producer is not None:
                entry = self._entry(producer)
                return entry.outputs.get(text(node.get(source, output)) or "", entry.ends)
        status = text(node.get("taskFinalStatus", "producerTask"))
        if status is not None:
            return self._entry(status).ends
        return next((self._inputs.get(text(node.get(name)) or "", {}) for name in _INPUTS if node.get(name)), {})

    def _outputs(self) -> dict[str, Names]:
        found: dict[str, Names] = {}
        for sort in ("parameters", "artifacts"):
            for key, node in mappings(self._node.get("outputs", sort)):
                for selector in _selectors(node):
                    producer = text(selector.get("producerSubtask"))
                    if producer is not None:
                        entry = self._entry(producer)
                        output = text(selector.get("outputParameterKey") or selector.get("outputArtifactKey"))
                        found.setdefault(key.text, {}).update(entry.outputs.get(output or "", entry.ends))
        return found


class _All:
    """What holds for the whole pipeline."""

    def __init__(self, spec: Mapping) -> None:
        self.tasks: list[Placed] = []
        self._spec = spec
        self._taken: dict[str, int] = {}

    def component(self, task: Mapping) -> Mapping:
        """Gives the component that a task is made of."""
        found = self._spec.get("components", text(task.get("componentRef", "name")) or "")
        return found if isinstance(found, Mapping) else Mapping(1, 1, 1, 1, ())

    def unique(self, name: str) -> str:
        """Gives a name that no other task has: in two pipelines of one file there may be two."""
        count = self._taken[name] = self._taken.get(name, 0) + 1
        return name if count == 1 else f"{name}__{count}"


def placed(spec: Mapping) -> list[Placed]:
    """Gives the tasks of a pipeline, each once, in order of the file."""
    dag = spec.get("root", "dag")
    if not isinstance(dag, Mapping):
        return []
    everything = _All(spec)
    _Dag(everything, dag, {}, {}, 0).run()
    return sorted(everything.tasks, key=lambda one: (one.key.line, one.key.column))


def _strategy(task: Mapping) -> tuple[bool, bool]:
    """Says whether a task runs after a group has ended, and whether it runs after failures."""
    always = text(task.get("triggerPolicy", "strategy")) == "ALL_UPSTREAM_TASKS_COMPLETED"
    last = any(before.startswith("exit-handler") for before in strings(task.get("dependentTasks")))
    return always and last, always


def _iterated(task: Mapping) -> set[str]:
    found = (text(task.get(sort, "items", "inputParameter")) for sort in ("parameterIterator", "artifactIterator"))
    return {name for name in found if name is not None}


def _selectors(node: Mapping) -> list[Mapping]:
    found: list[Node | None] = [node.get("valueFromParameter")]
    for path in (("artifactSelectors",), ("valueFromOneof", "parameterSelectors")):
        several = node.get(*path)
        found += several.items if isinstance(several, Sequence) else ()
    return [one for one in found if isinstance(one, Mapping)]
