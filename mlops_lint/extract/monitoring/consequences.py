"""What follows from the result of a check in Python: something acts on it, it is only shown, or it goes elsewhere."""

import ast
import re
from collections.abc import Iterable

from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import children, last_name, walk

# A result that goes into these is there for people to read, if somebody looks.
_SHOWN = frozenset(
    "save_html show print display info debug pprint plot savefig to_html write_html warning error".split()
)
_LOGGERS = frozenset({"logging", "logger", "log", "LOGGER", "console"})
_ASKS = frozenset("len bool str float int any all sum max min round abs sorted list dict".split())
_ASKED = "asked"
_OUTCOMES = {"told": True, "shown": False, "away": None}
# These tell people or programs of it.
_TELLS = re.compile(
    r"(?i)(?:^|_)(?:alert|notif|send|publish|trigger|retrain|raise|page|escalat|rollback|slack|email|webhook|ticket)"
)


def acts(scope: Scope, names: Iterable[str], inline: ast.Call) -> bool | None:
    """Says whether code of a scope acts on what some names hold; None = it is handed on to where we do not see.

    False = it is shown or saved as a page and nothing else. `inline` is the call that makes the result.
    """
    root = scope.node
    held = _held(root, set(names), inline)
    if any(one.startswith("self.") for one in held):
        # Other methods have it too.
        return None
    nodes = walk(root)
    parents = {id(below): node for node in nodes for below in children(node)}
    seen = [_use(node, parents) for node in nodes if _is_use(node, held, inline)]
    if True in seen:
        return True
    return None if None in seen or not seen else False


def _held(root: ast.AST, names: set[str], inline: ast.Call) -> set[str]:
    """The names, and those to which something made of them is assigned; twice, as loops hand back."""
    held = set(names)
    bound = [pair for node in walk(root) for pair in _bound(node)]
    for _ in range(2):
        for target, value in bound:
            if any(node is inline or _text(node) in held for node in walk(value)):
                held |= set(_targets(target))
    return held


def _bound(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [(node.target, node.iter)]
    return [(node.target, node.value)] if isinstance(node, ast.AnnAssign) and node.value is not None else []


def _targets(node: ast.expr) -> list[str]:
    if isinstance(node, (ast.Tuple, ast.List)):
        return [name for one in node.elts for name in _targets(one)]
    return [_text(node)] if isinstance(node, (ast.Name, ast.Attribute)) else []


def _text(node: ast.AST) -> str:
    """`report` or `self.report`; empty = a name that we do not keep."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return ""


def _is_use(node: ast.AST, held: set[str], inline: ast.Call) -> bool:
    if node is inline:
        return True
    return isinstance(node, (ast.Name, ast.Attribute)) and _text(node) in held and not isinstance(node.ctx, ast.Store)


def _use(node: ast.AST, parents: dict[int, ast.AST]) -> bool | None:
    """What one mention of the result leads to: goes up from it to its statement."""
    below: ast.AST = node
    while (above := parents.get(id(below))) is not None:
        if isinstance(above, (ast.If, ast.While, ast.IfExp)) and above.test is below:
            return True
        if isinstance(above, (ast.Assert, ast.Raise)):
            return True
        if isinstance(above, (ast.Return, ast.Yield)):
            return None
        # What it is assigned to is followed by its name.
        if isinstance(above, (ast.Assign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.Expr)):
            return False
        if isinstance(above, ast.Call) and (found := _called(above, below)) != _ASKED:
            return _OUTCOMES[found]
        below = above
    return None


def _called(call: ast.Call, below: ast.AST) -> str:
    """What a call does with it: one of `_OUTCOMES`, or it only asks it for something."""
    name = last_name(call.func)
    if _TELLS.search(name):
        return "told"
    if call.func is below:
        return "shown" if name in _SHOWN else _ASKED
    of_logger = isinstance(call.func, ast.Attribute) and last_name(call.func.value) in _LOGGERS
    if name in _SHOWN or of_logger:
        return "shown"
    return _ASKED if name in _ASKS else "away"
