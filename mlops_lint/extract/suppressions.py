"""Comments that mute rules.

`# mlops-lint: ignore[TRN002] reason` at the end of a line or alone on the line above, `ignore-file[...]` anywhere.
"""

import re
from importlib.util import find_spec

from mlops_lint.model import Location, Suppression

_COMMENT = re.compile(r"mlops-lint:\s*(ignore|ignore-file)\b\s*(?:\[([^\]]*)\])?\s*(.*)")


def suppressions(path: str, language: str, data: bytes) -> tuple[Suppression, ...]:
    """Gives the suppressions of a file."""
    if b"mlops-lint:" not in data or find_spec("mlops_lint.parse.comments") is None:
        return ()
    from mlops_lint.parse.comments import comments

    found = []
    for comment in comments(path, language, data):
        if (match := _COMMENT.search(comment.text)) is not None:
            rules = tuple(name.strip() for name in (match[2] or "").split(",") if name.strip())
            line = comment.location.line + comment.alone
            lines = None if match[1] == "ignore-file" else (line, line)
            found.append(Suppression(comment.location, rules, lines, match[3].strip()))
    return tuple(found)
