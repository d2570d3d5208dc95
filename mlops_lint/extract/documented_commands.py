"""A page for readers to the commands that it tells them to run.

Source: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.extract.commands import code_links
from mlops_lint.extract.commands.invocations import invocations
from mlops_lint.extract.commands.purposes import simple
from mlops_lint.extract.registry import texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import Use, subject

_FENCE = re.compile(r"\s*(?:>\s*)?(?:```+|~~~+)\s*\{?\.?([\w+-]*)")
_SHELLS = frozenset(
    {"", "bash", "sh", "shell", "console", "zsh", "terminal", "shell-session", "cmd", "powershell", "ps1"}
)
_PROMPT = re.compile(r"\s*(?:>\s+)?(?:\(\w+\)\s*)?(?:[$%#>]|PS[^>]*>)?\s*!?(?=\S)")
# Within a sentence only what is plainly a command is taken for one.
_INLINE = re.compile(
    r"`((?:python3?|make|dvc|mlflow|kedro|snakemake|nextflow|bash|sh|uv run|poetry run|just|\./)[ \w][^`\n]{1,200})`"
)
# "Run `train.py`" is as good as the command.
_NAMED = re.compile(
    r"(?i)\b(?:run|running|execute|executing|start|launch|use|with|via)\b[^`\n]{0,60}`([\w./-]{1,120}\.py)`"
)
_INDENTED = re.compile(
    r"(?: {3,}|\t)(?:\$ )?(?:python3?|make|dvc|mlflow|bash|sh|snakemake|nextflow|uv run|poetry run) \S"
)
# What installs, fetches or looks leads to no result.
_PREPARES = frozenset(
    "pip pip3 git cd conda mamba apt apt-get brew yum source export curl wget echo ls mkdir cp mv rm cat unzip tar "
    "chmod set npm yarn venv virtualenv uv poetry pipenv pyenv sudo activate deactivate exit pre-commit pytest ruff "
    "black flake8 mypy isort code open start which touch tree jupyter kaggle aws gcloud gsutil az kubectl helm "
    "terraform ssh".split()
)
_MOST = 60
_DEEP = 2


@texts("README*", "*.md", "*.rst")
def documented(path: str, text: str) -> Iterator[Subject]:
    """Gives a use for each command that may lead to a result; what it names of the repository is linked."""
    # Pages deep below are about parts; there are thousands of them in large repositories.
    if path.count("/") > _DEEP and not path.rpartition("/")[2].startswith("README"):
        return
    seen: set[str] = set()
    for number, line in _lines(text):
        # Commands are given as from the root, or from the folder of the page.
        for one in simple(line):
            tool = posixpath.basename(one.split(" ")[0])
            if tool in _PREPARES or one in seen or len(seen) >= _MOST:
                continue
            seen.add(one)
            at = Location(path, number)
            names = tuple(dict.fromkeys(_named(one, at)))
            yield subject(Use(purpose="documented-command", tool=tool), at, one[:120], links=names)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    language: str | None = None
    parts: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        fence = _FENCE.match(line)
        if fence is not None:
            language = fence[1].lower() if language is None else None
            parts = []
        elif language is None:
            yield from ((number, found[1]) for found in _INLINE.finditer(line[:2000]))
            yield from ((number, f"python {found[1]}") for found in _NAMED.finditer(line[:2000]))
            if _INDENTED.match(line):
                yield number, line.strip().removeprefix("$ ")
        elif language in _SHELLS:
            parts.append(_PROMPT.sub("", line, count=1).removesuffix("\\"))
            if not line.rstrip().endswith("\\"):
                yield number, " ".join(parts)[:2000]
                parts = []


def _named(command: str, at: Location) -> Iterator[Link]:
    written = command.replace("{}", "$given")
    for link in code_links(written, None):
        yield Link("needs", link.symbol, at)
    for link in invocations(written, "", at):
        yield Link("needs", link.symbol, at)
