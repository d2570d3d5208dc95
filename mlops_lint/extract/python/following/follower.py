"""Follows the statements of a file that builds pipelines, and keeps what they would make.

It runs nothing: names stand for what they may be, a loop is gone through once, both branches are taken.
A framework extends it: it says what its decorators, calls, methods and operators make.
"""

import ast
from collections.abc import Callable

from msgspec import UnsetType

from mlops_lint.extract.python.following import expressions
from mlops_lint.extract.python.following.things import (
    UNKNOWN,
    Called,
    Frame,
    Function,
    Given,
    Items,
    Mapping,
    Options,
    Thing,
    held,
    mixed,
    one_of,
    truth,
)
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope

# Statements and expressions gone through in one file: a file with a thousand tasks needs a tenth.
BUDGET = 100_000
# Functions that call functions that make tasks.
DEPTH = 12
# Rounds of a loop over tasks that stand in a list.
ROUNDS = 64

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Exhausted(Exception):  # noqa: N818 - not an error of anybody
    """The budget is used up."""


class Follower:
    """The state while the statements of one file are followed."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.frame = Frame(module.scopes.module, None)
        self.stack: tuple[int, ...] = ()
        """The calls that led into the function that is followed."""
        self.followed: set[ast.AST] = set()
        self._scopes: dict[ast.AST, Scope] = {scope.node: scope for scope in module.scopes.all}
        self._running: list[ast.AST] = []
        self._budget = BUDGET

    # --- what a framework says

    def call(self, called: Called) -> object:
        """Gives what a call of something that is no function of the file gives."""
        return mixed([called.receiver, *called.given.all()])

    def attribute(self, owner: Thing, _name: str) -> object:
        """Gives an attribute of a thing."""
        return mixed([owner])

    def item(self, owner: Thing) -> object:
        """Gives an item of a thing."""
        return mixed([owner])

    def assigned(self, owner: Thing, name: str, value: object) -> None:
        """Sets an attribute of a thing."""

    def combined(self, left: object, right: object, _operator: ast.operator) -> object:
        """Gives what an operator makes of two values of which one holds a thing."""
        return mixed([left, right])

    def defined(self, function: Function) -> object:
        """Gives what a function of the file is under its decorators."""
        return function

    def entered(self, _value: object) -> bool:
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

    def run(self, wanted: Callable[[Scope], bool]) -> None:
        """Follows the module, then the functions in which wanted ones stand and that nothing in the file calls."""
        try:
            self.block(self.module.tree.body, self.frame)
            for scope in self.module.scopes.all:
                if isinstance(scope.node, _FUNCTIONS) and scope.node not in self.followed and wanted(scope):
                    outer = _outermost(scope)
                    if outer is not scope and isinstance(outer.node, _FUNCTIONS) and outer.node not in self.followed:
                        self.invoke(Function(outer.node, outer, self.frame), Given([], Mapping(complete=False)), None)
        except Exhausted:
            return

    def dotted(self, node: ast.expr, frame: Frame) -> str:
        """Gives the full name of a function or class."""
        return self.module.names.name(node, frame.scope)

    def value(self, node: ast.expr, frame: Frame) -> object:
        """Gives what an expression stands for; the tasks in it are made."""
        return expressions.value(self, node, frame)

    def known(self, node: ast.expr, frame: Frame) -> object:
        """Gives what an expression is worth that no statement that was followed has bound."""
        found = self.module.values.value(node, frame.scope)
        if isinstance(found, tuple):
            return Items(found)
        return UNKNOWN if isinstance(found, UnsetType) else found

    def bind(self, target: ast.expr, value: object, frame: Frame) -> None:
        """Assigns a value."""
        if isinstance(target, ast.Name):
            frame.names[target.id] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if isinstance(value, Items) and len(value.items) == len(target.elts) else None
            for index, part in enumerate(target.elts):
                self.bind(part, items[index] if items else mixed([value]), frame)
        elif isinstance(target, ast.Subscript):
            holder, key = self.value(target.value, frame), self.value(target.slice, frame)
            if isinstance(holder, Mapping) and isinstance(key, str):
                holder.entries[key] = value
            elif isinstance(holder, Mapping):
                holder.others.append(value)
            elif isinstance(holder, Items):
                holder.add([value])
        elif isinstance(target, ast.Attribute):
            for owner in held(self.value(target.value, frame)):
                self.assigned(owner, target.attr, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, mixed([value]), frame)

    def block(self, statements: list[ast.stmt], frame: Frame) -> bool:
        """Follows statements; True where what comes after them is not reached."""
        for statement in statements:
            self.spend()
            handler = _STATEMENTS.get(type(statement))
            if handler is not None and handler(self, statement, frame):
                return True
        return False

    def invoke(self, function: Function, given: Given, call: ast.expr | None) -> object:
        """Follows a call of a function of the file, and gives what it returns."""
        node = function.node
        if node in self._running or len(self._running) >= DEPTH:
            return mixed(given.all())
        frame = Frame(function.scope, function.frame)
        self._parameters(function, given, frame)
        stack, self.stack = self.stack, (*self.stack, id(call))
        self._running.append(node)
        self.followed.add(node)
        self.block(node.body, frame)
        self._running.pop()
        self.stack = stack
        return one_of(frame.returned) if frame.returned else None

    def _parameters(self, function: Function, given: Given, frame: Frame) -> None:
        stated = function.node.args
        positional = [one.arg for one in (*stated.posonlyargs, *stated.args)]
        frame.names |= dict.fromkeys((*positional, *(one.arg for one in stated.kwonlyargs)), UNKNOWN)
        own = frozenset(frame.names)
        if given.named.complete:
            pairs = [
                *zip(reversed(positional), reversed(stated.defaults), strict=False),
                *((one.arg, value) for one, value in zip(stated.kwonlyargs, stated.kw_defaults, strict=True)),
            ]
            frame.names |= {name: self.value(node, function.frame) for name, node in pairs if node is not None}
        frame.names |= {name: value for name, value in given.named.entries.items() if name in own}
        frame.names |= dict(zip(positional, given.positional, strict=False))
        if stated.vararg is not None:
            frame.names[stated.vararg.arg] = Items(given.positional[len(positional) :])
        if stated.kwarg is not None:
            rest = {name: value for name, value in given.named.entries.items() if name not in own}
            frame.names[stated.kwarg.arg] = Mapping(rest, complete=given.named.complete)

    def rounds(self, iterated: object) -> list[object]:
        """Gives what a loop variable stands for in each round: once for all, unless things stand in a list."""
        if isinstance(iterated, Mapping):
            iterated = Items([*iterated.entries, *iterated.others])
        if isinstance(iterated, Options):
            iterated = next((one for one in iterated.options if isinstance(one, (Items, Thing))), UNKNOWN)
        if isinstance(iterated, Items):
            several = any(next(held(item), None) is not None for item in iterated.items)
            return iterated.items[:ROUNDS] if several else [UNKNOWN]
        return [mixed([iterated])]

    # --- statements

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
        elif next(held(old), None) is not None or next(held(new), None) is not None:
            self.bind(node.target, self.combined(old, new, node.op), frame)
        else:
            self.bind(node.target, UNKNOWN, frame)
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
            # Names of the block are those of the module.
            return self.block(node.body, frame)
        answer = truth(self.value(node.test, frame))
        if answer is not None:
            return self.block(node.body if answer else node.orelse, frame)
        return self._either([node.body, node.orelse], frame)

    def _either(self, branches: list[list[ast.stmt]], frame: Frame) -> bool:
        """Follows branches of which one is taken; names may afterwards be what any of them makes them."""
        before = frame.names
        self.spend(len(before) // 8)
        results: list[dict[str, object]] = []
        for branch in branches:
            frame.names = dict(before)
            if not self.block(branch, frame):
                results.append(frame.names)
        frame.names = _merged(results) if results else before
        return not results

    def _for(self, node: ast.For | ast.AsyncFor, frame: Frame) -> bool:
        for item in self.rounds(self.value(node.iter, frame)):
            self.bind(node.target, item, frame)
            self.block(node.body, frame)
        self.block(node.orelse, frame)
        return False

    def _while(self, node: ast.While, frame: Frame) -> bool:
        self.value(node.test, frame)
        self.block(node.body, frame)
        return False

    def _with(self, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
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

    def _try(self, node: ast.Try | ast.TryStar, frame: Frame) -> bool:
        ended = self.block(node.body, frame)
        if node.handlers:
            self._either([[], *(handler.body for handler in node.handlers)], frame)
        return self.block([*node.orelse, *node.finalbody], frame) or (ended and not node.handlers)

    def _match(self, node: ast.Match, frame: Frame) -> bool:
        self.value(node.subject, frame)
        return self._either([[], *(case.body for case in node.cases)], frame)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> bool:
        frame.names[node.name] = self.defined(Function(node, self._scopes[node], frame))
        return False


def _outermost(scope: Scope) -> Scope:
    found = scope
    outer: Scope | None = scope
    while outer is not None:
        found = outer if isinstance(outer.node, _FUNCTIONS) else found
        outer = outer.parent
    return found


def _merged(results: list[dict[str, object]]) -> dict[str, object]:
    """Gives what names stand for after branches, each of which ended with one of `results`."""
    if len(results) == 1:
        return results[0]
    every = {name: None for result in results for name in result}
    return {name: one_of([result[name] for result in results if name in result]) for name in every}


_STATEMENTS: dict[type[ast.stmt], Callable[..., bool]] = {
    ast.Assign: Follower._assign,
    ast.AnnAssign: Follower._annotated,
    ast.AugAssign: Follower._augmented,
    ast.Expr: Follower._expression,
    ast.Return: Follower._return,
    ast.Raise: Follower._ends,
    ast.Continue: Follower._ends,
    ast.Break: Follower._ends,
    ast.If: Follower._if,
    ast.For: Follower._for,
    ast.AsyncFor: Follower._for,
    ast.While: Follower._while,
    ast.With: Follower._with,
    ast.AsyncWith: Follower._with,
    ast.Try: Follower._try,
    ast.TryStar: Follower._try,
    ast.Match: Follower._match,
    ast.FunctionDef: Follower._function,
    ast.AsyncFunctionDef: Follower._function,
}
