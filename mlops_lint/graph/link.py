"""Facts of all files to one graph: symbols merged, paths and imports resolved, references filled in."""

import posixpath
import re
from collections.abc import Iterable

from mlops_lint.discover import Entry
from mlops_lint.extract.context import installed, unpacked
from mlops_lint.extract.python.uris import HERE, ROLES, data_symbol
from mlops_lint.graph.arguments import given
from mlops_lint.graph.derive import derive
from mlops_lint.graph.entries import Entries
from mlops_lint.graph.graph import Graph
from mlops_lint.graph.groups import stated
from mlops_lint.graph.modules import Modules
from mlops_lint.graph.nodes import Node
from mlops_lint.graph.paths import Paths
from mlops_lint.model import OWN, Facts, Link, Location, Ref, Subject, Value
from mlops_lint.settings import Settings

# Symbols whose subject need not be defined anywhere: to name one is to say that it exists somewhere.
_IMPLIED = {"dataset": "dataset", "model": "model", "config": "config_key"}
_DEPTH = 5
_ARGUMENT = re.compile(r"\{(argument:[^{}]*)\}")


def link(facts: list[Facts], files: tuple[Entry, ...], git: bool, settings: Settings) -> Graph:
    """Gives the graph of a repository from the facts of all its files."""
    linker = _Linker(facts, files)
    graph = linker.linked()
    derive(graph, files, git, settings)
    return graph


class _Linker:
    def __init__(self, facts: list[Facts], files: tuple[Entry, ...]) -> None:
        facts = [*facts, *_written(facts, files)]
        self._facts = facts
        self._nodes: dict[str, Node] = {}
        self._modules = _modules(facts)
        self._paths = Paths((entry.path for entry in files), _declared(facts))
        self._entries = Entries(facts)
        files_of = (subject for one in facts for subject in one.subjects if subject.kind == "file")
        self._elsewhere = tuple(one.name for one in files_of if one.fields.get("submodule") is True)
        self._meant: dict[tuple[str, str, str], str] = {}
        self._given: dict[str, Value] = {}
        """The arguments of programs at the runs that are known."""
        self._made: frozenset[str] = frozenset()
        """Paths of data that some file defines: they are there once their stage has run."""

    def linked(self) -> Graph:
        folders = unpacked(self._paths.files)
        for one in self._facts:
            sort = "vendored" if folders and installed(one.path, folders) else one.context
            for subject in one.subjects:
                self._add(subject, sort)
        self._made = frozenset(id.partition(":")[2] for id, node in self._nodes.items() if node.kind == "dataset")
        self._run_folders()
        for node in list(self._nodes.values()):
            node.links = [self._resolved(link, node) for link in node.links]
        self._given = given(self._nodes)
        self._fill_references()
        edges: list[tuple[str, str, str]] = []
        for node in list(self._nodes.values()):
            for link in node.links:
                target = self._target(link)
                if target is None:
                    node.dangling.append(link)
                else:
                    edges.append((node.id, link.role, target))
        graph = Graph(self._nodes.values(), self._paths)
        for source, role, end in edges:
            graph.connect(source, role, end)
        return graph

    def _add(self, subject: Subject, context: str) -> None:
        symbol = subject.symbol
        if symbol is not None and symbol.startswith("config:~"):
            symbol = self._config(symbol, subject.location.path)
        id = symbol or _place(subject)
        while id in self._nodes and (symbol is None or self._nodes[id].kind != subject.kind):
            id += "'"
        node = self._nodes.get(id)
        if node is None:
            node = Node(id, subject.kind, subject.name, subject.location, context, dict(subject.fields), symbol)
            self._nodes[id] = node
        else:
            _merge(node, subject, context)
        # Several files may mention one subject: what a link names is meant from where it stands.
        node.links.extend(
            Link(one.role, one.symbol, one.location or subject.location, one.words) for one in subject.links
        )

    def _run_folders(self) -> None:
        """Notes from which folder each script is run, where a task says so."""
        for node in self._nodes.values():
            folder = node.fields.get("folder")
            if node.kind == "task" and isinstance(folder, str):
                for link in node.links:
                    if link.role == "runs" and link.symbol.startswith("file:"):
                        self._paths.add_folder(link.symbol.removeprefix("file:"), folder)

    def _resolved(self, link: Link, node: Node) -> Link:
        location = link.location or node.location
        symbol = self._symbol(link.symbol, location.path, link.role)
        packed = node.kind == "file" or node.fields.get("image") is not None
        if packed and symbol.startswith("?path:") and link.role == "runs":
            # What a container runs was copied into its image, to a folder that only the Dockerfile knows.
            found = self._paths.copied(symbol.removeprefix("?path:"), location.path)
            symbol = symbol if found is None else f"file:{found}"
        if symbol.startswith("?function:") and (constant := self._constant(symbol)) is not None:
            return Link("uses", constant, location)
        return Link(link.role, symbol, location, link.words)

    def _constant(self, symbol: str) -> str | None:
        """The constant that is meant by a name which code uses, and which is no function."""
        constant = f"constant:{symbol.removeprefix('?function:')}"
        return constant if constant in self._nodes else None

    def _symbol(self, symbol: str, path: str, role: str) -> str:
        """Gives what the file `path` means by a symbol; with `?` before it, it is not there or cannot be told."""
        scheme, _, rest = symbol.partition(":")
        if _ARGUMENT.search(rest) is not None:
            return f"?{symbol}"
        if scheme == "path":
            found = self._paths.resolve(rest, path)
            if found is None or (role in ("runs", "needs") and not self._is_file(found)):
                return f"?{symbol}"
            return f"{'file' if role in ('runs', 'needs') else 'dataset'}:{found}"
        if scheme == "config" and rest.startswith("~"):
            return self._config(symbol, path)
        if scheme in ("module", "function", "constant"):
            if not self._is_beside(symbol, path):
                return self._dotted(scheme, rest, path)
            return f"function:{rest}.<module>" if scheme == "module" else symbol
        if scheme == "entry":
            return self._entries.symbol(rest, path)
        if scheme == "pipeline-id":
            pipelines = [n for n in self._nodes.values() if n.kind == "pipeline"]
            named = [n.id for n in pipelines if n.name == rest]
            # A compiler writes `Churn model` as churn-model, and a file of it as churn_model.
            named = named or [n.id for n in pipelines if _hyphened(n.name) == _hyphened(rest)]
            return named[0] if len(named) == 1 else f"?{symbol}"
        if scheme == "file" and self._elsewhere and self._is_elsewhere(rest):
            return f"?{symbol}"
        return symbol

    def _is_elsewhere(self, path: str) -> bool:
        """Whether a path lies in a folder into which git puts another repository."""
        return any(path.startswith(f"{folder}/") for folder in self._elsewhere) and not self._paths.exists(path)

    def _is_file(self, path: str) -> bool:
        return self._paths.exists(path) or f"file:{path}" in self._nodes

    def _is_beside(self, symbol: str, path: str) -> bool:
        """Whether a symbol is a full one: of the file itself, or of what a relative import there names."""
        node = self._nodes.get(symbol)
        if node is None:
            return False
        package = posixpath.dirname(path).replace("/", ".")
        return node.location.path == path or symbol.partition(":")[2].startswith(f"{package}." if package else "")

    def _config(self, symbol: str, path: str) -> str:
        file, _, key = symbol.removeprefix("config:~").partition("#")
        found = self._paths.resolve(file, path)
        return f"config:{found}#{key}" if found is not None else f"?{symbol}"

    def _dotted(self, scheme: str, name: str, path: str) -> str:
        importer = path.rpartition(".")[0].replace("/", ".")
        key = (scheme, name, importer.rpartition(".")[0])
        if key not in self._meant:
            self._meant[key] = self._searched(scheme, name, importer, _DEPTH)
        return self._meant[key]

    def _searched(self, scheme: str, name: str, importer: str, depth: int) -> str:
        found = self._modules.split(name, importer, attribute=scheme != "module")
        if found is None:
            return f"?{scheme}:{name}"
        module, rest = found
        if scheme == "module" or not rest:
            return f"function:{module}.<module>" if scheme in ("module", "function") else f"?{scheme}:{name}"
        symbol = f"{scheme}:{module}.{rest}"
        if symbol in self._nodes:
            return symbol
        for starred in self._modules.starred(module) if depth > 0 else ():
            behind = self._searched(scheme, f"{starred}.{rest}", module, depth - 1)
            if not behind.startswith("?"):
                return behind
        return self._method(scheme, module, rest)

    def _method(self, scheme: str, module: str, rest: str) -> str:
        """A method that a base class defines, or the class of an attribute that we do not know."""
        owner, _, method = rest.rpartition(".")
        node = self._nodes.get(f"function:{module}.{owner}") if owner else None
        for _ in range(_DEPTH):
            if node is None:
                break
            base = next((link.symbol for link in node.links if link.role == "inherits"), None)
            if base is None:
                # What `__init__` gives an instance that is only called on.
                made = f"{node.id}.__init__"
                return made if node.fields.get("closed") is True and made in self._nodes else node.id
            node = self._nodes.get(base) or self._nodes.get(self._symbol(base, node.location.path, "inherits"))
            if node is not None and f"{node.id}.{method}" in self._nodes:
                return f"{node.id}.{method}"
        return f"?{scheme}:{module}.{rest}"

    def _target(self, link: Link) -> str | None:
        symbol = link.symbol
        if symbol.startswith("?"):
            return None
        scheme, _, rest = symbol.partition(":")
        if symbol not in self._nodes:
            if scheme == "file" and self._paths.exists(rest):
                self._file(rest)
            elif scheme == "file" and (made := self._maker(rest)) is not None:
                return f"dataset:{made}"
            elif scheme in _IMPLIED and rest:
                location = link.location or Location("")
                self._nodes[symbol] = Node(symbol, _IMPLIED[scheme], rest, location, "source", {}, symbol)
            else:
                return None
        return symbol

    def _maker(self, path: str) -> str | None:
        """Gives the path, or the folder above it, that some file defines as data."""
        while path:
            if path in self._made:
                return path
            path = posixpath.dirname(path)
        return None

    def _file(self, path: str) -> None:
        self._nodes[f"file:{path}"] = Node(f"file:{path}", "file", path, Location(path), "source", {}, f"file:{path}")

    def _fill_references(self) -> None:
        for node in self._nodes.values():
            node.links = [self._told(link) if "{argument:" in link.symbol else link for link in node.links]
            for field, value in list(node.fields.items()):
                if isinstance(value, Ref):
                    found = self._worth(value, node, _DEPTH)
                    if isinstance(found, Ref):
                        del node.fields[field]
                    else:
                        node.fields[field] = found
                        if field == "uri":
                            self._name_data(node)

    def _told(self, link: Link) -> Link:
        """A link to data whose path has arguments of the program in it."""
        values = {name: self._given.get(name) for name in _ARGUMENT.findall(link.symbol)}
        if link.location is None or not all(isinstance(value, str) for value in values.values()):
            return link
        written = _ARGUMENT.sub(lambda found: str(values[found[1]]), link.symbol.removeprefix("?path:"))
        symbol = data_symbol("", {"uri": posixpath.normpath(written)})
        return Link(link.role, self._symbol(symbol or "", link.location.path, link.role), link.location)

    def _name_data(self, node: Node) -> None:
        """Links a call to the data under a path that another file states."""
        role = ROLES.get(node.kind)
        if node.kind == "model_load" and "hub" not in node.fields:
            return
        symbol = data_symbol(node.kind, node.fields)
        if role is not None and symbol is not None and all(link.role != role for link in node.links):
            node.links.append(self._resolved(Link(role, symbol), node))

    def _worth(self, reference: Ref, node: Node, depth: int) -> Value:
        """Gives the value under a symbol, or the reference itself where it cannot be known."""
        if reference.symbol.startswith("argument:"):
            told = self._given.get(reference.symbol)
            return _framed(reference, told) if told is not None else reference
        symbol = self._symbol(reference.symbol, node.location.path, "uses")
        holder = self._nodes.get(stated(symbol, self._nodes) if symbol.startswith("config:") else symbol)
        value = holder.fields.get("value", reference) if holder is not None else reference
        if isinstance(value, Ref) and value != reference and holder is not None and depth > 0:
            value = self._worth(value, holder, depth - 1)
        return reference if isinstance(value, Ref) else _framed(reference, value)


def _hyphened(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _framed(reference: Ref, value: Value) -> Value:
    """The value with the texts around it; a path from the root needs no folder before it."""
    if not (reference.before or reference.after):
        return value
    if isinstance(value, (tuple, Ref)) or value is None:
        return reference
    text = str(value)
    after = reference.after.removeprefix("/") if text.endswith("/") else reference.after
    rooted = reference.before.endswith("/") and text.startswith(("/", HERE))
    return f"{'' if rooted else reference.before}{text}{after}"


def _place(subject: Subject) -> str:
    at = subject.location
    return f"{subject.kind}:{at.path}:{at.line}:{at.column}"


def _merge(node: Node, subject: Subject, context: str) -> None:
    """Several mentions of one subject: what one of them knows is known, and what one has, it has."""
    if subject.kind == "env_var":
        _merge_variable(node, subject, context)
        return
    if subject.fields.get("defined") is True and node.fields.get("defined") is not True:
        node.location, node.name = subject.location, subject.name
        if node.kind == "pipeline":
            node.context = context
    for field, value in subject.fields.items():
        if node.fields.get(field) in (None, ()) or value is True:
            node.fields[field] = value


def _merge_variable(node: Node, subject: Subject, context: str) -> None:
    """An environment variable is shown where the project's own code needs it most."""
    own = context in OWN
    needs = subject.fields.get("required") is True
    if (own, needs) > (node.own, node.own == own and node.fields.get("required") is True):
        node.location, node.context, node.fields = subject.location, context, dict(subject.fields)


def _written(facts: Iterable[Facts], files: tuple[Entry, ...]) -> Iterable[Facts]:
    """What notebooks write and the repository does not hold; of several notebooks, what the first writes."""
    known = {entry.path for entry in files}
    for one in facts:
        for written in one.written:
            if written.path not in known:
                known.add(written.path)
                yield written


def _modules(facts: Iterable[Facts]) -> Modules:
    paths: dict[str, str] = {}
    exports: dict[str, tuple[str, ...]] = {}
    for one in facts:
        for subject in one.subjects:
            if subject.kind == "module":
                paths[subject.name] = one.path
                names = subject.fields.get("exports", ())
                exports[subject.name] = names if isinstance(names, tuple) else ()
    return Modules(paths, exports)


def _declared(facts: Iterable[Facts]) -> set[str]:
    """The paths of data that some file declares exactly: they exist, though not in the tree."""
    found: set[str] = set()
    for one in facts:
        for subject in one.subjects:
            if subject.kind == "file":
                found.add(subject.name)
            if subject.kind == "dataset" and subject.symbol is not None:
                found.add(subject.symbol.removeprefix("dataset:"))
            for link in subject.links:
                if link.symbol.startswith("dataset:") and "://" not in link.symbol:
                    found.add(posixpath.normpath(link.symbol.removeprefix("dataset:")))
    return found
