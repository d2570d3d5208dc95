"""What measures a model in use again and again."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.shown import own
from mlops_lint.predicates.steps import steps, tasks_of


def judged_again(graph: Graph) -> list[Node]:
    """Gives the pipelines that measure a model on a schedule and do not train it, or are called after it."""
    scheduled = [one for one in own(graph, "pipeline") if isinstance(one.fields.get("schedule"), str)]
    taken = {one.id: {step for task in tasks_of(one, graph) for step in steps(task, graph)} for one in scheduled}
    named = [one for one in scheduled if re.search(r"(?i)monitor|evaluat|quality|performance", one.name)]
    only = [one for one in scheduled if "evaluate" in taken[one.id] and "train" not in taken[one.id]]
    return only + [one for one in named if "evaluate" in taken[one.id] or one.fields.get("managed") is True]
