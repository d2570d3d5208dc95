"""A score to what to do next: what raises it most for the least work."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from mlops_lint.model import Verdict
from mlops_lint.rules import Rule, wholes
from mlops_lint.score import Answer, Score, scale

# A subject of these kinds fails because something is not there yet. To set it up takes as long as to mend some ten
# places in code: a guess, to order by and not to plan with.
_SET_UP = frozenset({"project", "service", "deployment", "pipeline", "monitor", "ci_workflow", "entry_point"})
_PLACES = 10
# Up to how many places it is said to be little, or some, work.
_LITTLE, _SOME = 3, 15


class Step(msgspec.Struct, frozen=True):
    """To mend all that fails one rule."""

    rule: str
    question: str
    gain: float
    """By how much the score of the repository rises, 0 to 1."""
    places: int
    files: int
    effort: str
    """`little`, `some` or `much`."""
    level: bool
    """Whether it is about a question that is missing for the next level."""


def steps(score: Score, rules: Iterable[Rule]) -> tuple[Step, ...]:
    """Gives a step for each rule that fails, by what it adds to the score for each place to mend."""
    if score.score is None:
        return ()
    by, known = scale(), {rule.id: rule for rule in (*rules, *wholes())}
    weights = {one.question.id: by.weights.get(one.question.id, 1) for one in score.answers}
    whole = sum(weights[one.question.id] for one in score.answers if one.score is not None)
    found: list[tuple[float, Step]] = []
    for answer in score.answers:
        share = weights[answer.question.id] / whole
        shares = answer.shares
        for id, failed in _by_rule(answer).items():
            gain = share * len(failed) / shares[id][1] / len(shares)
            work = sum(_PLACES if known[id].subject in _SET_UP else 1 for _ in failed)
            # The tenth place of a kind is mended faster than the first.
            found.append((gain / work**0.75, _step(answer, id, failed, gain, work, score)))
    return tuple(step for _, step in sorted(found, key=lambda one: (-one[0], one[1].rule)))


def _by_rule(answer: Answer) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = defaultdict(list)
    lacking = [answer.whole] if answer.whole is not None and answer.whole.outcome == "fail" else []
    for verdict in (*answer.failed, *lacking):
        found[verdict.rule].append(verdict)
    return found


def _step(answer: Answer, rule: str, failed: list[Verdict], gain: float, work: int, score: Score) -> Step:
    return Step(
        rule=rule,
        question=answer.question.id,
        gain=gain,
        places=len(failed),
        files=len({one.location.path for one in failed}),
        effort="little" if work <= _LITTLE else "some" if work <= _SOME else "much",
        level=answer.question.id in score.missing,
    )
