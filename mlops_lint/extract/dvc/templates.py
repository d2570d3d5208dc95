"""The stages of a dvc.yaml with `${}` filled in and `foreach` and `matrix` expanded, as far as the one file tells.

Source: dvc 3.67.1, `dvc/parsing` (which variables are seen, how generated stages are called), and
https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#templating
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import product
from math import prod

import msgspec

from mlops_lint.extract.dvc.places import below
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence, mappings

# Generated stages of one file, and nodes in all of them: real files have tens, a hostile one as many as we allow.
_STAGES = 1_000
_NODES = 100_000

_TEMPLATE = re.compile(r"(?<!\\)\$\{(.*?)\}")
# `{{` is of a tool that makes the file itself, such as cookiecutter.
_FOREIGN = re.compile(r"\{\{|\{%")
DEFAULT_PARAMS = "params.yaml"
_SETTINGS = frozenset({".yaml", ".yml", ".json", ".toml"})


class Source(msgspec.Struct, frozen=True):
    """A file that variables come from; `keys` are the top-level ones that are taken, () = all."""

    path: str | None
    keys: tuple[str, ...] = ()


class Filled(msgspec.Struct, frozen=True):
    """A text with its variables filled in."""

    text: str | None
    """None = some cannot be known."""
    partial: str
    """The same with those that cannot be known left as they stand."""
    settings: tuple[str, ...] = ()
    """The symbols of those whose values stand in other files."""


class Variables(msgspec.Struct, frozen=True):
    """What `${}` may name; the values of `sources` stand in other files."""

    local: tuple[Mapping, ...] = ()
    sources: tuple[Source, ...] = ()
    unknown: frozenset[str] = frozenset()
    """Names that have a value for each generated stage, where these are not known."""

    def extended(self, section: Node | None, folder: str | None) -> "Variables":
        """Gives the variables together with those of a section `vars`."""
        items = section.items if isinstance(section, Sequence) else ()
        local = tuple(item for item in items if isinstance(item, Mapping))
        files = tuple(_source(item.text, folder) for item in items if isinstance(item, Scalar))
        return Variables(self.local + local, tuple(dict.fromkeys(self.sources + files)), self.unknown)

    def bound(self, **values: Node) -> "Variables":
        """Gives the variables with those of one generated stage, which hide others of that name."""
        entries = tuple((_scalar(name, value), value) for name, value in values.items())
        own = Mapping(1, 1, 1, 1, entries)
        return Variables((own, *self.local), self.sources, self.unknown - values.keys())

    def fill(self, written: str) -> Filled:
        """Gives a text with its variables filled in."""
        settings: list[str] = []
        known = not _FOREIGN.search(written)
        pieces: list[str] = []
        end = 0
        for match in _TEMPLATE.finditer(written):
            node = self.node(match[1])
            value = _written(node)
            if value is None:
                known = False
                if node is None and (symbol := self.setting(match[1])) is not None:
                    settings.append(symbol)
            pieces += [written[end : match.start()], match[0] if value is None else value]
            end = match.end()
        text = "".join([*pieces, written[end:]]).replace("\\${", "${")
        return Filled(text if known else None, text, tuple(dict.fromkeys(settings)))

    def node(self, expression: str) -> Node | None:
        """Gives the value that a variable has in this file."""
        parts = _parts(expression)
        if parts[0] in self.unknown:
            return None
        for mapping in self.local:
            node: Node | None = mapping
            for part in parts:
                node = _below(node, part)
            if node is not None:
                return node
        return None

    def setting(self, expression: str) -> str | None:
        """Gives the symbol of a variable of another file; None where it may be one of several files."""
        parts = _parts(expression)
        if parts[0] in self.unknown or parts[0] in ("item", "key"):
            return None
        named = [source for source in self.sources if parts[0] in source.keys]
        possible = named or [source for source in self.sources if not source.keys]
        path = possible[0].path if len(possible) == 1 else None
        return setting(path, parts) if path is not None else None

    def resolved(self, node: Node) -> Node | None:
        """Gives a node, or the value that it names in full; None = cannot be known."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return node
        match = _TEMPLATE.fullmatch(node.text)
        if match is not None and "${" not in match[1]:
            return self.node(match[1])
        text = self.fill(node.text).text
        return _scalar(text, node) if text is not None else None


class Stage(msgspec.Struct, frozen=True):
    """One stage as DVC runs it; `settings` are those of other files that say which stages are generated."""

    name: str
    key: Scalar
    body: Mapping
    variables: Variables
    settings: tuple[str, ...] = ()


def variables(root: Mapping, folder: str) -> Variables:
    """Gives what `${}` may name anywhere in a dvc.yaml."""
    return Variables(sources=(_source(DEFAULT_PARAMS, folder),)).extended(root.get("vars"), folder)


def stages(root: Mapping, known: Variables) -> Iterator[Stage]:
    """Gives the stages; one that stands for an unknown number is called `name@${item}`."""
    room = _STAGES
    for key, entry in mappings(root.get("stages")):
        looped, matrix, body = entry.get("foreach"), entry.get("matrix"), entry
        if matrix is not None:
            found, over = _matrix(matrix, known, room), matrix
        elif looped is None:
            yield Stage(key.text, key, entry, known)
            continue
        elif isinstance(do := entry.get("do"), Mapping):
            found, over, body = _foreach(looped, known), looped, do
        else:
            continue
        settings = tuple(_settings(over, known))
        if found is None or len(found) > room or len(found) * _size(body) > _NODES:
            unknown = msgspec.structs.replace(known, unknown=frozenset({"item", "key"}))
            yield Stage(f"{key.text}@${{item}}", key, body, unknown, settings)
            continue
        room -= len(found)
        for name, values in found.items():
            yield Stage(f"{key.text}@{name}", key, body, known.bound(**values), settings)


def setting(path: str, parts: list[str]) -> str | None:
    """Gives the symbol of a setting; what lies in a list, or is a pattern, is named by what holds it."""
    if posixpath.splitext(path)[1] not in _SETTINGS:
        return None
    plain: list[str] = []
    for part in parts:
        if part.isdigit() or re.search(r"[*?\[\]{}$]", part):
            break
        plain.append(part)
    return f"config:{path}#{'.'.join(plain)}" if plain else None


Generated = dict[str, dict[str, Node]]


def _foreach(over: Node, known: Variables) -> Generated | None:
    items = known.resolved(over)
    if isinstance(items, Mapping):
        values = {key.text: known.resolved(value) for key, value in items.entries}
        if any(value is None for value in values.values()):
            return None
        return {
            name: {"item": value, "key": _scalar(name, value)} for name, value in values.items() if value is not None
        }
    listed = _list(items, known)
    if listed is None:
        return None
    nested = any(not isinstance(item, Scalar) for item in listed)
    return {str(index) if nested else _name(item): {"item": item} for index, item in enumerate(listed)}


def _matrix(over: Node, known: Variables, room: int) -> Generated | None:
    if not isinstance(over, Mapping):
        return None
    axes: dict[Scalar, list[tuple[str, Node]]] = {}
    for key, value in over.entries:
        items = known.resolved(value)
        listed = _list(items, known)
        if listed is None:
            return None
        axes[key] = [
            (_name(item) if isinstance(item, Scalar) else f"{key.text}{index}", item)
            for index, item in enumerate(listed)
        ]
    if not axes or prod(map(len, axes.values())) > room:
        return None
    found: Generated = {}
    for chosen in product(*axes.values()):
        name = "-".join(fragment for fragment, _ in chosen)
        entries = tuple(zip(axes, (item for _, item in chosen), strict=True))
        found[name] = {"item": Mapping(1, 1, 1, 1, entries), "key": _scalar(name, over)}
    return found


def _list(node: Node | None, known: Variables) -> list[Node] | None:
    if not isinstance(node, Sequence) or len(node.items) > _STAGES:
        return None
    items = [known.resolved(item) for item in node.items]
    return [item for item in items if item is not None] if None not in items else None


def _name(item: Node) -> str:
    return _written(item) or ""


def _settings(node: Node, known: Variables) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield from known.fill(node.text).settings
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _settings(item, known)
    elif isinstance(node, Mapping):
        for _, value in node.entries:
            yield from _settings(value, known)


def _size(node: Node) -> int:
    if isinstance(node, Sequence):
        return 1 + sum(map(_size, node.items))
    return 1 + sum(_size(value) for _, value in node.entries) if isinstance(node, Mapping) else 1


def _source(written: str, folder: str | None) -> Source:
    file, _, keys = written.partition(":")
    return Source(below(folder, file), tuple(key for key in keys.split(",") if key))


def _parts(expression: str) -> list[str]:
    return [part.strip() for part in expression.replace("[", ".").replace("]", "").split(".")]


def _below(node: Node | None, part: str) -> Node | None:
    if isinstance(node, Sequence):
        return node.items[int(part)] if part.isdecimal() and int(part) < len(node.items) else None
    return node.get(part) if isinstance(node, Mapping) else None


def _written(node: Node | None) -> str | None:
    """A value as DVC writes it into a text; None for a collection, or for what is itself a template."""
    if not isinstance(node, Scalar):
        return None
    if isinstance(node.value, bool):
        return str(node.value).lower()
    written = str(node.value)
    return None if _TEMPLATE.search(written) or _FOREIGN.search(written) else written


def _scalar(value: str, at: Node) -> Scalar:
    return Scalar(at.line, at.column, at.end_line, at.end_column, value, value)
