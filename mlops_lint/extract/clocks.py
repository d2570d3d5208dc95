"""Calls that take the time of the clock to decide which data are meant.

Source: https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#creating-a-task ("never read the
latest data, use the data interval"), https://docs.python.org/3/library/datetime.html
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.tree import last_name, walk
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

_CLOCKS = re.compile(
    r"^(?:datetime\.datetime\.(?:now|today|utcnow)|datetime\.date\.today|pandas\.Timestamp\.(?:now|today|utcnow)"
    r"|pendulum\.(?:now|today|yesterday)|arrow\.(?:now|utcnow)|airflow\.utils\.timezone\.utcnow|django\.utils\.timezone\.now)$"
)
_SAYS = frozenset("print debug info warning error exception critical log echo set_description".split())
_WINDOWS = frozenset(
    {"timedelta", "relativedelta", "DateOffset", "Timedelta", "duration", "subtract", "BDay", "MonthEnd"}
)
# Parameters of calls, and keys of a query, that say which data are meant.
_MEANT = re.compile(
    r"(?i)^(?:start|end|from|to|since|until|before|after|date|day|month|year|as_?of|begin|period|period[12])_?"
    r"(?:date|day|time|month|dt|ts)?s?$"
)
_QUERY = re.compile(r"(?i)\bselect\b.*\bfrom\b|\bwhere\b|\bbetween\b")
_SELECTS = frozenset({"filter", "query", "where", "loc", "between"})
_DEPTH = 3


@python
def clocks(module: Module) -> Iterator[Subject]:
    """Gives a use for each call of the clock that selects data: by a window, a query, a parameter or a comparison."""
    if not module.own:
        return
    for call in module.calls:
        if (
            _CLOCKS.match(call.name)
            and not _is_default(module, call.node)
            and _selects(module, call.node, call, _DEPTH)
        ):
            record = Use(purpose="clock", tool=call.name)
            yield subject(record, module.locate(call.node), call.name, links=(module.within(call.scope),))


def _is_default(module: Module, node: ast.AST) -> bool:
    """Whether it stands in only where nobody gives a date: `day or date.today()`, `if day is None: day = ...`."""
    inner, outer = node, module.nodes.around.get(node)
    while outer is not None and not isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
        if isinstance(outer, ast.BoolOp) and outer.values[0] is not inner:
            return True
        if isinstance(outer, (ast.If, ast.IfExp)) and inner is not outer.test:
            test = ast.unparse(outer.test)
            if "None" in test or test.startswith("not ") or isinstance(outer, ast.IfExp) or " not in " in test:
                return True
        if isinstance(outer, ast.ExceptHandler):
            return True
        inner, outer = outer, module.nodes.around.get(outer)
    return isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)) and inner is outer.args


def _selects(module: Module, node: ast.expr, call: Call, depth: int) -> bool:
    """Whether a value decides which data are meant, where it stands or under the names that it is bound to."""
    inner: ast.AST = node
    outer = module.nodes.around.get(node)
    while outer is not None and not isinstance(outer, ast.stmt):
        if isinstance(outer, ast.BinOp) and isinstance(outer.op, (ast.Sub, ast.Add)):
            other = outer.right if inner is outer.left else outer.left
            # The difference of two times is how long something took, or how old it is.
            if isinstance(outer.op, ast.Sub) and not _is_window(other):
                return False
        elif _meant(outer, inner):
            return True
        elif isinstance(outer, ast.Call) and last_name(outer.func) in _SAYS:
            return False
        inner, outer = outer, module.nodes.around.get(outer)
    if isinstance(outer, (ast.Assign, ast.AnnAssign)) and depth > 0:
        targets = outer.targets if isinstance(outer, ast.Assign) else [outer.target]
        names = [one.id for one in targets if isinstance(one, ast.Name)]
        return any(_used(module, name, call.scope, call, depth) for name in names)
    return False


def _is_window(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Call) and last_name(one.func) in _WINDOWS for one in walk(node))


def _meant(outer: ast.AST, inner: ast.AST) -> bool:
    if isinstance(outer, ast.keyword):
        return outer.arg is not None and _MEANT.match(outer.arg) is not None
    if isinstance(outer, ast.Dict):
        at = next((index for index, value in enumerate(outer.values) if value is inner), None)
        key = outer.keys[at] if at is not None else None
        return isinstance(key, ast.Constant) and isinstance(key.value, str) and _MEANT.match(key.value) is not None
    if isinstance(outer, ast.JoinedStr):
        text = "".join(str(one.value) for one in outer.values if isinstance(one, ast.Constant))
        return _QUERY.search(text) is not None
    if isinstance(outer, ast.Compare):
        # A column or field of a row on the other side.
        return any(isinstance(one, ast.Subscript) for side in (outer.left, *outer.comparators) for one in walk(side))
    return isinstance(outer, ast.Call) and last_name(outer.func) in _SELECTS


def _used(module: Module, name: str, scope: Scope, call: Call, depth: int) -> bool:
    """Whether a later use of a name, in the function where it is bound, decides which data are meant."""
    later = [used for first, used in scope.holder.used if first == name and used.lineno >= call.node.lineno]
    return any(_selects(module, used, call, depth - 1) for used in later)
