"""Rule files to checked records."""

from typing import Literal

import msgspec

from mlops_lint.model import Severity


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule file; `where` and `must` are CEL over the subject, under the name of its kind."""

    id: str
    name: str
    summary: str
    question: str
    severity: Severity
    status: Literal["stable", "preview"]
    profile: Literal["research", "production"]
    subject: str
    where: str = "true"
    must: str
    message: str
    why: str
    how: str
    tags: tuple[str, ...] = ()
    file: str = ""
