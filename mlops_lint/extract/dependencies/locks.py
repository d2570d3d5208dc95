"""Lock files to the use of the tool that wrote them; what they lock is not read.

Source: the documentation of each tool, and https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

import posixpath
from collections.abc import Iterator

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_TOOLS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "pipfile.lock": "pipenv",
    "pixi.lock": "pixi",
    "conda-lock.yml": "conda-lock",
    "conda-lock.yaml": "conda-lock",
}


@texts("*.lock", "conda-lock.y*ml", "*.conda-lock.y*ml", "pylock.toml", "pylock.*.toml")
def locks(path: str, text: str) -> Iterator[Subject]:
    """Gives the lock; an empty file locks nothing."""
    folder, name = posixpath.split(path.lower())
    tool = _TOOLS.get(name) or (
        "pylock" if name.startswith("pylock.") else "conda-lock" if "conda-lock" in name else None
    )
    if tool is not None and text.strip():
        folder = posixpath.dirname(path)
        yield subject(Use(purpose="lock", tool=tool), Location(path), path, symbol=f"lock:{folder}")
