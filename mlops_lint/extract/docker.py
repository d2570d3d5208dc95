"""A Dockerfile to the images that its stages start from.

Source: https://docs.docker.com/reference/dockerfile/#from
"""

from collections.abc import Iterator

from mlops_lint.extract.registry import dockerfiles
from mlops_lint.model import Location, Subject
from mlops_lint.parse.dockerfile import Dockerfile, Instruction, Stage
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Image, subject


@dockerfiles
def base_images(path: str, parsed: Dockerfile) -> Iterator[Subject]:
    """Gives the image of each stage that starts from neither `scratch` nor a former stage."""
    stages: set[str] = set()
    for stage in parsed.stages:
        written = stage.image or _hidden(stage, stages)
        if written is not None:
            found = reference(written)
            record = Image(reference=written, image_tag=found.tag, digest=found.digest, pinned=found.pinned)
            yield subject(record, _locate(path, stage.start), written)
        if stage.name is not None:
            stages.add(stage.name.lower())


def _hidden(stage: Stage, stages: set[str]) -> str | None:
    """Gives the image as written where an argument hides it."""
    written = stage.start.value.split()
    first = written[0] if written else ""
    return first if "$" in first and first.lower() not in stages else None


def _locate(path: str, start: Instruction) -> Location:
    return Location(path, start.line, start.column, start.end_line, start.end_column)
