"""Settings of tasks and pipelines to what they are worth: numbers, flags, texts, durations."""

import ast

from msgspec import UNSET

from mlops_lint.extract.python.flows.records import Settings
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import last_name
from mlops_lint.model import Ref
from mlops_lint.subjects import Flag, Number, Text

_UNITS = {"microseconds": 1e-6, "milliseconds": 1e-3, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86400,
          "weeks": 604_800}  # fmt: skip
_POSITIONS = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
# A setting that stands behind names of names.
_DEPTH = 6


def settings_of(call: ast.Call, scope: Scope, positional: tuple[str, ...] = ()) -> Settings:
    """Gives the arguments of a call by their names; `positional` names those that have none."""
    found: dict[str, tuple[ast.expr, Scope]] = {}
    complete = True
    for name, argument in zip(positional, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            complete = False
            break
        found[name] = (argument, scope)
    for keyword in call.keywords:
        if keyword.arg is not None:
            found[keyword.arg] = (keyword.value, scope)
        elif isinstance(keyword.value, ast.Dict):
            entries = zip(keyword.value.keys, keyword.value.values, strict=True)
            named = {key.value: (value, scope) for key, value in entries if isinstance(key, ast.Constant)}
            found |= {str(key): value for key, value in named.items()}
            complete = complete and len(named) == len(keyword.value.keys)
        else:
            complete = False
    return Settings(found, complete)


def value(module: Module, settings: Settings, name: str, default: Known = None) -> Known:
    """Gives what a setting is worth; UNSET = cannot be known."""
    given = settings.entries.get(name)
    if given is None:
        return default if settings.complete else UNSET
    return module.values.value(*given)


def number(module: Module, settings: Settings, name: str, default: Number) -> Number:
    """Gives a number; `None` in the source is the default."""
    found = value(module, settings, name, default)
    if found is None:
        return default
    return found if isinstance(found, (int, float, Ref)) and not isinstance(found, bool) else UNSET


def flag(module: Module, settings: Settings, name: str, default: Flag) -> Flag:
    """Gives yes or no; `None` in the source is the default."""
    found = value(module, settings, name, default)
    if found is None:
        return default
    return found if isinstance(found, (bool, Ref)) else UNSET


def text(module: Module, settings: Settings, name: str) -> Text:
    """Gives a text; None = not given."""
    found = value(module, settings, name)
    return found if found is None or isinstance(found, (str, Ref)) else UNSET


def seconds(module: Module, settings: Settings, name: str) -> Number:
    """Gives a duration in seconds, of a number or a `timedelta`; None = not given, or 0."""
    given = settings.entries.get(name)
    if given is None:
        return None if settings.complete else UNSET
    return duration(module, *given)


def duration(module: Module, node: ast.expr, scope: Scope) -> Number:
    """Gives the seconds that an expression stands for; None = none."""
    known = module.values.value(node, scope)
    if isinstance(known, (int, float)) and not isinstance(known, bool):
        return known or None
    if known is None or isinstance(known, Ref):
        return known
    made = expression(module, node, scope)
    if made is None or not isinstance(made[0], ast.Call) or last_name(made[0].func) not in ("timedelta", "duration"):
        return UNSET
    return _spent(module, settings_of(made[0], made[1], _POSITIONS))


def _spent(module: Module, units: Settings) -> Number:
    total = 0.0
    for unit in units.entries:
        count = value(module, units, unit)
        if unit not in _UNITS or not isinstance(count, (int, float)):
            return UNSET
        total += _UNITS[unit] * count
    if not units.complete:
        return UNSET
    return int(total) if total.is_integer() else total


def expression(module: Module, node: ast.expr, scope: Scope) -> tuple[ast.expr, Scope] | None:
    """Gives the expression behind names that this file binds once; None where another file or nothing binds them."""
    for _ in range(_DEPTH):
        if not isinstance(node, ast.Name):
            return node, scope
        found = module.names.bindings(node.id, scope)
        only = found[0][0] if found is not None and len(found[0]) == 1 else None
        if found is None or not isinstance(only, ast.expr):
            return None
        node, scope = only, found[1]
    return None


def behind(module: Module, settings: Settings, name: str) -> tuple[ast.expr, Scope] | None:
    """Gives the expression of a setting, behind names; None = not given, or not seen here."""
    given = settings.entries.get(name)
    return expression(module, *given) if given is not None else None


def made(module: Module, settings: Settings, name: str, maker: str) -> Settings | None:
    """Gives the arguments of the call that makes a setting, where it is one of a class `maker`; else None."""
    found = behind(module, settings, name)
    if found is None or not isinstance(found[0], ast.Call) or last_name(found[0].func) != maker:
        return None
    return settings_of(found[0], found[1])


def is_given(settings: Settings, name: str) -> Flag:
    """Says whether a setting is given, and not `None` or an empty list."""
    given = settings.entries.get(name)
    if given is None:
        return False if settings.complete else UNSET
    node = given[0]
    empty = isinstance(node, ast.Constant) and not node.value
    return not (empty or (isinstance(node, (ast.List, ast.Tuple, ast.Dict)) and not ast.unparse(node)[1:-1].strip()))


def meant(module: Module, node: ast.expr, scope: Scope) -> str:
    """Gives the full name of an expression; of a name with a stand-in for where a library is missing, the library's."""
    name = module.names.name(node, scope)
    found = module.names.bindings(node.id, scope) if name.startswith("?") and isinstance(node, ast.Name) else None
    texts = [one for one in (found[0] if found is not None else ()) if isinstance(one, str)]
    return next((one.partition(":")[2] for one in texts if one.startswith("import:")), name)
