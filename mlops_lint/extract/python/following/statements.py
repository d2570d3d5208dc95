"""Follows the statements of a file that builds pipelines; what values are, a framework or the follower of it says.

It runs nothing: names stand for what they may be, a loop is gone through once, both branches are taken.
"""

import ast
from collections.abc import Callable
from typing import Generic, TypeVar

from mlops_lint.extract.python.following.things import Bindings
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope

# Statements and expressions gone through in one file: a file with a thousand tasks needs a tenth.
BUDGET = 100_000
# Functions that call functions that make tasks.
DEPTH = 12
# Rounds of a loop over tasks that stand in a list.
ROUNDS = 64

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

V = TypeVar("V")


class Exhausted(Exception):  # noqa: N818 - not an error of anybody
    """The budget is used up."""


class Statements(Generic[V]):
    """The state while the statements of one file are followed."""

    main = True
    """The main block is followed, too: its names are those of the module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.frame: Bindings[V] = Bindings(module.scopes.module, None)
        self.stack: tuple[int, ...] = ()
        """The calls that led into the function that is followed."""
        self.followed: set[ast.AST] = set()
        self.scopes: dict[ast.AST, Scope] = {scope.node: scope for scope in module.scopes.all}
        self._running: list[ast.AST] = []
        self._budget = BUDGET

    # --- what values are

    def value(self, node: ast.expr, frame: Bindings[V]) -> V:
        """Gives what an expression stands for; the tasks in it are made."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: V, frame: Bindings[V]) -> None:
        """Assigns a value."""
        raise NotImplementedError

    def nothing(self) -> V:
        """Gives what a function returns that returns nothing."""
        raise NotImplementedError

    def truth(self, value: V) -> bool | None:
        """Says whether a value counts as true; None where that is not known."""
        raise NotImplementedError

    def unsure(self, values: list[V]) -> V:
        """Gives what is made of values by a choice that cannot be known."""
        raise NotImplementedError

    def one_of(self, values: list[V]) -> V:
        """Gives a value that is one of several."""
        raise NotImplementedError

    def rounds(self, iterated: V) -> list[V]:
        """Gives what a loop variable stands for in each round that is followed."""
        raise NotImplementedError

    def round(self, item: V, _target: ast.expr) -> V:
        """Gives what a loop variable is bound to in a round."""
        return item

    def augmented(self, node: ast.AugAssign, frame: Bindings[V]) -> None:
        """Follows `x += y`."""
        raise NotImplementedError

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Bindings[V]) -> V:
        """Gives what a function of the file is under its decorators."""
        raise NotImplementedError

    def entered(self, _value: V) -> bool:
        """Enters a `with`; True where it has to be left again."""
        return False

    def left(self) -> None:
        """Leaves the innermost `with` that was entered."""

    # --- following

    def spend(self, cost: int = 1) -> None:
        """Takes from the budget; raises Exhausted when it is used up."""
        self._budget -= cost
        if self._budget < 0:
            raise Exhausted

    def dotted(self, node: ast.expr, frame: Bindings[V]) -> str:
        """Gives the full name of a function or class."""
        return self.module.names.name(node, frame.scope)

    def block(self, statements: list[ast.stmt], frame: Bindings[V]) -> bool:
        """Follows statements; True where what comes after them is not reached."""
        for statement in statements:
            self.spend()
            handler = _STATEMENTS.get(type(statement))
            if handler is not None and handler(self, statement, frame):
                return True
        return False

    def is_running(self, node: ast.AST) -> bool:
        """Says whether a function must not be followed now: it calls itself, or stands too deep."""
        return node in self._running or len(self._running) >= DEPTH

    def body(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Bindings[V], call: ast.expr | None) -> V:
        """Follows the body of a function that a call leads into, and gives what it returns."""
        stack, self.stack = self.stack, (*self.stack, id(call))
        self._running.append(node)
        self.followed.add(node)
        self.block(node.body, frame)
        self._running.pop()
        self.stack = stack
        return self.one_of(frame.returned) if frame.returned else self.nothing()

    def _assign(self, node: ast.Assign, frame: Bindings[V]) -> bool:
        value = self.value(node.value, frame)
        for target in node.targets:
            self.bind(target, value, frame)
        return False

    def _annotated(self, node: ast.AnnAssign, frame: Bindings[V]) -> bool:
        if node.value is not None:
            self.bind(node.target, self.value(node.value, frame), frame)
        return False

    def _augmented(self, node: ast.AugAssign, frame: Bindings[V]) -> bool:
        self.augmented(node, frame)
        return False

    def _expression(self, node: ast.Expr, frame: Bindings[V]) -> bool:
        self.value(node.value, frame)
        return False

    def _return(self, node: ast.Return, frame: Bindings[V]) -> bool:
        frame.returned.append(self.nothing() if node.value is None else self.value(node.value, frame))
        return True

    def _ends(self, _node: ast.stmt, _frame: Bindings[V]) -> bool:
        return True

    def _if(self, node: ast.If, frame: Bindings[V]) -> bool:
        if self.module.scopes.main is not None and self.module.scopes.main.node is node:
            return self.main and self.block(node.body, frame)
        answer = self.truth(self.value(node.test, frame))
        if answer is not None:
            return self.block(node.body if answer else node.orelse, frame)
        return self._either([node.body, node.orelse], frame)

    def _either(self, branches: list[list[ast.stmt]], frame: Bindings[V]) -> bool:
        """Follows branches of which one is taken; names may afterwards be what any of them makes them."""
        before = frame.names
        self.spend(len(before) // 8)
        results: list[dict[str, V]] = []
        for branch in branches:
            frame.names = dict(before)
            if not self.block(branch, frame):
                results.append(frame.names)
        frame.names = self._merged(results) if results else before
        return not results

    def _merged(self, results: list[dict[str, V]]) -> dict[str, V]:
        """Gives what names stand for after branches, each of which ended with one of `results`."""
        if len(results) == 1:
            return results[0]
        every = {name: None for result in results for name in result}
        return {name: self.one_of([result[name] for result in results if name in result]) for name in every}

    def _for(self, node: ast.For | ast.AsyncFor, frame: Bindings[V]) -> bool:
        for item in self.rounds(self.value(node.iter, frame)):
            self.bind(node.target, self.round(item, node.target), frame)
            self.block(node.body, frame)
        self.block(node.orelse, frame)
        return False

    def _while(self, node: ast.While, frame: Bindings[V]) -> bool:
        self.value(node.test, frame)
        self.block(node.body, frame)
        return False

    def _with(self, node: ast.With | ast.AsyncWith, frame: Bindings[V]) -> bool:
        count = 0
        for item in node.items:
            value = self.value(item.context_expr, frame)
            count += self.entered(value)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, frame)
        ended = self.block(node.body, frame)
        for _ in range(count):
            self.left()
        return ended

    def _try(self, node: ast.Try | ast.TryStar, frame: Bindings[V]) -> bool:
        ended = self.block(node.body, frame)
        if node.handlers:
            self._either([[], *(handler.body for handler in node.handlers)], frame)
        return self.block([*node.orelse, *node.finalbody], frame) or (ended and not node.handlers)

    def _match(self, node: ast.Match, frame: Bindings[V]) -> bool:
        self.value(node.subject, frame)
        return self._either([[], *(case.body for case in node.cases)], frame)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Bindings[V]) -> bool:
        frame.names[node.name] = self.function(node, frame)
        return False


def outermost(scope: Scope) -> Scope | None:
    """Gives the outermost function that a scope is, or stands in."""
    found: Scope | None = None
    outer: Scope | None = scope
    while outer is not None:
        found = outer if isinstance(outer.node, FUNCTIONS) else found
        outer = outer.parent
    return found


_STATEMENTS: dict[type[ast.stmt], Callable[..., bool]] = {
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Expr: Statements._expression,
    ast.Return: Statements._return,
    ast.Raise: Statements._ends,
    ast.Continue: Statements._ends,
    ast.Break: Statements._ends,
    ast.If: Statements._if,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.While: Statements._while,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.Try: Statements._try,
    ast.TryStar: Statements._try,
    ast.Match: Statements._match,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
}
