"""An expression of a file that builds a pipeline to what it stands for."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlops_lint.extract.python.following import choices
from mlops_lint.extract.python.following.things import (
    UNKNOWN,
    Called,
    Frame,
    Function,
    Given,
    Items,
    Mapping,
    Thing,
    held,
    mixed,
    one_of,
    truth,
)
from mlops_lint.extract.python.tree import children

if TYPE_CHECKING:
    from mlops_lint.extract.python.following.follower import Follower

_COPIES = frozenset({"list", "tuple", "set", "sorted", "reversed", "copy", "deepcopy"})


def value(follower: "Follower", node: ast.expr, frame: Frame) -> object:
    """Gives what an expression stands for; the tasks in it are made."""
    follower.spend()
    handler = _EXPRESSIONS.get(type(node))
    if handler is not None:
        return handler(follower, node, frame)
    inner = [value(follower, child, frame) for child in children(node) if isinstance(child, ast.expr)]
    return mixed(inner)


def _constant(_follower: "Follower", node: ast.Constant, _frame: Frame) -> object:
    return node.value if node.value is None or isinstance(node.value, (bool, int, float, str)) else UNKNOWN


def _name(follower: "Follower", node: ast.Name, frame: Frame) -> object:
    holder = frame.find(node.id)
    return holder.names[node.id] if holder is not None else follower.known(node, frame)


def _attribute(follower: "Follower", node: ast.Attribute, frame: Frame) -> object:
    owner = value(follower, node.value, frame)
    if isinstance(owner, Thing):
        return follower.attribute(owner, node.attr)
    found = [follower.attribute(one, node.attr) for one in held(owner)]
    if found:
        return one_of(found)
    return follower.known(node, frame)


def _subscript(follower: "Follower", node: ast.Subscript, frame: Frame) -> object:
    holder, key = value(follower, node.value, frame), value(follower, node.slice, frame)
    if isinstance(holder, Thing):
        return follower.item(holder)
    if isinstance(holder, Mapping) and isinstance(key, str) and key in holder.entries:
        return holder.entries[key]
    if isinstance(holder, Items):
        return _at(holder, key)
    found = [follower.item(one) for one in held(holder)]
    return one_of(found) if found else follower.known(node, frame)


def _at(holder: Items, key: object) -> object:
    if isinstance(key, int) and -len(holder.items) <= key < len(holder.items):
        return holder.items[key]
    # All that it holds was made in one loop, so that any index leads to the same.
    return holder.items[0] if len(holder.items) == 1 else mixed([holder])


def _formatted(follower: "Follower", node: ast.JoinedStr, frame: Frame) -> object:
    parts = [
        value(follower, part.value if isinstance(part, ast.FormattedValue) else part, frame) for part in node.values
    ]
    if all(isinstance(part, (str, int)) for part in parts):
        return "".join(str(part) for part in parts)
    return mixed(parts)


def _operation(follower: "Follower", node: ast.BinOp, frame: Frame) -> object:
    # A chain of `>>` nests to the left, once for each task in it.
    spine: list[ast.BinOp] = []
    inner: ast.expr = node
    while isinstance(inner, ast.BinOp):
        spine.append(inner)
        inner = inner.left
    left = value(follower, inner, frame)
    for step in reversed(spine):
        right = value(follower, step.right, frame)
        left = _combined(follower, left, right, step, frame)
    return left


def _combined(follower: "Follower", left: object, right: object, node: ast.BinOp, frame: Frame) -> object:
    if next(held(left), None) is not None or next(held(right), None) is not None:
        if isinstance(node.op, ast.Add) and isinstance(left, Items) and isinstance(right, Items):
            return Items([*left.items, *right.items])
        return follower.combined(left, right, node.op)
    if isinstance(node.op, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(node.op, ast.Add) and isinstance(left, Items) and isinstance(right, Items):
        return Items([*left.items, *right.items])
    if isinstance(node.op, ast.Mult) and isinstance(left, (int, float)) and isinstance(right, (int, float)):
        product = left * right
        # Larger ones are not meant, and do not fit where they are kept.
        return product if abs(product) < 1e15 else UNKNOWN
    return follower.known(node, frame)


def _comparison(follower: "Follower", node: ast.Compare, frame: Frame) -> object:
    sides = [value(follower, side, frame) for side in (node.left, *node.comparators)]
    left, right = sides[0], sides[1]
    plain = (str, int, float, bool, type(None))
    if len(sides) == 2 and isinstance(left, plain) and isinstance(right, plain):
        if isinstance(node.ops[0], (ast.Eq, ast.Is)):
            return left == right
        if isinstance(node.ops[0], (ast.NotEq, ast.IsNot)):
            return left != right
    return mixed(sides)


def _unary(follower: "Follower", node: ast.UnaryOp, frame: Frame) -> object:
    operand = value(follower, node.operand, frame)
    if isinstance(node.op, ast.Not):
        answer = truth(operand)
        return mixed([operand]) if answer is None else not answer
    return -operand if isinstance(node.op, ast.USub) and isinstance(operand, (int, float)) else mixed([operand])


def _sequence(follower: "Follower", node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> object:
    found = Items()
    for part in node.elts:
        inner = value(follower, part.value if isinstance(part, ast.Starred) else part, frame)
        found.add(inner.items if isinstance(part, ast.Starred) and isinstance(inner, Items) else [inner])
    return found


def _dictionary(follower: "Follower", node: ast.Dict, frame: Frame) -> object:
    found = Mapping()
    for key, part in zip(node.keys, node.values, strict=True):
        inner = value(follower, part, frame)
        name = value(follower, key, frame) if key is not None else None
        if key is None:
            found.update(inner)
        elif isinstance(name, str):
            found.entries[name] = inner
        else:
            found.others.append(inner)
            found.complete = False
    return found


def _comprehension(
    follower: "Follower", node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, frame: Frame
) -> object:
    inner = Frame(frame.scope, frame)
    first, *others = node.generators
    found: list[object] = []
    for item in follower.rounds(value(follower, first.iter, frame)):
        follower.bind(first.target, item, inner)
        for generator in others:
            follower.bind(generator.target, mixed([value(follower, generator.iter, inner)]), inner)
        found.append(value(follower, node.value if isinstance(node, ast.DictComp) else node.elt, inner))
    if isinstance(node, ast.DictComp):
        mapping = Mapping(complete=False)
        mapping.others = found
        return mapping
    return Items(found)


def _lambda(_follower: "Follower", _node: ast.Lambda, _frame: Frame) -> object:
    return UNKNOWN


# --- calls


def given(follower: "Follower", node: ast.Call, frame: Frame) -> Given:
    """Gives the arguments of a call; the tasks in them are made."""
    found = Given([], Mapping())
    for argument in node.args:
        inner = value(follower, argument, frame)
        if isinstance(argument, ast.Starred) and isinstance(inner, Items):
            found.positional.extend(inner.items)
        elif isinstance(argument, ast.Starred):
            found.named.complete = False
            found.named.others.append(mixed([inner]))
        else:
            found.positional.append(inner)
    for keyword in node.keywords:
        inner = value(follower, keyword.value, frame)
        if keyword.arg is not None:
            found.named.entries[keyword.arg] = inner
        else:
            found.named.update(inner)
    return found


def _call(follower: "Follower", node: ast.Call, frame: Frame) -> object:
    function = node.func
    receiver: object = UNKNOWN
    what: object = UNKNOWN
    method = ""
    if isinstance(function, ast.Attribute):
        receiver, method = value(follower, function.value, frame), function.attr
        if isinstance(receiver, Thing):
            what = follower.attribute(receiver, method)
    else:
        what = value(follower, function, frame)
        method = function.id if isinstance(function, ast.Name) else ""
    arguments = given(follower, node, frame)
    if isinstance(what, Function):
        return follower.invoke(what, arguments, node)
    if isinstance(receiver, (Items, Mapping, str)):
        return _of_python(receiver, method, arguments)
    name = follower.dotted(function, frame)
    if name.startswith("builtins.") or name in ("copy.copy", "copy.deepcopy"):
        made = _builtin(method, arguments)
        if made is not None:
            return made
    return follower.call(Called(name, receiver, method, what, arguments, node, frame))


def _of_python(receiver: "Items | Mapping | str", method: str, arguments: Given) -> object:
    first = arguments.positional[0] if arguments.positional else None
    if isinstance(receiver, Items):
        if method in ("append", "add", "insert"):
            receiver.add(arguments.positional[-1:])
        elif method in ("extend", "update"):
            receiver.add(first.items if isinstance(first, Items) else [mixed([first])])
        return one_of(list(receiver.items)) if method == "pop" and receiver.items else mixed([receiver])
    if isinstance(receiver, Mapping):
        return _of_mapping(receiver, method, arguments)
    return mixed(arguments.all())


def _of_mapping(receiver: Mapping, method: str, arguments: Given) -> object:
    first = arguments.positional[0] if arguments.positional else None
    if method == "update":
        receiver.update(first if arguments.positional else Mapping())
        receiver.update(arguments.named)
        return None
    if method == "values":
        return Items([*receiver.entries.values(), *receiver.others])
    if method == "items":
        pairs = [*receiver.entries.items(), *((UNKNOWN, one) for one in receiver.others)]
        return Items([Items(pair) for pair in pairs])
    if method == "keys":
        return Items(receiver.entries)
    if method in ("get", "setdefault") and isinstance(first, str):
        return receiver.get(first)
    if method == "copy":
        copied = Mapping()
        copied.update(receiver)
        return copied
    return mixed([receiver])


def _builtin(name: str, arguments: Given) -> object:
    """Gives what a function of Python gives that hands things on; None = it is none of these."""
    first = arguments.positional[0] if arguments.positional else None
    if name == "dict":
        made = Mapping()
        if arguments.positional:
            made.update(first)
        made.update(arguments.named)
        return made
    if name in _COPIES:
        return Items(first.items) if isinstance(first, Items) else Items() if first is None else mixed([first])
    if name == "str" and isinstance(first, (str, int)):
        return str(first)
    if name == "enumerate" and isinstance(first, Items):
        return Items([Items([UNKNOWN, item]) for item in first.items])
    if name == "zip":
        columns = [one.items for one in arguments.positional if isinstance(one, Items)]
        if columns and len(columns) == len(arguments.positional) and len({len(column) for column in columns}) == 1:
            return Items([Items(row) for row in zip(*columns, strict=True)])
    return None


_EXPRESSIONS: dict[type[ast.expr], Callable[..., object]] = {
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
    ast.Call: _call,
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
