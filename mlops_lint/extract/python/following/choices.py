"""Expressions that choose between others, or hand one on, to what they stand for."""

import ast

from mlops_lint.extract.python.following.statements import Statements, V
from mlops_lint.extract.python.following.things import Bindings


def either(follower: Statements[V], node: ast.BoolOp, frame: Bindings[V]) -> V:
    """Gives what `a or b`, or `a and b`, is."""
    found = [follower.value(part, frame) for part in node.values]
    wanted = isinstance(node.op, ast.Or)
    for one in found[:-1]:
        answer = follower.truth(one)
        if answer is None:
            return follower.unsure(found)
        if answer is wanted:
            return one
    return found[-1]


def conditional(follower: Statements[V], node: ast.IfExp, frame: Bindings[V]) -> V:
    """Gives what `a if b else c` is."""
    answer = follower.truth(follower.value(node.test, frame))
    if answer is not None:
        return follower.value(node.body if answer else node.orelse, frame)
    return follower.one_of([follower.value(node.body, frame), follower.value(node.orelse, frame)])


def named(follower: Statements[V], node: ast.NamedExpr, frame: Bindings[V]) -> V:
    """Gives what `a := b` is, and binds it."""
    found = follower.value(node.value, frame)
    follower.bind(node.target, found, frame)
    return found


def inner(follower: Statements[V], node: ast.Await | ast.Starred, frame: Bindings[V]) -> V:
    """Gives what is awaited or laid out."""
    return follower.value(node.value, frame)
