"""Headings of documents that name the measures by which a model is judged.

Source: https://spec.commonmark.org/0.31.2/#atx-headings
"""

import re
from collections.abc import Iterator

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.subjects import Use, subject

_HEADING = re.compile(
    r"^#{1,6}[ \t].{0,80}?\b(?:(?:evaluation|success|acceptance|quality|model|business|key|performance)[ \t]+"
    r"(?:metrics?|criteria|thresholds?|gates?|indicators?)|metrics|SLOs?|service level objectives?|KPIs?)\b",
    re.MULTILINE | re.IGNORECASE,
)
# Of the machine, not of the model.
_OTHERS = re.compile(r"(?i)prometheus|grafana|cloudwatch|endpoint|server|system|docker|logging|monitoring|code|server")


@texts("*.md", "*.rst")
def measures(path: str, text: str) -> Iterator[Subject]:
    """Gives one use for the first heading of a document that speaks of the measures of a model."""
    for found in _HEADING.finditer(text):
        if not _OTHERS.search(found[0]):
            line = text.count("\n", 0, found.start()) + 1
            yield subject(Use(purpose="metrics", tool="docs"), Location(path, line, 1, line, 2), "metrics")
            return
