"""What the terminal can do: colours, and a progress bar for long scans."""

import os
import sys
from time import monotonic
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE = 1.0
"""Seconds before a bar appears: most runs are over by then."""


def colours(stream: TextIO) -> bool:
    """Says whether to write colours; NO_COLOR and FORCE_COLOR count when not empty (https://no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Progress:
    """A bar on standard error, for as long as the `with` block lasts; nothing where that is no terminal."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._start = monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Shows that `done` of `total` files are scanned."""
        if self._bar is None:
            if not self._wanted or monotonic() - self._start < PATIENCE:
                return
            self._bar = _bar()
            self._bar.add_task("scanning", total=total)
        self._bar.update(self._bar.task_ids[0], completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar
