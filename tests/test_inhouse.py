"""What a team teaches the tool: tables of its own libraries, folders and packs of its own rules."""

from pathlib import Path

import pytest

from mlops_lint.errors import UsageError
from mlops_lint.rules import load
from mlops_lint.run import lint
from mlops_lint.settings import Settings

TABLE = """
source: the acme handbook
entries:
  - call: acme.hub.fetch
    signature: "name, version=None"
    facts:
      - kind: read
        set: {uri: $name, data: true, hub: true, revision: $version, pinned: {if: version, not_in: [null]}}
  - call: acme.models.Forest.fit
    facts:
      - {kind: training, set: {draws: []}}
"""
CODE = """
from acme.hub import fetch
from acme.models import Forest

model = Forest()
model.fit(fetch("customers"))
model.fit(fetch("customers", version="7"))
"""


def _settings(tmp_path: Path, **settings: object) -> Settings:
    root = tmp_path / "repository"
    root.mkdir()
    (root / "train.py").write_text(CODE)
    keywords = {"root": root, "cache_dir": tmp_path / "cache", "select": ("DAT002",), "jobs": 1} | settings
    return Settings(**keywords)  # type: ignore[arg-type]  # keywords of a test


def test_a_call_into_a_library_that_nobody_taught_is_no_finding(tmp_path: Path) -> None:
    assert lint(_settings(tmp_path)).findings == ()


def test_a_call_into_a_library_that_the_team_taught_is_judged_by_the_same_rules(tmp_path: Path) -> None:
    table = tmp_path / "acme.yaml"
    table.write_text(TABLE)
    found = lint(_settings(tmp_path, libraries=(table,))).findings
    assert [(finding.rule, finding.location.line) for finding in found] == [("DAT002", 6)]


def test_a_changed_table_makes_the_cache_cold(tmp_path: Path) -> None:
    table = tmp_path / "acme.yaml"
    table.write_text(TABLE)
    settings = _settings(tmp_path, libraries=(table,))
    assert len(lint(settings).findings) == 1
    table.write_text(TABLE.replace("not_in: [null]", "in: [null]"))
    assert [finding.location.line for finding in lint(settings).findings] == [7]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source: x\nentry: []\n", "entry"),
        ("source: x\nentries: [{call: a.b, facts: [{kind: splits}]}]\n", "did you mean 'split'?"),
    ],
)
def test_a_wrong_table_is_an_error_of_one_line(tmp_path: Path, text: str, says: str) -> None:
    table = tmp_path / "acme.yaml"
    table.write_text(text)
    with pytest.raises(UsageError) as error:
        lint(_settings(tmp_path, libraries=(table,)))
    assert str(error.value).startswith(f"{table}:1: ")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_pack_that_nobody_installed_is_an_error() -> None:
    with pytest.raises(UsageError, match="no installed package offers the policy pack 'acme'"):
        load((), ("acme",))
