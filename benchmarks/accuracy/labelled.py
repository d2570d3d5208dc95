"""A row of labels to the code that it is about, out of a folder of git repositories; brings nothing by itself."""

import ast
import io
import subprocess
import textwrap
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class Row(NamedTuple):
    """One label; `line` None = it is about the whole file."""

    repo: str
    commit: str
    path: str
    line: int | None
    topic: str
    expected: bool
    source: str
    test: str = ""
    """The test function that holds the code as a text."""
    src_line: int | None = None
    """A line of that text in the file."""

    @property
    def place(self) -> str:
        """The piece of code, the same for all labels of it."""
        return f"{self.repo}:{self.path}" + (f":{self.test}:{self.src_line}" if self.test else "")


class Repositories:
    """Git repositories in one folder, called `owner__name` or `owner+name`, with or without a work tree."""

    def __init__(self, folder: Path, rows: list[Row]) -> None:
        self._folder = folder
        self._wanted = sorted({(row.repo, row.commit) for row in rows})

    def code(self, row: Row) -> str | None:
        """Gives the code that a label is about, or None where no repository of the folder holds it."""
        path, _, part = row.path.partition("#")
        if part and not path.endswith(".xlsx"):
            # The list of a paper names notebooks that another repository keeps.
            repo, commit, path = self._by_stem.get(part, ("", "", ""))
            data = self._data(repo, commit, path)
        else:
            data = self._data(row.repo, row.commit, path)
        if data is None:
            return None
        if path.endswith(".xlsx"):
            return _cell(data, part)
        text = data.decode("utf-8", "replace")
        return _embedded(text, row) if row.test else text

    @cache  # noqa: B019  one object for a whole run
    def _data(self, repo: str, commit: str, path: str) -> bytes | None:
        found = self._git(repo, commit)
        return _run(found, "show", f"{commit}:{path}") if found is not None else None

    @cache  # noqa: B019
    def _git(self, repo: str, commit: str) -> Path | None:
        """The repository of that name, else any that has the commit: public copies go by other names."""
        names = [repo.replace("/", "__"), repo.replace("/", "+")]
        named = [self._folder / name / inner for name in names for inner in ("repo", "")]
        others = [place for path in sorted(self._folder.iterdir()) for place in (path / "repo", path)]
        for place in (*named, *others):
            held = (place / ".git").exists() or (place / "HEAD").exists()
            if held and _run(place, "cat-file", "-e", f"{commit}^{{commit}}") is not None:
                return place
        return None

    @cached_property
    def _by_stem(self) -> dict[str, tuple[str, str, str]]:
        found = {}
        for repo, commit in self._wanted:
            place = self._git(repo, commit)
            listed = _run(place, "ls-tree", "-r", "--name-only", commit) if place is not None else None
            for path in (listed or b"").decode("utf-8", "replace").splitlines():
                if path.endswith(".py"):
                    found[PurePosixPath(path).stem] = (repo, commit, path)
        return found


def _run(place: Path, *arguments: str) -> bytes | None:
    done = subprocess.run(["git", "-C", str(place), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _embedded(text: str, row: Row) -> str | None:
    """The longest text at that line of a test function: the code that the test gives to its tool."""
    tests = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef) and one.name == row.test]
    found = [
        node
        for test in tests
        for node in ast.walk(test)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value is not ast.get_docstring(test)
    ]
    near = [node for node in found if node.lineno <= (row.src_line or 0) <= (node.end_lineno or 0)] or found
    code = max((str(node.value) for node in near), key=len, default=None)
    return textwrap.dedent(code).lstrip("\n") if code is not None else None


def _cell(data: bytes, part: str) -> str | None:
    """The code in row n of a sheet, `Sheet!n`; needs openpyxl, which is no dependency of the project."""
    try:
        import openpyxl
    except ImportError:
        return None
    sheet, _, row = part.partition("!")
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    head, *rows = book[sheet].iter_rows(values_only=True)
    value = rows[int(row) - 2][head.index("Code")]
    return str(value) if value is not None else None
