"""The repositories that git puts into folders of this one: what lies there is not known here.

Source: https://git-scm.com/docs/gitmodules
"""

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import File, subject

_PATH = re.compile(r"^[ \t]*path[ \t]*=[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)


@texts(".gitmodules")
def submodules(path: str, written: str) -> Iterator[Subject]:
    """Gives the folder of each repository."""
    for found in _PATH.finditer(written):
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), found[1].strip('"')))
        if not folder.startswith(".."):
            line = written.count("\n", 0, found.start(1)) + 1
            yield subject(File(submodule=True), Location(path, line, 1, line, 1), folder, symbol=f"file:{folder}")
