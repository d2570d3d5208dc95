"""Verdicts to maturity: a score for each question, stage and objective, and a level."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

import msgspec

from mlops_lint.configuration import Attestation
from mlops_lint.model import Verdict
from mlops_lint.repeated import repeated
from mlops_lint.resources import rules_folder
from mlops_lint.rules import Question, Rule, questions, wholes


class Level(msgspec.Struct, frozen=True):
    """One level of `rules/levels.yaml`."""

    level: int
    name: str
    means: str
    essential: tuple[str, ...]
    """Questions that must be answered, and stand."""
    questions: tuple[str, ...]
    """Questions that must stand where they are answered."""


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `rules/levels.yaml`."""

    stands: float
    weights: dict[str, int]
    levels: tuple[Level, ...]


class Answer(msgspec.Struct, frozen=True):
    """What the repository says to one question; an attestation stands beside it and changes nothing of it."""

    question: Question
    passed: tuple[Verdict, ...]
    failed: tuple[Verdict, ...]
    unknown: int
    accepted: int
    """Failures that a comment in the repository accepts with a reason: they leave the mean."""
    attestation: Attestation | None
    again: tuple[tuple[Verdict, str], ...] = ()
    """Failures that say what another rule has said, and that rule: they are shown, and leave the mean."""
    aside: tuple[Verdict, ...] = ()
    """What leaves the mean: in notebooks beside code that trains, or of rules in whose place the whole answers."""
    whole: Verdict | None = None
    """What the project as a whole says, pass or fail: where no rule of the question says anything, or beside them."""

    @property
    def score(self) -> float | None:
        """The mean over the rules of the share of their subjects that pass, 0 to 1.

        None = the question does not apply, or cannot be answered.
        """
        shares = [passed / judged for passed, judged in self.shares.values()]
        return sum(shares) / len(shares) if shares else None

    @property
    def shares(self) -> dict[str, tuple[int, int]]:
        """Rule, or the question itself -> how many of its subjects pass, and how many pass or fail."""
        whole = [self.whole] if self.whole is not None else []
        passed = Counter(one.rule for one in (*self.passed, *whole) if one.outcome == "pass")
        judged = passed + Counter(one.rule for one in (*self.failed, *whole) if one.outcome == "fail")
        return {rule: (passed[rule], judged[rule]) for rule in sorted(judged)}


class Basis(msgspec.Struct, frozen=True):
    """On what a score rests, to be said beside it."""

    profile: str = "research"
    because: str = ""
    """Why it is this profile, in words."""
    rules: int = 0
    preview: bool = False
    learns: bool = True
    """Whether anything of machine learning is in the repository: without it there is nothing to score."""
    scripts: bool = False
    """Whether code outside of notebooks trains: what notebooks do beside it is exploration, and leaves the mean."""
    commit: str | None = None
    date: str | None = None
    """The day of the commit; None = no commit is known."""


class Project(msgspec.Struct, frozen=True):
    """One of several projects in a repository, scored by what is in its folder alone."""

    path: str
    score: float | None
    level: int
    answered: int
    failed: int


class Score(msgspec.Struct, frozen=True):
    """The maturity of a repository; None = nothing there can be scored."""

    score: float | None
    level: int
    shown: float
    """The sum of the scores of all answers, by their number with those that do not apply: 0 to 1. A repository that is
    asked little scores high as soon as it does that well; this says how much of all that is asked it shows."""
    missing: tuple[str, ...]
    """The questions that keep it from the next level, in the order of the catalogue."""
    stages: dict[str, float | None]
    objectives: dict[str, float | None]
    matrix: dict[str, dict[str, float | None]]
    """stage -> objective -> score."""
    answers: tuple[Answer, ...]
    attestations: tuple[Attestation, ...] = ()
    """All that still count, also of questions that no rule asks."""
    expired: tuple[Attestation, ...] = ()
    """Those that no longer count."""
    basis: Basis = Basis()
    projects: tuple[Project, ...] = ()
    """Of a repository with several; in order of their paths."""


class Point(msgspec.Struct, frozen=True):
    """An earlier score of the same repository."""

    label: str
    score: float | None
    level: int
    stages: dict[str, float | None]


@cache
def scale() -> Scale:
    """Gives the levels and weights."""
    return msgspec.yaml.decode((rules_folder() / "levels.yaml").read_bytes(), type=Scale)


def scored(
    verdicts: Iterable[Verdict], rules: Iterable[Rule], attestations: tuple[Attestation, ...], today: str = "",
    basis: Basis | None = None,
) -> Score:  # fmt: skip
    """Gives the score; an attestation that expires before `today`, a day as 2026-01-31, no longer counts."""
    asked = {rule.id: rule.question for rule in (*rules, *wholes())}
    said: dict[str, list[Verdict]] = defaultdict(list)
    every = list(verdicts)
    for verdict in every:
        said[asked[verdict.rule]].append(verdict)
    elsewhere, basis, by = repeated(every), basis or Basis(), scale()
    attested = {one.question: one for one in attestations if one.expires >= today}
    answers = tuple(_answer(one, said[one.id], attested.get(one.id), elsewhere, basis.scripts) for one in questions())
    counted = answers if basis.learns else ()
    level, missing = _level(answers, by) if basis.learns else (0, ())
    stages = dict.fromkeys(one.stage for one in questions())
    objectives = dict.fromkeys(one.objective for one in questions())
    return Score(
        score=_mean(counted, by),
        level=level,
        shown=sum(one.score or 0.0 for one in counted) / len(answers),
        missing=missing,
        stages={stage: _mean((one for one in counted if one.question.stage == stage), by) for stage in stages},
        objectives={kind: _mean((one for one in counted if one.question.objective == kind), by) for kind in objectives},
        matrix={stage: {kind: _mean(_cell(counted, stage, kind), by) for kind in objectives} for stage in stages},
        answers=answers,
        attestations=tuple(one for one in attestations if one.expires >= today),
        expired=tuple(one for one in attestations if one.expires < today),
        basis=basis,
    )


def _cell(answers: Iterable[Answer], stage: str, objective: str) -> list[Answer]:
    return [one for one in answers if (one.question.stage, one.question.objective) == (stage, objective)]


def _answer(
    question: Question, verdicts: list[Verdict], attestation: Attestation | None, elsewhere: dict[tuple[str, str], str],
    scripts: bool,
) -> Answer:  # fmt: skip
    # A comment without a reason hides a finding from `check`, but accepts nothing.
    way = question.whole
    asked = way is None or not way.strictly or any(one.rule == question.id for one in verdicts)
    said = [one for one in verdicts if one.rule != question.id and one.outcome != "unknown" and not one.muted and asked]
    failing = [*said, *(one for one in verdicts if one.rule == question.id)]
    again = [one for one in failing if one.outcome == "fail" and (one.rule, one.node) in elsewhere]
    counted = [one for one in said if one.outcome == "pass" or (one.rule, one.node) not in elsewhere]
    unknown = sum(one.outcome == "unknown" for one in verdicts)
    instead = way is not None and way.counts == "instead" and any(one.rule == question.id for one in verdicts)
    whole = _whole(question, verdicts, again, unknown > 0, bool(counted) and not instead)
    counted, aside = ([], counted) if instead else _explored(counted, scripts)
    return Answer(
        question=question,
        passed=tuple(one for one in counted if one.outcome == "pass"),
        failed=tuple(one for one in counted if one.outcome == "fail"),
        unknown=unknown,
        accepted=sum(bool(one.muted) for one in verdicts),
        attestation=attestation,
        again=tuple((one, elsewhere[one.rule, one.node]) for one in again),
        aside=tuple(aside),
        whole=whole if whole is None or not counted or (way is not None and way.counts != "after") else None,
    )


def _whole(
    question: Question, verdicts: list[Verdict], again: list[Verdict], unknown: bool, counted: bool
) -> Verdict | None:
    """What the project as a whole says; that nothing shows it is no answer where something may, or is counted again."""
    found = next((one for one in verdicts if one.rule == question.id and one.outcome != "unknown"), None)
    if found is None or question.whole is None or found.outcome == "pass":
        return found
    doubtful = (bool(again) or unknown) and not question.whole.settles
    return None if found in again or (doubtful and not counted) else found


def _explored(counted: list[Verdict], scripts: bool) -> tuple[list[Verdict], list[Verdict]]:
    """What counts, and what is aside: beside code that runs exploration does not weigh; alone it is the work."""
    running = [one for one in counted if not one.location.path.endswith(".ipynb")]
    if not (running or scripts):
        return counted, []
    return running, [one for one in counted if one.location.path.endswith(".ipynb")]


def _mean(answers: Iterable[Answer], by: Scale) -> float | None:
    known = [(one.score, by.weights.get(one.question.id, 1)) for one in answers if one.score is not None]
    return sum(score * weight for score, weight in known) / sum(weight for _, weight in known) if known else None


def _level(answers: Iterable[Answer], by: Scale) -> tuple[int, tuple[str, ...]]:
    """The highest level that is reached with all below it, and what keeps from the next."""
    scores = {one.question.id: one.score for one in answers}
    reached = 0
    for level in by.levels:
        lacking = {name for name in level.essential if (scores[name] or 0) < by.stands}
        lacking |= {name for name in level.questions if (score := scores[name]) is not None and score < by.stands}
        if lacking:
            return reached, tuple(name for name in scores if name in lacking)
        reached = level.level
    return reached, ()
