"""A CODEOWNERS file to the patterns of paths and who reviews what they match.

Source: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/
about-code-owners, https://docs.gitlab.com/user/project/codeowners/reference/
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

# Where GitHub, GitLab, Bitbucket and Gitea look for it.
_PLACES = frozenset({"", ".github", "docs", ".gitlab", ".bitbucket", ".gitea"})
# `[Section][2] @owner` of GitLab: who owns what stands below it without owners.
_SECTION = re.compile(r"\^?\[[^\]]*\](?:\[\d+\])?\s*(?P<owners>.*)$")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_MOST = 2000


@texts("CODEOWNERS")
def code_owners(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for each line: its name is the pattern, its tool the owners; null = none, on purpose."""
    if path.rpartition("/")[0] not in _PLACES:
        return
    default = ""
    for number, line in enumerate(text.splitlines()[:_MOST], 1):
        bare = _COMMENT.sub("", line).strip()
        section = _SECTION.match(bare)
        if section is not None:
            default = section["owners"].strip()
        elif bare:
            pattern, *owners = re.split(r"(?<!\\)\s+", bare)
            record = Use(purpose="code-owners", tool=" ".join(owners) or default or None)
            yield subject(record, Location(path, number, 1, number, 2), pattern)
