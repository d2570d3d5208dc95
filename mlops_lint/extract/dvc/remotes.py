"""Settings of DVC, and commands that change them, to the places from which others can have the data.

Source: https://dvc.org/doc/user-guide/project-structure/configuration and https://dvc.org/doc/command-reference/remote/add
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import texts, trees
from mlops_lint.model import Location, Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, mappings, text
from mlops_lint.subjects import Use, subject

_REMOTE = re.compile(r"^'?remote \"(?P<name>.+)\"'?$")
# Of another machine; a share that is mounted on this one looks like a folder of it.
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://(?!/)|[\w.-]+@[\w.-]+:|\\\\|%|\$|\{\{|<")
_LOCAL = "file://"
_ADDED = re.compile(
    r"\bdvc\s+remote\s+(?:add|modify)\b(?:\s+-{1,2}[\w-]+)*\s+\S+\s+(?:url\s+)?[\"']?(?P<url>[^\s\"'\\]+)"
)


@trees(".dvc/config", "*/.dvc/config")
def remotes(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a use `data-remote`, or `data-remote-local`, for each remote, and `data-store` for settings without any.

    A folder that is used where nobody names a remote is a `data-remote-default` too.
    """
    root = documents[0] if documents else None
    core = root.get("core") if isinstance(root, Mapping) else None
    default = text(core.get("remote")) if isinstance(core, Mapping) else None
    found = False
    for key, body in mappings(root):
        named, url = _REMOTE.match(key.text), text(body.get("url"))
        if named is not None and url is not None:
            found = True
            at = locate(path, body.key("url") or key)
            yield subject(Use(purpose=_purpose(url), tool="dvc"), at, url)
            if named["name"] == default and _purpose(url) == "data-remote-local":
                yield subject(Use(purpose="data-remote-default", tool="dvc"), at, url)
    if not found:
        yield subject(Use(purpose="data-store", tool="dvc"), Location(path, 1, 1, 1, 1), "no remote")


@trees("*.dvc")
def kept(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives a use `data-kept` for a file whose data only a remote can give to others: it is not imported."""
    root = documents[0] if documents else None
    if isinstance(root, Mapping) and isinstance(root.get("outs"), Sequence) and root.get("deps") is None:
        outs = root.get("outs")
        held = [one for one in outs.items if isinstance(one, Mapping)] if isinstance(outs, Sequence) else []
        cached = [one for one in held if text(one.get("cache")) != "false" and one.get("md5") is not None]
        if cached:
            # An output may have a remote of its own, which the settings name.
            yield subject(Use(purpose="data-kept", tool="dvc"), locate(path, cached[0]), path.removesuffix(".dvc"))


_FILES = (
    "*.sh", "*.yml", "*.yaml", "Makefile", "*.mk", "Justfile", "*.bat", "*.ps1", "Dockerfile*", "*.py", "*.ipynb",
    "*.md",
)  # fmt: skip


@texts(*_FILES, words=("dvc remote",))
def added(path: str, text: str) -> Iterator[Subject]:
    """Gives a use `data-remote-command` for the first command of a file that names a remote of another machine."""
    for found in _ADDED.finditer(text):
        if _purpose(found["url"]) == "data-remote":
            line = text.count("\n", 0, found.start()) + 1
            record = Use(purpose="data-remote-command", tool="dvc")
            yield subject(record, Location(path, line, 1, line, 1), found["url"])
            return


def _purpose(url: str) -> str:
    return "data-remote" if _ELSEWHERE.match(url) and not url.startswith(_LOCAL) else "data-remote-local"
