"""What the names of a function stand for: its parameters at a call, and any name after branches."""

import ast
from collections.abc import Iterator

from mlops_lint.extract.airflow.values import Frame, Items, Mapping, Options, Unknown, Value

# What a name may be after many branches.
OPTIONS = 8


def defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Gives the parameters that have a default, with it."""
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    for parameter, default in zip(reversed(positional), reversed(given.defaults), strict=False):
        yield parameter.arg, default
    for parameter, keyword_default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if keyword_default is not None:
            yield parameter.arg, keyword_default


def bind_parameters(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    default: dict[str, Value],
    arguments: list[Value],
    named: Mapping,
    frame: Frame,
) -> None:
    """Binds the parameters of a function to the arguments of a call."""
    given = node.args
    positional = [one.arg for one in (*given.posonlyargs, *given.args)]
    frame.names |= {name: Unknown(f"{{{name}}}") for name in (*positional, *(one.arg for one in given.kwonlyargs))}
    own = frozenset(frame.names)
    if named.complete:
        frame.names |= default
    frame.names |= {name: value for name, value in named.entries.items() if name in own}
    frame.names |= dict(zip(positional, arguments, strict=False))
    if given.vararg is not None:
        frame.names[given.vararg.arg] = Items(arguments[len(positional) :])
    if given.kwarg is not None:
        rest = {name: value for name, value in named.entries.items() if name not in own}
        frame.names[given.kwarg.arg] = Mapping(rest, complete=named.complete)


def unknown(target: ast.expr) -> Value:
    """Gives what a loop variable stands for, shown by its own name."""
    return Unknown(f"{{{target.id}}}") if isinstance(target, ast.Name) else Unknown()


def one_of(values: list[Value]) -> Value:
    """Gives a value that is one of several."""
    found: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, Options) else (value,):
            if not any(option is one or _same(option, one) for one in found):
                found.append(option)
    return found[0] if len(found) == 1 else Options(tuple(found[:OPTIONS]))


def _same(one: Value, other: Value) -> bool:
    return isinstance(one, (str, int, float, bool, Unknown)) and type(one) is type(other) and one == other
