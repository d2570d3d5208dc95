"""Files that say with which Python a project runs to the versions that they state.

Source: https://packaging.python.org/en/latest/specifications/pyproject-toml/#requires-python, the manuals of Poetry,
pyenv, Pipenv, conda and pixi, https://github.com/actions/setup-python, https://www.serverless.com/framework/docs,
https://docs.aws.amazon.com/serverless-application-model, https://cloud.google.com/sdk/gcloud/reference/functions/deploy
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import matches, texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_CI = (
    ".github/workflows/*.y*ml", ".gitlab-ci.y*ml", "azure-pipelines*.y*ml", ".circleci/config.yml", ".travis.yml",
)  # fmt: skip


def _line(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


# What a statement is (allowed = a range, used = what runs, deployed = of one function among others, tested = one of
# several), in which files, and how.
_STATED: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "allowed",
        ("pyproject.toml", "pixi.toml"),
        _line(r"^(?:requires-python|python)\s*=\s*(?:\{[^}\n]{0,200}version\s*=\s*)?[\"']([^\"'\n]+)"),
    ),
    ("allowed", ("setup.cfg",), _line(r"^python_requires\s*=\s*([^\n#]+)")),
    ("allowed", ("setup.py",), _line(r"\bpython_requires\s*=\s*[\"']([^\"'\n]+)")),
    ("used", (".python-version",), _line(r"^(?:cpython-)?(\d+\.\d[\w.]*)")),
    ("used", ("runtime.txt",), _line(r"^python-(\d[\w.]*)")),
    ("used", ("Pipfile",), _line(r"^python_(?:full_)?version\s*=\s*[\"'](\d[^\"'\n]*)")),
    (
        "used",
        ("*env*.yml", "*env*.yaml", "*conda*.yml", "*conda*.yaml"),
        _line(
            r"^[ \t]*-[ \t]*[\"']?python[ \t]*(={1,2}[ \t]*\d[\d.*]*|[<>~!][^\"'#\n]+)|^python:[ \t]*[\"']?(\d[\d.]*)"
        ),
    ),
    (
        "used",
        ("Dockerfile*", "*.dockerfile", "*.Dockerfile"),
        _line(r"\bpython==?(\d\.\d+[\d.]*)|\binstall\b[^\n]{0,200}\bpython(3\.\d+)\b"),
    ),
    ("used", ("devcontainer.json", "*.devcontainer.json"), _line(r"python:(?:\d+-)?(3\.\d+)")),
    (
        "deployed",
        ("serverless*.y*ml", "template*.y*ml", "*sam*.y*ml", "app.yaml", "app.yml", "function*.y*ml"),
        _line(r"^[ \t]*[Rr]untime:[ \t]*[\"']?python(3\.?\d+)"),
    ),
    ("deployed", ("*.tf",), _line(r"^[ \t]*runtime[ \t]*=[ \t]*\"python(3\.?\d+)\"")),
    (
        "deployed",
        ("*.sh", "Makefile", "cloudbuild*.y*ml", ".github/workflows/*.y*ml", ".gitlab-ci.y*ml"),
        _line(r"--runtime[= \t]+[\"']?python(3\.?\d+)"),
    ),
    # People are told which: nothing holds them to it.
    (
        "told",
        ("README*.md", "README*.rst", "*.sh", "Makefile"),
        _line(r"\bpython==?(3\.\d+)|\bPython[ \t]+(3\.\d+)"),
    ),
    (
        "tested",
        _CI,
        _line(r"^[ \t-]*(?:python-version|versionSpec):[ \t]*(.*\d.*)$|\bimage:[ \t]*[\"']?\S*\bpython:(3\.\d+)"),
    ),
)
_PATTERNS = tuple(dict.fromkeys(pattern for _, patterns, _ in _STATED for pattern in patterns))
_NUMBER = re.compile(r"(?<![\d.])3\.\d+")
_MOST = 50


@texts(*_PATTERNS)
def python_versions(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for each statement: its name is the sort of statement, its tool the version or range as written."""
    for sort, patterns, pattern in _STATED:
        if matches(path, patterns):
            for found, _ in zip(pattern.finditer(text), range(_MOST), strict=False):
                written = next(group for group in found.groups() if group is not None).strip()
                versions = _NUMBER.findall(written) if sort == "tested" else [written]
                # Google writes `python311`.
                for version in (re.sub(r"^3(?=\d)", "3.", one) if sort == "deployed" else one for one in versions):
                    line = text.count("\n", 0, found.start()) + 1
                    location = Location(path, line, 1, line, 2)
                    record = Use(purpose="python-version", tool=version)
                    yield subject(record, location, sort, symbol=f"python-version:{path}#{line}.{version}")
