"""The tasks of a compiled pipeline and their order, with those of conditions, loops and pipelines in it laid out.

What stands in a group waits for the tasks whose results it is given; the first of the group also for what decides
about the group.
"""

import re

import msgspec

from mlops_lint.extract.numbered import unique
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings, strings, text

# Groups in groups; compilers have no limit, people have.
_DEPTH = 40
_TASKS = 5_000
# Orders that a group adds to those of its tasks.
_EDGES = 50_000
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
        self._leaves: dict[str, Placed] = {}
        self.found: list[Placed] = []

    def run(self) -> _Entry:
        """Lays out its tasks, and gives what it stands for to those around it."""
        # Those that do something themselves come first: a chain of a thousand of them is no nest of a thousand.
        for name, (key, task) in self._tasks.items():
            if self._dag(task) is None and len(self._all.tasks) < _TASKS:
                one = Placed(self._all.unique(key.text), key, task, self._all.component(task), {}, *_strategy(task))
                self._leaves[name] = one
                self._entries[name] = _Entry({one.name: None}, {})
                self.found.append(one)
                self._all.tasks.append(one)
        for name in self._tasks:
            self._entry(name)
        for name, one in self._leaves.items():
            awaited, given = self._awaited(self._tasks[name][1])
            for names in given.values():
                awaited |= names
            awaited.pop(one.name, None)
            one.upstream.update(awaited)
        inside = {one.name for one in self.found}
        awaited_ = {before for one in self.found for before in one.upstream}
        for one in self.found:
            if inside.isdisjoint(one.upstream) and self._all.edges > 0:
                one.upstream.update(self._controls)
                self._all.edges -= len(self._controls)
        ends = {one.name: None for one in self.found if one.name not in awaited_}
        return _Entry(ends, self._outputs())

    def _dag(self, task: Mapping) -> Mapping | None:
        """Gives the graph that a task stands for; None = it does something itself."""
        found = self._all.component(task).get("dag")
        return found if isinstance(found, Mapping) and self._depth < _DEPTH else None

    def _entry(self, name: str) -> _Entry:
        if name in self._entries:
            return self._entries[name]
        # While it is looked up, a group that waits for itself waits for nothing.
        self._entries[name] = _Entry({}, {})
        dag = self._dag(self._tasks[name][1]) if name in self._tasks else None
        if dag is not None and self._all.groups < _TASKS:
            self._all.groups += 1
            self._entries[name] = self._group(self._tasks[name][1], dag)
        return self._entries[name]

    def _group(self, task: Mapping, dag: Mapping) -> _Entry:
        awaited, given = self._awaited(task)
        deciding = set(_NAMED.findall(text(task.get("triggerPolicy", "condition")) or "")) | _iterated(task)
        for name in deciding:
            awaited |= given.get(name, {})
        inner = _Dag(self._all, dag, given, awaited, self._depth + 1)
        entry = inner.run()
        self.found += inner.found
        return entry

    def _awaited(self, task: Mapping) -> tuple[Names, dict[str, Names]]:
        """Gives the tasks after which one comes, and for each of its inputs those that make it."""
        awaited: Names = {}
        for before in strings(task.get("dependentTasks")):
            awaited |= self._entry(before).ends
        given = {
            key.text: self._given(node)
            for sort in ("parameters", "artifacts")
            for key, node in mappings(task.get("inputs", sort))
        }
        return awaited, given

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
        self.groups = 0
        self.edges = _EDGES
        self._spec = spec
        self._taken: dict[str, int] = {}

    def component(self, task: Mapping) -> Mapping:
        """Gives the component that a task is made of."""
        found = self._spec.get("components", text(task.get("componentRef", "name")) or "")
        return found if isinstance(found, Mapping) else Mapping(1, 1, 1, 1, ())

    def unique(self, name: str) -> str:
        """Gives a name that no other task has: in two pipelines of one file there may be two."""
        return unique(name, self._taken)


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
