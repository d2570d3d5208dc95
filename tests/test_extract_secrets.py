"""Credentials are found where they stand, and nothing of their value leaves the file.

The tokens are put together here, so that no scanner takes this file for a leak.
"""

import json
import string

import msgspec
import pytest

from mlops_lint.extract import extract
from mlops_lint.model import Subject

LETTERS = "kQvRzLmWxNbTcHyGdJfPsKqVrZlMwXnBtChYgDjFpSuEaOiU"
MIXED = "k9Qv2RzL7mWx4NbT1cHy8GdJ5fPs3KqVr6ZlMwXnBtChYgDjFpSuEaOiUkQvRzLmW" * 2
HEX = "9f3b7c1e5d2a8046" * 4

TOKENS = {
    "AWS access key": "AKIA" + "Q3ZV7WJX5RKLPN2M",
    "Google API key": "AIza" + MIXED[:35],
    "GitHub token": "ghp_" + MIXED[:36],
    "GitLab token": "glpat-" + MIXED[:20],
    "Slack token": "xoxb-" + MIXED[:30],
    "Hugging Face token": "hf_" + LETTERS[:34],
    "OpenAI API key": "sk-" + MIXED[:48],
    "Anthropic API key": "sk-ant-api03-" + MIXED[:93],
    "Stripe key": "sk_live_" + MIXED[:24],
    "SendGrid API key": "SG." + MIXED[:22] + "." + MIXED[:43],
    "Azure storage key": "AccountKey=" + MIXED[:86] + "==",
    "Databricks token": "dapi" + HEX[:32],
    "Weights & Biases API key": 'wandb.login(key="' + HEX[:40] + '")',
    "npm token": "npm_" + MIXED[:36],
    "Docker Hub token": "dckr_pat_" + MIXED[:27],
    "Prefect API key": "pnu_" + MIXED[:36],
    "Kaggle API key": '{"username": "ann", "key": "' + HEX[:32] + '"}',
}


def secrets(path: str, text: str) -> list[Subject]:
    found = [one for one in extract(path, text.encode()).subjects if one.kind == "secret"]
    return [one for one in found if one.fields["literal"] is True]


@pytest.mark.parametrize("what", TOKENS)
def test_a_token_is_known_by_its_format(what: str) -> None:
    (found,) = secrets("deploy/run.sh", f"echo start\nconnect {TOKENS[what]} now\n")
    assert (found.fields["what"], found.fields["where"], found.location.line) == (what, "code", 2)


@pytest.mark.parametrize("what", TOKENS)
def test_no_part_of_a_value_is_kept(what: str) -> None:
    token = TOKENS[what]
    written = msgspec.json.encode(secrets("deploy/run.sh", f"connect {token}\n")).decode()
    secret = max(token.replace('"', " ").replace("=", " ").split(), key=len).strip("(){}")
    assert all(secret[at : at + 8] not in written for at in range(len(secret) - 8))


def test_the_location_covers_the_value_and_nothing_else() -> None:
    token = TOKENS["GitHub token"]
    (found,) = secrets("src/a.py", f'é = "{token}"  # comment\n')
    assert (found.location.column, found.location.end_column) == (6, 6 + len(token))


def test_a_private_key_is_one_finding_over_its_lines() -> None:
    body = "\n".join([MIXED[:64]] * 8)
    kind = "RSA PRIVATE" + " KEY"
    (found,) = secrets("keys/server.pem", f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n")
    assert (found.fields["what"], found.location.line, found.location.end_line) == ("private key", 1, 10)


def test_a_notebook_says_whether_source_or_output_holds_the_token() -> None:
    token = TOKENS["Hugging Face token"]
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": [f"using {token}\n"]}],
        "source": ["import hub\n", f'login("{token}")\n'],
    }
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    found = [(one.fields["where"], one.location.cell, one.location.cell_line) for one in secrets("a.ipynb", notebook)]
    assert found == [("notebook output", 1, None), ("notebook source", 1, 2)]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('password = "' + "Xk9" + 'vTq2wLp"', id="an assignment"),
        pytest.param('connect(user="ann", password="' + "Xk9" + 'vTq2wLp")', id="an argument"),
        pytest.param('{"db_password": "' + "Xk9" + 'vTq2wLp"}', id="an entry of a mapping"),
        pytest.param('os.environ["API_TOKEN"] = "' + MIXED[:24] + '"', id="an environment variable that is set"),
        pytest.param('url = "postgresql://ann:' + "Xk9" + 'vTq2wLp@db.acme.org:5432/x"', id="a connection string"),
    ],
)
def test_a_password_is_found_in(line: str) -> None:
    assert len(secrets("src/a.py", line + "\n")) == 1


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('password = os.environ["DB_PASSWORD"]', id="a look-up"),
        pytest.param('password = "changeme123"', id="a placeholder"),
        pytest.param('token = "<your-token-1234567>"', id="a template"),
        pytest.param('token = "${API_TOKEN_2024_PROD}"', id="a variable"),
        pytest.param('url = "postgresql://postgres:postgres@localhost:5432/x"', id="a database of this machine"),
        pytest.param('url = "redis://ann:' + "Xk9" + 'vTq2wLp@cache:6379"', id="a service of a Compose file"),
        pytest.param('key = "AKIAIOSFODNN7EXAMPLE"', id="the key of the documentation"),
        pytest.param('secret_name = "projects/1/secrets/db-password-2"', id="the name of a secret"),
        pytest.param('pad_token = "<|endoftext|>"', id="a token of a tokenizer"),
        pytest.param('token = "model.layers.11.attention_3"', id="a dotted name"),
        pytest.param("xs = [" + ", ".join(f'"{letter}_token"' for letter in string.ascii_lowercase) + "]", id="words"),
    ],
)
def test_no_secret_is_seen_in(line: str) -> None:
    assert secrets("src/a.py", line + "\n") == []


@pytest.mark.parametrize(
    "line", ['os.environ["DB_PASSWORD"]', 'os.getenv("HF_TOKEN")', 'os.environ.get("WANDB_API_KEY", "")']
)
def test_a_credential_from_the_environment_is_evidence(line: str) -> None:
    (found,) = [
        one for one in extract("src/a.py", f"import os\nuse({line})\n".encode()).subjects if one.kind == "secret"
    ]
    assert found.fields["literal"] is False
    assert found.location.line == 2


@pytest.mark.parametrize("line", ['os.environ["HOME"]', 'os.getenv("KEYBOARD")', 'os.environ["HF_TOKEN"] = x'])
def test_what_is_no_credential_or_is_only_set_is_no_evidence(line: str) -> None:
    assert not [one for one in extract("src/a.py", f"import os\n{line}\n".encode()).subjects if one.kind == "secret"]


def test_bare_values_count_in_settings_only() -> None:
    line = "DB_PASSWORD=" + "Xk9" + "vTq2wLp\n"
    assert len(secrets("prod.env", line)) == 1
    assert secrets("src/a.py", line) == []


def test_one_line_gives_one_finding() -> None:
    assert len(secrets("a.sh", f"connect {TOKENS['GitHub token']} {TOKENS['GitLab token']}\n")) == 1


def test_a_long_line_is_data() -> None:
    assert secrets("a.json", '{"x": "' + "a" * 6000 + TOKENS["GitHub token"] + '"}\n') == []
