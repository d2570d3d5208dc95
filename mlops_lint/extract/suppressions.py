"""Comments that mute rules.

`# mlops-lint: ignore[TRN002] reason` at the end of a line or alone on the line above, `ignore-file[...]` anywhere.
"""

import re

from mlops_lint.model import Suppression

_COMMENT = re.compile(r"mlops-lint:\s*(ignore-file|ignore)(?![\w-])\s*(?:\[([^\]]*)\])?\s*(.*)")

_PROSE = (".md", ".rst", ".qmd", ".rmd")


def suppressions(path: str, language: str, data: bytes) -> tuple[Suppression, ...]:
    """Gives the suppressions of a file; in a notebook their lines are those of their cell."""
    # What stands in a manual is an example of a comment.
    if b"mlops-lint:" not in data or path.lower().endswith(_PROSE):
        return ()
    from mlops_lint.parse.comments import comments

    found: list[Suppression] = []
    below: tuple[int | None, int] | None = None
    meant = 0
    # From the last to the first: of several that stand alone one above the other all are about the line below them.
    for comment in reversed(list(comments(path, language, data))):
        match = _COMMENT.search(comment.text)
        if match is None:
            continue
        at = comment.location
        line = at.cell_line or at.line
        if comment.alone:
            meant = meant if below == (at.cell, line + 1) else line + 1
            below = at.cell, line
        target = meant if comment.alone else line
        rules = tuple(name.strip() for name in (match[2] or "").split(",") if name.strip())
        lines = None if match[1] == "ignore-file" else (target, target)
        found.append(Suppression(at, rules, lines, match[3].strip()))
    return tuple(reversed(found))
