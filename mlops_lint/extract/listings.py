"""Lists of files, and numbered sets, to what becomes of their order.

Source: https://docs.python.org/3/library/os.html#os.listdir ("in arbitrary order"); so do `glob` and `pathlib`.
"""

import ast
import re
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Listing, subject

_LISTS = frozenset({"os.listdir", "os.scandir", "glob.glob", "glob.iglob"})
_METHODS = frozenset({"glob", "iterdir", "rglob"})
# They give their argument, or the parts of it, in the same order.
_PASSES = frozenset(
    "array asarray enumerate filter islice list map progress_bar reversed shuffle tqdm track trange tuple zip".split()
)
_SORTS = frozenset({"natsorted", "os_sorted", "sort", "sort_values", "sorted", "humansorted"})
# What comes of these is the same in any order.
_LEVELS = frozenset("Counter all any bool frozenset len max min set sum".split())
# A list that is given to these becomes rows.
_STACKS = frozenset(
    "DataFrame Series concat concatenate from_dict from_tensor_slices hstack random_split stack train_test_split vstack"
    .split()
)  # fmt: skip
# To call one of these on what is in the list is to load it.
_LOADS = frozenset(
    "imread load load_audio load_img load_image loadtxt open open_dataset read_csv read_excel read_feather read_image "
    "read_json read_parquet read_pickle read_text read_table".split()
)
# Names of rows that are only measured on.
_MEASURED = re.compile(r"(?i)^(val|valid|validation|test|eval)(_|$)|_(val|valid|validation|test|eval)$")
_COLLECTS = frozenset({"append", "extend"})

Order = tuple[bool | None, bool]
"""Sorted before use, None = cannot tell; and whether the order is kept."""


@python
def listings(module: Module) -> Iterator[Subject]:
    """Gives each list of files, or set that is numbered, with whether it is sorted and what its order becomes."""
    found = [(call, function) for call in module.calls if (function := _function(call, module))]
    if not found:
        return
    uses = _Uses(module)
    for call, function in found:
        ordered, collected = uses.order(call.node, call.scope)
        collected = collected and not uses.measures(call.node)
        record = Listing(function=function, sorted=UNSET if ordered is None else ordered, collected=collected)
        yield subject(record, module.locate(call.node), function, links=(module.within(call.scope),))


def _function(call: Call, module: Module) -> str:
    """The full name of a call that lists files, or of one that makes a set to be numbered; empty = no such call."""
    name = call.name
    if name in _LISTS:
        return name
    owner, _, method = name.rpartition(".")
    if method in _METHODS and (owner.startswith("pathlib.") or (owner == "?" and "pathlib" in module.roots)):
        return f"pathlib.Path.{method}"
    if name == "builtins.enumerate" and call.node.args and isinstance(call.node.args[0], ast.Call):
        inner = call.node.args[0].func
        return "enumerate(set(...))" if isinstance(inner, ast.Name) and inner.id == "set" else ""
    return ""


class _Uses:
    """What stands around each expression of a module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._around = module.nodes.around
        self._loads = {
            id(call.node)
            for call in module.calls
            if last_name(call.node.func) in _LOADS or _reads(call, module)
        }  # fmt: skip

    def order(self, node: ast.expr, scope: Scope, ordered: bool | None = False, *, named: bool = False) -> Order:
        """Says whether the parts of an expression are sorted before use, and whether their order is kept.

        Where it has a name already, a second name is not followed.
        """
        depth = 0
        while (around := self._around.get(node)) is not None and depth < 16:
            depth += 1
            name = last_name(around.func) if isinstance(around, ast.Call) and node in around.args else ""
            if name in _SORTS:
                ordered = True
            elif name in _LEVELS or isinstance(around, (ast.Compare, ast.SetComp)):
                return ordered, False
            elif name in _STACKS:
                return ordered, True
            elif isinstance(around, ast.comprehension):
                comprehension = self._around.get(around)
                assert comprehension is not None, around
                if self._numbers(node, comprehension) or self._loaded_in(comprehension):
                    return True if self._sorted_around(comprehension) else ordered, True
                if isinstance(comprehension, (ast.DictComp, ast.SetComp)):
                    return ordered, False
                around = comprehension
            elif isinstance(around, (ast.For, ast.AsyncFor)):
                return ordered, around.iter is node and self._collects(around)
            elif isinstance(around, (ast.Assign, ast.AnnAssign)):
                return (ordered, False) if named else self._assigned(around, scope, ordered)
            elif name and name not in _PASSES:
                # What some function makes of the list may be sorted.
                ordered = ordered or None
            elif not (name or isinstance(around, (ast.ListComp, ast.GeneratorExp, ast.BinOp, ast.Starred))):
                return ordered, False
            assert isinstance(around, ast.expr)
            node = around
        return ordered, False

    def measures(self, call: ast.Call) -> bool:
        """Says whether rows to measure on are listed, by their name or that of the folder: order changes no score."""
        folder = call.args[0] if call.args else None
        if isinstance(folder, ast.Attribute) and _MEASURED.search(folder.attr):
            return True
        node: ast.AST = call
        while not isinstance(node, ast.stmt) and (around := self._around.get(node)) is not None:
            node = around
        targets = node.targets if isinstance(node, ast.Assign) else []
        return bool(targets) and all(isinstance(one, ast.Name) and _MEASURED.search(one.id) for one in targets)

    def _sorted_around(self, node: ast.AST) -> bool:
        around = self._around.get(node)
        return isinstance(around, ast.Call) and last_name(around.func) in _SORTS

    def _numbers(self, node: ast.expr, comprehension: ast.AST) -> bool:
        """`{name: number for number, name in enumerate(listing)}`: numbers of classes."""
        counted = isinstance(node, ast.Call) and last_name(node.func) == "enumerate"
        return counted and isinstance(comprehension, (ast.DictComp, ast.ListComp))

    def _loaded_in(self, node: ast.AST) -> bool:
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [getattr(node, "elt", node)]
        keeps = isinstance(node, (ast.ListComp, ast.GeneratorExp))
        return keeps and any(id(inner) in self._loads for part in parts for inner in walk(part))

    def _collects(self, loop: ast.For | ast.AsyncFor) -> bool:
        """Whether a loop loads what is listed and adds it to a list."""
        inner = [one for statement in loop.body for one in walk(statement)]
        loads = any(id(one) in self._loads for one in inner)
        anew = {one.id for one in inner if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        adds = any(
            isinstance(one, ast.Call)
            and isinstance(one.func, ast.Attribute)
            and one.func.attr in _COLLECTS
            # A list that is made for each file holds nothing of their order.
            and not (isinstance(one.func.value, ast.Name) and one.func.value.id in anew)
            for one in inner
        )
        yields = any(isinstance(one, ast.Yield) for one in inner)
        return loads and (adds or yields)

    def _assigned(self, statement: ast.Assign | ast.AnnAssign, scope: Scope, ordered: bool | None) -> Order:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        target = targets[0] if len(targets) == 1 else None
        if isinstance(target, ast.Attribute):
            return self._kept(target, scope, ordered)
        if not isinstance(target, ast.Name):
            return ordered, False
        uses = [
            one
            for one in walk(scope.holder.node)
            if isinstance(one, ast.Name) and one.id == target.id and isinstance(one.ctx, ast.Load)
        ]
        ordered = True if any(self._sorts(one) for one in uses) else ordered
        kept = [order for one in uses if (order := self.order(one, scope, ordered, named=True))[1]]
        if not kept:
            return ordered, False
        unsorted = [order for order, _ in kept if not order]
        return False if False in unsorted else None if unsorted else True, True

    def _sorts(self, use: ast.expr) -> bool:
        around = self._around.get(use)
        if isinstance(around, ast.Call) and use in around.args:
            return last_name(around.func) in _SORTS
        return isinstance(around, ast.Attribute) and around.attr in _SORTS

    def _kept(self, target: ast.Attribute, scope: Scope, ordered: bool | None) -> Order:
        """`self.files = os.listdir(root)` of a data set whose rows are asked for by number."""
        held = scope.holder.parent
        if held is None or held.kind != "class" or not isinstance(held.node, ast.ClassDef):
            return ordered, False
        rows = f"{held.name}.__getitem__"
        again = [
            one
            for one in walk(held.node)
            if isinstance(one, ast.Attribute) and one.attr == target.attr and isinstance(one.ctx, ast.Load)
        ]
        return ordered or any(self._sorts(one) for one in again), self._module.names.scope(rows) is not None


def _reads(call: Call, module: Module) -> bool:
    entry = module.entry(call)
    return entry is not None and any(fact.kind == "read" and fact.set.get("data") is not False for fact in entry.facts)
