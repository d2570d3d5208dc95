"""The records that pass from step to step: what a file holds, what a rule said, what is reported."""

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]
Outcome = Literal["pass", "fail", "unknown"]

# The contexts of the project's own code that is meant to run.
OWN = frozenset({"source", "notebook"})


class Location(msgspec.Struct, frozen=True, array_like=True):
    """A region of a file on disk; first line and column are 1, columns in code points, end exclusive.

    `cell` and `cell_line` are set in notebooks: the cell counted over all cells from 1, the line in it from 1.
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    cell: int | None = None
    cell_line: int | None = None

    def __lt__(self, other: "Location") -> bool:
        """Orders by file and place; the cell follows from the place."""
        return self._place() < other._place()

    def _place(self) -> tuple[str, int, int, int, int]:
        return self.path, self.line, self.column, self.end_line, self.end_column


class Ref(msgspec.Struct, frozen=True):
    """A value that is stated elsewhere, under a symbol as `constant:pkg.settings.SEED`.

    `before` and `after` are texts around it: a path that is joined to a folder of another module.
    """

    symbol: str
    before: str = ""
    after: str = ""


# What a field of a subject may hold. None = the argument is absent; a field that is left out = cannot be known.
Value = None | bool | int | float | str | tuple[str, ...] | Ref


class Link(msgspec.Struct, frozen=True, array_like=True):
    """One subject names another: `role` is one of `roles.ROLES`, `symbol` what it names."""

    role: str
    symbol: str
    location: Location | None = None
    words: tuple[str, ...] | None = None
    """What a command hands to the code that it starts; None = no command is known."""


class Subject(msgspec.Struct, frozen=True, array_like=True):
    """Something that a file declares or does, of a kind that `subjects` defines.

    `symbol` is the name under which other files may link to it; None = nothing can.
    """

    kind: str
    location: Location
    name: str
    fields: dict[str, Value]
    symbol: str | None = None
    links: tuple[Link, ...] = ()


class Suppression(msgspec.Struct, frozen=True, array_like=True):
    """A comment that mutes `rules` on `lines` (first and last, inclusive; of its cell), or in the whole file: None."""

    location: Location
    rules: tuple[str, ...]
    lines: tuple[int, int] | None
    reason: str


class Problem(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A file, or a part of one, that could not be read; `code` is one of `PROBLEMS`."""

    path: str
    line: int
    code: str
    message: str


PROBLEMS = {
    "MLL001": "the file cannot be opened, or is not a regular file",
    "MLL002": "the file is not valid in the language that its name says",
    "MLL003": "the file is larger than the limit for its language",
    "MLL004": "the file is too deeply nested or takes too long to analyse",
    "MLL005": "the file is binary or not UTF-8",
    "MLL006": "a suppression comment matches no finding, or names no rule",
    "MLL007": "a link leads out of the tree and is not followed",
    "MLL008": "the file is a template, not yet valid in its language, and was read in part or not at all",
    "MLL009": "our analysis of the file failed: a bug of mlops-lint, please report it",
}


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """All that one file says, a pure function of its path and bytes."""

    path: str
    context: str
    subjects: tuple[Subject, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    problems: tuple[Problem, ...] = ()
    written: tuple["Facts", ...] = ()
    """Of the files that a notebook writes; they hold where the repository has no such file."""


class Related(msgspec.Struct, frozen=True, order=True):
    """Another place that explains a verdict."""

    location: Location
    message: str


class Verdict(msgspec.Struct, frozen=True):
    """What one rule says of one subject; `node` is the subject's id in the graph."""

    rule: str
    node: str
    outcome: Outcome
    location: Location
    message: str
    related: tuple[Related, ...] = ()
    muted: str | None = None
    """The reason of the suppression that accepts a failure ("" where it gives none); None = not muted."""
    name: str = ""
    """What the subject is called."""


class Fix(msgspec.Struct, frozen=True):
    """One change that satisfies a rule: `kind` is a sort that `fix` knows, `argument` what it is told."""

    location: Location
    kind: str
    argument: str


class Finding(msgspec.Struct, frozen=True):
    """A verdict `fail` that is shown to the user."""

    rule: str
    name: str
    severity: Severity
    question: str
    location: Location
    message: str
    subject_kind: str
    subject_name: str
    subject_symbol: str | None
    fingerprint: str
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    """What mends it, and the other places of its file that it speaks for."""

    @property
    def fixable(self) -> bool:
        """Says whether `--fix` would try to mend it."""
        return bool(self.fixes)


class Summary(msgspec.Struct, frozen=True):
    """The counts of a report."""

    error: int
    warning: int
    note: int
    files: int
    subjects: int
    muted: int


class Report(msgspec.Struct, frozen=True):
    """All that an output needs, in a fixed order: findings by path, line, column, rule."""

    summary: Summary
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    root: str
    """The scanned folder, to read lines for code frames; never printed."""
    secrets: tuple[Location, ...] = ()
    """Where credentials stand, whether or not that is reported: no output shows the code there."""
