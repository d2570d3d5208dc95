"""What `pip install` is told to install, and whether that is one exact version.

Source: https://packaging.python.org/en/latest/specifications/version-specifiers/ and dependency-specifiers/
"""

import re
from collections.abc import Iterable

_EXACT = re.compile(r"[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*={2,3}\s*[^*,;\s]+(?:\s*;.*)?")
_ADDRESS = re.compile(r".*(?:@[0-9a-f]{40}(?:#.*)?|\.whl(?:#.*)?|\.tar\.gz(?:#.*)?)")
_INSTALL = re.compile(r"\bpip3?(?:\.exe)? install\b(?P<words>[^&|;\n<>]*)")
# Options of pip that take a value in the next word.
_VALUED = frozenset(
    "-r -c -t -i -f --index-url --extra-index-url --target --find-links --trusted-host --prefix".split()
)


def exact(requirements: Iterable[str]) -> bool:
    """Says whether each requirement names one exact version, commit or file."""
    return all(_EXACT.fullmatch(one) or _ADDRESS.fullmatch(one) for one in requirements)


def installed(command: str) -> tuple[str, ...]:
    """Gives the requirements that the `pip install` of a shell command names, those in files left out."""
    found: list[str] = []
    for line in _INSTALL.finditer(command.replace("\\\n", " ")):
        words, skip = line["words"].split(), False
        for word in words:
            bare = word.strip("'\"")
            if skip or bare.startswith("-") or bare in (".", "") or "/" in bare.partition("@")[0]:
                skip = not skip and bare in _VALUED
            else:
                found.append(bare)
    return tuple(dict.fromkeys(found))
