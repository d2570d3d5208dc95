"""Follows a file that builds pipelines out of things that are handed on, and keeps what it would make.

A framework extends it: it says what its decorators, calls, methods and operators make.
"""

import ast
from collections.abc import Callable

from msgspec import UnsetType

from mlops_lint.extract.python.following import expressions
from mlops_lint.extract.python.following.statements import FUNCTIONS, ROUNDS, Exhausted, Statements, outermost
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
from mlops_lint.extract.python.scopes import Scope


class Follower(Statements[object]):
    """The state while the statements of one file are followed."""

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

    # --- following

    def run(self, wanted: Callable[[Scope], bool]) -> None:
        """Follows the module, then the functions in which wanted ones stand and that nothing in the file calls."""
        try:
            self.block(self.module.tree.body, self.frame)
            for scope in self.module.scopes.all:
                if isinstance(scope.node, FUNCTIONS) and scope.node not in self.followed and wanted(scope):
                    outer = outermost(scope) or scope
                    if outer is not scope and isinstance(outer.node, FUNCTIONS) and outer.node not in self.followed:
                        self.invoke(Function(outer.node, outer, self.frame), Given([], Mapping(complete=False)), None)
        except Exhausted:
            return

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

    def invoke(self, function: Function, given: Given, call: ast.expr | None) -> object:
        """Follows a call of a function of the file, and gives what it returns."""
        node = function.node
        if self.is_running(node):
            return mixed(given.all())
        frame = Frame(function.scope, function.frame)
        self._parameters(function, given, frame)
        return self.body(node, frame, call)

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

    def nothing(self) -> object:
        """Gives None."""
        return None

    def truth(self, value: object) -> bool | None:
        """Says whether a value counts as true; None where that is not known."""
        return truth(value)

    def unsure(self, values: list[object]) -> object:
        """Gives what holds all things of several values."""
        return mixed(values)

    def one_of(self, values: list[object]) -> object:
        """Gives a value that is one of several."""
        return one_of(values)

    def augmented(self, node: ast.AugAssign, frame: Frame) -> None:
        """Follows `x += y`: a list grows, what holds things is combined."""
        old, new = self.value(node.target, frame), self.value(node.value, frame)
        if isinstance(old, Items):
            old.add(new.items if isinstance(new, Items) else [new])
        elif next(held(old), None) is not None or next(held(new), None) is not None:
            self.bind(node.target, self.combined(old, new, node.op), frame)
        else:
            self.bind(node.target, UNKNOWN, frame)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> object:
        """Gives what a function of the file is under its decorators."""
        return self.defined(Function(node, self.scopes[node], frame))
