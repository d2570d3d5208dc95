"""Settings to a report: the steps of a run, one after the other."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from string import Formatter

import msgspec

from mlops_lint import selection
from mlops_lint.cache import Cache
from mlops_lint.discover import Found, discover, named_by
from mlops_lint.evaluate import evaluate, profile_of
from mlops_lint.graph import Graph, Node, link
from mlops_lint.masked import masked
from mlops_lint.model import Facts, Finding, Fix, Problem, Report, Summary, Verdict
from mlops_lint.rules import Rule, check, load
from mlops_lint.scan import Progress, scan
from mlops_lint.settings import Settings
from mlops_lint.suppress import suppress

# Letters of names that a message about several subjects lists: it should fit a line or two.
_LISTED = 80


class Scanned(msgspec.Struct, frozen=True):
    """A repository as it was read."""

    found: Found
    facts: list[Facts]
    graph: Graph


def read(settings: Settings, progress: Progress | None = None) -> Scanned:
    """Gives the facts and the graph of the repository under `settings.root`."""
    found = discover(settings.root, settings.exclude)
    cache = Cache(settings.cache_dir) if settings.cache else None
    facts = scan(found.files, settings, cache, progress)
    if cache is not None:
        cache.close()
    return Scanned(found, facts, link(facts, found.files, found.git, settings))


def lint(settings: Settings, paths: tuple[str, ...] = (), progress: Progress | None = None) -> Report:
    """Gives the findings of a repository; `paths`, from its root, restrict what is reported, not what is read."""
    every = load(settings.policies, settings.extends)
    rules = selection.selected(every, settings)
    check(rules)
    scanned = read(settings, progress)
    verdicts = evaluate(scanned.graph, rules, settings.profile or profile_of(scanned.graph))
    verdicts, needless = suppress(verdicts, scanned.facts, every, frozenset(rule.id for rule in rules))
    return report(settings, paths, scanned, rules, verdicts, needless)


def report(
    settings: Settings, paths: tuple[str, ...], scanned: Scanned, rules: tuple[Rule, ...],
    verdicts: list[Verdict], needless: list[Problem],
) -> Report:  # fmt: skip
    """Gives what is shown of the verdicts: failures that are not muted, in files that are asked for."""
    by_id = {rule.id: rule for rule in rules}
    ignored = _ignored(settings)
    shown = [
        verdict
        for verdict in verdicts
        if verdict.outcome == "fail" and verdict.muted is None
        and _asked(verdict.location.path, paths)
        and not ignored(by_id[verdict.rule], verdict.location.path)
    ]  # fmt: skip
    findings = _findings(shown, by_id, scanned.graph)
    found = (*scanned.found.problems, *needless, *(problem for one in scanned.facts for problem in one.problems))
    count = Counter(finding.severity for finding in findings)
    summary = Summary(
        error=count["error"], warning=count["warning"], note=count["note"], files=len(scanned.facts),
        subjects=len(scanned.graph.nodes), muted=sum(verdict.muted is not None for verdict in verdicts),
    )  # fmt: skip
    problems = tuple(sorted({problem for problem in found if _asked(problem.path, paths)}))
    secrets = tuple(node.location for node in scanned.graph.of_kind("secret") if node.fields.get("literal") is True)
    return Report(summary, findings, problems, str(settings.root), secrets)


def _asked(path: str, paths: tuple[str, ...]) -> bool:
    return not paths or any(one in ("", ".") or path == one or path.startswith(f"{one}/") for one in paths)


def _ignored(settings: Settings) -> Callable[[Rule, str], bool]:
    stated = [(named_by([pattern]), names) for pattern, names in settings.per_file_ignores]
    return lambda rule, path: any(selection.ignored(rule, names) and bool(named(path)) for named, names in stated)


def _findings(shown: Iterable[Verdict], rules: dict[str, Rule], graph: Graph) -> tuple[Finding, ...]:
    order = sorted(shown, key=lambda verdict: (verdict.location, verdict.rule, verdict.node))
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in order:
        place = verdict.location.path if rules[verdict.rule].per == "file" else verdict.node
        groups.setdefault((verdict.rule, place), []).append(verdict)
    seen: Counter[tuple[str, ...]] = Counter()
    findings: list[Finding] = []
    for verdict, *others in groups.values():
        rule, node = rules[verdict.rule], graph.nodes[verdict.node]
        # Of a file with another failure more the finding is another: a baseline does not hide what is new.
        key = (*_identity(verdict, node, graph), *sorted(graph.nodes[one.node].name for one in others))
        seen[key] += 1
        findings.append(
            Finding(
                rule=rule.id,
                name=rule.name,
                severity=rule.severity,
                question=rule.question,
                location=verdict.location,
                message=verdict.message + _more([graph.nodes[one.node].name for one in others]),
                subject_kind=node.kind,
                subject_name=masked(node.name),
                subject_symbol=node.symbol and masked(node.symbol),
                fingerprint=_fingerprint(key, seen[key]),
                related=verdict.related,
                fixes=tuple(fix for one in (verdict, *others) for fix in _fixes(rule, one, graph.nodes[one.node])),
            )
        )
    return tuple(findings)


def _fixes(rule: Rule, verdict: Verdict, node: Node) -> Iterator[Fix]:
    """What the rule says to change, of Python files, and where all that it names of the subject is known."""
    for kind, argument in rule.fix.items() if verdict.location.path.endswith(".py") else ():
        named = [field for _, field, _, _ in Formatter().parse(argument) if field]
        if all(isinstance(node.fields.get(field), str) for field in named):
            yield Fix(verdict.location, kind, argument.format_map(node.fields))


def _more(names: list[str]) -> str:
    if not names:
        return ""
    unique = list(dict.fromkeys(map(masked, names)))
    listed = [name for number, name in enumerate(unique) if len(", ".join(unique[: number + 1])) <= _LISTED]
    rest = ", ..." if listed and len(listed) < len(unique) else ""
    return f"; {len(names)} more in this file" + (f": {', '.join(listed)}{rest}" if listed else "")


def _identity(verdict: Verdict, node: Node, graph: Graph) -> tuple[str, ...]:
    """What stays the same of a finding when lines move: rule, file, the function it stands in, and its name."""
    within = graph.linked(node, "within")
    return verdict.rule, verdict.location.path, node.symbol or node.name, within[0].id if within else ""


def _fingerprint(key: tuple[str, ...], ordinal: int) -> str:
    text = "\x1f".join((*key, str(ordinal)))
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
