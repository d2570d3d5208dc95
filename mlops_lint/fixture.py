"""A fixture in Markdown to its cases: prose, and under each heading the files of one small repository.

A block's info string is `language path`, and words that say more of the file: `size=2000000` fills it up to so many
bytes, `untracked` keeps it out of git. In a block the end of a line may say what a rule must find there, as
`# expect: TRN002`, `# pass: TRN002` or `# unknown: TRN002`; this is no part of the file. A block `text expectations`
says the same for files that have no comments, one `path:line expect TRN002` a line. The cells of a notebook stand under
`# %%`, with the execution count or `markdown` in brackets behind it.
"""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from mlops_lint import run
from mlops_lint.evaluate import evaluate, works_with_data
from mlops_lint.graph import Graph
from mlops_lint.model import Location
from mlops_lint.rules import Rule
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings

_FENCE = re.compile(r"^(`{3,})(.*)$")
_REMARK = re.compile(r"\s*#\s*(expect|pass|unknown):\s*([A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)")
_STATED = re.compile(r"^(\S+):(\d+)\s+(expect|pass|unknown)\s+([A-Z]+\d+)$")
_CELL = "# %%"

Outcome = Literal["fail", "pass", "unknown"]
_OUTCOMES: dict[str, Outcome] = {"expect": "fail", "pass": "pass", "unknown": "unknown"}


class Block(msgspec.Struct, frozen=True):
    """One fenced block: a file, or what is expected of files; `line` is that of its first line in the fixture."""

    language: str
    path: str
    words: tuple[str, ...]
    text: str
    line: int


class Case(msgspec.Struct, frozen=True):
    """One heading with what stands under it."""

    heading: str
    prose: str
    blocks: tuple[Block, ...]
    line: int

    def block(self, path: str) -> Block:
        """Gives the block of a file."""
        return next(block for block in self.blocks if block.path == path)


class Fixture(msgspec.Struct, frozen=True):
    """A whole file: its title, the prose before the first case, and the cases."""

    path: Path
    title: str
    prose: str
    cases: tuple[Case, ...]


class Place(msgspec.Struct, frozen=True, order=True):
    """A line of a file; in a notebook the cell, counted from 1, and the line in it."""

    path: str
    cell: int
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{f'cell {self.cell}:' if self.cell else ''}{self.line}"


class Expectation(msgspec.Struct, frozen=True, order=True):
    """What a rule must say of what stands at a place."""

    place: Place
    outcome: Outcome
    rule: str


def read(path: Path) -> Fixture:
    """Gives the cases of a fixture; raises ValueError where a block is not closed."""
    title, prose, line = "", list[str](), 1
    heading, blocks, cases = "", list[Block](), list[Case]()
    before = ""
    lines = path.read_text("utf-8").splitlines()
    numbered = iter(enumerate(lines, 1))
    for number, text in numbered:
        if fence := _FENCE.match(text):
            blocks.append(_block(fence, number, numbered, path))
        elif text.startswith("## "):
            if heading:
                cases.append(Case(heading, "\n".join(prose).strip(), tuple(blocks), line))
            else:
                before = "\n".join(prose).strip()
            heading, prose, blocks, line = text[3:].strip(), [], [], number
        elif text.startswith("# ") and not title:
            title = text[2:].strip()
        else:
            prose.append(text)
    cases.append(Case(heading, "\n".join(prose).strip(), tuple(blocks), line))
    return Fixture(path, title, before, tuple(cases))


def write(case: Case, folder: Path) -> None:
    """Writes the repository of a case into a folder, as a git repository in which all but `untracked` is tracked."""
    folder.mkdir(parents=True, exist_ok=True)
    untracked = []
    for block in _files(case):
        if Path(block.path).is_absolute() or ".." in Path(block.path).parts:
            raise ValueError(f"line {block.line}: '{block.path}' leads out of the repository of its case")
        file = folder / block.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_content(block))
        if "untracked" in block.words:
            untracked.append(f":!{block.path}")
    if (program := shutil.which("git")) is not None:
        subprocess.run([program, "-c", "init.defaultBranch=main", "init", "-q"], cwd=folder, check=True)
        subprocess.run([program, "add", "--", ".", *untracked], cwd=folder, check=True)


def expectations(case: Case) -> frozenset[Expectation]:
    """Gives all that a case demands; raises ValueError at a line that cannot be read."""
    found: set[Expectation] = set()
    for block in case.blocks:
        if block.path == "expectations":
            found.update(_stated(block))
        else:
            found.update(_remarked(block))
    return frozenset(found)


def complaints(rule: Rule, case: Case) -> list[str]:
    """Gives what a rule says of a case that the case does not demand, and what it demands and the rule does not say."""
    with tempfile.TemporaryDirectory(prefix="mlops-lint-") as folder:
        write(case, Path(folder))
        scanned = run.read(settings(Path(folder), overrides=Overrides(jobs=1, cache=False)))
    wanted = expectations(case)
    # What a case leaves alone it leaves alone by itself, not because nothing in the repository is about models.
    answers = heard(said(msgspec.structs.replace(rule, scope="any"), scanned.graph), wanted)
    asked = answers if rule.scope == "any" or works_with_data(scanned.graph) else frozenset()
    return [
        *(f"{problem.path}:{problem.line}: {problem.message}" for one in scanned.facts for problem in one.problems),
        *(f"{one.place} should {one.outcome}" for one in sorted(wanted - answers)),
        *(f"{one.place} should not {one.outcome}" for one in sorted(answers - wanted)),
        *(["the repository of this case is not about models"] if wanted and answers == wanted != asked else []),
    ]


def said(rule: Rule, graph: Graph) -> frozenset[Expectation]:
    """Gives what a rule says of each of its subjects in a repository, as one where something is served."""
    verdicts = evaluate(graph, (rule,), "production")
    return frozenset(Expectation(_stands(verdict.location), verdict.outcome, rule.id) for verdict in verdicts)


def heard(answers: frozenset[Expectation], wanted: frozenset[Expectation]) -> frozenset[Expectation]:
    """Gives the answers without those that say "cannot tell" where nobody asked for it."""
    return frozenset(one for one in answers if one.outcome != "unknown" or one in wanted)


def _stands(at: Location) -> Place:
    """The line in its cell; what a cell has printed stands on no line of it."""
    return Place(at.path, at.cell or 0, at.cell_line) if at.cell_line else Place(at.path, 0, at.line)


def _block(fence: re.Match[str], start: int, numbered: Iterator[tuple[int, str]], path: Path) -> Block:
    language, _, rest = fence[2].strip().partition(" ")
    words = rest.split()
    body: list[str] = []
    for _, text in numbered:
        if text.rstrip() == fence[1]:
            written = "\n".join(body) + "\n" if body else ""
            return Block(language, words[0] if words else "", tuple(words[1:]), written, start + 1)
        body.append(text)
    raise ValueError(f"{path}:{start}: this block is not closed")


def _files(case: Case) -> Iterator[Block]:
    """The files of a case as they are before a fix."""
    for block in case.blocks:
        if block.path not in ("", "expectations") and "fixed" not in block.words:
            yield block


def _content(block: Block) -> bytes:
    text = "".join(f"{_REMARK.sub('', line)}\n" for line in block.text.splitlines())
    data = (_notebook(text) if block.path.endswith(".ipynb") and block.language != "json" else text).encode()
    size = next((int(word.removeprefix("size=")) for word in block.words if word.startswith("size=")), 0)
    return data.ljust(size)


def _notebook(text: str) -> str:
    """A Jupyter notebook as an editor saves it, a cell for each `# %%`."""
    cells: list[dict[str, object]] = [
        {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}
        if sort == "markdown"
        else {
            "cell_type": "code", "execution_count": int(sort) if sort else None, "metadata": {}, "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for sort, source in _cells(text)
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _cells(text: str) -> list[tuple[str, str]]:
    """What stands in brackets behind `# %%`, `markdown` or an execution count, and the source of each cell."""
    parts = re.split(rf"^{_CELL}(?: \[(\w+)\])?\s*\n", text, flags=re.MULTILINE)
    cells = zip(["", *parts[1::2]], parts[::2], strict=True)
    return [(sort or "", source.strip("\n")) for sort, source in cells if source.strip()]


def _remarked(block: Block) -> Iterator[Expectation]:
    if block.path.endswith(".ipynb") and block.language != "json":
        for number, (_, cell) in enumerate(_cells(block.text), 1):
            yield from _of_lines(block.path, number, cell)
    elif "fixed" not in block.words:
        yield from _of_lines(block.path, 0, block.text)


def _of_lines(path: str, cell: int, text: str) -> Iterator[Expectation]:
    for number, line in enumerate(text.splitlines(), 1):
        for remark in _REMARK.finditer(line):
            for rule in remark[2].split(","):
                yield Expectation(Place(path, cell, number), _OUTCOMES[remark[1]], rule.strip())


def _stated(block: Block) -> Iterator[Expectation]:
    for number, line in enumerate(block.text.splitlines(), block.line):
        stated = _STATED.match(line)
        if stated is None:
            raise ValueError(f"line {number}: '{line}' is not of the form `path:line expect TRN002`")
        yield Expectation(Place(stated[1], 0, int(stated[2])), _OUTCOMES[stated[3]], stated[4])
