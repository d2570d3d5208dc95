"""Data that shell commands fetch, and what a notebook that does so reads and writes."""

import json

import pytest

from mlops_lint.extract import extract
from mlops_lint.extract.commands.downloads import transfers

FIXED = "https://x.org/a.csv"


@pytest.mark.parametrize(
    ("command", "places"),
    [
        pytest.param(f"wget -q {FIXED}", [(FIXED, "a.csv")], id="wget"),
        pytest.param(f"wget -P data {FIXED}", [(FIXED, "data/a.csv")], id="a folder"),
        pytest.param(f"wget {FIXED} -qO b.csv", [(FIXED, "b.csv")], id="letters together"),
        pytest.param(f"wget -O - {FIXED} | tar xz -C d", [(FIXED, None), (None, "d")], id="a pipe"),
        pytest.param(f"curl -LO {FIXED}", [(FIXED, "a.csv")], id="curl by the name there"),
        pytest.param(f"curl -sSL {FIXED} > b.csv", [(FIXED, "b.csv")], id="a redirect"),
        pytest.param(f"curl -o b.csv {FIXED}", [(FIXED, "b.csv")], id="curl by another name"),
        pytest.param(f"curl -X POST {FIXED} -o out", [], id="a request that sends"),
        pytest.param(f"curl {FIXED}", [], id="shown, and not kept"),
        pytest.param("gdown 1abc -O a.zip", [("https://drive.google.com/uc?id=1abc", "a.zip")], id="gdown"),
        pytest.param("kaggle datasets download -d a/b", [("kaggle://datasets/a/b", "b.zip")], id="kaggle"),
        pytest.param(
            "kaggle competitions download -c c -p d", [("kaggle://competitions/c", "d/c.zip")], id="a competition"
        ),
        pytest.param("aws s3 cp s3://b/a.csv .", [("s3://b/a.csv", "a.csv")], id="from a bucket"),
        pytest.param("aws s3 cp s3://b/a.csv data/ --quiet", [("s3://b/a.csv", "data/a.csv")], id="to a folder"),
        pytest.param("aws s3 cp a.csv s3://b/a.csv", [("a.csv", "s3://b/a.csv")], id="an upload"),
        pytest.param("aws s3 sync s3://$b/x d", [(None, "d")], id="a bucket that is filled in"),
        pytest.param("gsutil -m cp gs://b/a.csv .", [("gs://b/a.csv", "a.csv")], id="gsutil"),
        pytest.param("unzip -q a.zip -d data", [("a.zip", "data")], id="unzip"),
        pytest.param("tar -xzf a.tgz", [("a.tgz", None)], id="tar"),
        pytest.param("tar czf a.tgz data", [], id="packing"),
        pytest.param(f"cd d && wget {FIXED}", [(FIXED, None)], id="another folder"),
        pytest.param("aws s3 ls s3://b", [], id="a list"),
        pytest.param("wget", [], id="no address"),
        pytest.param("wget -O", [], id="an option without its value"),
    ],
)
def test_commands_move_data(command: str, places: list[tuple[str | None, str | None]]) -> None:
    assert [(one.source, one.target) for one in transfers(command)] == places


def test_checks_that_are_switched_off_are_seen() -> None:
    commands = (f"wget --no-check-certificate {FIXED}", f"curl -kO {FIXED}", f"curl -O {FIXED}")
    assert [one.verified for text in commands for one in transfers(text)] == [False, False, True]


def moved(*cells: str) -> list[tuple[str, object, object]]:
    made = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    found = extract("n.ipynb", json.dumps({"cells": made}).encode()).subjects
    return [(one.kind, one.fields.get("uri"), one.fields.get("data")) for one in found if one.kind in ("read", "write")]


def test_a_notebook_reads_what_it_fetches_and_writes_where_it_leaves_it() -> None:
    assert moved(f"!wget {FIXED}") == [("read", FIXED, True), ("write", "a.csv", None)]


def test_programs_and_models_are_no_data() -> None:
    assert moved("!wget https://x.org/setup.sh")[0] == ("read", "https://x.org/setup.sh", False)
    assert moved("!wget https://x.org/model.tar.gz")[0] == ("read", "https://x.org/model.tar.gz", False)


def test_after_a_change_of_folder_no_local_place_is_known() -> None:
    assert moved("%cd /content", f"!wget {FIXED}", "!unzip a.zip") == [("read", FIXED, True)]


def test_in_a_shell_cell_each_command_has_its_own_line() -> None:
    made = [{"cell_type": "code", "source": ["%%bash\n", "mkdir d\n", f"wget {FIXED}\n", "cd d\n", "unzip a.zip\n"]}]
    found = extract("n.ipynb", json.dumps({"cells": made}).encode()).subjects
    places = [(one.kind, one.location.cell_line) for one in found if one.kind in ("read", "write")]
    assert places == [("read", 3), ("write", 3)]
