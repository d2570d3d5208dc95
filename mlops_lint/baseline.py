"""Findings that were accepted once, to a file and back."""

import json
from pathlib import Path

import msgspec

from mlops_lint import __version__
from mlops_lint.errors import UsageError
from mlops_lint.model import Report

NAME = "mlops-lint-baseline.json"


class _Accepted(msgspec.Struct, frozen=True):
    fingerprint: str


class _File(msgspec.Struct, frozen=True):
    schema_version: int
    findings: tuple[_Accepted, ...]


def written(report: Report) -> str:
    """Gives the file; besides the fingerprints it says for people what was accepted."""
    content = {
        "schema_version": 1,
        "tool": {"name": "mlops-lint", "version": __version__},
        "findings": [
            {"rule": one.rule, "path": one.location.path, "message": one.message, "fingerprint": one.fingerprint}
            for one in report.findings
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def accepted(file: Path) -> frozenset[str]:
    """Gives the fingerprints in a baseline, or in what `check --output-format json` wrote; raises UsageError."""
    try:
        read = msgspec.json.decode(file.read_bytes(), type=_File)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}; `mlops-lint baseline` writes one") from None
    except msgspec.MsgspecError as error:
        raise UsageError(f"{file}: not a baseline as `mlops-lint baseline` writes it: {error}") from None
    if read.schema_version != 1:
        raise UsageError(f"{file}: schema_version {read.schema_version} is not known here, only 1")
    return frozenset(one.fingerprint for one in read.findings)
