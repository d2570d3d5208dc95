"""Follows the statements of a DAG file, and keeps what they would make: DAGs, groups, tasks and their order."""

import ast
import builtins

from msgspec import UnsetType

from mlops_lint.extract.airflow import calls, expressions, frames, names
from mlops_lint.extract.airflow.order import ends, link, parts
from mlops_lint.extract.airflow.values import (
    Dag,
    Decorated,
    Decorator,
    Frame,
    Function,
    Group,
    Items,
    Mapping,
    Options,
    Step,
    Unknown,
    Value,
)
from mlops_lint.extract.python.following.statements import FUNCTIONS, ROUNDS, Exhausted, Statements, outermost
from mlops_lint.extract.python.module import Module
from mlops_lint.model import Ref


class Machine(Statements[Value]):
    """The state while the statements of one file are followed."""

    main = False

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.dags: dict[tuple[object, ...], Dag] = {}
        self.steps: dict[tuple[object, ...], Step] = {}
        self.contexts: list[Dag | Group] = []
        self.imported: frozenset[ast.AST] = frozenset()
        """The functions that run when the file is read."""
        self.read: frozenset[tuple[object, ...]] = frozenset()
        """The DAGs that are there when the file is read."""
        self._teardowns: list[Step | None] = []
        """For each context of a `with` the task that it surrounds."""
        stars = [found.module for found in module.imports if found.dotted.endswith(".*")]
        self._stars = [name for name in stars if not names.of_airflow(f"{name}.")]
        self._airflow_star = len(stars) > len(self._stars)

    def run(self) -> None:
        """Follows the module, then the functions that make DAGs and that nothing in the file calls."""
        try:
            self.block(self.module.tree.body, self.frame)
            self.imported = frozenset(self.followed)
            self.read = frozenset(self.dags)
            if self.module.context != "test":
                self._factories()
        except Exhausted:
            return

    # --- names

    def dotted(self, node: ast.expr, frame: Frame) -> str:
        """Gives the full name of a function or class; one from `import *` of Airflow is `airflow.*.Name`."""
        name = self.module.names.name(node, frame.scope)
        if not isinstance(node, ast.Name):
            return name
        if name == "?":
            if self._airflow_star and self.module.names.bindings(node.id, frame.scope) is None:
                return f"airflow.*.{node.id}"
            # Imported in one of several ways, for several versions of Airflow.
            bound = self.module.names.bindings(node.id, frame.scope)
            texts = [one.partition(":")[2] for one in (bound[0] if bound else []) if isinstance(one, str)]
            return next((one for one in texts if names.of_airflow(one)), texts[0] if texts else name)
        return name

    def elsewhere(self, node: ast.Name, frame: Frame) -> Value:
        """Gives what a name stands for that no statement has bound."""
        known = self.module.values.value(node, frame.scope)
        if isinstance(known, tuple):
            return Items(list(known))
        if not isinstance(known, UnsetType):
            return known
        unbound = self.module.names.bindings(node.id, frame.scope) is None and not hasattr(builtins, node.id)
        if unbound and len(self._stars) == 1:
            return Ref(f"constant:{self._stars[0]}.{node.id}")
        return Unknown(f"{{{node.id}}}")

    def bind(self, target: ast.expr, value: Value, frame: Frame) -> None:
        """Assigns a value."""
        if isinstance(target, ast.Name):
            frame.names[target.id] = value
            if isinstance(value, Dag) and not value.variable:
                value.variable = target.id
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if isinstance(value, Items) and len(value.items) == len(target.elts) else None
            for index, part in enumerate(target.elts):
                self.bind(part, items[index] if items else frames.unknown(part), frame)
        elif isinstance(target, ast.Subscript):
            self._bind_item(target, value, frame)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, value, frame)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, Unknown(), frame)

    def _bind_item(self, target: ast.Subscript, value: Value, frame: Frame) -> None:
        holder, key = self.value(target.value, frame), self.value(target.slice, frame)
        if isinstance(holder, Mapping):
            if isinstance(key, str):
                holder.entries[key] = value
            else:
                holder.others.append(value)
                holder.complete = False
        elif isinstance(holder, Items):
            holder.add([value])

    def _bind_attribute(self, target: ast.Attribute, value: Value, frame: Frame) -> None:
        holder = self.value(target.value, frame)
        if isinstance(holder, Step) and target.attr == "dag" and isinstance(value, Dag) and holder.dag is None:
            holder.dag = value
            value.steps.append(holder)
        elif isinstance(target.value, ast.Name):
            frame.names[f"{target.value.id}.{target.attr}"] = value

    # --- values

    def value(self, node: ast.expr, frame: Frame) -> Value:
        """Gives what an expression stands for; the tasks in it are made."""
        return expressions.value(self, node, frame)

    def nothing(self) -> Value:
        """Gives None."""
        return None

    def truth(self, value: Value) -> bool | None:
        """Says whether a value counts as true; None where that is not known."""
        return expressions.truth(value)

    def unsure(self, _values: list[Value]) -> Value:
        """Gives what is not known."""
        return Unknown()

    def one_of(self, values: list[Value]) -> Value:
        """Gives a value that is one of several."""
        return frames.one_of(values)

    def augmented(self, node: ast.AugAssign, frame: Frame) -> None:
        """Follows `x += y`: a list grows, `>>=` and the like link."""
        old, new = self.value(node.target, frame), self.value(node.value, frame)
        if isinstance(old, Items):
            old.add(new.items if isinstance(new, Items) else [new])
        elif isinstance(node.op, (ast.RShift, ast.LShift, ast.BitOr)):
            self.bind(node.target, expressions.combined(self, old, new, node.op), frame)
        else:
            self.bind(node.target, Unknown(), frame)

    def rounds(self, iterated: Value) -> list[Value]:
        """Gives what a loop variable is in each round that is followed: tasks one by one, anything else once."""
        items = iterated.items if isinstance(iterated, Items) else []
        if isinstance(iterated, Options):
            items = [item for option in iterated.options if isinstance(option, Items) for item in option.items]
        return items[:ROUNDS] if any(next(parts(item), None) for item in items) else [Unknown()]

    def round(self, item: Value, target: ast.expr) -> Value:
        """Gives what a loop variable is bound to: what is not known is shown by its name."""
        return frames.unknown(target) if isinstance(item, Unknown) else item

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> Value:
        """Gives what a function of the file is under its decorators."""
        value: Value = Function(node, self.scopes[node], frame)
        for decorator in reversed(node.decorator_list):
            found = self.value(decorator, frame)
            if isinstance(found, Decorator):
                value = calls.decorated(self, found, value)
        return value

    def entered(self, value: Value) -> bool:
        """Enters a DAG, a group, or what a teardown surrounds."""
        teardown = value if isinstance(value, Step) else None
        context = Group(self.prefix(), Mapping(), self.group(), teardown.dag) if teardown is not None else value
        if not isinstance(context, (Dag, Group)):
            return False
        self.contexts.append(context)
        self._teardowns.append(teardown)
        return True

    def left(self) -> None:
        """Leaves it."""
        context, teardown = self.contexts.pop(), self._teardowns.pop()
        if teardown is not None and isinstance(context, Group):
            _surround(context, teardown)

    # --- contexts and calls

    def dag(self) -> Dag | None:
        """Gives the DAG that a task made here belongs to."""
        for context in reversed(self.contexts):
            if isinstance(context, Dag):
                return context
            if context.dag is not None:
                return context.dag
        return None

    def group(self) -> Group | None:
        """Gives the group that a task made here belongs to."""
        return self.contexts[-1] if self.contexts and isinstance(self.contexts[-1], Group) else None

    def prefix(self) -> str:
        """Gives what stands before the id of a task made here."""
        group = self.group()
        return group.prefix if group is not None else ""

    def invoke(self, function: Function, arguments: list[Value], named: Mapping, call: ast.expr) -> Value:
        """Follows a call of a function of the file, and gives what it returns."""
        node = function.node
        if self.is_running(node):
            return Unknown()
        frame = Frame(function.scope, function.frame)
        defaults = {name: self.value(node, function.frame) for name, node in frames.defaults(function.node)}
        frames.bind_parameters(function.node, defaults, arguments, named, frame)
        return self.body(node, frame, call)

    def _factories(self) -> None:
        """Follows the functions that make DAGs for other files, with arguments that are not known."""
        for call in self.module.calls:
            decorator = names.decorator(call.name) if call.decorator else None
            if not names.is_dag(call.name) and (decorator is None or decorator[0] != "dag"):
                continue
            outer = outermost(call.scope)
            if outer is None or outer.node in self.followed or not isinstance(outer.node, FUNCTIONS):
                continue
            name = outer.node.name
            known = self.frame.names.get(name)
            # A function under @dag that is never called makes none, nor does a test.
            if isinstance(known, Decorated) or name.startswith("test_"):
                continue
            self.invoke(Function(outer.node, outer, self.frame), [], Mapping(complete=False), call.node)


def _surround(group: Group, teardown: Step) -> None:
    """`with teardown_task:` puts its set-up before and the teardown itself after what stands in it."""
    for setup in [step for step in teardown.upstream if step.setup]:
        for root in group.roots():
            link(setup, root)
    for leaf in ends(group, last=True):
        link(leaf, teardown)
