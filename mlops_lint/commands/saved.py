"""What `score --format json` wrote before, to compare with."""

from pathlib import Path

import msgspec

from mlops_lint.errors import UsageError
from mlops_lint.score import Point


class _Question(msgspec.Struct, frozen=True):
    id: str
    score: float | None


class _Basis(msgspec.Struct, frozen=True):
    profile: str = "research"
    preview: bool = False
    date: str | None = None


class _File(msgspec.Struct, frozen=True):
    schema_version: int
    level: int
    score: float | None
    questions: tuple[_Question, ...]
    stages: dict[str, float | None] = {}
    basis: _Basis = _Basis()


class Saved(msgspec.Struct, frozen=True):
    """An earlier score; `questions` are those that were answered."""

    file: str
    score: float | None
    profile: str
    preview: bool
    questions: dict[str, float]
    point: Point


def saved(file: Path) -> Saved:
    """Reads one file; raises UsageError where it is not what `score --format json` writes."""
    try:
        read = msgspec.json.decode(file.read_bytes(), type=_File)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise UsageError(f"{file}: not a score as `mlops-lint score --format json` writes it: {error}") from None
    if read.schema_version != 1:
        raise UsageError(f"{file}: schema_version {read.schema_version} is not known here, only 1")
    # Without a commit, a file is known by its name alone.
    label = read.basis.date or file.stem
    return Saved(
        file=file.name,
        score=read.score,
        profile=read.basis.profile,
        preview=read.basis.preview,
        questions={one.id: one.score for one in read.questions if one.score is not None},
        point=Point(label, read.score, read.level, read.stages),
    )
