"""A report to mended files on disk, or to the differences that they would have."""

import difflib
import os
import stat
from collections import defaultdict
from pathlib import Path

import msgspec

from mlops_lint.fix import mended
from mlops_lint.model import Fix, Report

_HIDDEN = "--- a/{0}\n+++ b/{0}\n# differences are not shown: a credential stands in this file\n"


class Repair(msgspec.Struct, frozen=True):
    """What was mended: how many places in how many files, and the differences as a unified diff."""

    places: int
    files: int
    difference: str


def repair(report: Report, *, write: bool) -> Repair:
    """Mends what the findings of a report say can be mended; with `write` false only says how."""
    fixes: dict[str, list[Fix]] = defaultdict(list)
    for finding in report.findings:
        for fix in finding.fixes:
            fixes[fix.location.path].append(fix)
    places = files = 0
    differences = []
    for path, wanted in sorted(fixes.items()):
        file = Path(report.root) / path
        before = _content(file)
        after, made = mended(before, wanted) if before is not None else (None, 0)
        if before is None or after is None or not made:
            continue
        if write and not _replaced(file, after):
            continue
        places, files = places + made, files + 1
        hidden = any(place.path == path for place in report.secrets)
        differences.append(_HIDDEN.format(path) if hidden else _difference(path, before, after))
    return Repair(places, files, "".join(differences))


def _content(file: Path) -> bytes | None:
    """The bytes of a regular file; a link is not followed."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read() if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _replaced(file: Path, content: bytes) -> bool:
    """Writes beside the file and moves: whoever stops in between has the old file or the new one."""
    beside = file.with_name(f".{file.name}.mlops-lint")
    try:
        mode = stat.S_IMODE(file.lstat().st_mode)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
        beside.chmod(mode)
        beside.replace(file)
    except OSError:
        beside.unlink(missing_ok=True)
        return False
    return True


def _difference(path: str, before: bytes, after: bytes) -> str:
    old, new = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (before, after))
    lines = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
