"""A parsed Python file or notebook with its names resolved: what every Python extractor is given."""

import ast
from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import UNSET

from mlops_lint.extract.libraries import Entry, Libraries, Parameter, available, libraries, signature, table
from mlops_lint.extract.python.at_run import ARGUMENT, AtRun
from mlops_lint.extract.python.handles import opened, path_of
from mlops_lint.extract.python.names import Names
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Call, Import, Scope, Scopes
from mlops_lint.extract.python.settings_read import LOADERS, Settings, named
from mlops_lint.extract.python.tree import Nodes
from mlops_lint.extract.python.values import HOLE, Values
from mlops_lint.model import OWN, Link, Location, Ref
from mlops_lint.parse.words import says

# Methods that train, of what cannot be told.
_TRAINS = frozenset({"?.fit", "?.train"})


class Module:
    """One Python file; `name` is its path with dots, as `src.pkg.train`."""

    def __init__(self, path: str, context: str, tree: ast.Module, source: str, locate: Callable[[ast.AST], Location]):
        self.path = path
        self.context = context
        self.own = context in OWN
        """Of the project's own code that is meant to run: what data goes through is followed in no other."""
        self.tree = tree
        self.source = source
        self.locate = locate
        """Gives the location on disk of a node."""
        self.name, package = names_of(path)
        self.notebook = path.endswith(".ipynb")
        self.scopes = Scopes(tree, self.name, package)
        self.roots = frozenset(found.module.partition(".")[0] for found in self.scopes.imports)
        self.libraries: Libraries = libraries((self.roots | _marked(self.scopes.calls)) & available())
        self._entries: dict[str, Entry | None] = {}
        self.names = Names(self.scopes, self.libraries)
        self.values = Values(self.names, self.scopes, path, self._setting)
        for call in self.scopes.calls:
            call.name = self.names.name(call.node.func, call.scope)
            if call.name in _TRAINS:
                call.name = self._one_of_several(call)

    def _one_of_several(self, call: Call) -> str:
        """The first of several classes, as branches make them, where each trains by this method and none is a base."""
        function = call.node.func
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return call.name
        bound, owner = self.names.bindings(function.value.id, call.scope) or ([], call.scope)
        made = [self.names.name(one, owner) for one in bound if isinstance(one, ast.Call)]
        methods = [f"{one}.{function.attr}" for one in made]
        entries = [self._entry(one) for one in methods]
        trains = [entry is not None and any(fact.kind == "training" for fact in entry.facts) for entry in entries]
        return methods[0] if len(made) > 1 and all(trains) else call.name

    def says(self, words: frozenset[str]) -> bool:
        """Says whether one of some words of the vocabulary stands in its source."""
        return says(self.source, words)

    def close(self) -> None:
        """Lets go of the tree, whose scopes name each other.

        Workers search for no garbage: without this 1,300 files are held in 590 MB instead of 80.
        """
        pending = [*self.scopes.all]
        while pending:
            scope = pending.pop()
            pending += scope.inner
            scope.forget()
        self.scopes.__dict__.clear()
        self.__dict__.clear()

    @property
    def calls(self) -> list[Call]:
        """All calls in order of the source, with their names."""
        return self.scopes.calls

    @property
    def imports(self) -> list[Import]:
        """All imports in order of the source."""
        return self.scopes.imports

    @cached_property
    def nodes(self) -> Nodes:
        """The nodes of its tree by their sort, for extractors that look for what is no name and no call."""
        return Nodes(self.tree)

    def around(self, node: ast.AST) -> Scope:
        """Gives the innermost function, class or module body in which a node stands."""
        current: ast.AST | None = node
        while current is not None and current not in self._scopes:
            current = self.nodes.around.get(current)
        return self.scopes.module if current is None else self._scopes[current]

    @cached_property
    def _scopes(self) -> dict[ast.AST, Scope]:
        return {scope.node: scope for scope in self.scopes.all}

    @cached_property
    def at_run(self) -> AtRun | None:
        """What expressions are worth where a command says what the program is given; None = it takes no arguments."""
        if "sys.argv" not in self.source and not self.values.options.all:
            return None
        return AtRun(self.names, self.scopes, self.path, self._setting)

    def path_of(self, node: ast.expr, scope: Scope) -> tuple[ast.expr, Scope]:
        """Gives the path behind an open file, and where it stands; the same for what is none."""
        if self.names.name(node, scope).endswith("open()"):
            return path_of(node, scope, self.names, self._handles)
        return node, scope

    @cached_property
    def _handles(self) -> dict[int, ast.expr]:
        return opened(self.tree)

    @cached_property
    def settings(self) -> Settings | None:
        """What the module takes from configuration files; None = it loads none."""
        if not any(call.name in LOADERS for call in self.calls) or not named(self.source):
            return None
        return Settings(self.tree, self.scopes, self.names, self.values, self.path)

    def _setting(self, node: ast.expr, scope: Scope) -> Ref | None:
        return self.settings.reference(node, scope) if self.settings is not None else None

    def within(self, scope: Scope) -> Link:
        """Gives the link from a subject to the function, class or module body that it stands in."""
        return Link("within", symbol_of(scope))

    @cached_property
    def known(self) -> dict[str, Entry]:
        """What the tables know of its calls, by their names: an analysis that finds nothing here need not start."""
        named = {call.name: call for call in self.calls}
        return {name: entry for name, call in named.items() if (entry := self.entry(call)) is not None}

    def entry(self, call: Call) -> Entry | None:
        """Gives what the tables know of a call, through the bases of a class of this file too."""
        return self.entry_of(call.name)

    def entry_of(self, name: str) -> Entry | None:
        """Gives what the tables know of calls of that full name."""
        if name not in self._entries:
            self._entries[name] = self._entry(name)
        return self._entries[name]

    def _entry(self, name: str) -> Entry | None:
        found = self.libraries.entry(name)
        if found is None and "." in name:
            owner, _, method = name.rpartition(".")
            for base in self.names.bases(owner):
                if (found := self.libraries.entries.get(f"{base}.{method}")) is not None:
                    return found
        return found


class Arguments:
    """The arguments of one call, matched to the parameters of a signature; `self` is the receiver of a method."""

    def __init__(self, module: Module, call: Call, parameters: str) -> None:
        self._module = module
        self._scope = call.scope
        self.given: dict[str, ast.expr] = (
            {"self": call.node.func.value} if isinstance(call.node.func, ast.Attribute) else {}
        )
        self._known = {parameter.name: parameter for parameter in signature(parameters)}
        self._spread = self._starred = False
        self._match(call.node, [p for p in self._known.values() if p.positional])

    def _match(self, node: ast.Call, positional: list[Parameter]) -> None:
        for index, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                self._starred = True
                break
            if index < len(positional):
                self.given[positional[index].name] = argument
        for keyword in node.keywords:
            if keyword.arg is None:
                self._spread = True
            else:
                self.given[keyword.arg] = keyword.value

    def complete(self, name: str) -> bool:
        """Says whether a parameter that does not stand at the call is not given by `*args` or `**kwargs` either."""
        known = self._known.get(name)
        return not self._spread and not (self._starred and (known is None or known.positional))

    def node(self, name: str) -> ast.expr | None:
        """Gives the expression that stands at the call for a parameter."""
        return self.given.get(name)

    def value(self, name: str) -> Known:
        """Gives the value of a parameter: as given, else its default; UNSET = cannot be known."""
        if name in self.given:
            return self._module.values.value(self.given[name], self._scope)
        if not self.complete(name):
            return UNSET
        parameter = self._known.get(name)
        if parameter is None or parameter.default is None:
            return None if parameter is None else UNSET
        return self._module.values.value(parameter.default, self._module.scopes.module)

    def places(self, name: str) -> tuple[Known, ...]:
        """Gives the paths that a parameter may be at a run, also that of an open file; UNSET = cannot be known."""
        if name not in self.given:
            return (self.value(name),)
        node, scope = self._module.path_of(self.given[name], self._scope)
        values = self._module.values.several(node, scope)
        if self._module.at_run is not None:
            found = self._module.at_run.several(node, scope)
            if any(isinstance(one, Ref) and one.symbol.startswith(ARGUMENT) for one in found):
                return found
        return values

    def changes(self, name: str) -> bool | None:
        """Says whether an argument is made from the clock or chance; None = not seen, or said by what opened it."""
        node = self.given.get(name)
        if node is None or self._module.path_of(node, self._scope)[0] is not node:
            return None
        return self._module.values.changes(node, self._scope)

    def outline(self, name: str) -> str:
        """Gives what is known of the text of a parameter."""
        if name in self.given:
            return self._module.values.outline(self.given[name], self._scope)
        value = self.value(name)
        return value if isinstance(value, str) else HOLE

    def type(self, name: str) -> str:
        """Gives the class of an argument, `?` where unknown."""
        node = self.given.get(name)
        return self._module.names.name(node, self._scope) if node is not None else "?"

    def texts(self) -> Iterator[tuple[str, str]]:
        """Gives the arguments whose value is a text."""
        for name in self.given:
            value = self.value(name)
            if isinstance(value, str):
                yield name, value


def symbol_of(scope: Scope) -> str:
    """Gives the symbol of a function, class or module body, for a lambda that of what it stands in."""
    return f"function:{scope.name}.<module>" if scope.holder.kind == "module" else f"function:{scope.name}"


def names_of(path: str) -> tuple[str, str]:
    """Gives the dotted name of a file and that of the package in which its relative imports start."""
    stem = path.rpartition(".")[0] if not path.endswith(".ipynb") else path.replace(".ipynb", ":ipynb")
    dotted = stem.replace("/", ".")
    package = dotted.rpartition(".")[0]
    return (package, package) if path.endswith("/__init__.py") else (dotted, package)


def _marked(calls: list[Call]) -> frozenset[str]:
    """The tables that a file needs though it does not import their library, by names of methods."""
    called = {call.node.func.attr for call in calls if isinstance(call.node.func, ast.Attribute)}
    return frozenset(root for root, names in table("tools").markers.items() if not called.isdisjoint(names))
