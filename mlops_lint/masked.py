"""Text of a repository to the same without what opens doors: passwords and keys within addresses."""

import re

MASK = "****"
# `user:password@` before a host, and keys among the parameters of a query.
_SECRETS = (
    re.compile(r"(?<=://)(?P<before>[^/\s@:'\"]{0,200}:)(?P<secret>[^@/\s'\"]{1,500})(?=@)"),
    re.compile(
        r"(?i)(?P<before>[?&][\w.-]{0,40}(?:token|secret|passw(?:or)?d|signature|credential|key|sig)=)"
        r"(?P<secret>[^&\s'\"#{}$]{8,500})"
    ),
)


def masked(text: str) -> str:
    """Gives the text with `****` in the place of each."""
    for start, end in reversed(secrets(text)):
        text = f"{text[:start]}{MASK}{text[end:]}"
    return text


def secrets(text: str) -> list[tuple[int, int]]:
    """Gives where they stand, from and to, in order; what a program puts in when it runs, as `{password}`, is none."""
    if "://" not in text:
        return []
    found = (match.span("secret") for pattern in _SECRETS for match in pattern.finditer(text))
    return sorted((start, end) for start, end in found if not re.fullmatch(r"[{$%<].*", text[start:end]))
