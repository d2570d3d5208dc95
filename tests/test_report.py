"""The page of the report, as text: what it holds, what it never holds, and where the boxes of its graph stand."""

import base64
import hashlib
import json
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest

from mlops_lint.cli import main
from mlops_lint.graph.view import Shown, View
from mlops_lint.model import Finding, Location, Outcome, Report, Summary, Verdict
from mlops_lint.output import Page, page
from mlops_lint.output._layout import HEIGHT, placed
from mlops_lint.rules import load
from mlops_lint.score import scored
from mlops_lint.steps import steps

RULES = load()
TRAIN = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

password = "open-sesame-8Jq2"
frame = pd.read_csv('train.csv')
X_train, X_test, y_train, y_test = train_test_split(frame[['a']], frame['b'])
LogisticRegression().fit(X_train, y_train)
"""


def held(text: str) -> dict[str, object]:
    """Gives the data of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    content: dict[str, object] = json.loads(found[1])
    return content


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "train.py").write_text(TRAIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(*options: str) -> str:
    # Beside the repository: within it the page would be one of its files the next time.
    file = Path.cwd().parent / f"{Path.cwd().name}.html"
    assert main(["report", "--no-cache", "--preview", "-o", str(file), *options]) == 0
    return file.read_text("utf-8")


def test_the_page_is_the_same_for_the_same_repository(repository: Path) -> None:
    assert made() == made("--jobs", "1")


def test_style_and_script_are_those_of_their_hashes_and_nothing_else_is_allowed(repository: Path) -> None:
    text = made()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for tag, name in (("<style>", "style-src"), ("<script>", "script-src")):
        body = text.split(tag)[1].split(tag.replace("<", "</"))[0]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy[1]


def test_nothing_on_the_page_is_fetched_from_anywhere(repository: Path) -> None:
    text = re.sub(r'<script type="application/json".*?</script>', "", made(), flags=re.DOTALL)
    assert not re.search(r"(?i)\b(src|href)=[\"'](?!#)|@import|url\((?!#)", text)
    assert set(re.findall(r"https?://[^\s\"'`]+", text)) == {"http://www.w3.org/2000/svg"}


def test_credentials_are_not_on_the_page_even_beside_a_finding(repository: Path) -> None:
    text = made()
    assert "sesame" not in text
    assert "****" in text


def test_the_page_says_what_the_score_says(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = held(made())
    capsys.readouterr()
    assert main(["score", "--no-cache", "--preview", "--format", "json"]) == 0
    score = json.loads(capsys.readouterr().out)
    assert {name: data["score"][name] for name in ("level", "score", "matrix")} == {
        name: score[name] for name in ("level", "score", "matrix")
    }
    shown = {(one["rule"], one["path"], one["line"]) for one in data["findings"]}
    for question in score["questions"]:
        assert {(one["rule"], one["path"], one["line"]) for one in question["findings"]} <= shown


def test_what_the_configuration_ignores_is_on_the_page_and_marked(repository: Path) -> None:
    (repository / "mlops-lint.yaml").write_text("ignore: [TRN002]\nper-file-ignores: {train.py: [TRN016]}\n")
    ignored = {one["rule"] for one in held(made())["findings"] if one["ignored"]}
    assert ignored == {"TRN002", "TRN016"}


def test_hostile_text_ends_no_element_and_reorders_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = "</script><script>alert(1)</script><!--\u2028\u202e"
    folder = tmp_path / "a&<b>"
    folder.mkdir()
    (folder / "x.py").write_text(TRAIN.replace("train.csv", evil))
    monkeypatch.chdir(folder)
    text = made()
    assert text.count("<script") == 2
    assert "<title>a&amp;&lt;b&gt;: MLOps maturity</title>" in text
    assert "\u202e" not in text + str(held(text))
    assert "\u2028" not in text + str(held(text))


@pytest.mark.parametrize("files", [{}, {"app.py": "print(1)\n"}])
def test_a_page_of_nothing_to_score_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    data = held(made())
    assert data["score"]["score"] is None
    assert data["nothing"].startswith("Nothing to score")
    assert data["steps"] == []


def test_the_page_goes_to_standard_output_or_where_it_can_be_written(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--no-cache", "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert main(["report", "--no-cache", "-o", "missing/r.html"]) == 2
    assert "missing/r.html: cannot be written" in capsys.readouterr().err


# ---------------------------------------------------------------- many findings


def many(number: int, root: Path) -> Page:
    """Gives a page of so many findings in files of a thousand lines."""
    for index in range(0, number, 500):
        (root / f"f{index}.py").write_text("value = draw(1)  # a line of some length that is shown in a frame\n" * 1000)
    rule = next(rule for rule in RULES if rule.id == "TRN001")
    findings = tuple(
        Finding(
            rule=rule.id, name=rule.name, severity=("error", "warning", "note")[index % 3], question=rule.question,
            location=Location(f"f{index // 500 * 500}.py", index % 500 + 1, 9, index % 500 + 1, 16),
            message=f"numpy.random.rand draws without a seed, number {index}", subject_kind="random_call",
            subject_name="rand", subject_symbol=None, fingerprint=f"{index:016x}",
        )
        for index in range(number)
    )  # fmt: skip
    verdicts = [Verdict(rule.id, str(index), "fail", one.location, one.message) for index, one in enumerate(findings)]
    report = Report(Summary(1, 1, 1, files=10, subjects=number, muted=0), findings, (), str(root))
    return Page("many", scored(verdicts, RULES, ()), report, RULES, frozenset(), View((), ()), "")


def test_five_thousand_findings_are_written_in_time(tmp_path: Path) -> None:
    found = many(5000, tmp_path)
    start = time.monotonic()
    text = page(found)
    assert time.monotonic() - start < 10  # about one second; machines of CI are slow
    assert len(text) < 6_000_000
    assert len(held(text)["findings"]) == 5000


# ---------------------------------------------------------------- next steps


def said(rule: str, outcome: Outcome, line: int) -> Verdict:
    return Verdict(rule, f"{rule}{line}", outcome, Location("a.py", line, 1, line, 9), "is wrong")


def test_what_gains_most_for_the_least_work_comes_first() -> None:
    verdicts = [said("TRN002", "fail", 1), said("TRN002", "pass", 2)]
    verdicts += [said("CFG001", "fail", line) for line in range(1, 40)]
    verdicts += [said("PIP014", "fail", 1)]
    found = steps(scored(verdicts, RULES, ()), RULES)
    assert [one.rule for one in found] == ["TRN002", "PIP014", "CFG001"]
    assert [one.effort for one in found] == ["little", "some", "much"]
    assert found[0].level
    assert found[0].gain == pytest.approx(0.25)


def test_all_gains_together_make_a_full_score() -> None:
    verdicts = [said(rule.id, "fail" if line % 2 else "pass", line) for line, rule in enumerate(RULES)]
    score = scored(verdicts, RULES, ())
    assert score.score is not None
    assert sum(one.gain for one in steps(score, RULES)) == pytest.approx(1 - score.score)


# ---------------------------------------------------------------- the places of boxes


def view(*edges: tuple[str, str, str], alone: str = "") -> View:
    ids = sorted({id for one in edges for id in (one[0], one[2])} | set(alone))
    return View(tuple(Shown(id, "task", id, f"{id}.py") for id in ids), edges)


def test_data_flows_from_left_to_right() -> None:
    found = placed(view(("task", "reads", "raw"), ("task", "writes", "clean"), ("train", "depends_on", "task")))
    column = {id: x for id, (x, _) in found.at.items()}
    assert column["raw"] < column["task"] < column["clean"]
    assert column["task"] < column["train"]


def test_no_box_stands_on_another_and_all_are_in_the_picture() -> None:
    edges = [(f"n{a}", "writes", f"n{b}") for a in range(40) for b in range(a + 1, 40) if (a * 7 + b * 3) % 11 == 0]
    found = placed(view(*edges, alone="xyz"))
    places = sorted(found.at.values())
    for (x, y), (other, below) in pairwise(places):
        assert x != other or below - y >= HEIGHT
    assert all(0 <= x <= found.width and 0 <= y <= found.height - HEIGHT for x, y in places)


def test_circles_are_drawn_too() -> None:
    found = placed(view(("a", "writes", "b"), ("b", "writes", "c"), ("c", "writes", "a"), ("d", "writes", "d")))
    assert set(found.at) == {"a", "b", "c", "d"}
    assert found.ways[("a", "c")] == found.ways[("c", "a")][::-1]


def test_the_picture_of_nothing_is_empty() -> None:
    assert placed(view()).at == {}
