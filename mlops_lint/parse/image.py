"""A reference to a container image to its name, tag and digest, and whether they fix what is meant.

Source: https://github.com/distribution/reference/blob/main/reference.go
"""

import re

import msgspec
from msgspec import UNSET, UnsetType

# A version with two parts, a date, a build number or a commit.
_EXACT = re.compile(
    r"\d+\.\d+|\du\d+|\d{4}-\d{2}|\d{6,}|(?:^|[-_.])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}(?:$|[-_.])"
)
# Versions of what is inside another image: `2-python3.10` moves with every release of 2.
_INSIDE = re.compile(r"(?:python|py|jdk|jre|java|ubuntu|debian|alpine|cuda|cudnn|node|spark|scala)-?\d+(?:\.\d+)*")
# One number, or a name, is a whole release of these, as 22.04 is one of Ubuntu.
_SYSTEMS = frozenset(
    "debian centos fedora amazonlinux rockylinux almalinux oraclelinux ubuntu archlinux photon buildpack-deps".split()
)
_RELEASE = re.compile(
    r"(?:\d+|xenial|bionic|focal|jammy|noble|stretch|buster|bullseye|bookworm|trixie)(?:-slim|-minimal)?"
)


class Reference(msgspec.Struct, frozen=True):
    """An image; None = no tag, no digest; UNSET where a variable hides it. `pinned` by an exact tag or a digest."""

    name: str
    tag: str | None | UnsetType
    digest: str | None | UnsetType
    pinned: bool | UnsetType


def reference(text: str) -> Reference:
    """Gives the parts of a reference; what still holds a `$` cannot be known."""
    rest, at, digest = text.partition("@")
    # A colon before the last slash belongs to the port of a registry.
    cut = rest.find(":", rest.rfind("/") + 1)
    while cut >= 0 and rest[:cut].count("{") > rest[:cut].count("}"):
        cut = rest.find(":", cut + 1)
    name, tag = (rest[:cut], rest[cut + 1 :]) if cut >= 0 else (rest, "")
    if "$" in tag or "$" in digest or ("$" in name.rpartition("/")[2] and not tag and not at):
        # `image-$VERSION:1.2` is known, `$IMAGE` may hold a tag, and of `1.2-$X` some part is.
        exact = bool(digest and "$" not in digest) or _EXACT.search(re.sub(r"\$\{[^}]*\}|\$\w+", "$", tag)) is not None
        return Reference(name, UNSET, UNSET, exact or UNSET)
    return Reference(name, tag or None, digest or None, bool(digest) or _is_exact(name, tag))


def _is_exact(name: str, tag: str) -> bool:
    if name.rpartition("/")[2] in _SYSTEMS and _RELEASE.fullmatch(tag):
        return True
    return _EXACT.search(_INSIDE.sub("", tag)) is not None
