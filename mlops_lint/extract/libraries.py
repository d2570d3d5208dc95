"""What the tool knows of libraries: tables in `libraries/*.yaml` to entries, found by the full name of a call.

A table is read only when a file imports its library, so the names of the files are the import roots.
"""

import ast
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import msgspec

from mlops_lint.errors import UsageError, suggestion
from mlops_lint.subjects import KINDS

Plain = None | bool | int | float | str | list[str]


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test of one argument, or several tests together; an argument that cannot be known gives no answer."""

    if_: str | None = msgspec.field(name="if", default=None)
    """The parameter that is tested."""
    is_in: list[None | bool | int | float | str] | None = msgspec.field(name="in", default=None)
    not_in: list[None | bool | int | float | str] | None = None
    matches: str | None = None
    """A regular expression that the text value matches somewhere."""
    outline: str | None = None
    """A regular expression that the text matches somewhere, `…` for each part of it that is unknown: never in doubt."""
    given: bool | None = None
    """The argument stands at the call."""
    type: list[str] | None = None
    """The argument is an instance of one of these classes, or what one of these gives, as `gzip.open()`."""
    clock: bool | None = None
    """The argument is made from the clock, a uuid or a random number."""
    known: bool | None = None
    """The argument's value can be known."""
    all: "list[Condition] | None" = None
    any: "list[Condition] | None" = None
    not_: "Condition | None" = msgspec.field(name="not", default=None)


Spec = Condition | Plain
"""What a field is set to: a literal, `$parameter` for the value of an argument, a text with `{parameter}` filled in, or
`{parameter~pattern}` by the first group of a pattern (one without braces), or the answer of a condition.
The parameter `self` is the receiver of a method."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One subject that a call makes."""

    kind: str
    when: Condition | None = None
    """Only where this is true."""
    set: dict[str, Spec] = {}
    links: dict[str, str] = {}
    """role -> symbol with `{parameter}` filled in; left out where a parameter is unknown or absent.

    Where one is made, none is made of the field `uri`.
    """


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One function, class or method, or several of the same meaning."""

    call: str | list[str] = []
    signature: str = ""
    """The parameters that matter, in their order, with defaults, as in a `def`."""
    facts: list[Fact] = []
    returns: str | None = None
    """The class of what it returns; `{parameter}` is filled in. A class returns itself."""
    bases: list[str] = []
    """Of a class: the classes, real or ours, whose methods it has."""
    anywhere: bool = False
    """A method so named that it is recognised on a receiver of unknown type."""
    attribute: bool = False
    """An attribute that is set, not a function that is called: what it is set to is its first argument."""

    @property
    def calls(self) -> list[str]:
        """All names of the entry."""
        return [self.call] if isinstance(self.call, str) else self.call


class Use(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package whose import alone means that a tool is used for a purpose."""

    imported: str
    purpose: str
    tool: str


class Handlers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """How one framework is told which functions answer requests."""

    framework: str
    decorators: list[str] = []
    """Names of what decorates a handler, or a class whose `functions` are handlers."""
    registrations: list[str] = []
    """Names of calls that are given one as `handler`."""
    signature: str = "path, *, methods=None"
    """The parameters of both: `path`, `methods`, `handler`, and `input` for a descriptor of what comes in."""
    bases: list[str] = []
    """Regular expressions of the bases of a class whose `functions` are handlers."""
    functions: list[str] = []
    beside: list[str] = []
    """Functions of a module that say what its `functions` are."""
    reads: list[str] = []
    """Functions beside a handler that are given the input before it."""
    never: list[str] = []
    """Names of a parameter that no handler has: batches are no requests."""
    unresolved: bool = False
    """A decorator of the same method on something unknown, given a path, is taken for one of these."""
    input: Literal["annotated", "request", "parameter", "message", "descriptor", "any"] = "request"
    """Annotations are checked; a request object; the last parameter; a typed message; a descriptor; cannot be told."""
    request: list[str] = []
    """Names of the request, where it is no parameter."""
    hosted: bool = False

    @cached_property
    def roots(self) -> frozenset[str]:
        """The import roots without which there is none of these; empty = functions tell by their names."""
        names = (*self.decorators, *self.registrations, *self.bases)
        return frozenset(name.partition(".")[0].replace("\\", "") for name in names)


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of `libraries/`; `source` says where its facts come from."""

    source: str
    also: list[str] = []
    """Other tables that are needed where this one is."""
    aliases: dict[str, str] = {}
    """Prefix of a name -> the prefix under which the entries are."""
    entries: list[Entry] = []
    uses: list[Use] = []
    main: dict[str, list[str]] = {}
    """Library and class, as `sklearn.SVC` -> its main hyperparameters."""
    attributes: dict[str, str] = {}
    """Only in `tools.yaml`: attribute or method -> the purpose that its use alone serves, whatever it is of."""
    handlers: list[Handlers] = []
    markers: dict[str, list[str]] = {}
    """Only in `tools.yaml`: table -> names of methods that show its need where it is not imported."""
    hyperparameters: dict[str, list[str]] = {}
    """Only in `tools.yaml`: `names` of parameters that say how a model learns, and `libraries` that learn."""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a signature; `default` None = required."""

    name: str
    default: ast.expr | None
    positional: bool


# Tables that others need, or that are needed always: their names are no import roots.
SHARED = frozenset({"builtins", "downloads", "hyperparameters", "numpy_io", "services", "sklearn_datasets", "tools"})
FOLDER = Path(__file__).parent / "libraries"


@cache
def available() -> frozenset[str]:
    """Gives the import roots for which there is a table."""
    return frozenset(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def table(root: str) -> Table:
    """Gives the table of one import root."""
    return msgspec.yaml.decode((FOLDER / f"{root}.yaml").read_bytes(), type=Table)


_taught: list[Table] = []
"""The tables of in-house libraries that the configuration names: set once, before a run."""


def teach(files: tuple[Path, ...]) -> None:
    """Adds tables from outside to those of every file; raises UsageError at one that is wrong."""
    if _taught or files:
        _taught.clear()
        libraries.cache_clear()
    for path in files:
        try:
            _taught.append(msgspec.yaml.decode(path.read_bytes(), type=Table))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from None
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            raise UsageError(f"{path}:1: {' '.join(str(error).split())}") from None
        for fact in (fact for entry in _taught[-1].entries for fact in entry.facts):
            if fact.kind not in KINDS:
                hint = suggestion(fact.kind, KINDS)
                raise UsageError(f"{path}:1: no kind of subject is called '{fact.kind}'{hint}")


@cache
def signature(text: str) -> tuple[Parameter, ...]:
    """Gives the parameters of a signature as it stands in a table; `*args` and `**kwargs` are left out."""
    definition = ast.parse(f"def f({text}): pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    positional = [*arguments.posonlyargs, *arguments.args]
    gap: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    found = [
        Parameter(argument.arg, default, True)
        for argument, default in zip(positional, [*gap, *arguments.defaults], strict=True)
    ]
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(Parameter(argument.arg, default, False))
    return tuple(found)


class Libraries:
    """The entries of all tables that one file needs, under their full names."""

    def __init__(self, roots: frozenset[str]) -> None:
        self.entries: dict[str, Entry] = {}
        self.anywhere: dict[str, Entry] = {}
        self.aliases: dict[str, str] = {}
        self.main: dict[str, list[str]] = {}
        self.attributes: dict[str, str] = {}
        self.settings: set[str] = set()
        """Last names of the attributes that are set."""
        self.uses: dict[str, list[Use]] = {}
        """Import root -> what its import means."""
        self.handlers: list[Handlers] = []
        self._found: dict[str, Entry | None] = {}
        self._names: dict[str, str] = {}
        wanted, seen = [*sorted(roots & available()), "tools"], set[str]()
        while wanted:
            root = wanted.pop()
            if root not in seen and root in available():
                seen.add(root)
                self._add(table(root))
                wanted.extend(table(root).also)
        for one in _taught:
            self._add(one)

    def _add(self, one: Table) -> None:
        self.aliases.update(one.aliases)
        self.main.update(one.main)
        self.attributes.update(one.attributes)
        self.handlers.extend(one.handlers)
        for use in one.uses:
            self.uses.setdefault(use.imported.partition(".")[0], []).append(use)
        for entry in one.entries:
            for name in entry.calls:
                self.entries[name] = entry
                if entry.attribute:
                    self.settings.add(name.rpartition(".")[2])
                if entry.anywhere:
                    self.anywhere[name.rpartition(".")[2]] = entry

    def canonical(self, name: str) -> str:
        """Gives the name under which the tables know what is called `name`."""
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = self._canonical(name)
        return found

    def _canonical(self, name: str) -> str:
        prefix = name
        while prefix:
            if prefix in self.aliases:
                return self.aliases[prefix] + name[len(prefix) :]
            prefix = prefix.rpartition(".")[0]
        return name

    def entry(self, name: str) -> Entry | None:
        """Gives what is known of a call, through the bases of a class where the method is theirs."""
        if name not in self._found:
            self._found[name] = self.entries.get(name) or self._inherited(name)
        return self._found[name]

    def _inherited(self, name: str) -> Entry | None:
        owner, _, method = name.rpartition(".")
        for base in self.bases(owner):
            if (inherited := self.entries.get(f"{base}.{method}")) is not None:
                return inherited
        if owner == "?" or owner.endswith("()"):
            return self.anywhere.get(method)
        # The classes of some libraries are too many to name: `transformers.*.from_pretrained`.
        return self.entries.get(f"{name.partition('.')[0]}.*.{method}")

    def bases(self, name: str) -> tuple[str, ...]:
        """Gives all bases of a class that the tables name, nearest first."""
        entry = self.entries.get(name)
        if entry is None or not entry.bases:
            return ()
        found: list[str] = []
        wanted = list(entry.bases)
        while wanted:
            base = wanted.pop(0)
            if base not in found:
                found.append(base)
                wanted.extend(self.entries[base].bases if base in self.entries else ())
        return tuple(found)


@cache
def libraries(roots: frozenset[str]) -> Libraries:
    """Gives the entries that a file with these import roots needs."""
    return Libraries(roots)
