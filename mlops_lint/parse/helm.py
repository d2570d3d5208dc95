"""A template of Helm to YAML of the same lines and columns: what stands in braces becomes a plain text, or nothing.

Source: https://helm.sh/docs/chart_template_guide/ (a line of actions alone leaves nothing, or what we cannot know)
"""

import re

# In a text these stand for the braces of an action, by which what a template puts in is known.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
# Long enough for a call of several lines; whatever is longer is left as it is.
_ACTION = re.compile(r"\{\{(?:[^{}]|\{(?!\{)|\}(?!\})){0,2000}\}\}")
_ALONE = re.compile(rf"^[ \t]*(?:{_OPEN}[^{_CLOSE}\n]*{_CLOSE}+[ \t]*)+(?:#.*)?$", re.MULTILINE)
_MARKS = "{}\"':#,[]&*!|>%@`\\"
_HIDDEN = {ord(mark): 0xE000 + at for at, mark in enumerate(_MARKS)}
_SHOWN = {hidden: mark for mark, hidden in _HIDDEN.items()} | {ord(_OPEN): "{", ord(_CLOSE): "}"}


def is_template(path: str, data: bytes) -> bool:
    """Says whether a file is a template of a chart: it lies in `templates`, and has actions."""
    return b"{{" in data and ("/templates/" in path or path.startswith("templates/"))


def outline(data: bytes) -> bytes:
    """Gives the text with each action hidden in characters that mean nothing to YAML; blank where it stands alone."""
    text = _ACTION.sub(_hide, data.decode("utf-8", "replace"))
    return _ALONE.sub(lambda found: " " * len(found[0]), text).encode()


def shown(text: str) -> str:
    """Gives a text of the tree as it was written."""
    return text.translate(_SHOWN)


def _hide(found: re.Match[str]) -> str:
    first, newline, rest = found[0].partition("\n")
    inner = first[2:-2] if not newline else first[2:]
    # What goes over several lines keeps them.
    return f"{_OPEN * 2}{inner.translate(_HIDDEN)}{_CLOSE * 2}{newline}" + re.sub(r"[^\n]", " ", rest)
