"""Calls that the library tables know to subjects.

Source: the tables in `libraries/`, each with its own.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import TypeGuard, get_type_hints

from msgspec import UNSET, UnsetType, ValidationError, convert

from mlops_lint.extract.libraries import Condition, Fact, Spec
from mlops_lint.extract.python.at_run import ARGUMENT
from mlops_lint.extract.python.attributes_set import attributes_set
from mlops_lint.extract.python.branches import instead_of
from mlops_lint.extract.python.checkpoints import WITH_CALLBACKS, saving_callbacks, training_loops
from mlops_lint.extract.python.feeding import unfed
from mlops_lint.extract.python.findings import FIELDS, Findings
from mlops_lint.extract.python.flow import flow
from mlops_lint.extract.python.frames import IN_FRAMES, on_frames
from mlops_lint.extract.python.generators import seed_of
from mlops_lint.extract.python.hyperparameters import Choices
from mlops_lint.extract.python.kept import kept
from mlops_lint.extract.python.loaded import loaded_from
from mlops_lint.extract.python.module import Arguments, Module
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.people import protected_columns
from mlops_lint.extract.python.retries import retried
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.second_runs import in_memory, second_run
from mlops_lint.extract.python.shown import only_shown
from mlops_lint.extract.python.time_travel import as_of
from mlops_lint.extract.python.tree import written
from mlops_lint.extract.python.uris import ROLES, data_symbol
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Ref, Subject, Value
from mlops_lint.subjects import KINDS, Kind, PathUse, subject

# Parameters that take no number.
_OBJECTS = frozenset({"generator", "rng", "key", "random_number_generator"})
Seen = dict[str, Value | UnsetType]
_PLAIN = (bool, int, float, str, type(None))


@python
def library_calls(module: Module) -> Iterator[Subject]:
    """Gives the subjects of every call that a table knows, and the uses of tools that are imported."""
    seen = _Seen(module)
    for call in (*module.calls, *_bare_decorators(module), *attributes_set(module)):
        entry = module.entry(call)
        if entry is not None and entry.facts:
            arguments = Arguments(module, call, entry.signature)
            for fact in entry.facts:
                if seen.leaves_out(fact.kind, call):
                    continue
                if fact.when is None or _answer(fact.when, arguments, module) is True:
                    made = _subject(fact, call, arguments, module, seen.of(fact.kind, call))
                    yield made
                    yield from _relative_path(made)
    yield from _uses(module)


class _Seen:
    """What the flow of data through a file says of its calls, by the `id` of their nodes; asked where it matters."""

    def __init__(self, module: Module) -> None:
        self._module = module

    @cached_property
    def flow(self) -> Findings:
        return flow(self._module)

    @cached_property
    def idle(self) -> frozenset[int]:
        return unfed(self._module)

    @cached_property
    def shown(self) -> frozenset[int]:
        return only_shown(self._module)

    @cached_property
    def protected(self) -> tuple[str, ...]:
        return protected_columns(self._module)

    @cached_property
    def choices(self) -> Choices:
        return Choices(self._module)

    @cached_property
    def loops(self) -> dict[int, dict[str, Value]]:
        return training_loops(self._module)

    @cached_property
    def frames(self) -> dict[int, dict[str, Value] | None]:
        return on_frames(self._module) if self._module.own else {}

    def leaves_out(self, kind: str, call: Call) -> bool:
        """Says whether a call makes no subject of a kind where it stands."""
        if kind == "random_call":
            # A seed that is drawn, and shown so that the run can be had again, is no draw of data.
            is_seed = any("seed" in target.lower() for target in call.targets)
            return is_seed or id(call.node) in self.shown
        if kind == "write":
            return in_memory(self._module, call)
        if kind == "model":
            # On a receiver of unknown class its name says whether a model or a body of data is sent to the hub.
            owner = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
            return call.name.startswith("?") and isinstance(owner, ast.Name) and "dataset" in owner.id.lower()
        return kind in ("join", "transform") and self.frames.get(id(call.node), {}) is None

    def of(self, kind: str, call: Call) -> Seen:
        """Gives the fields of a subject that follow from the flow; one that is not set cannot be known after all."""
        found: Seen = {**self.flow.fields(kind, id(call.node))} if kind in FIELDS else {}
        if kind == "http_call":
            again = retried(self._module, call) if self._module.own else None
            return found if again is None else found | {"retried": again}
        if kind == "model_load":
            return found | loaded_from(self._module, call) | ({"once": True} if kept(call) else {})
        if kind == "estimator":
            return found | self.choices.of(call)
        if kind == "seed_call":
            instead = instead_of(self._module, call.node)
            return found | {"instead": instead} if instead else found
        if kind == "training":
            takes_callbacks = ".fit" in call.name and self._module.roots & WITH_CALLBACKS
            saved = saving_callbacks(self._module, call) if takes_callbacks else self.loops.get(id(call.node), {})
            return found | saved
        if kind in IN_FRAMES:
            found |= self.frames.get(id(call.node)) or {}
        if kind == "read" and id(call.node) in self.idle:
            found["trained"] = False
        if kind == "read":
            found = found | as_of(self._module, call)
        if kind == "read" and self.protected:
            found["protected"] = self.protected
        return found


def _relative_path(made: Subject) -> Iterator[Subject]:
    """A path of data that everybody with the repository has; private ones are found in all strings, not only here."""
    uri = made.fields.get("uri")
    local = any(link.symbol.startswith("path:") for link in made.links)
    if made.kind in ROLES and isinstance(uri, str) and local and not uri.startswith(("/", "~")) and ":" not in uri:
        yield subject(PathUse(value=uri, private=False), made.location, uri)


def _bare_decorators(module: Module) -> Iterator[Call]:
    """Decorators without parentheses, which are called too: `@serve.deployment`."""
    for scope in module.scopes.all:
        for decorator in getattr(scope.node, "decorator_list", ()):
            if scope.parent is None or isinstance(decorator, ast.Call):
                continue
            name = module.names.name(decorator, scope.parent)
            # Most of them are no library's.
            if module.entry_of(name) is not None:
                call = Call(ast.copy_location(ast.Call(decorator, [], []), decorator), scope.parent, ())
                call.name = name
                yield call


def _uses(module: Module) -> Iterator[Subject]:
    """Gives the tools that are imported, within the import and within whatever calls them."""
    for use in (use for root in sorted(module.roots) for use in module.libraries.uses.get(root, ())):
        inside = f"{use.imported}."
        found = next((i for i in module.imports if i.dotted == use.imported or i.dotted.startswith(inside)), None)
        if found is not None:
            record = KINDS["use"](purpose=use.purpose, tool=use.tool)
            calls = [one.scope for one in module.calls if one.name == use.imported or one.name.startswith(inside)]
            links = dict.fromkeys(module.within(scope) for scope in (found.scope, *calls))
            yield subject(record, module.locate(found.node), use.tool, links=tuple(links))


def _subject(fact: Fact, call: Call, arguments: Arguments, module: Module, seen: Seen) -> Subject:
    kind = KINDS[fact.kind]
    fields: dict[str, Value] = {}
    places: tuple[Known, ...] = ()
    library = call.name.partition(".")[0]
    # On what some function returned, the root is that of the function.
    if "library" in kind.__struct_fields__ and library != "?" and "()" not in call.name:
        fields["library"] = library
    for field, spec in fact.set.items():
        value = _value(spec, arguments, module)
        if field == "uri" and isinstance(spec, str) and spec.startswith("$"):
            places = arguments.places(spec[1:])
            value = places[0] if len(places) == 1 else UNSET
        if (
            field == "seed"
            and value is UNSET
            and isinstance(spec, str)
            and (node := arguments.node(spec[1:])) is not None
        ):
            value = seed_of(node, call.scope, module)
        if _fits(value, kind, field):
            fields[field] = value
            if f"{field}_argument" in kind.__struct_fields__ and isinstance(spec, str) and spec[1:] not in _OBJECTS:
                fields |= {f"{field}_argument": spec[1:]} if spec.startswith("$") else {}
    # What is seen around the call is nearer the truth than what its arguments say.
    fields = {field: value for field, value in (fields | seen).items() if value is not UNSET}
    if fact.kind == "write" and module.own:
        spec = fact.set.get("uri")
        # Of `s3://{Bucket}/{Key}` the last says where in the store.
        names = re.findall(r"^\$(\w+)|{(\w+)", spec) if isinstance(spec, str) else []
        path = arguments.node("".join(names[-1])) if names else None
        found, unsure = second_run(module, call, path)
        fields = {field: value for field, value in (fields | found).items() if field not in unsure}
    # What a table says of its links is nearer the truth than what we make of a `uri`.
    data_links = list(_own_links(fact, arguments)) or list(_data_links(fact.kind, fields, places))
    links = [module.within(call.scope), *data_links]
    return subject(convert(fields, kind), module.locate(call.node), _display(call), links=tuple(links))


def _fits(value: Known, kind: type[Kind], field: str) -> TypeGuard[Value]:
    """Whether the field can hold the value: `open(0)` has a path that is no text."""
    if value is UNSET:
        return False
    try:
        convert(value, _hints(kind)[field])
    except ValidationError:
        return False
    return True


@cache
def _hints(kind: type[Kind]) -> dict[str, object]:
    return get_type_hints(kind)


def _display(call: Call) -> str:
    """The name of the call for people: the full one, or as written where the receiver is unknown."""
    if call.name.startswith("?"):
        return written(call.node.func)[:60]
    return call.name


def _data_links(kind: str, fields: dict[str, Value], places: tuple[Known, ...]) -> Iterator[Link]:
    """The links to what is read or written, under one path or, where all are known, under several."""
    role = ROLES.get(kind)
    if role is None:
        return
    known = [one for one in map(_as_text, places) if one is not None]
    each = [fields | {"uri": one} for one in known] if 1 < len(places) == len(known) else [fields]
    for symbol in (data_symbol(kind, one) for one in each):
        if symbol is not None:
            yield Link(role, symbol)


def _as_text(value: Known) -> str | None:
    """A path with the arguments of a program in it in braces, as the linker fills them in; None = none can be told."""
    if isinstance(value, Ref) and value.symbol.startswith(ARGUMENT):
        return f"{value.before}{{{value.symbol}}}{value.after}"
    return value if isinstance(value, str) else None


def _own_links(fact: Fact, arguments: Arguments) -> Iterator[Link]:
    for role, template in fact.links.items():
        symbol = _filled(template, arguments)
        if symbol is not UNSET:
            yield Link(role, symbol)


def _filled(template: str, arguments: Arguments) -> str | UnsetType:
    """Fills in `{parameter}`, and `{parameter~pattern}` by the first group that matches; UNSET where one is unknown."""
    filled = template
    for hole, name, pattern in re.findall(r"({(\w+)(?:~([^}]*))?})", template):
        value = arguments.value(name)
        found = re.search(pattern or "(.+)", value) if isinstance(value, str) else None
        if found is None or not found[1]:
            return UNSET
        filled = filled.replace(hole, found[1])
    return filled


def _value(spec: Spec, arguments: Arguments, module: Module) -> Known:
    if isinstance(spec, Condition):
        answer = _answer(spec, arguments, module)
        return UNSET if answer is None else answer
    if isinstance(spec, list):
        return tuple(spec)
    if isinstance(spec, str) and spec.startswith("$"):
        return arguments.value(spec[1:])
    if isinstance(spec, str) and "{" in spec:
        return _filled(spec, arguments)
    return spec


def _answer(condition: Condition, arguments: Arguments, module: Module) -> bool | None:
    """True, False, or None where the argument cannot be known."""
    if condition.all is not None:
        return _conjunction([_answer(one, arguments, module) for one in condition.all])
    if condition.any is not None:
        opposite = _conjunction([_negated(_answer(one, arguments, module)) for one in condition.any])
        return _negated(opposite)
    if condition.not_ is not None:
        return _negated(_answer(condition.not_, arguments, module))
    name = condition.if_ or ""
    if condition.outline is not None:
        return re.search(condition.outline, arguments.outline(name)) is not None
    if condition.clock is not None:
        changes = arguments.changes(name)
        return changes if condition.clock else _negated(changes)
    if condition.given is not None:
        if name in arguments.given:
            return condition.given
        return not condition.given if arguments.complete(name) else None
    if condition.type is not None:
        return _is_instance(arguments.type(name), condition.type, module)
    value = arguments.value(name)
    # What a command gives is some text.
    if value is UNSET and condition.matches == "." and any(isinstance(one, Ref) for one in arguments.places(name)):
        return True
    if condition.known is not None:
        return isinstance(value, _PLAIN) == condition.known
    return _compares(value, condition)


def _compares(value: Known, condition: Condition) -> bool | None:
    # A value under another symbol is some value, but not the absence of one.
    if not isinstance(value, _PLAIN):
        return None
    if condition.matches is not None:
        return isinstance(value, str) and re.search(condition.matches, value) is not None
    if condition.is_in is not None:
        return any(value is one or (value == one and type(value) is type(one)) for one in condition.is_in)
    return not any(value is one or (value == one and type(value) is type(one)) for one in condition.not_in or ())


def _is_instance(name: str, wanted: list[str], module: Module) -> bool | None:
    if name not in wanted and (name.startswith("?") or name.endswith("()")):
        return None
    return any(one in wanted for one in (name, *module.names.bases(name)))


def _conjunction(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
