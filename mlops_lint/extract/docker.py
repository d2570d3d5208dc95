"""A Dockerfile to the images that its stages start from.

Source: https://docs.docker.com/reference/dockerfile/#from
"""

from collections.abc import Iterator

from mlops_lint.extract.registry import dockerfiles
from mlops_lint.model import Location, Subject
from mlops_lint.parse.dockerfile import Dockerfile, Stage
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Image, subject


@dockerfiles
def base_images(path: str, parsed: Dockerfile) -> Iterator[Subject]:
    """Gives the image of each stage that starts from neither `scratch` nor a former stage."""
    for stage in parsed.stages:
        written = (stage.image or _hidden(stage)).strip("\"'")
        if written:
            found = reference(written)
            record = Image(reference=written, image_tag=found.tag, digest=found.digest, pinned=found.pinned)
            start = stage.start
            location = Location(path, start.line, start.column, start.end_line, start.end_column)
            yield subject(record, location, written)


def _hidden(stage: Stage) -> str:
    """Gives the image as written where an argument without a default hides it; "" where there is none."""
    first = (stage.start.value.split() or [""])[0]
    return first if stage.base is None and "$" in first else ""
