"""An expression of a DAG file to what it stands for."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import UnsetType

from mlops_lint.extract.airflow import calls, frames, names, texts
from mlops_lint.extract.airflow.order import shifted
from mlops_lint.extract.airflow.values import (
    Assets,
    Dag,
    Data,
    Decorator,
    Duration,
    Frame,
    Group,
    Items,
    Mapping,
    Moment,
    Options,
    Output,
    Step,
    Text,
    Unknown,
    Value,
    code,
)
from mlops_lint.extract.python.following import choices
from mlops_lint.extract.python.tree import children
from mlops_lint.extract.python.uris import HERE
from mlops_lint.model import Ref

if TYPE_CHECKING:
    from mlops_lint.extract.airflow.machine import Machine


def value(machine: "Machine", node: ast.expr, frame: Frame) -> Value:
    """Gives what an expression stands for; the tasks in it are made."""
    machine.spend()
    handler = _EXPRESSIONS.get(type(node))
    if handler is not None:
        return handler(machine, node, frame)
    for child in children(node):
        if isinstance(child, ast.expr):
            value(machine, child, frame)
    return Unknown()


def truth(answer: Value) -> bool | None:
    """Says whether a value counts as true; None where that is not known."""
    if isinstance(answer, (Unknown, Text, Options, Ref)):
        return None
    if isinstance(answer, Items):
        return bool(answer.items)
    if isinstance(answer, Mapping):
        return True if answer.entries else None if answer.others or not answer.complete else False
    return bool(answer) if answer is None or isinstance(answer, (bool, int, float, str)) else True


def combined(machine: "Machine", left: Value, right: Value, operator: ast.operator) -> Value:
    """Gives what an operator makes of two values."""
    if isinstance(operator, (ast.RShift, ast.LShift)):
        return shifted(left, right, machine.spend, forward=isinstance(operator, ast.RShift))
    if isinstance(operator, ast.BitOr) and isinstance(left, Mapping):
        return left.merged(right)
    if isinstance(operator, (ast.BitOr, ast.BitAnd)) and _of_data(left) and _of_data(right):
        return Assets()
    if isinstance(operator, ast.Add) and isinstance(left, Items) and isinstance(right, Items):
        return Items([*left.items, *right.items])
    if isinstance(operator, (ast.Add, ast.Sub)) and isinstance(left, Moment) and not isinstance(right, Moment):
        return left
    if isinstance(operator, (ast.Add, ast.Mult, ast.Sub, ast.Div)):
        return _calculated(left, right, operator)
    return Unknown()


def _calculated(left: Value, right: Value, operator: ast.operator) -> Value:
    one, other = _number(left), _number(right)
    if one is None or other is None:
        return Unknown()
    if isinstance(operator, ast.Div):
        found = one / other if other else None
    elif isinstance(operator, ast.Mult):
        found = one * other
    else:
        found = one + other if isinstance(operator, ast.Add) else one - other
    # Larger ones are not meant, and do not fit where they are kept.
    if found is None or not abs(found) < 1e15:
        return Unknown()
    return Duration(float(found)) if isinstance(left, Duration) or isinstance(right, Duration) else found


def _of_data(known: Value) -> bool:
    # Two sides of an expression of assets, not a list, which may hold itself.
    return isinstance(known, (Data, Assets))


def _number(known: Value) -> int | float | None:
    if isinstance(known, Duration):
        return known.seconds
    return known if isinstance(known, (int, float)) and not isinstance(known, bool) else None


def _constant(machine: "Machine", node: ast.Constant, frame: Frame) -> Value:
    found = machine.module.values.value(node, frame.scope)
    return Unknown() if isinstance(found, (UnsetType, tuple)) else found


def _name(machine: "Machine", node: ast.Name, frame: Frame) -> Value:
    holder = frame.find(node.id)
    if holder is not None:
        return holder.names[node.id]
    made = names.decorator(machine.dotted(node, frame))
    if made is not None:
        return Decorator(made[0], made[1], Mapping(), node)
    return machine.elsewhere(node, frame)


def _attribute(machine: "Machine", node: ast.Attribute, frame: Frame) -> Value:
    if isinstance(node.value, ast.Name):
        holder = frame.find(f"{node.value.id}.{node.attr}")
        if holder is not None:
            return holder.names[f"{node.value.id}.{node.attr}"]
    made = names.decorator(machine.dotted(node, frame))
    if made is not None:
        return Decorator(made[0], made[1], Mapping(), node)
    owner = value(machine, node.value, frame)
    if isinstance(owner, (Step, Dag, Group)):
        return _attribute_of(owner, node.attr)
    if isinstance(owner, str) and owner.startswith(HERE) and node.attr in ("stem", "name"):
        name = owner.rpartition("/")[2]
        return name.rpartition(".")[0] if node.attr == "stem" else name
    found = machine.module.values.value(node, frame.scope)
    return Unknown(f"{{{texts.shown(node)}}}") if isinstance(found, (UnsetType, tuple)) else found


def _attribute_of(owner: Step | Dag | Group, attribute: str) -> Value:
    if isinstance(owner, Step):
        if attribute == "output":
            return Output(owner)
        return owner.task_id if attribute == "task_id" else Unknown()
    if attribute == "dag_id" and isinstance(owner, Dag) and owner.dag_id is not None:
        return owner.dag_id
    return owner.settings.get("default_args") if attribute == "default_args" else Unknown()


def _subscript(machine: "Machine", node: ast.Subscript, frame: Frame) -> Value:
    holder, key = value(machine, node.value, frame), value(machine, node.slice, frame)
    if isinstance(holder, (Step, Output)):
        return Output(holder.step if isinstance(holder, Output) else holder)
    if isinstance(holder, Mapping) and isinstance(key, str) and key in holder.entries:
        return holder.entries[key]
    if isinstance(holder, Items) and isinstance(key, int) and -len(holder.items) <= key < len(holder.items):
        return holder.items[key]
    # All that it holds was made in one loop, so that any key leads to the same task.
    held = holder.items if isinstance(holder, Items) else holder.values() if isinstance(holder, Mapping) else []
    if len(held) == 1 and not isinstance(key, str) and isinstance(held[0], (Step, Group)):
        return held[0]
    return Unknown(f"{{{texts.shown(node)}}}")


def _formatted(machine: "Machine", node: ast.JoinedStr, frame: Frame) -> Value:
    parts: list[tuple[Value, str]] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            found = value(machine, part.value, frame)
            parts.append((found if part.format_spec is None else Unknown(), texts.shown(part.value)))
        else:
            parts.append((value(machine, part, frame), ""))
    return texts.joined(parts)


def _operation(machine: "Machine", node: ast.BinOp, frame: Frame) -> Value:
    # A chain of `>>` nests to the left, once for each task in it.
    spine: list[ast.BinOp] = []
    inner: ast.expr = node
    while isinstance(inner, ast.BinOp):
        spine.append(inner)
        inner = inner.left
    left, left_node = value(machine, inner, frame), inner
    for step in reversed(spine):
        right = value(machine, step.right, frame)
        if isinstance(step.op, ast.Add) and (_texty(left) or _texty(right)):
            left = texts.joined([(left, texts.shown(left_node)), (right, texts.shown(step.right))])
        elif isinstance(step.op, ast.Mod) and isinstance(left, str):
            left = texts.interpolated(left, _operands(machine, right, step.right))
        elif isinstance(step.op, ast.Div) and isinstance(left, (str, Unknown)):
            left = _path(machine, step, frame)
        else:
            left = combined(machine, left, right, step.op)
        left_node = step
    return left


def _texty(one: Value) -> bool:
    return isinstance(one, (str, Text))


def _path(machine: "Machine", node: ast.BinOp, frame: Frame) -> Value:
    found = machine.module.values.value(node, frame.scope)
    return Unknown() if isinstance(found, (UnsetType, tuple)) else found


def _operands(_machine: "Machine", right: Value, node: ast.expr) -> list[tuple[Value, str]]:
    if isinstance(right, Items) and isinstance(node, ast.Tuple) and len(node.elts) == len(right.items):
        return [(one, texts.shown(part)) for one, part in zip(right.items, node.elts, strict=True)]
    return [(right, texts.shown(node))]


def _unary(machine: "Machine", node: ast.UnaryOp, frame: Frame) -> Value:
    operand = value(machine, node.operand, frame)
    if isinstance(node.op, ast.Not):
        answer = truth(operand)
        return Unknown() if answer is None else not answer
    if isinstance(node.op, ast.USub) and isinstance(operand, (int, float)):
        return -operand
    return Unknown()


def _comparison(machine: "Machine", node: ast.Compare, frame: Frame) -> Value:
    left, right = value(machine, node.left, frame), value(machine, node.comparators[0], frame)
    if len(node.ops) > 1 or isinstance(left, (Unknown, Text, Options, Ref)):
        return Unknown()
    if isinstance(node.ops[0], (ast.Is, ast.Eq)) and right is None:
        return left is None
    if isinstance(node.ops[0], (ast.IsNot, ast.NotEq)) and right is None:
        return left is not None
    simple = (bool, int, float, str)
    if isinstance(left, simple) and isinstance(right, simple) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        return (left == right) is isinstance(node.ops[0], ast.Eq)
    return Unknown()


def _sequence(machine: "Machine", node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
    found = Items()
    for part in node.elts:
        if isinstance(part, ast.Starred):
            inner = value(machine, part.value, frame)
            found.add(inner.items if isinstance(inner, Items) else [inner])
        else:
            found.add([value(machine, part, frame)])
    return found


def _dictionary(machine: "Machine", node: ast.Dict, frame: Frame) -> Value:
    found = Mapping()
    for key, part in zip(node.keys, node.values, strict=True):
        held = value(machine, part, frame)
        if key is None:
            found = found.merged(held)
            continue
        name = value(machine, key, frame)
        if isinstance(name, str):
            found.entries[name] = held
        else:
            found.others.append(held)
            found.complete = False
    return found


def _comprehension(
    machine: "Machine", node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, frame: Frame
) -> Value:
    inner = Frame(frame.scope, frame)
    first, *others = node.generators
    rounds = machine.rounds(value(machine, first.iter, frame))
    found: list[Value] = []
    for item in rounds:
        machine.bind(first.target, frames.unknown(first.target) if isinstance(item, Unknown) else item, inner)
        for generator in others:
            value(machine, generator.iter, inner)
            machine.bind(generator.target, frames.unknown(generator.target), inner)
        found.append(value(machine, node.value if isinstance(node, ast.DictComp) else node.elt, inner))
    if isinstance(node, ast.DictComp):
        mapping = Mapping(complete=False)
        mapping.others = found
        return mapping
    return Items(found)


def _lambda(machine: "Machine", node: ast.Lambda, frame: Frame) -> Value:
    if isinstance(node.body, ast.Call) and isinstance(node.body.func, (ast.Name, ast.Attribute)):
        return code(value(machine, node.body.func, frame)) or Unknown()
    return Unknown()


_EXPRESSIONS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.JoinedStr: _formatted,
    ast.BinOp: _operation,
    ast.UnaryOp: _unary,
    ast.BoolOp: choices.either,
    ast.IfExp: choices.conditional,
    ast.Compare: _comparison,
    ast.Call: calls.call,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: choices.named,
    ast.Await: choices.inner,
    ast.Starred: choices.inner,
}
