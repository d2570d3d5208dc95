"""Settings to the score of a repository, and to all that rests on the same evaluation."""

import datetime as dt
import posixpath
from difflib import get_close_matches

import msgspec

from mlops_lint.errors import UsageError
from mlops_lint.evaluate import at_work, evaluate, in_production, works_with_data
from mlops_lint.git import commit
from mlops_lint.graph import Graph
from mlops_lint.model import Report, Verdict
from mlops_lint.rules import Rule, check, load, questions, wholes
from mlops_lint.run import Scanned, read, report
from mlops_lint.scan import Progress
from mlops_lint.score import Basis, Project, Score, scored
from mlops_lint.selection import selected
from mlops_lint.settings import Settings
from mlops_lint.suppress import suppress

# A folder that says what it needs, or how it is run, is a project of its own.
_MARKS = frozenset(
    "pyproject.toml setup.py requirements.txt environment.yml environment.yaml Pipfile MLproject dvc.yaml".split()
)


class Examined(msgspec.Struct, frozen=True):
    """A repository with its score, its findings and its graph, all of one evaluation."""

    score: Score
    rules: tuple[Rule, ...]
    report: Report
    graph: Graph
    ignored: frozenset[str]
    """Fingerprints of findings that `check` does not report, as the configuration deselects or ignores them."""


def examine(settings: Settings, today: dt.date, progress: Progress | None = None) -> Examined:
    """Gives the score and what it rests on: all rules, whatever `check` is told to select or to ignore."""
    every = load(settings.policies, settings.extends)
    rules = tuple(rule for rule in every if rule.status == "stable" or settings.preview)
    check((*rules, *wholes()))
    _check_attestations(settings)
    scanned = read(settings, progress)
    basis = basis_of(settings, scanned, len(rules))
    verdicts = evaluate(scanned.graph, rules, basis.profile)
    verdicts, needless = suppress(verdicts, scanned.facts, every, frozenset(rule.id for rule in rules))
    whole = evaluate(scanned.graph, wholes(), basis.profile)
    score = scored([*verdicts, *whole], rules, settings.attestations, today.isoformat(), basis)
    score = msgspec.structs.replace(score, projects=_projects(scanned.graph, verdicts, rules, basis))
    full = report(msgspec.structs.replace(settings, per_file_ignores=()), (), scanned, rules, verdicts, needless)
    runs = {rule.id for rule in selected(every, settings)}
    checked = report(settings, (), scanned, rules, [one for one in verdicts if one.rule in runs], needless)
    reported = {one.fingerprint for one in checked.findings}
    ignored = frozenset(one.fingerprint for one in full.findings if one.fingerprint not in reported)
    return Examined(score, rules, full, scanned.graph, ignored)


def _projects(graph: Graph, verdicts: list[Verdict], rules: tuple[Rule, ...], basis: Basis) -> tuple[Project, ...]:
    """Gives the score of each project, where there are several; those within another belong to it."""
    marked = {posixpath.dirname(path) for path in graph.paths.files if posixpath.basename(path) in _MARKS} - {""}
    outermost = {folder for folder in marked if not any(folder.startswith(f"{other}/") for other in marked)}
    working = {_top(node.location.path, outermost) for node in at_work(graph)} - {""}
    if len(working) < 2:
        return ()
    parts: dict[str, list[Verdict]] = {folder: [] for folder in sorted(working)}
    for verdict in verdicts:
        if folder := _top(verdict.location.path, working):
            parts[folder].append(verdict)
    found = ((folder, scored(of, rules, (), basis=basis)) for folder, of in parts.items())
    return tuple(
        Project(
            path=folder,
            score=score.score,
            level=score.level,
            answered=sum(one.score is not None for one in score.answers),
            failed=sum(len(one.failed) for one in score.answers),
        )
        for folder, score in found
    )


def _top(path: str, folders: set[str]) -> str:
    parts = path.split("/")[:-1]
    above = ("/".join(parts[: number + 1]) for number in range(len(parts)))
    return next((folder for folder in above if folder in folders), "")


def production(graph: Graph) -> tuple[str, str]:
    """Gives the profile that a repository shows, and why."""
    shown = in_production(graph)
    if shown is None:
        return "research", "nothing is scheduled or served"
    does = {"pipeline": "is scheduled", "resource": "starts pipelines"}.get(shown.kind, "is served")
    return "production", f"{shown.kind} '{shown.name}' in {shown.location.path} {does}"


def basis_of(settings: Settings, scanned: Scanned, rules: int) -> Basis:
    """Gives on what a score of a repository by so many rules rests."""
    profile, because = (settings.profile, "as it is set") if settings.profile else production(scanned.graph)
    known = commit(settings.root) if scanned.found.git else None
    return Basis(
        profile=profile,
        because=because,
        rules=rules,
        preview=settings.preview,
        learns=works_with_data(scanned.graph),
        scripts=any(one.context == "source" for one in scanned.graph.of_kind("training")),
        commit=known[0] if known else None,
        date=known[1] if known else None,
    )


def _check_attestations(settings: Settings) -> None:
    """Raises UsageError at a misspelt question, or a day that is in no calendar; a question of one's own may stand."""
    known = {question.id for question in questions()}
    for one in settings.attestations:
        # governance.ethics is a question of its own, governance.acess none.
        if one.question not in known and (meant := get_close_matches(one.question, known, n=1, cutoff=0.9)):
            raise UsageError(f"attestations: no question is called '{one.question}'; did you mean '{meant[0]}'?")
        try:
            dt.date.fromisoformat(one.expires)
        except ValueError:
            raise UsageError(f"attestations: {one.question} expires on no day of the calendar: {one.expires}") from None
