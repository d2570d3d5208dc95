"""The maturity of a repository: verdicts to scores of questions, stages and levels."""

import csv
import json
import re
import subprocess
from pathlib import Path

import msgspec
import pytest

from mlops_lint.cli import main
from mlops_lint.configuration import Attestation
from mlops_lint.model import Location, Outcome, Verdict
from mlops_lint.repeated import facts
from mlops_lint.rules import load, questions
from mlops_lint.score import Basis, Score, scale, scored

RULES = load()
OF = {question.id: next((rule.id for rule in RULES if rule.question == question.id), None) for question in questions()}


def verdict(question: str, outcome: Outcome, muted: str | None = None) -> Verdict:
    rule = OF[question]
    assert rule is not None
    return Verdict(rule, "node", outcome, Location("a.py", 1), "is wrong", muted=muted)


def maturity(*verdicts: Verdict) -> Score:
    return scored(verdicts, RULES, ())


def answered(score: Score, question: str) -> float | None:
    return next(answer.score for answer in score.answers if answer.question.id == question)


def test_a_question_scores_the_share_of_its_subjects_that_pass() -> None:
    name = "training.reproducibility"
    score = maturity(verdict(name, "pass"), verdict(name, "pass"), verdict(name, "pass"), verdict(name, "fail"))
    assert answered(score, name) == 0.75
    assert score.stages["training"] == 0.75
    assert score.matrix["training"]["reproducibility"] == 0.75


def of(rule: str, outcome: Outcome, path: str = "a.py") -> Verdict:
    return Verdict(rule, f"node {path}", outcome, Location(path, 1), "is wrong", name="what shows it")


def test_each_rule_weighs_the_same_in_its_question() -> None:
    name = "environment.reproducible"
    pins = [of("ENV001", "pass", f"{n}.txt") for n in range(30)]
    assert answered(maturity(*pins, of("ENV002", "fail")), name) == 0.5


def test_notebooks_beside_code_that_answers_leave_the_mean() -> None:
    name = "training.tracking"
    score = maturity(of("TRN016", "pass", "train.py"), of("TRN016", "fail", "try.ipynb"))
    assert answered(score, name) == 1.0
    assert answered(maturity(of("TRN016", "fail", "try.ipynb")), name) == 0.0
    trains = scored([of("TRN016", "fail", "try.ipynb")], RULES, (), basis=Basis(scripts=True))
    assert answered(trains, name) is None


def test_the_project_as_a_whole_answers_where_no_rule_does() -> None:
    name = "training.tracking"
    assert answered(maturity(of(name, "pass")), name) == 1.0
    assert answered(maturity(of(name, "fail")), name) == 0.0
    assert answered(maturity(of(name, "fail"), of("TRN016", "pass")), name) == 1.0


def test_that_nothing_shows_a_practice_is_no_answer_where_a_rule_cannot_tell() -> None:
    name = "training.tracking"
    assert answered(maturity(of(name, "fail"), of("TRN016", "unknown")), name) is None
    assert answered(maturity(of(name, "pass"), of("TRN016", "unknown")), name) == 1.0


def test_the_whole_answers_in_place_of_rules_about_the_lesser_part() -> None:
    name = "config.training"
    score = maturity(of(name, "pass"), of("CFG001", "fail"))
    assert answered(score, name) == 1.0
    assert [len(one.aside) for one in score.answers if one.question.id == name] == [1]
    assert answered(maturity(of("CFG001", "fail")), name) == 0.0


def test_some_questions_are_asked_of_the_whole_beside_the_rules_and_of_nobody_else() -> None:
    name = "serving.robustness"
    whole = next(one.whole for one in questions() if one.id == name)
    assert whole is not None
    assert (whole.strictly, whole.counts) == (True, "beside")
    assert answered(maturity(of("SRV011", "fail")), name) is None
    assert answered(maturity(of(name, "pass"), of("SRV011", "fail")), name) == 0.5


def test_what_is_unknown_accepted_or_not_asked_leaves_the_mean() -> None:
    name = "training.reproducibility"
    score = maturity(verdict(name, "pass"), verdict(name, "unknown"), verdict(name, "fail", muted="a known draw"))
    assert answered(score, name) == 1.0
    assert answered(score, "data.versioning") is None
    assert score.stages["serving"] is None
    assert score.score == 1.0


def test_a_comment_without_a_reason_accepts_nothing() -> None:
    name = "training.reproducibility"
    assert answered(maturity(verdict(name, "pass"), verdict(name, "fail", muted="")), name) == 0.5


def test_weights_count_in_the_mean() -> None:
    heavy, light = "training.reproducibility", "training.tracking"
    assert scale().weights.get(heavy) == 2
    score = maturity(verdict(heavy, "pass"), verdict(light, "fail"))
    assert score.score == pytest.approx(2 / 3)


def test_nothing_to_score_is_said() -> None:
    score = maturity()
    assert (score.score, score.level) == (None, 0)


def test_a_level_is_reached_when_all_essential_questions_stand_and_none_that_is_answered_falls() -> None:
    first = scale().levels[0]
    essential = [verdict(name, "pass") for name in first.essential]
    assert maturity(*essential).level == 1
    assert maturity(*essential[1:]).missing == first.essential[:1]
    fallen = verdict("data.versioning", "fail")
    assert maturity(*essential, fallen).level == 0
    assert maturity(*essential, fallen).missing == ("data.versioning",)


def test_levels_and_weights_name_questions_that_exist() -> None:
    known = {question.id for question in questions()}
    by = scale()
    named = [name for level in by.levels for name in (*level.essential, *level.questions)]
    assert {*named, *by.weights} <= known
    assert len(named) == len(set(named))
    assert [level.level for level in by.levels] == [1, 2, 3, 4]


def test_an_attestation_stands_beside_the_evidence_and_changes_no_number() -> None:
    attested = Attestation("governance.review", True, "wiki/review", "ana", "2030-01-01")
    score = scored([], RULES, (attested,), "2029-12-31")
    answer = next(one for one in score.answers if one.question.id == "governance.review")
    assert answer.attestation == attested
    assert answer.score is None


ROOT = Path(__file__).parent.parent


def said(rule: str, outcome: Outcome, node: str, message: str = "is wrong", line: int = 1) -> Verdict:
    return Verdict(rule, node, outcome, Location("a.py", line, 1, line, 9), message)


def test_one_fact_of_one_subject_is_counted_once() -> None:
    score = maturity(said("DAT001", "fail", "a"), said("FEA006", "fail", "a"), said("FEA006", "fail", "b", line=2))
    assert answered(score, "data.versioning") == 0
    assert answered(score, "features.versioning") is None, "nothing has a version: b says it again, too"
    score = maturity(
        said("DAT001", "fail", "a"), said("FEA006", "fail", "a"),
        said("DAT001", "pass", "c", line=3), said("FEA006", "fail", "b", line=2),
    )  # fmt: skip
    answer = next(one for one in score.answers if one.question.id == "features.versioning")
    assert [one.node for one in answer.failed] == ["b"]
    assert [(one.node, counted) for one, counted in answer.again] == [("a", "DAT001")]


def test_a_message_may_tell_whether_it_is_the_same_fact() -> None:
    data, both = "the record lacks the version of its data", "the record lacks metrics and the version of its data"
    score = maturity(said("DAT001", "fail", "a"), said("TRN017", "fail", "x", data), said("TRN017", "fail", "y", both))
    answer = next(one for one in score.answers if one.question.id == "models.lineage")
    assert [one.node for one in answer.failed] == ["y"]


def test_a_pass_counts_wherever_it_is() -> None:
    score = maturity(said("DAT001", "fail", "a"), said("FEA006", "pass", "a"))
    assert answered(score, "features.versioning") == 1


def test_facts_name_rules_of_the_catalogue_and_none_is_counted_at_what_is_not_counted_itself() -> None:
    with (ROOT / "tests" / "catalogue.csv").open(newline="", encoding="utf-8") as file:
        known = {row["id"] for row in csv.DictReader(file)} | {one.id for one in questions()}
    counts = {fact.counts for fact in facts()}
    again = {one.rule for fact in facts() for one in fact.again}
    assert counts | again <= known
    assert counts.isdisjoint(again)
    for fact in facts():
        for one in fact.again:
            assert one.says is None or re.compile(one.says)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "train.py").write_text(
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\n\n"
        "frame = pd.read_csv('train.csv')\n"
        "X_train, X_test, y_train, y_test = train_test_split(frame[['a']], frame['b'])\n"
        "LogisticRegression().fit(X_train, y_train)\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_shows_evidence_and_gates(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "--no-cache"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Maturity level 0 of 4 (ad hoc), score ")
    assert "train.py:6" in text
    assert "Missing for level 1" in text
    assert main(["score", "--no-cache", "--min-level", "1"]) == 1
    assert main(["score", "--no-cache", "--min-score", "0.0"]) == 0
    capsys.readouterr()


def test_json_is_stable_and_independent_of_select(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "mlops-lint.yaml").write_text("select: [ALL]\nignore: [DAT001]\n")
    assert main(["score", "--no-cache", "--format", "json"]) == 0
    before = json.loads(capsys.readouterr().out)
    (repository / "mlops-lint.yaml").write_text("select: [TRN002]\nignore: [TRN002]\n")
    assert main(["score", "--no-cache", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == before
    assert before["schema_version"] == 1
    assert len(before["questions"]) == len(questions())
    found = next(one for one in before["questions"] if one["id"] == "training.reproducibility")
    assert {"rule": "TRN002", "path": "train.py", "line": 6} in found["findings"]


def test_an_expired_attestation_no_longer_counts(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"question": "governance.review", "answer": True, "evidence": "wiki", "by": "ana"}
    for expires, holds in (("2001-01-01", False), ("2999-01-01", True)):
        text = msgspec.yaml.encode({"attestations": [row | {"expires": expires}]})
        (repository / "mlops-lint.yaml").write_bytes(text)
        assert main(["score", "--no-cache", "--format", "json"]) == 0
        questions_ = json.loads(capsys.readouterr().out)["questions"]
        said = next(one["attestation"] for one in questions_ if one["id"] == "governance.review")
        assert (said is not None) is holds


def test_markdown_is_a_table_of_stages(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "--no-cache", "--format", "markdown"]) == 0
    assert "\n| training | " in capsys.readouterr().out


def scores(*options: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["score", "--no-cache", "--preview", "--format", "json", *options]) == 0
    content: dict[str, object] = json.loads(capsys.readouterr().out)
    return content


def test_no_data_versioning_is_one_failed_question(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "train.py").write_text(
        "import mlflow\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\n\n"
        "raw = pd.read_csv('raw.csv')\nraw.dropna().to_csv('clean.csv')\nframe = pd.read_csv('clean.csv')\n"
        "X_train, X_test, y_train, y_test = train_test_split(frame[['a']], frame['b'], random_state=1)\n"
        "with mlflow.start_run():\n    mlflow.log_param('c', 1)\n"
        "    model = LogisticRegression(C=1).fit(X_train, y_train)\n"
        "    mlflow.log_metric('s', model.score(X_test, y_test))\n    mlflow.sklearn.log_model(model, 'm')\n"
    )
    found = scores(capsys=capsys)["questions"]
    about = {"data.versioning", "features.versioning", "features.lineage", "models.lineage", "data.diff"}
    failed = {one["id"] for one in found if one["id"] in about and one["score"] is not None and one["score"] < 0.7}
    assert failed == {"data.versioning"}
    assert sum(one["repeated"] for one in found) >= 2


def test_the_profile_is_said_with_its_reason(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    basis = scores(capsys=capsys)["basis"]
    assert (basis["profile"], basis["because"]) == ("research", "nothing is scheduled or served")
    (repository / "app.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/predict')\ndef predict(x: int):\n    return x\n"
    )
    basis = scores(capsys=capsys)["basis"]
    assert basis["profile"] == "production"
    assert "app.py is served" in basis["because"]
    basis = scores("--profile", "research", capsys=capsys)["basis"]
    assert (basis["profile"], basis["because"]) == ("research", "as it is set")


def test_an_attestation_may_answer_a_question_of_ones_own_but_no_misspelt_one(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"answer": True, "evidence": "wiki/ethics", "by": "ana"}

    def configured(question: str, expires: str) -> None:
        stated = {"attestations": [row | {"question": question, "expires": expires}]}
        (repository / "mlops-lint.yaml").write_bytes(msgspec.yaml.encode(stated))

    configured("governance.ethics", "2999-01-01")
    assert main(["score", "--no-cache"]) == 0
    assert "- governance.ethics: yes, says ana until 2999-01-01 (wiki/ethics)" in capsys.readouterr().out
    configured("governance.ethics", "2001-01-01")
    assert main(["score", "--no-cache"]) == 0
    assert "the attestation of ana expired on 2001-01-01 and no longer counts" in capsys.readouterr().out
    configured("governance.reviews", "2999-01-01")
    assert main(["score", "--no-cache"]) == 2
    assert "did you mean 'governance.review'?" in capsys.readouterr().err
    configured("governance.review", "2999-02-31")
    assert main(["score", "--no-cache"]) == 2
    assert "no day of the calendar" in capsys.readouterr().err


def test_a_gate_says_why_it_does_not_open(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = scores(capsys=capsys)
    (repository / "before.json").write_text(json.dumps(before))
    gate = ["score", "--no-cache", "--preview", "--against", "before.json", "--max-drop"]
    assert main([*gate, "0"]) == 0
    source = (repository / "train.py").read_text()
    (repository / "train.py").write_text(
        source + "PASSWORD = 'hunter2-and-more-of-it'\n" + source.replace("train.csv", "/home/ana/a.csv")
    )
    capsys.readouterr()
    assert main([*gate, "0"]) == 1
    error = capsys.readouterr().err
    assert "below that of before.json, more than --max-drop 0; lower than before: data.shared-access" in error
    assert main([*gate, "1"]) == 0
    assert main([*gate, "1", "--profile", "production"]) == 1
    assert "was scored as research with --preview" in capsys.readouterr().err
    assert main(["score", "--max-drop", "0.1"]) == 2
    assert main(["score", "--no-cache", "--min-score", "0.99", "--min-level", "3"]) == 1
    error = capsys.readouterr().err
    assert "is below --min-score 0.99" in error
    assert "is below --min-level 3; it lacks " in error


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": 2, "level": 0, "score": 1, "questions": []}'])
def test_what_is_no_saved_score_is_refused(repository: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "before.json").write_text(text)
    assert main(["score", "--max-drop", "0", "--against", "before.json"]) == 2
    assert main(["score", "--history", "missing.json"]) == 2
    assert "before.json" in capsys.readouterr().err


def test_a_history_is_shown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "first.json").write_text(json.dumps(scores(capsys=capsys) | {"score": 0.25}))
    assert main(["score", "--no-cache", ".", "--history", "first.json"]) == 0
    assert "\nHistory: first 0.25 (level 0), now 0." in capsys.readouterr().out


def test_the_badges_say_level_and_score(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "--no-cache", "--format", "badge"]) == 0
    picture = capsys.readouterr().out
    assert re.search(r'aria-label="MLOps maturity: level 0 \| \d+%"', picture)
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert main(["score", "--no-cache", "--format", "shields"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["schemaVersion"] == 1
    assert content["label"] == "MLOps maturity"


def test_a_score_names_the_commit_it_is_of(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "a", "--date", "2001-02-03T04:05:06Z"]):
        subprocess.run(
            [*git, *words], check=True, env={"PATH": "/usr/bin:/bin", "GIT_COMMITTER_DATE": "2001-02-03T04:05:06Z"}
        )
    basis = scores(capsys=capsys)["basis"]
    assert basis["date"] == "2001-02-03"
    assert re.fullmatch("[0-9a-f]{40}", basis["commit"])


NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
            "source": [
                "import pandas as pd\n", "from sklearn.svm import SVC\n",
                "d = pd.read_csv('a.csv')\n", "SVC().fit(d[['a']], d['b'])\n",
            ],
        }
    ],
    "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


@pytest.mark.parametrize(
    "files",
    [{}, {"a.txt": "nothing\n"}, {"app.py": "def add(a, b):\n    return a + b\n", "requirements.txt": "flask\n"}],
)
def test_where_nothing_learns_there_is_nothing_to_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    for shown in ("text", "json", "markdown", "badge", "shields"):
        assert main(["score", "--no-cache", "--format", shown]) == 0
        text = capsys.readouterr().out
        assert json.loads(text)["score"] is None if shown == "json" else "othing to score" in text
    assert main(["score", "--no-cache", "--min-level", "0"]) == 1
    assert "nothing to score, so no score passes the gate" in capsys.readouterr().err


def test_one_notebook_that_trains_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    monkeypatch.chdir(tmp_path)
    found = scores(capsys=capsys)
    assert found["level"] == 0
    assert isinstance(found["score"], float)
    assert found["basis"]["profile"] == "research"


def test_each_project_of_several_has_a_score_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded = "train_test_split(frame[['a']], frame['b'], random_state=1)\n"
    for number in range(5):
        folder = tmp_path / "teams" / f"p{number}"
        (folder / "docker").mkdir(parents=True)
        (folder / "docker" / "requirements.txt").write_text("pandas\n")
        (folder / "requirements.txt").write_text("pandas==2.2.0\nscikit-learn==1.5.0\n")
        (folder / "train.py").write_text(
            "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
            "from sklearn.model_selection import train_test_split\n\nframe = pd.read_csv('a.csv')\n"
            f"X_train, X_test, y_train, y_test = {seeded if number else seeded.replace(', random_state=1', '')}"
            "LogisticRegression().fit(X_train, y_train)\n"
        )
    (tmp_path / "requirements.txt").write_text("pandas==2.2.0\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "requirements.txt").write_text("mkdocs==1.6.0\n")
    monkeypatch.chdir(tmp_path)
    found = scores(capsys=capsys)
    assert isinstance(found["score"], float)
    projects = {one["path"]: one for one in found["projects"]}
    assert list(projects) == [f"teams/p{number}" for number in range(5)]
    assert projects["teams/p0"]["score"] < projects["teams/p1"]["score"] == projects["teams/p4"]["score"]
    assert main(["score", "--no-cache", "--preview"]) == 0
    assert "\n- teams/p0  " in capsys.readouterr().out


def test_one_project_is_not_listed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "requirements.txt").write_text("pandas==2.2.0\n")
    assert scores(capsys=capsys)["projects"] == []
