"""What opens doors is shown by no command, also where it stands within an address."""

from pathlib import Path

import pytest

from mlops_lint.cli import main
from mlops_lint.masked import masked
from mlops_lint.output import formats

WORD = "Kx93Qpw7Zr"
CASES = [
    (f"postgresql://ana:{WORD}@db.acme.io/prod", "postgresql://ana:****@db.acme.io/prod"),
    (f"see https://:{WORD}@acme.io and s3://A:{WORD}@b", "see https://:****@acme.io and s3://A:****@b"),
    (f"https://acme.io/a?x=1&access_token={WORD}&y=2", "https://acme.io/a?x=1&access_token=****&y=2"),
    (f"https://acme.io/a?sig={WORD}#part", "https://acme.io/a?sig=****#part"),
    ("https://acme.io:8080/a@b?key=1", "https://acme.io:8080/a@b?key=1"),
    ("f'postgresql://{user}:{password}@{host}'", "f'postgresql://{user}:{password}@{host}'"),
    ("ana@acme.io, a:b@c", "ana@acme.io, a:b@c"),
    ("https://ana@acme.io/train.csv", "https://ana@acme.io/train.csv"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_passwords_and_keys_in_addresses_are_masked_and_nothing_else(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_long_text_is_masked_in_time_that_grows_with_it() -> None:
    assert masked("://" * 30_000).startswith("://")
    assert masked("a://" + "b" * 100_000 + "?token=" + "c" * 10).startswith("a://b")


COMMANDS = [f"check --fail-on never --output-format {name}" for name in formats()]
COMMANDS += [f"score --format {name}" for name in ("text", "json", "markdown")]
COMMANDS += ["report -o -", "baseline -o -", "graph", "graph --format dot", "graph --format mermaid"]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_them(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train.py").write_text(
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n\n"
        f"frame = pd.read_csv('https://ana:{WORD}@acme.io/train.csv?token={WORD}')\n"
        f"frame.to_csv('s3://ana:{WORD}@acme/clean.csv')\n"
        "LogisticRegression().fit(frame[['a']], frame['b'])\n"
    )
    monkeypatch.chdir(tmp_path)
    assert main([*command.split(), "--no-cache", "--preview"]) == 0
    written = capsys.readouterr()
    assert WORD not in written.out + written.err
