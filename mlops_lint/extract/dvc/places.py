"""A path as DVC writes it to the path from the root of the repository, or the URI.

Source: dvc 3.67.1, `stage/utils.py` (`resolve_paths`) and `dependency/dataset.py`.
"""

import posixpath
import re

import msgspec

from mlops_lint.parse.tree import Mapping, Node, Sequence, text

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_OUTSIDE = re.compile(r"[/~\\]|[A-Za-z]:[\\/]")
_SSH = re.compile(r"(?:[\w.-]+@)[\w.-]+:(?!/)")

_CODE = frozenset(
    (
        "bash",
        "c",
        "cpp",
        "go",
        "ipynb",
        "java",
        "jl",
        "js",
        "pl",
        "py",
        "qmd",
        "r",
        "rmd",
        "rs",
        "scala",
        "sh",
        "sql",
        "ts",
        "zsh",
    )
)


class Place(msgspec.Struct, frozen=True):
    """A file, a folder or a remote body of data."""

    path: str
    """From the root of the repository, or the URI."""
    scheme: str = "local"
    inside: bool = True
    """Lies in the repository."""

    @property
    def symbol(self) -> str:
        """The name under which others link to it."""
        return f"dataset:{self.path}"

    @property
    def code(self) -> bool:
        """Holds code, by its extension."""
        return self.inside and posixpath.splitext(self.path)[1].lower().lstrip(".") in _CODE


def place(written: str, folder: str | None) -> Place | None:
    """Gives the place that is meant in a folder; None = the folder is not known, or it is above the root."""
    if (scheme := _SCHEME.match(written)) is not None:
        return Place(written, scheme[1].lower(), inside=False)
    if _OUTSIDE.match(written):
        return Place(written, inside=False)
    path = below(folder, written)
    return Place(path) if path else None


def below(folder: str | None, written: str) -> str | None:
    """Gives the normalised path of something in a folder; "" = the root, None = not known, or not in the repository."""
    if folder is None or _SCHEME.match(written) or _OUTSIDE.match(written):
        return None
    # On Windows people write backslashes, and DVC takes both.
    path = posixpath.normpath(posixpath.join(folder, written.replace("\\", "/")))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path


def repository_place(url: str, path: str) -> Place | None:
    """Gives the place of a path in another git repository; None where that is a folder of this machine."""
    if _SSH.match(url):
        url = "ssh://" + url.replace(":", "/", 1)
    scheme = _SCHEME.match(url)
    return Place(f"{url}#{path}", scheme[1].lower(), inside=False) if scheme is not None else None


def named_datasets(root: Mapping) -> dict[str, Place]:
    """Gives the entries of the section `datasets`, which dependencies call `ds://name`."""
    listed = root.get("datasets")
    found: dict[str, Place] = {}
    for item in listed.items if isinstance(listed, Sequence) else ():
        name, url = _entry(item, "name"), _entry(item, "url")
        if name is not None and url is not None:
            path = _entry(item, "path")
            there = repository_place(url, path) if path is not None else place(url, None)
            if there is not None:
                found[f"ds://{name}"] = there
    return found


def _entry(node: Node, key: str) -> str | None:
    return text(node.get(key)) if isinstance(node, Mapping) else None
