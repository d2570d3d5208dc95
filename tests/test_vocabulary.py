"""The page of the vocabulary is what the command says."""

from pathlib import Path

import pytest

from mlops_lint.cli import main
from mlops_lint.predicates.registry import predicates
from mlops_lint.subjects import KINDS

PAGE = Path(__file__).parent.parent / "docs" / "vocabulary.md"


def test_the_page_of_the_vocabulary_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vocabulary", "--format", "markdown"]) == 0
    written = capsys.readouterr().out
    assert PAGE.read_text("utf-8") == written, (
        "`mlops-lint vocabulary --format markdown > docs/vocabulary.md` writes it"
    )


def test_the_vocabulary_has_every_kind_and_predicate(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vocabulary"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n{kind}: " in text for kind in KINDS)
    assert all(f"\n  {name} " in text for name in predicates())
