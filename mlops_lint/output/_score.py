"""A score to text for people, to Markdown for a merge request, and to JSON for programs."""

import json
from collections.abc import Iterator

from mlops_lint import __version__
from mlops_lint.model import Verdict
from mlops_lint.output._text import visible
from mlops_lint.rules import Rule
from mlops_lint.score import Answer, Score, scale

_BAR = 20
# The best evidence is the shortest that still shows that it is no accident.
_EVIDENCE = 3


def as_json(score: Score, rules: dict[str, Rule]) -> str:
    """Gives one JSON object, version 1; numbers with three digits."""
    content = {
        "schema_version": 1,
        "tool": {"name": "mlops-lint", "version": __version__},
        "level": score.level,
        "score": _rounded(score.score),
        "missing": list(score.missing),
        "stages": {name: _rounded(value) for name, value in score.stages.items()},
        "objectives": {name: _rounded(value) for name, value in score.objectives.items()},
        "matrix": {s: {o: _rounded(value) for o, value in row.items()} for s, row in score.matrix.items()},
        "questions": [_question(answer, rules) for answer in score.answers],
    }
    return json.dumps(content, indent=2) + "\n"


def as_text(score: Score, rules: dict[str, Rule]) -> str:
    """Gives the score, the stages and every question that applies, the weakest stage of all first."""
    if score.score is None:
        return "Nothing to score: no question applies to what is in this repository.\n"
    lines = [_headline(score), ""]
    for stage, value in score.stages.items():
        if value is None:
            continue
        lines.append(f"{stage:<12} {_bar(value)} {value:4.0%}")
        for answer in score.answers:
            if answer.question.stage == stage and answer.score is not None:
                lines += _asked(answer, rules)
        lines.append("")
    lines += _next(score)
    return "\n".join(lines) + "\n"


def as_markdown(score: Score, _rules: dict[str, Rule]) -> str:
    """Gives the headline, the matrix of stages and objectives, and what is missing for the next level."""
    if score.score is None:
        return "**Nothing to score**: no question applies to what is in this repository.\n"
    objectives = [name for name, value in score.objectives.items() if value is not None]
    lines = [f"**{_headline(score)}**", "", "| stage | " + " | ".join(objectives) + " | all |"]
    lines.append("| --- |" + " ---: |" * (len(objectives) + 1))
    for stage, row in score.matrix.items():
        if score.stages[stage] is not None:
            cells = [*(row[name] for name in objectives), score.stages[stage]]
            lines.append(f"| {stage} | " + " | ".join("" if cell is None else f"{cell:.0%}" for cell in cells) + " |")
    return "\n".join([*lines, "", *_next(score)]) + "\n"


def _headline(score: Score) -> str:
    names = {0: "ad hoc"} | {one.level: one.name for one in scale().levels}
    answered = sum(one.score is not None for one in score.answers)
    return (
        f"Maturity level {score.level} of {max(names)} ({names[score.level]}), score {score.score:.2f}, "
        f"{answered} of {len(score.answers)} questions answered"
    )


def _bar(value: float) -> str:
    full = round(value * _BAR)
    return "█" * full + "░" * (_BAR - full)


def _asked(answer: Answer, rules: dict[str, Rule]) -> Iterator[str]:
    counts = f"{len(answer.passed)} of {len(answer.passed) + len(answer.failed)}"
    unknown = f", {answer.unknown} cannot be told" if answer.unknown else ""
    yield f"  {answer.score:4.0%}  {answer.question.asks} ({counts}{unknown})"
    for verdict in _best(answer.failed)[:1]:
        yield f"        - {_place(verdict)} {visible(verdict.message)} ({verdict.rule})"
    for verdict in _best(answer.passed)[:1]:
        yield f"        + {_place(verdict)} {_evidence(verdict, rules)}"


def _next(score: Score) -> list[str]:
    following = next((one for one in scale().levels if one.level == score.level + 1), None)
    if following is None:
        return ["The highest level is reached."]
    asks = {answer.question.id: answer for answer in score.answers}
    lines = [f"Missing for level {following.level} ({following.name}: {following.means}):"]
    for name in score.missing:
        value = asks[name].score
        lines.append(f"- {name}: {'not answered' if value is None else f'{value:.0%}'}. {asks[name].question.asks}")
    return lines


def _question(answer: Answer, rules: dict[str, Rule]) -> dict[str, object]:
    attested = answer.attestation
    return {
        "id": answer.question.id,
        "stage": answer.question.stage,
        "objective": answer.question.objective,
        "score": _rounded(answer.score),
        "passed": len(answer.passed),
        "failed": len(answer.failed),
        "unknown": answer.unknown,
        "accepted": answer.accepted,
        "evidence": [
            {"path": one.location.path, "line": one.location.line, "message": _evidence(one, rules)}
            for one in _best(answer.passed)[:_EVIDENCE]
        ],
        "findings": [
            {"rule": one.rule, "path": one.location.path, "line": one.location.line} for one in _best(answer.failed)
        ],
        "attestation": None
        if attested is None
        else {"answer": attested.answer, "evidence": attested.evidence, "by": attested.by, "expires": attested.expires},
    }


def _best(verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    """In order of the rules and places, each rule once before any comes again."""
    seen: dict[str, int] = {}
    ranked = []
    for verdict in sorted(verdicts, key=lambda one: (one.rule, one.location, one.node)):
        seen[verdict.rule] = seen.get(verdict.rule, 0) + 1
        ranked.append((seen[verdict.rule], verdict.rule, verdict))
    return [verdict for _, _, verdict in sorted(ranked, key=lambda one: one[:2])]


def _evidence(verdict: Verdict, rules: dict[str, Rule]) -> str:
    """What a pass shows: the message of a rule says what would be wrong, so its name alone is given."""
    rule = rules[verdict.rule]
    return f"{rule.subject.replace('_', ' ')} passes {rule.id} ({rule.name})"


def _place(verdict: Verdict) -> str:
    return f"{visible(verdict.location.path)}:{verdict.location.line}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
