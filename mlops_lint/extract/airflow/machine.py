"""Follows the statements of a DAG file, and keeps what they would make: DAGs, groups, tasks and their order.

It runs nothing: names stand for what they may be, a loop is gone through once, both branches are taken.
"""

import ast
import builtins
from collections.abc import Callable

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
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.model import Ref

# Statements and expressions gone through in one file: a DAG file with a thousand tasks needs a tenth.
BUDGET = 100_000
# Functions that call functions that make tasks.
DEPTH = 12
# Rounds of a loop over tasks that stand in a list.
ROUNDS = 64

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Exhausted(Exception):  # noqa: N818 - not an error of anybody
    """The budget is used up."""


class Machine:
    """The state while the statements of one file are followed."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.frame = Frame(module.scopes.module, None, "")
        self.dags: dict[tuple[object, ...], Dag] = {}
        self.steps: dict[tuple[object, ...], Step] = {}
        self.contexts: list[Dag | Group] = []
        self.stack: tuple[int, ...] = ()
        """The calls that led into the function that is followed."""
        self.followed: set[ast.AST] = set()
        self.imported: frozenset[ast.AST] = frozenset()
        """The functions that run when the file is read."""
        self.read: frozenset[tuple[object, ...]] = frozenset()
        """The DAGs that are there when the file is read."""
        self._scopes: dict[ast.AST, Scope] = {scope.node: scope for scope in module.scopes.all}
        self._running: list[ast.AST] = []
        self._budget = BUDGET
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

    def spend(self, cost: int = 1) -> None:
        """Takes from the budget; raises Exhausted when it is used up."""
        self._budget -= cost
        if self._budget < 0:
            raise Exhausted

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

    # --- statements

    def value(self, node: ast.expr, frame: Frame) -> Value:
        """Gives what an expression stands for; the tasks in it are made."""
        return expressions.value(self, node, frame)

    def block(self, statements: list[ast.stmt], frame: Frame) -> bool:
        """Follows statements; True where what comes after them is not reached."""
        for statement in statements:
            self.spend()
            handler = _STATEMENTS.get(type(statement))
            if handler is not None and handler(self, statement, frame):
                return True
        return False

    def _assign(self, node: ast.Assign, frame: Frame) -> bool:
        value = self.value(node.value, frame)
        for target in node.targets:
            self.bind(target, value, frame)
        return False

    def _annotated(self, node: ast.AnnAssign, frame: Frame) -> bool:
        if node.value is not None:
            self.bind(node.target, self.value(node.value, frame), frame)
        return False

    def _augmented(self, node: ast.AugAssign, frame: Frame) -> bool:
        old, new = self.value(node.target, frame), self.value(node.value, frame)
        if isinstance(old, Items):
            old.add(new.items if isinstance(new, Items) else [new])
        elif isinstance(node.op, (ast.RShift, ast.LShift, ast.BitOr)):
            self.bind(node.target, expressions.combined(self, old, new, node.op), frame)
        else:
            self.bind(node.target, Unknown(), frame)
        return False

    def _expression(self, node: ast.Expr, frame: Frame) -> bool:
        self.value(node.value, frame)
        return False

    def _return(self, node: ast.Return, frame: Frame) -> bool:
        frame.returned.append(None if node.value is None else self.value(node.value, frame))
        return True

    def _ends(self, _node: ast.stmt, _frame: Frame) -> bool:
        return True

    def _if(self, node: ast.If, frame: Frame) -> bool:
        if self.module.scopes.main is not None and self.module.scopes.main.node is node:
            return False
        answer = expressions.truth(self.value(node.test, frame))
        if answer is not None:
            return self.block(node.body if answer else node.orelse, frame)
        return self._either([node.body, node.orelse], frame)

    def _either(self, branches: list[list[ast.stmt]], frame: Frame) -> bool:
        """Follows branches of which one is taken; names may afterwards be what any of them makes them."""
        before = frame.names
        self.spend(len(before) // 8)
        results: list[dict[str, Value]] = []
        for branch in branches:
            frame.names = dict(before)
            if not self.block(branch, frame):
                results.append(frame.names)
        frame.names = frames.merged(results) if results else before
        return not results

    def _for(self, node: ast.For | ast.AsyncFor, frame: Frame) -> bool:
        for item in self.rounds(self.value(node.iter, frame)):
            self.bind(node.target, frames.unknown(node.target) if isinstance(item, Unknown) else item, frame)
            self.block(node.body, frame)
        self.block(node.orelse, frame)
        return False

    def rounds(self, iterated: Value) -> list[Value]:
        """Gives what a loop variable is in each round that is followed: tasks one by one, anything else once."""
        items = iterated.items if isinstance(iterated, Items) else []
        if isinstance(iterated, Options):
            items = [item for option in iterated.options if isinstance(option, Items) for item in option.items]
        return items[:ROUNDS] if any(next(parts(item), None) for item in items) else [Unknown()]

    def _while(self, node: ast.While, frame: Frame) -> bool:
        self.value(node.test, frame)
        self.block(node.body, frame)
        return False

    def _with(self, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
        entered: list[tuple[Dag | Group, Step | None]] = []
        for item in node.items:
            value = self.value(item.context_expr, frame)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, frame)
            context = value
            if isinstance(value, Step):
                context = Group(self.prefix(), Mapping(), self.group(), value.dag)
            if isinstance(context, (Dag, Group)):
                entered.append((context, value if isinstance(value, Step) else None))
                self.contexts.append(context)
        ended = self.block(node.body, frame)
        del self.contexts[len(self.contexts) - len(entered) :]
        for context, teardown in entered:
            if teardown is not None and isinstance(context, Group):
                _surround(context, teardown)
        return ended

    def _try(self, node: ast.Try | ast.TryStar, frame: Frame) -> bool:
        ended = self.block(node.body, frame)
        if node.handlers:
            self._either([[], *(handler.body for handler in node.handlers)], frame)
        return self.block([*node.orelse, *node.finalbody], frame) or (ended and not node.handlers)

    def _match(self, node: ast.Match, frame: Frame) -> bool:
        self.value(node.subject, frame)
        return self._either([[], *(case.body for case in node.cases)], frame)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> bool:
        value: Value = Function(node, self._scopes[node], frame)
        for decorator in reversed(node.decorator_list):
            found = self.value(decorator, frame)
            if isinstance(found, Decorator):
                value = calls.decorated(self, found, value)
        frame.names[node.name] = value
        return False

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
        if node in self._running or len(self._running) >= DEPTH:
            return Unknown()
        frame = Frame(function.scope, function.frame, node.name)
        defaults = {name: self.value(node, function.frame) for name, node in frames.defaults(function.node)}
        frames.bind_parameters(function.node, defaults, arguments, named, frame)
        stack, self.stack = self.stack, (*self.stack, id(call))
        self._running.append(node)
        self.followed.add(node)
        self.block(node.body, frame)
        self._running.pop()
        self.stack = stack
        return frames.one_of(frame.returned) if frame.returned else None

    def _factories(self) -> None:
        """Follows the functions that make DAGs for other files, with arguments that are not known."""
        for call in self.module.calls:
            decorator = names.decorator(call.name) if call.decorator else None
            if not names.is_dag(call.name) and (decorator is None or decorator[0] != "dag"):
                continue
            outer: Scope | None = None
            scope: Scope | None = call.scope
            while scope is not None:
                outer = scope if isinstance(scope.node, _FUNCTIONS) else outer
                scope = scope.parent
            if outer is None or outer.node in self.followed or not isinstance(outer.node, _FUNCTIONS):
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


_STATEMENTS: dict[type[ast.stmt], Callable[..., bool]] = {
    ast.Assign: Machine._assign,
    ast.AnnAssign: Machine._annotated,
    ast.AugAssign: Machine._augmented,
    ast.Expr: Machine._expression,
    ast.Return: Machine._return,
    ast.Raise: Machine._ends,
    ast.Continue: Machine._ends,
    ast.Break: Machine._ends,
    ast.If: Machine._if,
    ast.For: Machine._for,
    ast.AsyncFor: Machine._for,
    ast.While: Machine._while,
    ast.With: Machine._with,
    ast.AsyncWith: Machine._with,
    ast.Try: Machine._try,
    ast.TryStar: Machine._try,
    ast.Match: Machine._match,
    ast.FunctionDef: Machine._function,
    ast.AsyncFunctionDef: Machine._function,
}
