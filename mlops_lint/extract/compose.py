"""A Compose file to the images that its services start from.

Source: https://github.com/compose-spec/compose-spec/blob/main/05-services.md and 12-interpolation.md
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.image import reference
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, mappings, text
from mlops_lint.subjects import Image, Use, subject

_PASSWORD = re.compile(r"(?i)passw(?:or)?d$|_secret(?:_key)?$|^secret_key$|secret_access_key$")
_DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}")


@trees("*docker-compose*.yml", "*docker-compose*.yaml", "compose*.yml", "compose*.yaml")
def service_images(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the image of each service that is not built here, and passwords that stand in it."""
    for root in documents:
        services = root.get("services") if isinstance(root, Mapping) else None
        built = {text(one.get("image")) for _, one in mappings(services) if one.get("build") is not None}
        for _, service in mappings(services):
            yield from _passwords(path, service)
            node = service.get("image")
            written = text(node)
            if node is not None and written and written not in built:
                # A variable that is set nowhere in the file takes the default that stands beside it.
                filled = _DEFAULT.sub(r"\1", written)
                found = reference(filled)
                record = Image(reference=filled, image_tag=found.tag, digest=found.digest, pinned=found.pinned)
                yield subject(record, locate(path, node), filled)


def _passwords(path: str, service: Mapping) -> Iterator[Subject]:
    """Gives the first password that stands in a service: everybody knows `admin`, which is why it is no secret."""
    for name, value, at in _settings(service):
        if _PASSWORD.search(name) and value and "$" not in value:
            yield subject(Use(purpose="literal-password", tool="compose"), locate(path, at), name)
            return


def _settings(service: Mapping) -> Iterator[tuple[str, str, Node]]:
    stated = service.get("environment")
    for key, value in stated.entries if isinstance(stated, Mapping) else ():
        yield key.text, text(value) or "", value
    for one in stated.items if isinstance(stated, Sequence) else ():
        name, _, said = (text(one) or "").partition("=")
        yield name, said, one
