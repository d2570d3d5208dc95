"""Reports in every format: what a person and a program see."""

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from jsonschema import Draft7Validator

from mlops_lint.model import Finding, Location, Problem, Related, Report, Severity, Summary
from mlops_lint.output import formats, render
from mlops_lint.output._line_hash import line_hashes
from mlops_lint.output._text import first_sentence, visible, width
from mlops_lint.rules import Rule

FIXTURES = Path(__file__).parent.parent / "fixtures" / "output"
SCHEMA = json.loads((FIXTURES / "sarif-2.1.0.json").read_text())

TRAIN = """\
import pickle


def load(path):
\twith open(path, "rb") as f:
\t\treturn pickle.load(f)

título, 数据 = "模型", split(x)
connect("admin", "open sesame", retries=2)
"""
STAGES = """\
stages:
  train:
    cmd: python src/train.py
    outs: [model.pkl]
"""
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": ["# Exploration"]},
        {"cell_type": "code", "source": ["import pandas as pd\n", 'df = pd.read_csv("donn\u00e9es.csv", sep="\\t")']},
    ],
    "nbformat": 4,
}
UNSAFE = Rule(
    id="TRN027",
    name="unsafe-load",
    summary="A file is loaded in a way that runs code which it holds",
    question="models.secure-storage",
    severity="error",
    status="stable",
    profile="research",
    subject="model_load",
    must="!model_load.unsafe",
    message="{name} runs code",
    why="A pickle is a program.\nWho can write the file can run it here.",
    how="Save and load with `safetensors`.\nWhere that cannot be, check the file by its hash first.",
    tags=("security", "external/cwe/cwe-502"),
)
UNSEEDED = msgspec.structs.replace(
    UNSAFE,
    id="TRN002",
    name="unseeded-split",
    severity="warning",
    status="preview",
    summary="A random split takes no seed",
    question="training.reproducibility",
    how="Give `random_state` a number.",
    tags=(),
)
SECRET = msgspec.structs.replace(
    UNSAFE, id="DAT010", name="hard-coded-secret", question="data.privacy", how="Rotate it."
)
RULES = (UNSAFE, UNSEEDED, SECRET)


def finding(rule: Rule, location: Location, message: str, **other: object) -> Finding:
    record = Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        question=rule.question,
        location=location,
        message=message,
        subject_kind="secret" if rule.id == "DAT010" else "model_load",
        subject_name="pickle.load",
        subject_symbol=None,
        fingerprint="0123456789abcdef",
    )
    return msgspec.structs.replace(record, **other)


def report(root: Path, *findings: Finding, problems: tuple[Problem, ...] = ()) -> Report:
    def count(severity: Severity) -> int:
        return sum(found.severity == severity for found in findings)

    summary = Summary(count("error"), count("warning"), count("note"), files=41, subjects=310, muted=4)
    return Report(summary, findings, problems, str(root))


def physical(text: str, words: str) -> tuple[int, int, int, int]:
    """Gives the region of the first place where `words` stand."""
    before = text[: text.index(words)]
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    return line, column, line, column + len(words)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text(TRAIN)
    (tmp_path / "dvc.yaml").write_text(STAGES)
    (tmp_path / "my notebooks").mkdir()
    (tmp_path / "my notebooks" / "eda.ipynb").write_text(json.dumps(NOTEBOOK, indent=1))
    return tmp_path


@pytest.fixture
def full(repository: Path) -> Report:
    notebook = (repository / "my notebooks" / "eda.ipynb").read_text()
    made = Related(Location("dvc.yaml", *physical(STAGES, "model.pkl")), "made by stage 'train'")
    gone = Related(Location("docs/gone.md"), "described here")
    load = Location("src/train.py", *physical(TRAIN, "pickle.load(f)"))
    cell = Location("my notebooks/eda.ipynb", *physical(notebook, r"pd.read_csv(\"donn"), 2, 2)
    return report(
        repository,
        finding(UNSEEDED, cell, "no seed"),
        finding(UNSAFE, load, "model.pkl runs code", related=(made, gone)),
        finding(UNSEEDED, Location("src/train.py", *physical(TRAIN, "split(x)")), "the split takes no seed"),
        finding(SECRET, Location("src/train.py", *physical(TRAIN, '"open sesame"')), "a password stands here"),
        finding(UNSEEDED, Location("src/train.py", *physical(TRAIN, "retries=2")), "beside it", severity="note"),
        finding(UNSEEDED, Location("pyproject.toml"), "the file as a whole"),
        problems=(Problem("src/old.py", 3, "MLL002", "not valid Python: print 'x'"),),
    )  # fmt: skip


@pytest.mark.parametrize("name", formats())
def test_each_format_is_as_expected(full: Report, name: str) -> None:
    suffixes = {"json": "json", "sarif": "sarif", "gitlab": "gitlab.json", "junit": "junit.xml", "markdown": "md"}
    suffix = suffixes.get(name, f"{name}.txt")
    path, text = FIXTURES / f"report.{suffix}", render(name, full, RULES)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", formats())
def test_no_format_shows_a_credential_even_when_another_finding_is_on_its_line(full: Report, name: str) -> None:
    assert "sesame" not in render(name, full, RULES)


@pytest.mark.parametrize("name", formats())
def test_no_format_shows_a_credential_that_is_not_reported(full: Report, name: str) -> None:
    secrets = tuple(found.location for found in full.findings if found.rule == "DAT010")
    others = tuple(found for found in full.findings if found.rule != "DAT010")
    assert "sesame" not in render(name, msgspec.structs.replace(full, findings=others, secrets=secrets), RULES)


@pytest.mark.parametrize("name", formats())
def test_control_characters_of_a_repository_reach_no_terminal(tmp_path: Path, name: str) -> None:
    evil = "\x1b[31m\r\u202e\u2028\x07\x7f\u200b"
    (tmp_path / "a.py").write_text(f"x = '{evil}'\n", newline="")
    found = finding(UNSAFE, Location("a.py", 1, 5, 1, 9), f"m{evil}\nn", related=(Related(Location("a.py"), evil),))
    other = finding(UNSAFE, Location(f"b{evil}.py", 2, 1, 2, 2), "n")
    problem = Problem(f"{evil}.py", 1, "MLL002", evil)
    text = render(name, report(tmp_path, found, other, problems=(problem,)), RULES)
    assert not re.search("[^\n\\x20-\\x7e\u00a0-\u1fff…·]", text)


@pytest.mark.parametrize("name", formats())
def test_a_report_without_findings_is_still_a_report(tmp_path: Path, name: str) -> None:
    text = render(name, report(tmp_path), RULES)
    counts = "No findings in 41 files · 4 muted\n"
    expected = {"text": counts, "concise": "", "github": "", "markdown": f"**mlops-lint**: {counts}"}
    assert (
        text == expected[name]
        if name in expected
        else ET.fromstring(text)
        if name == "junit"
        else json.loads(text) is not None
    )


def test_text_points_to_the_place_in_the_cell_and_in_the_file(full: Report) -> None:
    assert " --> my notebooks/eda.ipynb:cell 2:2:6 (file line 13)" in render("text", full, RULES)


def test_carets_stand_under_the_span_after_tabs_and_wide_characters(full: Report) -> None:
    lines = render("text", full, RULES).split("\n")
    marked = next(index for index, line in enumerate(lines) if "split(x)" in line)
    code, marks = lines[marked], lines[marked + 1]
    assert width(code[: code.index("split(x)")]) == marks.index("^")
    assert marks.count("^") == len("split(x)")


def test_a_long_line_is_cut_around_the_span_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = [" + "1, " * 500 + "split(x), " + "2, " * 500 + "]\n")
    line = (tmp_path / "a.py").read_text()
    text = render(
        "text", report(tmp_path, finding(UNSEEDED, Location("a.py", *physical(line, "split(x)")), "m")), RULES
    )
    row, marks = text.split("\n")[3:5]
    assert row.startswith("1 | …")
    assert row.endswith("…")
    assert len(row) < 130
    assert row[marks.index("^") :].startswith("split(x)")


def test_a_file_that_is_gone_binary_or_changed_since_gives_no_frame_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(b"a\0b\n" * 9)
    (tmp_path / "short.py").write_text("x\n")
    places = [Location("gone.py", 3, 1, 3, 9), Location("data.csv", 2, 1, 2, 2), Location("short.py", 9, 1, 9, 4)]
    found = [finding(UNSEEDED, place, "m") for place in places]
    for name in formats():
        assert render(name, report(tmp_path, *found), RULES)
    assert "|" not in render("text", report(tmp_path, *found), ())


def test_a_span_of_many_lines_is_marked_on_its_first(repository: Path) -> None:
    text = render("text", report(repository, finding(UNSEEDED, Location("src/train.py", 4, 1, 6, 24), "m")), RULES)
    assert "4 | def load(path):\n  | ^^^^^^^^^^^^^^^\n" in text


def test_colours_change_nothing_but_colours(full: Report) -> None:
    coloured = render("text", full, RULES, colour=True)
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == render("text", full, RULES)
    assert coloured != render("text", full, RULES)
    assert render("json", full, RULES, colour=True) == render("json", full, RULES)


def test_one_finding_is_counted_in_the_singular(repository: Path) -> None:
    one = report(repository, finding(UNSAFE, Location("src/train.py", 1, 1, 1, 2), "m"))
    one = msgspec.structs.replace(one, summary=msgspec.structs.replace(one.summary, files=1, muted=0))
    assert render("text", one, RULES).endswith("\nFound 1 finding (1 error) in 1 file\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Load it safely.\nThen rest.", "Load it safely."),
        ("Give `n_jobs=1.5` a\nnumber. Then more", "Give `n_jobs=1.5` a number."),
        ("Use e.g. safetensors or so. Not pickle.", "Use e.g. safetensors or so."),
        ("No full stop\n\nNext paragraph.", "No full stop"),
        ("", ""),
    ],
)
def test_the_help_line_is_the_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_what_can_be_read_is_left_as_it_is() -> None:
    assert visible("naïve 数据 'x'") == "naïve 数据 'x'"
    assert visible("a\tb\n\ud800\U000e0001") == "a\\x09b\\x0a\\ud800\\U000e0001"


# ---------------------------------------------------------------- JSON


def test_json_says_what_the_contract_promises(full: Report) -> None:
    content = json.loads(render("json", full, RULES))
    assert content["schema_version"] == 1
    assert content["summary"] == {"error": 2, "warning": 3, "note": 1, "files": 41, "subjects": 310, "muted": 4}
    assert content["findings"][0]["cell"] == {"index": 2, "line": 2}
    assert content["findings"][1]["cell"] is None
    assert content["findings"][1]["related"][0] == {"path": "dvc.yaml", "line": 4, "message": "made by stage 'train'"}
    assert content["problems"][0]["code"] == "MLL002"


# ---------------------------------------------------------------- SARIF


def sarif(made: Report, rules: tuple[Rule, ...] = RULES) -> dict[str, list[dict[str, object]]]:
    content = json.loads(render("sarif", made, rules))
    assert list(Draft7Validator(SCHEMA).iter_errors(content)) == []
    run: dict[str, list[dict[str, object]]] = content["runs"][0]
    return run


def test_sarif_is_valid_also_without_findings(full: Report, tmp_path: Path) -> None:
    assert len(sarif(full)["results"]) == 6
    assert sarif(report(tmp_path))["results"] == []


def test_sarif_keeps_the_limits_of_github_that_no_schema_knows(full: Report) -> None:
    many = msgspec.structs.replace(UNSAFE, tags=(*UNSAFE.tags, *(f"t{n}" for n in range(30))), why="because " * 400)
    driver = json.loads(render("sarif", full, (many, UNSEEDED, SECRET)))["runs"][0]["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == ["DAT010", "TRN002", "TRN027"]
    for rule in driver["rules"]:
        assert len(rule["properties"]["tags"]) <= 10
        assert max(len(rule["shortDescription"]["text"]), len(rule["fullDescription"]["text"])) <= 1024
        assert rule["name"] != rule["id"]
        assert rule["help"]["text"]
        security = rule["properties"].get("security-severity")
        assert (security is None) == ("security" not in rule["properties"]["tags"])
        assert security is None or (isinstance(security, str) and 0 < float(security) <= 10)
        assert (security is None) == ("problem.severity" in rule["properties"])


def test_sarif_results_point_to_their_rules_and_into_the_repository(full: Report) -> None:
    run = json.loads(render("sarif", full, RULES))["runs"][0]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for place in (*result["locations"], *result.get("relatedLocations", ())):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9_./%-]+", uri)
            assert not uri.startswith("/")
    assert (
        run["results"][2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20notebooks/eda.ipynb"
    )


def test_sarif_names_no_folder_of_this_machine_and_no_time(full: Report) -> None:
    text = render("sarif", full, RULES)
    assert str(full.root) not in text
    assert "Utc" not in text
    assert text == render("sarif", full, RULES[::-1])


def test_sarif_says_how_many_findings_it_leaves_out(tmp_path: Path) -> None:
    found = [finding(UNSEEDED, Location("a.py", number, 1, number, 2), "m") for number in range(1, 5010)]
    worst = finding(UNSAFE, Location("b.py", 1, 1, 1, 2), "m")
    run = json.loads(render("sarif", report(tmp_path, *found, worst), RULES))["runs"][0]
    assert len(run["results"]) == 5000
    assert run["results"][0]["ruleId"] == "TRN027"
    assert "10 of 5010 findings" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_makes_no_link_of_text_that_stood_in_the_repository(tmp_path: Path) -> None:
    run = sarif(report(tmp_path, finding(UNSAFE, Location("a.py", 2, 1, 2, 2), "see [this](https://evil.example)")))
    assert run["results"][0]["message"] == {"text": "see [this] (https://evil.example)"}


# Values computed by GitHub's upload action and by Microsoft's sarif-multitool for the same text.
LINE_HASHES = [
    ("", ["c129715d7a2bc9a3:1"]),
    (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
]


@pytest.mark.parametrize(("text", "hashes"), LINE_HASHES)
def test_line_hashes_are_those_of_github(text: str, hashes: list[str]) -> None:
    assert list(line_hashes(text)) == hashes


def test_line_ends_of_all_sorts_and_blanks_do_not_change_line_hashes() -> None:
    assert line_hashes("a b\r\n\tc\rd\n") == line_hashes("ab\nc\nd\n")


def test_equal_lines_have_numbered_line_hashes() -> None:
    hashes = line_hashes("seed everything before you draw at random\n" * 9)
    assert [each.partition(":")[2] for each in hashes[:4]] == ["1", "2", "3", "4"]
    assert len({each.partition(":")[0] for each in hashes[:4]}) == 1
    assert len(set(hashes)) == len(hashes)


# ---------------------------------------------------------------- GitHub, GitLab, JUnit, Markdown


def hostile(tmp_path: Path) -> Report:
    found = finding(
        UNSAFE,
        Location("a,b:c%.py", 2, 1, 2, 5),
        "100%, a|b <img src=x> @all #1 [x](http://evil.example) `\n::error::x",
    )
    return report(tmp_path, found, problems=(Problem("x.py", 1, "MLL002", "<b> & | ::error::"),))


def test_a_command_for_github_is_one_line_whatever_a_name_holds(tmp_path: Path) -> None:
    lines = render("github", hostile(tmp_path), RULES).splitlines()
    assert lines[0].startswith(
        "::error file=a%2Cb%3Ac%25.py,line=2,endLine=2,col=1,endColumn=5,title=TRN027 unsafe-load::"
    )
    assert lines[1] == "::warning file=x.py,line=1,title=MLL002::<b> & | ::error::"
    assert len(lines) == 2


def test_github_shows_the_worst_first(full: Report) -> None:
    levels = [line.split()[0] for line in render("github", full, RULES).splitlines()]
    assert levels == ["::error"] * 2 + ["::warning"] * 3 + ["::notice", "::warning"]


def test_issues_for_gitlab_have_what_it_asks_for(full: Report) -> None:
    issues = json.loads(render("gitlab", full, RULES))
    assert len(issues) == 6
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] <= issue["location"]["lines"]["end"]


def test_junit_has_a_test_for_each_rule_and_a_failure_for_each_finding(full: Report, tmp_path: Path) -> None:
    clean = msgspec.structs.replace(UNSAFE, id="TRN099", name="clean")
    suite = ET.fromstring(render("junit", full, (*RULES, clean)))[0]
    assert suite.get("tests") == "7"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "6"
    assert [one.get("classname") for one in suite.findall("testcase") if one.find("failure") is None] == ["TRN099"]
    failure = ET.fromstring(render("junit", hostile(tmp_path), ()))[0].find("testcase/failure")
    assert failure is not None
    assert "<img src=x>" in (failure.text or "")


def test_markdown_makes_no_link_mention_or_markup_of_text_that_stood_in_the_repository(tmp_path: Path) -> None:
    text = render("markdown", hostile(tmp_path), RULES)
    row = next(line for line in text.splitlines() if "100%" in line)
    assert not re.search(r"[<>@\[`]|http://", row)
    assert row.count("|") == 5


def test_markdown_fits_a_comment_on_github(tmp_path: Path) -> None:
    many = [finding(UNSEEDED, Location("a.py", number, 1, number, 2), "m" * 5000) for number in range(1, 500)]
    text = render("markdown", report(tmp_path, *many), RULES)
    assert len(text) < 65_536
    assert "399 findings more" in text
