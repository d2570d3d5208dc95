"""One stage of a dvc.yaml to what it runs, needs, reads and leaves behind.

Source: dvc 3.67.1, `dvc/schema.py`, `dvc/stage/loader.py` and `dvc/dependency/__init__.py`.
"""

from collections.abc import Iterator

import msgspec

from mlops_lint.extract.dvc.places import Place, below, place
from mlops_lint.extract.dvc.templates import DEFAULT_PARAMS, Filled, Stage, setting
from mlops_lint.model import Link, Location
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Scalar, Sequence

_OUTPUTS = ("outs", "metrics", "plots")


class Output(msgspec.Struct, frozen=True):
    """What a stage leaves behind; `cached` and `persistent` are None where they cannot be known."""

    place: Place
    location: Location
    cached: bool | None
    persistent: bool | None


class Contents(msgspec.Struct, frozen=True):
    """A stage with its paths from the root of the repository."""

    name: str
    symbol: str
    location: Location
    folder: str | None
    """Where its command runs; None = cannot be known."""
    commands: tuple[Filled, ...]
    inputs: tuple[tuple[Place, Location], ...]
    outputs: tuple[Output, ...]
    settings: tuple[Link, ...]
    """What it says of settings: the links `uses`, and `needs` and, where it takes the whole file, `loads`."""
    complete: bool
    """All that it declares could be read."""

    @property
    def waits_for(self) -> Iterator[str]:
        """The paths that DVC compares with outputs of other stages to order them, files of settings included."""
        yield from (found.path for found, _ in self.inputs)
        yield from (link.symbol.removeprefix("file:") for link in self.settings if link.role == "needs")


def contents(path: str, folder: str, stage: Stage, named: dict[str, Place]) -> Contents:
    """Gives what a stage of the dvc.yaml at `path` declares; `named` are the datasets `ds://name`."""
    return _Reader(path, folder, stage, named).contents()


class _Reader:
    """The texts of one stage, filled in; notes which settings they name, and whether any stays unknown."""

    def __init__(self, path: str, folder: str, stage: Stage, named: dict[str, Place]) -> None:
        self._path = path
        self._stage = stage
        self._named = named
        self._complete = True
        at = locate(path, stage.key)
        self._links: dict[Link, None] = {Link("uses", symbol, at): None for symbol in stage.settings}
        self._variables = stage.variables
        self._folder: str | None = folder
        wdir = stage.body.get("wdir")
        if isinstance(wdir, Scalar) and wdir.value is not None:
            filled = self._filled(wdir)
            self._folder = below(folder, filled.text) if filled.text is not None else None
        self._variables = stage.variables.extended(stage.body.get("vars"), self._folder)

    def contents(self) -> Contents:
        stage = self._stage
        self._files_of_variables()
        inputs = tuple(self._inputs())
        outputs = tuple(self._outputs())
        commands = tuple(self._filled(node) for node in _items(stage.body.get("cmd")) if isinstance(node, Scalar))
        self._params()
        symbol = f"task:{self._path}#{stage.name}"
        return Contents(
            stage.name, symbol, locate(self._path, stage.key), self._folder, commands, inputs, outputs,
            tuple(self._links), self._complete,
        )  # fmt: skip

    def _filled(self, node: Scalar) -> Filled:
        filled = self._variables.fill(node.text)
        for symbol in filled.settings:
            self._links.setdefault(Link("uses", symbol, locate(self._path, node)))
        return filled

    def _place(self, node: Scalar) -> Place | None:
        written = self._filled(node).text
        found = None if written is None else self._named.get(written) or place(written, self._folder)
        if written is None or (found is None and self._folder is None):
            self._complete = False
        return found

    def _inputs(self) -> Iterator[tuple[Place, Location]]:
        for node in _items(self._stage.body.get("deps")):
            if isinstance(node, Scalar) and (found := self._place(node)) is not None:
                yield found, locate(self._path, node)

    def _outputs(self) -> Iterator[Output]:
        for section in _OUTPUTS:
            for node, flags in _entries(self._stage.body.get(section)):
                if (found := self._place(node)) is not None:
                    cached, persistent = _flag(flags, "cache", default=True), _flag(flags, "persist", default=False)
                    yield Output(found, locate(self._path, node), cached, persistent)

    def _params(self) -> None:
        default = below(self._folder, DEFAULT_PARAMS)
        for item in _items(self._stage.body.get("params")):
            if isinstance(item, Scalar):
                self._keys(default, [item], item)
            elif isinstance(item, Mapping):
                for key, keys in item.entries:
                    written = self._filled(key).text
                    file = below(self._folder, written) if written is not None else None
                    self._keys(file, _items(keys), key)

    def _keys(self, file: str | None, keys: list[Node], at: Node) -> None:
        if file is None:
            self._complete = False
            return
        self._needs(file, at, whole=not keys)
        for node in keys:
            written = self._filled(node).text if isinstance(node, Scalar) and node.value is not None else None
            symbol = setting(file, written.split(".")) if written is not None else None
            if symbol is not None:
                self._links.setdefault(Link("uses", symbol, locate(self._path, node)))

    def _files_of_variables(self) -> None:
        # The first is the params.yaml beside the dvc.yaml, which need not be there.
        for source in self._variables.sources[1:]:
            if source.path is not None:
                self._needs(source.path, self._stage.key, whole=not source.keys)

    def _needs(self, file: str, at: Node, *, whole: bool) -> None:
        for role in ("needs", "loads") if whole else ("needs",):
            if not any(link.role == role and link.symbol == f"file:{file}" for link in self._links):
                self._links.setdefault(Link(role, f"file:{file}", locate(self._path, at)))


def _items(node: Node | None) -> list[Node]:
    if isinstance(node, Sequence):
        return list(node.items)
    return [node] if isinstance(node, Scalar) and node.value is not None else []


def _entries(section: Node | None) -> Iterator[tuple[Scalar, Mapping | None]]:
    """Gives each path of a section with its settings; a path may stand alone or be the key of a mapping."""
    for item in _items(section):
        if isinstance(item, Scalar):
            yield item, None
        elif isinstance(item, Mapping):
            for key, flags in item.entries:
                if not isinstance(flags, Scalar) or flags.value is None:
                    yield key, flags if isinstance(flags, Mapping) else None


def _flag(flags: Mapping | None, name: str, *, default: bool) -> bool | None:
    node = flags.get(name) if flags is not None else None
    if node is None:
        return default
    return node.value if isinstance(node, Scalar) and isinstance(node.value, bool) else None
