"""The maturity of a repository: verdicts to scores of questions, stages and levels."""

import json
from pathlib import Path

import msgspec
import pytest

from mlops_lint.cli import main
from mlops_lint.configuration import Attestation
from mlops_lint.model import Location, Outcome, Verdict
from mlops_lint.rules import load, questions
from mlops_lint.score import Score, scale, scored

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


def test_what_is_unknown_accepted_or_not_asked_leaves_the_mean() -> None:
    name = "training.reproducibility"
    score = maturity(verdict(name, "pass"), verdict(name, "unknown"), verdict(name, "fail", muted="a known draw"))
    assert answered(score, name) == 1.0
    assert answered(score, "data.versioning") is None
    assert score.stages["serving"] is None
    assert score.score == 1.0


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
    score = scored([], RULES, (attested,))
    answer = next(one for one in score.answers if one.question.id == "governance.review")
    assert answer.attestation == attested
    assert answer.score is None


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


def test_a_repository_without_models_has_nothing_to_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("nothing\n")
    monkeypatch.chdir(tmp_path)
    assert main(["score", "--no-cache"]) == 0
    assert capsys.readouterr().out.startswith("Nothing to score")
