"""What the tests of a repository demand."""

import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate

# To reach one of these is to run a model.
_MODEL = ("training", "evaluation", "model_load", "estimator")
_LIBRARIES = frozenset(
    "sklearn torch tensorflow keras xgboost lightgbm catboost transformers jax lightning pytorch_lightning".split()
)
# One comparison of numbers makes no suite of tests for numeric code.
_FEW = 2
# Functions and files that may check data in a way that is not read.
_CHECKING = re.compile(
    r"(?i)(?:^|[._])(?:validat|check|verif|ensure|assert|expect|inspect)\w*_?(?:data|schema|column|frame|df|input|row|"
    r"feature|quality|dtype|null|nan|missing|drift|anomal|table|record|sample|image|label)|"
    r"(?:data|schema|input)_?(?:valid|check|quality)|(?:^|\.)validate$"
)
_CHECK_FILES = re.compile(
    r"(?i)expectation|(?:^|/)soda|(?:^|/)(?:schema|_?models|sources)\.ya?ml$|schema\.(?:json|ya?ml|pbtxt|py)$|"
    r"(?:data|schema)_?(?:valid|check|quality|test)|(?:^|/)dbt_project\.yml$"
)


@predicate
def compares_floats(test: Node, graph: Graph) -> bool:
    """The test compares floats that are computed."""
    return any("exact" not in one.fields or one.fields["exact"] is not None for one in _assertions(test, graph))


@predicate
def tolerant(test: Node, graph: Graph) -> Answer:
    """The test compares floats that are computed up to a tolerance."""
    answers = [(one, _is_exact(one, graph)) for one in _assertions(test, graph)]
    for one, exact in answers:
        if exact:
            return Answer(False, one.name, at=one.location)
    return Answer(True if any(exact is False for _, exact in answers) else None)


def _assertions(test: Node, graph: Graph) -> list[Node]:
    found = [one for body in graph.linked(test, "starts") for one in graph.linked(body, "holds")]
    return sorted((one for one in found if one.kind == "assertion"), key=lambda one: one.location)


def _is_exact(assertion: Node, graph: Graph) -> bool | None:
    """Whether computed floats must be equal; None = there are none, or where they come from is not seen."""
    if "exact" in assertion.fields:
        return bool(assertion.fields["exact"]) if assertion.fields["exact"] is not None else None
    called = graph.linked(assertion, "calls")
    return True if any(one.fields.get("computes") is True for one in called) else None


@predicate
def tests_data(_project: Node, graph: Graph) -> bool | None:
    """Some test or check demands something of data: columns, types, ranges, gaps."""
    if any("data" in _about(one) for one in graph.of_kind("assertion") if one.own or one.context == "test"):
        return True
    if any(_meant(one) and one.fields.get("purpose") == "data-check" for one in graph.of_kind("use")):
        return True
    named = any(_meant(one) and _CHECKING.search(one.name) for one in graph.of_kind("function"))
    # Somebody may put data to a schema that is only written.
    named = named or any(_meant(one) and one.fields.get("purpose") == "data-check-file" for one in graph.of_kind("use"))
    return None if named or any(_CHECK_FILES.search(path) for path in graph.paths.files) else False


@predicate
def tests_models(_project: Node, graph: Graph) -> bool | None:
    """Some test demands something of a model: a score, the shape of its output, that it learns."""
    perhaps = False
    for test in graph.of_kind("test"):
        runs = any(graph.reach(test, kind) for kind in _MODEL) or _imports(test, _LIBRARIES, graph)
        demands = any("model" in _about(one) for one in _assertions(test, graph))
        if runs and demands:
            return True
        perhaps = perhaps or runs or demands
    return None if perhaps else False


@predicate
def tests_numbers(_project: Node, graph: Graph) -> bool:
    """Tests of code that computes: several assertions compare floats, or ask what a transform or a metric gives."""
    tests = graph.of_kind("test")
    floats = {one.id for test in tests for one in _assertions(test, graph) if one.fields.get("exact", None) is not None}
    if len(floats) >= _FEW:
        return True
    fitted = {one.id for test in tests if _computes(test, graph) for one in _assertions(test, graph)}
    return len(floats | fitted) >= _FEW


def _computes(test: Node, graph: Graph) -> bool:
    return any(one.own for kind in ("transform", "evaluation") for one in graph.reach(test, kind))


@predicate
def tests_properties(_project: Node, graph: Graph) -> bool | None:
    """Some test states a property, for which a tool or a loop makes the examples; None where tests draw some."""
    if any(_meant(one) and one.fields.get("purpose") == "property-test" for one in graph.of_kind("use")):
        return True
    return None if any(one.context == "test" for one in graph.of_kind("random_call")) else False


@predicate
def runs_own_code(task: Node, graph: Graph) -> bool:
    """The task is of a pipeline, not of a workflow that tests and releases, and runs functions of the project's own."""
    workflow = any(one.fields.get("managed") is False for one in graph.linked(task, "part_of"))
    return not workflow and bool(_behind(task, graph))


@predicate
def tested(task: Node, graph: Graph) -> bool | None:
    """A test runs some of the code behind the task; None where tests start code in ways that are not followed."""
    behind = {one.id for one in _behind(task, graph)}
    path = {one.location.path for one in _behind(task, graph)}
    unsure = False
    for test in graph.of_kind("test"):
        reached = [test, *graph.follow(test, ("starts", "calls", "inherits", "runs"))]
        if any(one.id in behind for one in reached):
            return True
        unsure = unsure or _starts(test, graph) or _loads(test, path, graph)
    return None if unsure else False


def _behind(task: Node, graph: Graph) -> list[Node]:
    """The functions that a task runs, its own file's first, without the bodies of modules that it imports."""
    found = graph.follow(task, ("starts", "runs", "calls", "inherits"))
    return [one for one in found if one.kind == "function" and one.own and _works(one)]


def _works(function: Node) -> bool:
    return function.fields.get("what") == "function" and function.fields.get("idle") is not True


def _loads(test: Node, paths: set[str], graph: Graph) -> bool:
    """Whether the file of a test takes in one of these modules as a whole, and may call what is in it by a fixture."""
    bodies = graph.in_file(test.location.path, "function")
    return any(one.location.path in paths for body in bodies for one in graph.linked(body, "imports"))


def _starts(test: Node, graph: Graph) -> bool:
    """Whether the file of a test can start code in ways that are not followed."""
    return any(one.fields.get("purpose") == "started-code" for one in graph.in_file(test.location.path, "use"))


def _imports(test: Node, names: frozenset[str], graph: Graph) -> bool:
    return any(one.fields.get("top") in names for one in graph.in_file(test.location.path, "import"))


def _about(assertion: Node) -> tuple[str, ...]:
    about = assertion.fields.get("about", ())
    return about if isinstance(about, tuple) else ()


def _meant(node: Node) -> bool:
    return node.own or node.context == "test"
