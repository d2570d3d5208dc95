"""One call or subscript in the flow of data, with what it is given."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from mlops_lint.extract.libraries import Entry
from mlops_lint.extract.python.columns import chosen
from mlops_lint.extract.python.provenance import NOTHING, TRAIN, Held, Learned, Rows, join, named

if TYPE_CHECKING:
    from mlops_lint.extract.python.flow import Run

# The names of parts of data sets, as `data["train"]`.
_PARTS = frozenset({"train", "test", "validation", "valid", "val", "dev", "eval"})
INDEXERS = frozenset({"loc", "iloc", "ix", "values"})


class Step(msgspec.Struct, frozen=True):
    """A call and its arguments."""

    node: ast.Call
    name: str
    """The full name of what is called, `?.method` where the receiver is unknown."""
    entry: Entry | None
    kinds: frozenset[str]
    receiver: Held
    arguments: list[Held]
    keywords: dict[str, Held]

    @property
    def method(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(".")[2] or (
            self.node.func.attr if isinstance(self.node.func, ast.Attribute) else ""
        )

    def argument(self, place: int, *names: str) -> Held:
        """Gives an argument by its place or one of its names."""
        if place < len(self.arguments):
            return self.arguments[place].all()
        return next((self.keywords[name].all() for name in names if name in self.keywords), NOTHING)

    def keyword(self, name: str) -> ast.expr | None:
        """Gives the expression of a keyword."""
        return next((one.value for one in self.node.keywords if one.arg == name), None)

    def everything(self) -> Held:
        """Gives what all arguments and the receiver hold together."""
        return join([self.receiver.all(), *(one.all() for one in (*self.arguments, *self.keywords.values()))])


def called(run: "Run", node: ast.Call, receiver: Held, arguments: list[Held], keywords: dict[str, Held]) -> Step:
    """Gives the step of a call; a receiver whose name says nothing is known by what was put there."""
    call = run.calls.get(id(node))
    name = call.name if call is not None else ""
    entry = run.module.entry(call) if call is not None else None
    if entry is None and isinstance(node.func, ast.Attribute):
        for made in receiver.objects:
            found = run.module.libraries.entry(f"{made.what}.{node.func.attr}")
            if found is not None:
                name, entry = f"{made.what}.{node.func.attr}", found
                break
    return Step(node, name, entry, kinds_of(entry), receiver, arguments, keywords)


def kinds_of(entry: Entry | None) -> frozenset[str]:
    """Gives the kinds of what a call makes; what works on a frame without learning from it is no fit."""
    facts = [fact for fact in entry.facts if "frame" not in fact.set] if entry is not None else []
    return frozenset(fact.kind for fact in facts)


def opaque(held: Held) -> Held:
    """Gives what is left of a value that was compared: its rows, and what a selection was fitted on."""
    return Held(held.rows, frozenset(one for one in held.learned if one.how == "fit"), form="mask" if held.rows else "")


def indexed(run: "Run", node: ast.Subscript) -> Held:
    """Gives what a subscript takes: an item, columns, or a part of the rows."""
    value = run.value(node.value)
    index = node.slice
    if value.items is not None:
        if isinstance(index, ast.Constant) and isinstance(index.value, int):
            return run.item(value, index.value)
        return value.all() if not isinstance(index, ast.Slice) else value
    first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    others = index.elts[1:] if isinstance(index, ast.Tuple) else []
    learned = frozenset(one for expression in others for one in _fits(run.value(expression).all()))
    if not value.rows:
        return value
    if isinstance(first, ast.Constant) and first.value in _PARTS:
        return named(side(value, "part", first.value), first.value)
    part = chosen(run, _part(run, value, first, by_place=_by_place(node)), others[0] if others else index)
    return msgspec.structs.replace(part, learned=part.learned | learned, objects=(), function=None)


def _by_place(node: ast.Subscript) -> bool:
    """Whether rows are taken, not columns: `frame.loc[those]`."""
    return isinstance(node.value, ast.Attribute) and node.value.attr in ("loc", "iloc")


def _part(run: "Run", value: Held, first: ast.expr, *, by_place: bool) -> Held:
    if isinstance(first, ast.Slice):
        if first.lower is None and first.upper is None:
            return value
        # `[:n]` and `[n:]` are the two sides of one division.
        bound = first.upper if first.lower is None else first.lower
        side = "head" if first.lower is None else "tail" if first.upper is None else ast.unparse(first)[:60]
        return _narrowed(value, f"slice {ast.unparse(bound)[:60]}" if bound is not None else "slice", side)
    taken = run.value(first)
    if taken.fold is not None:
        division, side = taken.fold
        # Folds are often made of the target alone: what they choose from is divided all the same.
        run.findings.divided(int(division.partition(" ")[2]), value)
        return _narrowed(value, division, side, side, divided=True)
    if taken.form == "mask" or (isinstance(first, (ast.UnaryOp, ast.BinOp)) and taken.rows):
        text = ast.unparse(first)[:120]
        inverted = text.startswith(("~", "-"))
        kept = _narrowed(value, f"mask {text.lstrip('~-').strip('()')}", "out" if inverted else "in")
        return msgspec.structs.replace(kept, learned=kept.learned | taken.learned)
    kept = msgspec.structs.replace(value, learned=value.learned | frozenset(_fits(taken.all())))
    return _narrowed(kept, f"rows {ast.unparse(first)[:60]}", "in") if by_place else kept


def _fits(held: Held) -> Iterator[Learned]:
    return (one for one in held.learned if one.how == "fit")


def _narrowed(value: Held, division: str, side: str, role: str = "", *, divided: bool = False) -> Held:
    rows = frozenset(one.part(division, side, role, divided) for one in value.rows)
    return msgspec.structs.replace(value, rows=rows)


def parts(value: Held, division: str, sides: tuple[tuple[str, str], ...]) -> Held:
    """Gives the parts of a value, each of a side with its role, as what is unpacked."""
    return Held(items=tuple(_narrowed(value.all(), division, side, role, divided=True) for side, role in sides))


def side(value: Held, division: str, name: str) -> Held:
    """Gives one of several values of which it is not known what they have in common."""
    return _narrowed(value, division, name)


def fresh(run: "Run", node: ast.AST) -> Held:
    """Gives data of which nothing is known but where it is made."""
    return Held(frozenset({Rows(f"made {id(node)}{run.context}")}))


def folds(division: str) -> Held:
    """Gives the indices of the two sides of each fold."""
    return Held(items=(Held(items=(Held(fold=(division, TRAIN)), Held(fold=(division, "test")))),))
