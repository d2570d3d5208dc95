"""Calls of tools that compare data with data of another time to monitors: with what, and what follows from it.

Source: https://docs.evidentlyai.com/docs/library/report (0.7) and the reference of 0.4 to 0.6,
https://nannyml.readthedocs.io/en/stable/, https://docs.seldon.io/projects/alibi-detect/en/stable/cd/methods.html,
https://whylogs.readthedocs.io/en/stable/, https://docs.deepchecks.com/stable/tabular/auto_checks/train_test_validation/,
https://www.tensorflow.org/tfx/data_validation/get_started, https://frouros.readthedocs.io/
"""

import ast
import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.monitoring.consequences import acts
from mlops_lint.extract.monitoring.reference import reference_links
from mlops_lint.extract.monitoring.words import ordered
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.parse.words import vocabulary
from mlops_lint.subjects import Flag, Monitor, Text, subject


class Tool(msgspec.Struct, frozen=True):
    """One way to compare; `called` matches the full name of a call, `reference` names its parameter, or its place."""

    name: str
    called: re.Pattern[str]
    reference: str = ""
    place: int | None = None
    fitted: str = ""
    """The reference is what this method of the same object is given."""
    drift: bool | None = True
    """None = what it measures stands where the object is made."""


_PATTERNS = {
    "report": r"^evidently\.(?:legacy\.)?(?:report\.|core\.report\.)?Report\.run$",
    "suite": r"^evidently\.(?:legacy\.)?test_suite\.TestSuite\.run$",
    "page": r"^evidently\.dashboard\.Dashboard\.calculate$",
    "nannyml": r"^nannyml\.(?:\w+\.)*\w*(?:Drift|DomainClassifier)\w*Calculator\.calculate$",
    "estimate": r"^nannyml\.(?:\w+\.)*(?:CBPE|DLE|PerformanceCalculator)\.(?:estimate|calculate)$",
    "alibi": r"^alibi_detect\.(?:cd\.)?(?:\w+\.)*\w*Drift(?:Online)?$",
    "deepchecks": r"^deepchecks\.\w+\.checks\.(?:\w+\.)*\w*Drift\w*\.run$",
    "tfdv": r"^tensorflow_data_validation\.validate_statistics$",
    "whylogs": r"^whylogs\.(?:\w+\.)*(?:calculate_drift_scores|\w+\.set_profiles)$",
    "frouros": r"^frouros\.detectors\.data_drift\.(?:\w+\.)*\w+\.compare$",
    "torchdrift": r"^torchdrift\.detectors\.(?:\w+\.)*[A-Z]\w+$",
    "river": r"^river\.drift\.(?:\w+\.)*[A-Z]+[a-zA-Z]*$",
}
_CALLED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_TOOLS = (
    Tool("evidently", _CALLED["report"], "reference_data", 1, drift=None),
    Tool("evidently", _CALLED["suite"], "reference_data", drift=None),
    Tool("evidently", _CALLED["page"], "reference_data", 0, drift=None),
    Tool("nannyml", _CALLED["nannyml"], fitted="fit"),
    Tool("nannyml", _CALLED["estimate"], fitted="fit", drift=False),
    Tool("alibi-detect", _CALLED["alibi"], "x_ref", 0),
    Tool("deepchecks", _CALLED["deepchecks"], "train_dataset", 0),
    Tool("tfdv", _CALLED["tfdv"], "previous_statistics", 3),
    Tool("whylogs", _CALLED["whylogs"], "reference_view"),
    Tool("frouros", _CALLED["frouros"], fitted="fit"),
    Tool("torchdrift", _CALLED["torchdrift"]),
    Tool("river", _CALLED["river"]),
)
_ROOTS = frozenset(
    "evidently nannyml alibi_detect deepchecks tensorflow_data_validation whylogs frouros torchdrift river".split()
)
# By hand: a distance of two samples, in code that says that it looks for drift.
_STATISTICS = re.compile(
    r"^scipy\.(?:stats\.(?:ks_2samp|wasserstein_distance|anderson_ksamp|chi2_contingency|entropy|energy_distance)|"
    r"spatial\.distance\.jensenshannon)$"
)
_BY_HAND = re.compile(r"(?i)drift|psi(?:_|$)|population_stability|covariate_shift")
_MARKS = vocabulary("drift", "Drift", "psi(", "population_stability")
_OWN = re.compile(r"(?i)drift|(?:^|_)psi(?:_|$)|population_stability|covariate_shift")
_OWN_CLASS = re.compile(r"Drift(?:Detect|Monitor|Check|Analy)")
# A function of two lines hands on what another computes.
_SHORT = 2
_COMPARATORS = ("drift_comparator", "skew_comparator")
# What the objects of Evidently say of quality alone.
_QUALITY = re.compile(r"Classification|Regression|(?<!Data)Quality|Performance|TextEvals|Recsys")


@python
def drift(module: Module) -> Iterator[Subject]:
    """Gives a monitor for each comparison, and one for each function that computes drift by itself."""
    if module.roots & _ROOTS:
        for call in module.calls:
            tool = next((one for one in _TOOLS if one.called.match(call.name)), None)
            if tool is not None and (tool.name != "tfdv" or _compares(call)):
                yield _monitor(module, call, tool)
    if "scipy" in module.roots:
        yield from _by_hand(module)
    if not module.roots & _ROOTS and module.says(_MARKS):
        yield from _own(module)


def _compares(call: Call) -> bool:
    """Whether statistics are put beside those of another time, or of serving, and not only beside a schema."""
    words = {one.arg for one in call.node.keywords}
    return bool(words & {"previous_statistics", "serving_statistics"}) or len(call.node.args) > 3 or _starred(call.node)


def _monitor(module: Module, call: Call, tool: Tool) -> Subject:
    made = _made(module, call)
    said = ast.unparse(made[0])[:4000] if made is not None else ""
    drifts: Flag = tool.drift if tool.drift is not None else _looks_for_drift(made[0] if made is not None else None)
    if tool.name == "tfdv" and not any(word in module.source for word in _COMPARATORS):
        # How far they may be apart a file of the schema may say.
        drifts = UNSET
    watched = {"drift": drifts is True, "quality": _QUALITY.search(said) is not None}
    node, scope = _reference(module, call, tool)
    links = reference_links(module, node, scope) if node is not None else ()
    record = Monitor(
        framework=tool.name, what="report" if tool.name == "evidently" else "check", drift=drifts,
        watches=ordered({topic for topic, so in watched.items() if so}),
        baseline=_baseline(module, call, tool, node, scope), acts=_acts(call), schedule=None,
    )  # fmt: skip
    name = call.name.rpartition(".")[0].rpartition(".")[2] or call.name
    if tool.name in ("alibi-detect", "river", "torchdrift", "tfdv"):
        name = call.name.rpartition(".")[2]
    return subject(record, module.locate(call.node), name, links=(module.within(call.scope), *links))


def _looks_for_drift(made: ast.Call | None) -> Flag:
    """Whether a report measures drift; not known where its metrics do not stand where it is made."""
    given = [*made.args, *(one.value for one in made.keywords if one.arg in ("metrics", "tests"))] if made else []
    if any("Drift" in ast.unparse(one)[:4000] for one in given):
        return True
    return False if given and all(isinstance(one, ast.List) and one.elts for one in given) else UNSET


def _acts(call: Call) -> Flag:
    receiver = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    names = [one.id for one in (receiver,) if isinstance(one, ast.Name) and call.name[0].islower()]
    if isinstance(receiver, ast.Attribute):
        return UNSET
    found = acts(call.scope, (*names, *call.targets), call.node)
    return UNSET if found is None else found


def _made(module: Module, call: Call) -> tuple[ast.Call, Scope] | None:
    """Where the object is made whose method is called."""
    node = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    scope = call.scope
    for _ in range(3):
        if isinstance(node, ast.Call):
            return node, scope
        if not isinstance(node, ast.Name) or (found := module.names.bindings(node.id, scope)) is None:
            return None
        bound, scope = found
        node = bound[-1] if bound and isinstance(bound[-1], ast.expr) else None
    return None


def _reference(module: Module, call: Call, tool: Tool) -> tuple[ast.expr | None, Scope]:
    if tool.fitted:
        return _fitted(module, call, tool)
    node = next((one.value for one in call.node.keywords if one.arg == tool.reference), None)
    places = call.node.args
    if node is None and any(one.arg == "serving_statistics" for one in call.node.keywords):
        # Serving is compared with the statistics of the training, which come first.
        return next(
            (one.value for one in call.node.keywords if one.arg == "statistics"), (*places, None)[0]
        ), call.scope
    if node is None and tool.place is not None and len(places) > tool.place and not _starred(call.node):
        node = places[tool.place]
    return node, call.scope


def _fitted(module: Module, call: Call, tool: Tool) -> tuple[ast.expr | None, Scope]:
    """What the same object was fitted on, in the same or the nearest scope."""
    owner = call.name.rpartition(".")[0]
    fits = [
        one for one in module.calls if one.name == f"{owner}.{tool.fitted}" and (one.node.args or one.node.keywords)
    ]
    near = [one for one in fits if one.scope is call.scope] or fits
    if not near:
        return None, call.scope
    given = near[-1].node
    return (given.args[0] if given.args else given.keywords[0].value), near[-1].scope


def _baseline(module: Module, call: Call, tool: Tool, node: ast.expr | None, scope: Scope) -> Text:
    """As written; None where the call has a place for it and leaves it out."""
    if node is not None:
        value = module.values.value(node, scope)
        return None if value is None else ast.unparse(node)[:80]
    hidden = _starred(call.node) or tool.fitted or not tool.reference or tool.name == "tfdv"
    return UNSET if hidden else None


def _starred(node: ast.Call) -> bool:
    return any(isinstance(one, ast.Starred) for one in node.args) or any(one.arg is None for one in node.keywords)


def _by_hand(module: Module) -> Iterator[Subject]:
    """A monitor for each function that measures a distance and is called after drift, or stands in a file that is."""
    seen: set[int] = set()
    for call in module.calls:
        if _STATISTICS.match(call.name) and id(call.scope) not in seen and _BY_HAND.search(_called_so(module, call)):
            seen.add(id(call.scope))
            record = Monitor(framework="scipy", what="check", watches=("drift",), drift=True, schedule=None)
            links: tuple[Link, ...] = (module.within(call.scope),)
            yield subject(record, module.locate(call.node), call.name.rpartition(".")[2], links=links)


def _own(module: Module) -> Iterator[Subject]:
    """A monitor for each function of two samples, and each class, that is called after drift and computes it itself."""
    measured = {id(call.scope) for call in module.calls if _STATISTICS.match(call.name)}
    for scope in module.scopes.all:
        name = scope.name.rpartition(".")[2]
        node = scope.node
        found = False
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            takes = [one for one in scope.parameters if one != scope.receiver]
            works = len(takes) > 1 and len(node.body) > _SHORT and id(scope) not in measured
            found = works and _OWN.search(name) is not None
        elif isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            found = len(methods) > 1 and _OWN_CLASS.search(name) is not None
        if found:
            record = Monitor(framework="own", what="check", watches=("drift",), drift=True, schedule=None)
            yield subject(record, module.locate(node), name, links=(module.within(scope),))


def _called_so(module: Module, call: Call) -> str:
    own = call.scope.name.rpartition(".")[2]
    return f"{own} {module.path.rpartition('/')[2].removesuffix('.py')}"
