"""Requirements files to dependencies; one that a tool has compiled is a lock file instead.

Source: https://pip.pypa.io/en/stable/reference/requirements-file-format/ and https://pip-tools.readthedocs.io/
"""

import posixpath
import re
from collections.abc import Iterator

from mlops_lint.extract.dependencies.stated import Stated, dependency, group, pinned
from mlops_lint.extract.registry import requirements
from mlops_lint.model import Location, Subject
from mlops_lint.parse.requirements import Requirement, Requirements
from mlops_lint.subjects import Use, subject

_REPOSITORY = re.compile(r"git\+.*[/:](?P<name>[\w.-]+?)(?:\.git)?/?(?:@[^@/]*(?:/[^@/]*)?)?(?:#.*)?$")


@requirements
def requirement_files(path: str, listed: Requirements) -> Iterator[Subject]:
    """Gives the requirements of a file, or the lock that it is; constraints ask for nothing."""
    folder, name = posixpath.split(path)
    if "constraint" in name.lower():
        return
    if listed.compiled or name.endswith(".lock"):
        # It lists what the dependencies depend on; what the project asks for stands in what it was compiled from.
        yield subject(Use(purpose="lock", tool="pip"), Location(path), path, symbol=f"lock:{folder}")
        for one in listed.items:
            if one.name is not None:
                symbol = f"installation:{path}#{one.name}"
                yield subject(Use(purpose="installation", tool=one.name), _locate(path, one), one.name, symbol=symbol)
        return
    sort = group(name.lower().replace("requirements", ""), "main")
    for one in listed.items:
        named = one.name or _name_of(one.url or "")
        if named is not None:
            stated = Stated(named, one.specifier, one.url)
            yield dependency(stated, _locate(path, one), sort, exact=one.hashed or pinned(one.specifier, one.url))


def _locate(path: str, one: Requirement) -> Location:
    return Location(path, one.line, one.column, one.end_line, one.end_column)


def _name_of(url: str) -> str | None:
    """Gives the name of a repository, most often that of its distribution; None for a folder, which is this project."""
    found = _REPOSITORY.match(url)
    return found["name"].lower().replace("_", "-") if found is not None else None
