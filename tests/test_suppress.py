"""Comments that mute findings, and comments that mute nothing."""

import json
from pathlib import Path

import pytest
from generated import write

from mlops_lint.extract.suppressions import suppressions
from mlops_lint.model import Facts, Location, Suppression, Verdict
from mlops_lint.parse.languages import language
from mlops_lint.rules import Rule, load
from mlops_lint.run import lint
from mlops_lint.settings import Overrides
from mlops_lint.settings import load as settings
from mlops_lint.suppress import suppress

HEAD = "from sklearn.model_selection import train_test_split\n"
SPLIT = "train_test_split(X)"
MUTE = "# mlops-lint: ignore[TRN002] by design"


def said(root: Path, texts: dict[str, str], *rules: str) -> tuple[list[str], list[str], int]:
    """Findings as `path:line`, problems of comments as `line message`, and how many findings are muted."""
    write(root, texts)
    overrides = Overrides(jobs=1, cache=False, select=rules or ("TRN002",), preview=True)
    report = lint(settings(root, overrides=overrides))
    return (
        [f"{one.location.path}:{one.location.cell_line or one.location.line}" for one in report.findings],
        [f"{one.line} {one.message}" for one in report.problems if one.code == "MLL006"],
        report.summary.muted,
    )


MUTED = {
    "at the end of the line": f"{SPLIT}  {MUTE}\n",
    "alone on the line above": f"{MUTE}\n{SPLIT}\n",
    "alone and indented": f"if x:\n    {MUTE}\n    {SPLIT}\n",
    "above another comment of this sort": f"{MUTE}\n# mlops-lint: ignore[TRN001]\n{SPLIT}\n",
    "below another comment of this sort": f"# mlops-lint: ignore[TRN001]\n{MUTE}\n{SPLIT}\n",
    "above a comment for the file": f"{MUTE}\n# mlops-lint: ignore-file[TRN001]\n{SPLIT}\n",
    "with several rules": f"{SPLIT}  # mlops-lint: ignore[TRN001, TRN002]\n",
    "by the name of the rule": f"{SPLIT}  # mlops-lint: ignore[unseeded-split]\n",
    "after another comment": f"{SPLIT}  # noqa: E501  {MUTE}\n",
    "without a reason": f"{SPLIT}  # mlops-lint: ignore[TRN002]\n",
    "on the first line of a statement": f"train_test_split(  {MUTE}\n    X\n)\n",
    "on the last line of a statement": f"train_test_split(\n    X\n)  {MUTE}\n",
    "on the line of the argument": f"train_test_split(\n    X  {MUTE}\n)\n",
    "above a statement of several lines": f"{MUTE}\ntrain_test_split(\n    X\n)\n",
    "for the file, at its top": f"# mlops-lint: ignore-file[TRN002] generated\n\n{SPLIT}\n",
    "for the file, at its end": f"{SPLIT}\n\n\n# mlops-lint: ignore-file[TRN002]\n",
    "for the file, behind code": f"{SPLIT}\nx = 1  # mlops-lint: ignore-file[TRN002]\n",
}


@pytest.mark.parametrize("source", MUTED.values(), ids=MUTED.keys())
def test_a_finding_is_muted_by_a_comment(source: str, tmp_path: Path) -> None:
    findings, problems, muted = said(tmp_path, {"a.py": HEAD + source})
    assert (findings, problems, muted) == ([], [], 1)


NOT_MUTED = {
    "another rule": f"{SPLIT}  # mlops-lint: ignore[TRN001]\n",
    "the line before, behind code": f"x = 1  {MUTE}\n{SPLIT}\n",
    "two lines above": f"{MUTE}\n\n{SPLIT}\n",
    "the line below": f"{SPLIT}\n{MUTE}\n",
    "in a text": f"x = '{MUTE}'; {SPLIT}\n",
    "in a docstring": f"'''\n{MUTE}\n'''\n{SPLIT}\n",
    "no rules": f"{SPLIT}  # mlops-lint: ignore\n",
    "no rules in brackets": f"{SPLIT}  # mlops-lint: ignore[]\n",
    "another word": f"{SPLIT}  # mlops-lint: ignored[TRN002]\n",
    "another spelling": f"{SPLIT}  # mlops-lint: ignore-line[TRN002]\n",
}


@pytest.mark.parametrize("source", NOT_MUTED.values(), ids=NOT_MUTED.keys())
def test_a_finding_is_not_muted_by(source: str, tmp_path: Path) -> None:
    findings, _, muted = said(tmp_path, {"a.py": HEAD + source})
    assert (len(findings), muted) == (1, 0)


@pytest.mark.parametrize(
    ("source", "rules", "expected"),
    [
        pytest.param(
            f"x = 1  {MUTE}\n",
            ("TRN002",),
            ["2 ignore[TRN002] matches no finding and can be removed"],
            id="it mutes nothing",
        ),
        pytest.param(f"x = 1  {MUTE}\n", ("TRN001",), [], id="its rule did not run"),
        pytest.param(
            f"{SPLIT}  # mlops-lint: ignore[TRN002, TRN001]\n",
            ("TRN001", "TRN002"),
            ["2 ignore[TRN001] matches no finding and can be removed"],
            id="one of its rules mutes nothing",
        ),
        pytest.param(
            "x = 1  # mlops-lint: ignore[XYZ001]\n", ("TRN002",), ["2 no rule is called 'XYZ001'"], id="no such rule"
        ),
        pytest.param(
            f"{SPLIT}  # mlops-lint: ignore\n",
            ("TRN002",),
            ["2 an ignore comment names its rules: `# mlops-lint: ignore[TRN002] reason`"],
            id="it names no rule",
        ),
        pytest.param(
            "x = 1  # mlops-lint: ignore-file[TRN002]\n",
            ("TRN002",),
            ["2 ignore[TRN002] matches no finding and can be removed"],
            id="it mutes nothing in its file",
        ),
        pytest.param(
            f"{MUTE}\n{SPLIT}  {MUTE}\n", ("TRN002",), [], id="two comments mute the same",
        ),
        pytest.param("'''mlops-lint: ignore[XYZ001]'''\n", ("TRN002",), [], id="it is no comment"),
    ],
)  # fmt: skip
def test_a_needless_comment_is_said(source: str, rules: tuple[str, ...], expected: list[str], tmp_path: Path) -> None:
    assert said(tmp_path, {"a.py": HEAD + source}, *rules)[1] == expected


def test_the_same_line_of_another_file_is_not_muted(tmp_path: Path) -> None:
    texts = {"a.py": f"{HEAD}{SPLIT}  {MUTE}\n", "b.py": f"{HEAD}{SPLIT}\n"}
    assert said(tmp_path, texts) == (["b.py:2"], [], 1)


def notebook(*cells: str, joined: bool) -> str:
    return json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
                    "source": cell if joined else cell.splitlines(keepends=True),
                }
                for cell in cells
            ],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        },
        indent=1,
    )  # fmt: skip


@pytest.mark.parametrize("joined", [False, True], ids=["a list of lines", "one text"])
@pytest.mark.parametrize(
    ("cell", "findings", "muted"),
    [
        pytest.param(f"x = 1\n{SPLIT}  {MUTE}", [], 1, id="at the end of the line"),
        pytest.param(f"x = 1\n{MUTE}\n{SPLIT}", [], 1, id="alone on the line above"),
        pytest.param(f"{MUTE}\n\n{SPLIT}", ["a.ipynb:3"], 0, id="two lines above"),
        pytest.param(f"%matplotlib inline\n{SPLIT}  {MUTE}\n!ls", [], 1, id="among magics"),
        pytest.param(f"train_test_split(\n    X,\n)  {MUTE}", [], 1, id="at the end of a statement"),
    ],
)
def test_a_comment_mutes_in_a_notebook(
    cell: str, findings: list[str], muted: int, joined: bool, tmp_path: Path
) -> None:
    if joined and "\n)" in cell:
        # All lines of the cell are one on disk, so where the statement ends cannot be seen.
        findings, muted = ["a.ipynb:1"], 0
    assert said(tmp_path, {"a.ipynb": notebook(HEAD, cell, joined=joined)})[::2] == (findings, muted)


@pytest.mark.parametrize("joined", [False, True], ids=["a list of lines", "one text"])
def test_a_comment_of_one_cell_does_not_reach_another(joined: bool, tmp_path: Path) -> None:
    texts = {"a.ipynb": notebook(HEAD, f"x = 1\n{MUTE}", f"x = 1\nx = 2\n{SPLIT}", MUTE, SPLIT, joined=joined)}
    findings, problems, muted = said(tmp_path, texts)
    assert (findings, muted) == (["a.ipynb:3", "a.ipynb:1"], 0)
    assert len(problems) == 2


def test_a_comment_for_a_notebook_reaches_all_cells(tmp_path: Path) -> None:
    texts = {"a.ipynb": notebook("# mlops-lint: ignore-file[TRN002] demo", HEAD, SPLIT, SPLIT, joined=False)}
    assert said(tmp_path, texts) == ([], [], 2)


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("a.yaml", "a: 1  # mlops-lint: ignore[X1] why\n", (1, 1)),
        ("a.yaml", "# mlops-lint: ignore[X1] why\na: 1\n", (2, 2)),
        ("a.yaml", "a:\n  # mlops-lint: ignore[X1] why\n  - b\n", (3, 3)),
        ("dvc.yaml", "# mlops-lint: ignore-file[X1] why\n", None),
        ("Dockerfile", "FROM a\n# mlops-lint: ignore[X1] why\nRUN b\n", (3, 3)),
        ("a.toml", "a = 1  # mlops-lint: ignore[X1] why\n", (1, 1)),
        ("a.toml", "# mlops-lint: ignore[X1] why\na = 1\n", (2, 2)),
        ("requirements.txt", "a  # mlops-lint: ignore[X1] why\n", (1, 1)),
        ("a.cfg", "# mlops-lint: ignore[X1] why\n[a]\n", (2, 2)),
        ("a.sh", "a  # mlops-lint: ignore[X1] why\n", (1, 1)),
    ],
)
def test_comments_of_every_language_are_read(path: str, text: str, lines: tuple[int, int] | None) -> None:
    [found] = suppressions(path, language(path) or "", text.encode())
    assert (found.rules, found.lines, found.reason) == (("X1",), lines, "why")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "a: '# mlops-lint: ignore[X1]'\n"),
        ("a.yaml", "a: |\n  # mlops-lint: ignore[X1]\n"),
        ("a.toml", "a = '# mlops-lint: ignore[X1]'\n"),
        ("a.py", "'''\n# mlops-lint: ignore[X1]\n'''\n"),
        ("a.py", "# mlops-lint ignore[X1]\n"),
    ],
)
def test_what_only_looks_like_a_comment_is_none(path: str, text: str) -> None:
    assert suppressions(path, language(path) or "", text.encode()) == ()


def verdict(line: int, end_line: int, outcome: str = "fail") -> Verdict:
    return Verdict("TRN002", "n", outcome, Location("a.py", line, 1, end_line, 1), "m")  # type: ignore[arg-type]


def rules() -> tuple[Rule, ...]:
    return load()


def muted(one: Verdict, comment: Suppression) -> str | None:
    found, _ = suppress([one], [Facts("a.py", "source", (), (comment,))], rules(), frozenset({"TRN002"}))
    return found[0].muted


def test_the_reason_is_kept_and_an_empty_one_mutes_too() -> None:
    at = Location("a.py", 5)
    assert muted(verdict(5, 5), Suppression(at, ("TRN002",), (5, 5), "why")) == "why"
    assert muted(verdict(5, 5), Suppression(at, ("TRN002",), (5, 5), "")) == ""
    assert muted(verdict(6, 6), Suppression(at, ("TRN002",), (5, 5), "why")) is None


def test_only_failures_are_muted() -> None:
    comment = Suppression(Location("a.py", 5), ("TRN002",), (5, 5), "why")
    for outcome in ("pass", "unknown"):
        assert muted(verdict(5, 5, outcome), comment) is None


def test_a_finding_of_several_lines_is_muted_on_any_of_them() -> None:
    at = Location("a.py", 1)
    assert [
        muted(verdict(3, 5), Suppression(at, ("TRN002",), (line, line), "why")) for line in range(2, 7)
    ] == [None, "why", "why", "why", None]  # fmt: skip


def test_a_comment_in_a_manual_is_an_example_and_mutes_nothing(tmp_path: Path) -> None:
    assert said(tmp_path, {"README.md": f"Write `{MUTE}` behind the line.\n\n    {SPLIT}  {MUTE}\n"}) == ([], [], 0)
