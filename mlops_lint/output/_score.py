"""A score to text for people, to Markdown for a merge request, and to JSON for programs."""

import json
from collections.abc import Iterator

import msgspec

from mlops_lint import __version__
from mlops_lint.configuration import Attestation
from mlops_lint.model import Verdict
from mlops_lint.output._text import count, visible
from mlops_lint.rules import Rule
from mlops_lint.score import Answer, Basis, Point, Score, scale

_BAR = 20
# The best evidence is the shortest that still shows that it is no accident.
_EVIDENCE = 3
# A name as long as a line says no more than its start.
_NAME = 60


def as_json(score: Score, rules: dict[str, Rule], history: tuple[Point, ...] = ()) -> str:
    """Gives one JSON object, version 1; numbers with three digits."""
    return json.dumps(content(score, rules, history), indent=2) + "\n"


def content(score: Score, rules: dict[str, Rule], history: tuple[Point, ...] = ()) -> dict[str, object]:
    """Gives what the JSON says."""
    return {
        "schema_version": 1,
        "tool": {"name": "mlops-lint", "version": __version__},
        "level": score.level,
        "level_name": level_names()[score.level],
        "score": _rounded(score.score),
        "shown": _rounded(score.shown),
        "basis": {name: getattr(score.basis, name) for name in Basis.__struct_fields__},
        "missing": list(score.missing),
        "stages": {name: _rounded(value) for name, value in score.stages.items()},
        "objectives": {name: _rounded(value) for name, value in score.objectives.items()},
        "matrix": {s: {o: _rounded(value) for o, value in row.items()} for s, row in score.matrix.items()},
        "questions": [_question(answer, rules) for answer in score.answers],
        "attestations": [
            {"question": one.question, **_attested(one), "expired": one in score.expired}
            for one in (*score.attestations, *score.expired)
        ],
        "projects": [msgspec.to_builtins(one) | {"score": _rounded(one.score)} for one in score.projects],
        "history": [
            {"label": one.label, "score": _rounded(one.score), "level": one.level, "stages": one.stages}
            for one in history
        ],
    }


def as_text(score: Score, rules: dict[str, Rule], history: tuple[Point, ...] = ()) -> str:
    """Gives the score, the stages and every question that applies, the weakest stage of all first."""
    if score.score is None:
        return "\n".join([nothing(score), *_attestations(score)]) + "\n"
    lines = [_headline(score), basis(score), *_trend(score, history), ""]
    for stage, value in score.stages.items():
        answers = [one for one in score.answers if one.question.stage == stage]
        if value is None and not any(one.again for one in answers):
            continue
        lines.append(f"{stage:<12} {_bar(value)} {value:4.0%}" if value is not None else f"{stage:<12}")
        for answer in answers:
            if answer.score is not None or answer.again:
                lines += _asked(answer, rules)
        lines.append("")
    lines += _next(score)
    return "\n".join([*lines, *_projects(score), *_attestations(score)]) + "\n"


def as_markdown(score: Score, _rules: dict[str, Rule], history: tuple[Point, ...] = ()) -> str:
    """Gives the headline, the matrix of stages and objectives, and what is missing for the next level."""
    if score.score is None:
        return f"**{nothing(score)}**\n"
    objectives = [name for name, value in score.objectives.items() if value is not None]
    lines = [f"**{_headline(score)}**", "", *_trend(score, history), "| stage | " + " | ".join(objectives) + " | all |"]
    lines.append("| --- |" + " ---: |" * (len(objectives) + 1))
    for stage, row in score.matrix.items():
        if score.stages[stage] is not None:
            cells = [*(row[name] for name in objectives), score.stages[stage]]
            lines.append(f"| {stage} | " + " | ".join("" if cell is None else f"{cell:.0%}" for cell in cells) + " |")
    return "\n".join([*lines, "", *_next(score)]) + "\n"


def level_names() -> dict[int, str]:
    """Gives the names of the levels, from 0."""
    return {0: "ad hoc"} | {one.level: one.name for one in scale().levels}


def nothing(score: Score) -> str:
    """Says why there is no score."""
    if score.basis.learns:
        return "Nothing to score: no question applies to what is in this repository."
    return "Nothing to score: nothing in this repository trains, loads or serves a model, or runs a data pipeline."


def best(verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    """In order of the rules and places, each rule once before any comes again."""
    seen: dict[str, int] = {}
    ranked = []
    for verdict in sorted(verdicts, key=lambda one: (one.rule, one.location, one.node)):
        seen[verdict.rule] = seen.get(verdict.rule, 0) + 1
        ranked.append((seen[verdict.rule], verdict.rule, verdict))
    return [verdict for _, _, verdict in sorted(ranked, key=lambda one: one[:2])]


def evidence(verdict: Verdict, rules: dict[str, Rule]) -> str:
    """What a pass shows: the message of a rule says what would be wrong, so its name alone is given."""
    if verdict.rule not in rules:
        return f"the project as a whole: {visible(verdict.name)}"
    rule = rules[verdict.rule]
    name = visible(verdict.name) if len(verdict.name) <= _NAME else f"{visible(verdict.name[:_NAME])}…"
    # A project has no name of its own.
    named = f" '{name}'" if name and rule.subject != "project" else ""
    return f"{rule.subject.replace('_', ' ')}{named} passes {rule.id} ({rule.name})"


def _headline(score: Score) -> str:
    names = level_names()
    answered = sum(one.score is not None for one in score.answers)
    return (
        f"Maturity level {score.level} of {max(names)} ({names[score.level]}), score {score.score:.2f}, "
        f"{answered} of {len(score.answers)} questions answered, {score.shown:.0%} of all practices shown"
    )


def basis(score: Score) -> str:
    """Says on what the score rests."""
    rests = score.basis
    because = f" ({visible(rests.because)})" if rests.because else ""
    tried = "" if rests.preview else "; --preview asks those that are still tried out, too"
    return f"Profile {rests.profile}{because}; {count(rests.rules, 'rule')}{tried}"


def _trend(score: Score, history: tuple[Point, ...]) -> list[str]:
    values = [(one.label, one.score, one.level) for one in history] + [("now", score.score, score.level)]
    said = (
        f"{visible(label)} {'-' if value is None else f'{value:.2f}'} (level {level})" for label, value, level in values
    )
    return [f"History: {', '.join(said)}", ""] if history else []


def _bar(value: float) -> str:
    full = round(value * _BAR)
    return "█" * full + "░" * (_BAR - full)


def _asked(answer: Answer, rules: dict[str, Rule]) -> Iterator[str]:
    counts = [
        f"{len(answer.passed)} of {len(answer.passed) + len(answer.failed)}" if answer.passed or answer.failed else ""
    ]
    counts += [f"{answer.unknown} cannot be told" if answer.unknown else ""]
    counts += [f"{answer.accepted} accepted" if answer.accepted else ""]
    counts += [f"{len(answer.aside)} aside" if answer.aside else ""]
    share = "   -" if answer.score is None else f"{answer.score:4.0%}"
    said = ", ".join(filter(None, counts))
    yield f"  {share}  {answer.question.asks}{f' ({said})' if said else ''}"
    if answer.whole is not None:
        yield _as_a_whole(answer, rules)
    for verdict in best(answer.failed)[:1]:
        yield f"        - {_place(verdict)} {visible(verdict.message)} ({verdict.rule})"
    for verdict, counted in answer.again[:1]:
        more = f" and {len(answer.again) - 1} more" if len(answer.again) > 1 else ""
        where = f"{rules[counted].question}, {counted}" if counted in rules else counted
        yield f"        = {_place(verdict)} {visible(verdict.message)} ({verdict.rule}){more}: counted at {where}"
    for verdict in best(answer.passed)[:1]:
        yield f"        + {_place(verdict)} {evidence(verdict, rules)}"


def _as_a_whole(answer: Answer, rules: dict[str, Rule]) -> str:
    assert answer.whole is not None
    if answer.whole.outcome == "fail":
        return f"        - {_lacking(answer)}"
    return f"        + {_place(answer.whole)} {evidence(answer.whole, rules)}"


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


def _projects(score: Score) -> list[str]:
    if not score.projects:
        return []
    width = max(len(visible(one.path)) for one in score.projects)
    lines = ["", "Projects in this repository, each by what is in its folder:"]
    for one in score.projects:
        value = "   -" if one.score is None else f"{one.score:4.0%}"
        lines.append(
            f"- {visible(one.path):<{width}}  {value}  level {one.level}, {count(one.answered, 'question')} answered"
        )
    return lines


def _attestations(score: Score) -> list[str]:
    lines = [
        f"- {visible(one.question)}: {'yes' if one.answer else 'no'}, says {visible(one.by)} until {one.expires} "
        f"({visible(one.evidence)})"
        for one in score.attestations
    ]
    lines += [
        f"- {visible(one.question)}: the attestation of {visible(one.by)} expired on {one.expires} and no longer counts"
        for one in score.expired
    ]
    return ["", "Attested by people, beside the score and in none of its numbers:", *lines] if lines else []


def _question(answer: Answer, rules: dict[str, Rule]) -> dict[str, object]:
    attested = answer.attestation
    return {
        "id": answer.question.id,
        "stage": answer.question.stage,
        "objective": answer.question.objective,
        "asks": answer.question.asks,
        "score": _rounded(answer.score),
        "passed": len(answer.passed),
        "failed": len(answer.failed),
        "unknown": answer.unknown,
        "accepted": answer.accepted,
        "repeated": len(answer.again),
        "aside": len(answer.aside),
        "evidence": [
            {"path": one.location.path, "line": one.location.line, "message": evidence(one, rules)}
            for one in best((*answer.passed, *_shown(answer)))[:_EVIDENCE]
        ],
        "lacking": _lacking(answer),
        "findings": [
            {"rule": one.rule, "path": one.location.path, "line": one.location.line} for one in best(answer.failed)
        ],
        "attestation": None if attested is None else _attested(attested),
    }


def _shown(answer: Answer) -> tuple[Verdict, ...]:
    """What the project as a whole shows for a yes."""
    return (answer.whole,) if answer.whole is not None and answer.whole.outcome == "pass" else ()


def _lacking(answer: Answer) -> str | None:
    """What the project as a whole does not show, and what to do about it; None = it shows it, or is not asked."""
    if answer.whole is None or answer.whole.outcome == "pass" or answer.question.whole is None:
        return None
    return f"{visible(answer.whole.message)}. {answer.question.whole.how}"


def _attested(attested: Attestation) -> dict[str, object]:
    return {name: getattr(attested, name) for name in ("answer", "evidence", "by", "expires")}


def _place(verdict: Verdict) -> str:
    return f"{visible(verdict.location.path)}:{verdict.location.line}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
