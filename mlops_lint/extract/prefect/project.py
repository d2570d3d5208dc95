"""A prefect.yaml to what it says of the flows that it deploys: when they run.

Source: prefect 3.9.1 (`prefect/cli/deploy/_models.py`), https://docs.prefect.io/v3/how-to-guides/deployments/prefect-yaml
"""

import posixpath
from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.registry import trees
from mlops_lint.model import Subject
from mlops_lint.parse.location import locate
from mlops_lint.parse.tree import Mapping, Node, Sequence, text
from mlops_lint.subjects import Pipeline, Text, subject

_WHEN = ("cron", "interval", "rrule")


@trees("prefect.yaml", "prefect.yml")
def project(path: str, documents: tuple[Node, ...]) -> Iterator[Subject]:
    """Gives the pipeline of each deployment whose entrypoint is a function of a file."""
    root = documents[0] if documents else None
    found = root.get("deployments") if isinstance(root, Mapping) else None
    for deployment in found.items if isinstance(found, Sequence) else ():
        entry = text(deployment.get("entrypoint")) if isinstance(deployment, Mapping) else None
        file, colon, function = (entry or "").rpartition(":")
        if not isinstance(deployment, Mapping) or not colon or not file.endswith(".py") or "{" in file:
            continue
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        schedule = _schedule(deployment)
        events = isinstance(deployment.get("triggers"), Sequence)
        triggers = (*(["schedule"] if schedule is not None else []), *(["event"] if events else []))
        record = Pipeline(
            framework="prefect",
            schedule=schedule,
            managed=True,
            schedulable=True,
            triggers=UNSET if schedule is UNSET else triggers,
        )
        node = deployment.get("entrypoint") or deployment
        yield subject(record, locate(path, node), function, symbol=f"pipeline:{place}#{function}")


def _schedule(deployment: Mapping) -> Text:
    """Gives when a deployment runs; None = only by hand. A schedule that is not active does not count."""
    many = deployment.get("schedules")
    given = [*(many.items if isinstance(many, Sequence) else ()), deployment.get("schedule")]
    found: list[str] = []
    for one in given:
        if not isinstance(one, Mapping) or text(one.get("active")) == "false":
            # `schedules: "{{ definitions.nightly }}"` stands elsewhere in the file.
            if text(one) is not None:
                return UNSET
            continue
        found += [when for key in _WHEN if (when := text(one.get(key))) is not None]
    if isinstance(many, Sequence) or text(many) is None:
        return ", ".join(found) or None
    return UNSET
