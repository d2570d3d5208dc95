"""Dotted names as they stand in imports to the modules and functions of the repository.

Source: the order in which Python searches, https://docs.python.org/3/reference/import.html, without knowing `sys.path`:
the folder of the importing file, the folders above it, then any one place that fits.
"""

# How many re-exports are followed.
_DEPTH = 6


class Modules:
    """All Python modules of a repository by their dotted names."""

    def __init__(self, paths: dict[str, str], exports: dict[str, tuple[str, ...]]) -> None:
        """`paths`: dotted name -> path of the file; `exports`: dotted name -> `name=module.name` of its imports."""
        self._paths = paths
        self._exports: dict[str, dict[str, str]] = {}
        self._starred: dict[str, list[str]] = {}
        for module, items in exports.items():
            for name, _, target in (item.partition("=") for item in items):
                if name == "*":
                    self._starred.setdefault(module, []).append(target)
                else:
                    self._exports.setdefault(module, {})[name] = target
        self._suffixes: dict[str, list[str]] = {}
        for dotted in paths:
            parts = dotted.split(".")
            for start in range(1, len(parts)):
                self._suffixes.setdefault(".".join(parts[start:]), []).append(dotted)
        self._packages = {".".join(d.split(".")[:n]) for d in paths for n in range(1, d.count(".") + 1)}
        self._found: dict[tuple[str, str], str | None] = {}

    def module(self, name: str, importer: str) -> str | None:
        """Gives the module that `importer`, a dotted name, means by `name`; None = none of ours, or several."""
        key = (name, importer.rpartition(".")[0])
        if key not in self._found:
            self._found[key] = self._search(name, importer)
        return self._found[key]

    def _search(self, name: str, importer: str) -> str | None:
        folder = importer
        while folder:
            folder = folder.rpartition(".")[0]
            candidate = f"{folder}.{name}" if folder else name
            if candidate in self._paths:
                return candidate
            if "." in name and (candidate in self._packages or self._package(folder, name) in self._paths):
                return None
        others = self._suffixes.get(name, [])
        return others[0] if len(others) == 1 else None

    def _package(self, folder: str, name: str) -> str:
        """The package in which a name is looked for: where Python finds one, it looks in no other."""
        first = name.partition(".")[0]
        return f"{folder}.{first}" if folder else first

    def split(
        self, name: str, importer: str, depth: int = _DEPTH, *, attribute: bool = False
    ) -> tuple[str, str] | None:
        """Gives (module, name in it) of a dotted name, through re-exports; the second is "" for the module itself.

        With `attribute` a function is meant, not a module: what a package takes from a module of the same name.
        """
        parts = name.split(".")
        for count in range(len(parts), 0, -1):
            module = self.module(".".join(parts[:count]), importer)
            if module is not None:
                package = module.rpartition(".")[0]
                if attribute and self._exports.get(package, {}).get(parts[count - 1], module) != module:
                    return self._exported(package, ".".join(parts[count - 1 :]), depth)
                return self._exported(module, ".".join(parts[count:]), depth)
        return None

    def _exported(self, module: str, name: str, depth: int) -> tuple[str, str]:
        first, _, rest = name.partition(".")
        exports = self._exports.get(module, {})
        target = exports.get(first)
        if target is None or depth <= 0 or not first:
            return module, name
        # A relative import was made absolute from the path already; an absolute one is searched from here.
        return self.split(f"{target}.{rest}" if rest else target, module, depth - 1) or (module, name)

    def starred(self, module: str) -> list[str]:
        """Gives the modules that a module takes all names from."""
        return self._starred.get(module, [])
