"""The options that a module declares for its command line, and their defaults.

Source: https://docs.python.org/3/library/argparse.html, https://click.palletsprojects.com/en/stable/options/,
https://typer.tiangolo.com/tutorial/parameter-types/, https://google.github.io/python-fire/guide/ and
https://abseil.io/docs/python/guides/flags
"""

import ast
from collections.abc import Iterator

import msgspec

from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.scopes import Call, Scope

NAMESPACES = frozenset({"args", "opt", "opts", "FLAGS", "hparams", "cli_args", "parsed_args"})
"""What people call what the parser returns, where it is handed to a function."""

_PARSERS = ("parse_args", "parse_known_args")
_CLICK = frozenset({"click.option", "click.argument", "rich_click.option", "rich_click.argument"})
_GROUPS = frozenset({"click.group", "rich_click.group"})
_TYPER = frozenset({"typer.Option", "typer.Argument"})
_RUNNERS = frozenset({"fire.Fire", "typer.run"})
# Whoever leaves such a flag out means something as well as who gives it.
_FLAGS = frozenset({"store_true", "store_false", "store_const", "append", "append_const", "count", "version"})
_BARE = _FLAGS - {"append"}


class Option(msgspec.Struct, frozen=True):
    """One option of a program."""

    name: str
    """Under which the code finds it, as `batch_size`."""
    default: ast.expr | None
    """None = there is none, or leaving it out has a meaning of its own."""
    node: ast.expr
    scope: Scope
    typed: bool
    """Its text is checked: converted, or one of a list."""
    converter: ast.expr | None = None
    flags: tuple[str, ...] = ()
    """As they stand in a command; a name without hyphens is that of an argument by its place."""
    takes: str = "one"
    """How many words follow a flag: none, one or some."""


class Options:
    """All options that one module declares."""

    def __init__(self, names: Names, calls: list[Call]) -> None:
        self._names = names
        self._declared: dict[str, list[Option]] = {}
        self._namespaces = set(NAMESPACES)
        self._run: set[str] = set()
        self._branched = False
        self.all: list[Option] = []
        """In order of the source."""
        for call in calls:
            self._read(call)

    def _read(self, call: Call) -> None:
        method = call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""
        if method == "add_argument":
            self._add(_of_argparse(call))
        elif method in _PARSERS:
            self._namespaces.update(target.rpartition(".")[2] for target in call.targets)
        elif method == "set_defaults":
            for keyword in call.node.keywords:
                self._declared.setdefault(keyword.arg or "", []).append(_changed(keyword, call))
        elif method == "add_subparsers" or call.name in _GROUPS:
            self._branched = True
        elif "flags.DEFINE_" in call.name:
            self._add(_of_absl(call))
        elif call.name in _RUNNERS and call.node.args:
            self._run.add(self._names.name(call.node.args[0], call.scope))
        elif call.decorator and call.name in _CLICK:
            self._add(_of_click(call))

    def _add(self, option: Option | None) -> None:
        if option is not None:
            self._declared.setdefault(option.name, []).append(option)
            self.all.append(option)

    def flags(self, option: Option) -> tuple[str, ...]:
        """Gives how an option stands in a command; nothing where that cannot be told."""
        # A word that chooses among parsers changes what the places mean.
        placed = not any(flag.startswith("-") for flag in option.flags)
        return () if placed and self._branched else option.flags

    def of_attribute(self, node: ast.Attribute, scope: Scope) -> list[Option]:
        """Gives what an attribute of the parsed arguments may be; nothing where it is none of one."""
        options = self._declared.get(node.attr)
        if not options:
            return []
        base = node.value
        last = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
        name = self._names.name(base, scope)
        known = name.startswith("argparse.") or name.endswith("flags.FLAGS")
        return options if known or (last in self._namespaces and name.startswith("?")) else []

    def of_parameter(self, name: str, function: Scope) -> Option | None:
        """Gives the option that a parameter of a function of the command line is."""
        node = function.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or function.parent is None:
            return None
        decorators = [(one, self._decorator(one, function.parent)) for one in node.decorator_list]
        for decorator, called in decorators:
            if called in _CLICK and isinstance(decorator, ast.Call):
                option = _of_click(_call(decorator, function.parent))
                if option is not None and option.name == name:
                    return option
        default = default_of(name, node)
        typed = function.parameters[name].annotation is not None
        if isinstance(default, ast.Call) and self._names.name(default.func, function.parent) in _TYPER:
            inner = default.args[0] if default.args else _keyword(default, "default")
            return Option(name, _stated(inner), default, function.parent, typed)
        is_command = any(called.startswith("typer.") and called.endswith(".command") for _, called in decorators)
        if (is_command or function.name in self._run) and default is not None:
            return Option(name, _stated(default), default, function.parent, typed)
        return None

    def _decorator(self, node: ast.expr, scope: Scope) -> str:
        return self._names.name(node.func if isinstance(node, ast.Call) else node, scope)


def default_of(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
    """Gives the default of a parameter; None = it has none."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    for parameter, default in zip(with_default, arguments.defaults, strict=True):
        if parameter.arg == name:
            return default
    for parameter, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if parameter.arg == name:
            return keyword_default
    return None


def _of_argparse(call: Call) -> Option | None:
    node = call.node
    flags = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    dest = _keyword(node, "dest")
    named = [dest.value] if isinstance(dest, ast.Constant) and isinstance(dest.value, str) else []
    name = next(iter([*named, *_long(flags), *flags]), None)
    if name is None:
        return None
    action, converter = _keyword(node, "action"), _keyword(node, "type")
    typed = converter is not None or _keyword(node, "choices") is not None or action is not None
    meant = isinstance(action, ast.Constant) and action.value in _FLAGS
    default = None if meant else _stated(_keyword(node, "default"))
    takes = (
        "none"
        if isinstance(action, ast.Constant) and action.value in _BARE
        else _taken(_keyword(node, "nargs"), action)
    )
    return Option(_variable(name), default, node, call.scope, typed, converter, tuple(flags), takes)


def _taken(count: ast.expr | None, action: ast.expr | None) -> str:
    """How many words an option takes, by its `nargs`; an action of a class of its own may take any."""
    stores = action is None or (isinstance(action, ast.Constant) and action.value == "store")
    single = count is None or (isinstance(count, ast.Constant) and count.value in ("?", 1))
    return "one" if stores and single else "some"


def _of_click(call: Call) -> Option | None:
    node = call.node
    flags = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    bare = [flag for flag in flags if not flag.startswith("-")]
    name = next(iter([*bare, *_long(flags), *flags]), None)
    if name is None or "/" in name:
        return None
    is_flag = _keyword(node, "is_flag") is not None
    typed = is_flag or _keyword(node, "type") is not None or _keyword(node, "default") is not None
    default = None if is_flag else _stated(_keyword(node, "default"))
    takes = "none" if is_flag or _keyword(node, "count") is not None else _taken(_keyword(node, "nargs"), None)
    multiple = _keyword(node, "multiple") is not None
    shown = tuple(flag for flag in flags if flag.startswith("-")) or tuple(bare)
    return Option(
        _variable(name).lower(), default, node, call.scope, typed, flags=shown, takes="some" if multiple else takes
    )


def _of_absl(call: Call) -> Option | None:
    arguments = call.node.args
    first = arguments[0] if arguments else _keyword(call.node, "name")
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or call.name.endswith("boolean"):
        return None
    default = arguments[1] if len(arguments) > 1 else _keyword(call.node, "default")
    flags = (f"--{first.value}", f"-{first.value}")
    return Option(first.value, _stated(default), call.node, call.scope, typed=True, flags=flags)


def _changed(keyword: ast.keyword, call: Call) -> Option:
    return Option(keyword.arg or "", None, keyword.value, call.scope, typed=False)


def _call(node: ast.Call, scope: Scope) -> Call:
    return Call(node, scope, ())


def _stated(default: ast.expr | None) -> ast.expr | None:
    """The default, if it is one: `None` and `...` say that the value comes at the start of the program."""
    return None if isinstance(default, ast.Constant) and default.value in (None, ...) else default


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _long(flags: list[str]) -> Iterator[str]:
    return (flag for flag in flags if flag.startswith("--"))


def _variable(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_")
