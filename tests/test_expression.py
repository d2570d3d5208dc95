"""Expressions of rules over subjects of a graph: true, false or unknown; what is wrong with one is said at once."""

import pytest

from mlops_lint.errors import UsageError
from mlops_lint.graph import Graph, Node
from mlops_lint.graph.paths import Paths
from mlops_lint.model import Link, Location, Value
from mlops_lint.predicates.expression import Environment, variable
from mlops_lint.predicates.registry import predicates
from mlops_lint.subjects import KINDS


def node(id: str, kind: str = "task", context: str = "source", **fields: Value) -> Node:
    return Node(id, kind, id, Location(f"{id}.py", 3, 1), context, dict(fields), f"{kind}:{id}")


def answer(text: str, kind: str = "task", **fields: Value) -> bool | None:
    one = node("t", kind, **fields)
    environment = Environment(Graph([one], Paths([], [])))
    environment.compile(text, kind)
    return environment.evaluate(text, one)


FIELDS = {
    "a field that is true": ("task.remote", {"remote": True}, True),
    "a field that is false": ("task.remote", {"remote": False}, False),
    "a field that is not known": ("task.remote", {}, None),
    "not unknown": ("!task.remote", {}, None),
    "unknown or true": ("task.remote || true", {}, True),
    "true or unknown": ("true || task.remote", {}, True),
    "unknown or false": ("task.remote || false", {}, None),
    "unknown and false": ("task.remote && false", {}, False),
    "false and unknown": ("false && task.remote", {}, False),
    "unknown and true": ("task.remote && true", {}, None),
    "unknown in a comparison": ("task.retries > 0", {}, None),
    "unknown in a choice": ("task.remote ? true : false", {}, None),
    "unknown in a list": ("task.owner in ['a']", {}, None),
    "unknown in a function": ("task.owner.startsWith('a')", {}, None),
    "a number": ("task.retries > 0", {"retries": 2}, True),
    "a fraction": ("task.retry_delay > 0.25", {"retry_delay": 0.5}, True),
    "a fraction against a whole number": ("task.retry_delay > 0", {"retry_delay": 0.5}, True),
    "a text": ("task.owner == 'a'", {"owner": "a"}, True),
    "a text of any letters": ("task.owner == 'é\\n\"'", {"owner": 'é\n"'}, True),
    "an absent argument": ("task.timeout == null", {"timeout": None}, True),
    "an argument that is there": ("task.timeout != null", {"timeout": 5}, True),
    "nothing is absent where it is unknown": ("task.timeout == null", {}, None),
    "a field that is known": ("has(task.timeout)", {"timeout": None}, True),
    "a field that is unknown is not there": ("has(task.timeout)", {}, False),
    "texts": ("'a' in task.persistent", {"persistent": ("a", "b")}, True),
    "no texts": ("size(task.persistent) == 0", {"persistent": ()}, True),
    "all of some texts": ("task.persistent.all(x, x.startsWith('a'))", {"persistent": ("ab", "ac")}, True),
    "a regular expression": ("task.command.matches('^py.*n$')", {"command": "python"}, True),
    "a regular expression that would take for ever elsewhere": (
        "task.command.matches('^(a+)+$')",
        {"command": "a" * 5000 + "b"},
        False,
    ),
    "the largest number of 64 bits": ("task.retries > 0", {"retries": 2**63 - 1}, True),
    "a common field": ("task.path == 't.py' && task.line == 3 && task.name == 't' && task.kind == 'task'", {}, True),
    "own code": ("task.own && task.context == 'source'", {}, True),
    "the symbol": ("task.symbol == 'task:t'", {}, True),
}


@pytest.mark.parametrize(("text", "fields", "expected"), FIELDS.values(), ids=FIELDS.keys())
def test_an_expression_is(text: str, fields: dict[str, Value], expected: bool | None) -> None:
    assert answer(text, **fields) is expected


@pytest.mark.parametrize("value", [2**63, 2**64 - 1, -(2**63), 1e300])
def test_numbers_of_any_size_are_no_error(value: float) -> None:
    assert answer("config_key.value == 1", "config_key", value=value) is False


WRONG = {
    "a field that no such subject has": ("task.retires > 0", "'task' has no field 'retires'; did you mean 'retries'?"),
    "a field of another kind in a list": (
        "linked(task, 'reads').all(x, x.urri != '')",
        "no kind of subject has a field 'urri'; did you mean 'uri'?",
    ),
    "another subject": ("split.seed == null", "the rule is about 'task', so its expressions cannot name 'split'"),
    "a name that is not there": ("tasks.retries > 0", ""),
    "a function that is not there": ("reached(task)", ""),
    "a kind that is not there": (
        "size(reach(task, 'splits')) > 0",
        "no kind of subject is called 'splits'; did you mean",
    ),
    "a kind that is not there, alone": ("exists('splits')", "no kind of subject is called 'splits'"),
    "a role that is not there": ("size(linked(task, 'read')) > 0", "no link has the role 'read'"),
    "a step that is not there": (
        "every_path_passes(task, 'data', 'deploi', 'check')",
        "no step is called 'deploi'; did you mean 'deploy'?",
    ),
    "a role that does not resolve": ("resolves(task, 'need')", "no link has the role 'need'"),
    "what is no expression": ("task.retries >", ""),
    "what is no truth": ("task.retries + 1", ""),
    "a text": ("'yes'", "the expression gives"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_with_an_expression_is_said_when_it_is_loaded(text: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        Environment(None).compile(text, "task")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("task.timeout > 0", {"timeout": None}, id="null compared with a number"),
        pytest.param("task.owner > 0", {"owner": "a"}, id="a text compared with a number"),
        pytest.param("task.retries / 0 == 1", {"retries": 1}, id="a division by zero"),
        pytest.param("task.retries", {"retries": 1}, id="a number for an answer"),
    ],
)
def test_the_fault_of_a_rule_is_not_taken_for_unknown(text: str, fields: dict[str, Value]) -> None:
    with pytest.raises(ValueError, match=r"."):
        answer(text, **fields)


def test_a_text_in_quotes_is_not_taken_for_a_field() -> None:
    assert answer("task.owner == 'split.seed'", owner="split.seed") is True
    assert answer('task.owner == "tasks.x"', owner="x") is False


def test_words_that_the_language_keeps_have_a_line_behind_them() -> None:
    assert variable("import") == "import_"
    assert answer("import_.top == 'a'", "import", top="a") is True


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_can_be_asked_about(kind: str) -> None:
    name = variable(kind)
    assert answer(f"{name}.path == 't.py' && {name}.kind == '{kind}'", kind) is True


# --- the graph


@pytest.fixture
def graph() -> Graph:
    nodes = [
        node("a", retries=1), node("b", retries=0), node("c"), node("d", "dataset", uri="x.csv"),
        node("f", "function", what="module"), node("s", "split", seed=None), node("u", "service"),
        node("v", "split", context="vendored", seed=1), node("e", "test", context="test"),
    ]  # fmt: skip
    found = Graph(nodes, Paths([], []))
    for source, role, target in (
        ("b", "depends_on", "a"), ("c", "depends_on", "b"), ("a", "writes", "d"), ("b", "reads", "d"),
        ("a", "starts", "f"), ("s", "within", "f"),
    ):  # fmt: skip
        found.connect(source, role, target)
    found.nodes["c"].dangling.extend(
        [Link("needs", "file:gone.py", Location("c.py", 9)), Link("runs", "?path:maybe.py", Location("c.py", 8))]
    )
    return found


LINKS = {
    "what it links to": ("a", "linked(task, 'writes').exists(x, x.uri == 'x.csv')", True),
    "what links to it": ("a", "linked(task, 'depended_on_by').all(x, x.name == 'b')", True),
    "nothing": ("a", "size(linked(task, 'reads')) == 0", True),
    "an unknown field of one": ("a", "linked(task, 'starts').all(x, x.what == 'module')", True),
    "an unknown field of some": ("b", "linked(task, 'depended_on_by').all(x, x.retries > 0)", None),
    "a field of all": ("b", "linked(task, 'depends_on').all(x, x.retries > 0)", True),
    "what its code does": ("a", "reach(task, 'split').exists(x, x.seed == null)", True),
    "what its code does not": ("b", "size(reach(task, 'split')) == 0", True),
    "tasks before it": ("c", "upstream(task, 'task').exists(x, x.name == 'a')", True),
    "tasks after it": ("a", "size(downstream(task, 'task')) == 2", True),
    "data before it": ("c", "size(upstream(task, 'dataset')) == 1", True),
    "something of a kind": ("a", "exists('service')", True),
    "a test, in a test": ("a", "exists('test')", True),
    "nothing of a kind": ("a", "exists('secret')", False),
    "something with a field": ("a", "exists('dataset', {'uri': 'x.csv'})", True),
    "nothing with a field": ("a", "exists('dataset', {'uri': 'y.csv'})", False),
    "something whose field is unknown": ("a", "exists('service', {'framework': 'flask'})", None),
    "nothing of the project's own": ("a", "exists('split', {'seed': 1})", False),
    "all that it names": ("a", "resolves(task, 'needs')", True),
    "something that is not there": ("c", "resolves(task, 'needs')", False),
    "something that cannot be told": ("c", "resolves(task, 'runs')", None),
    "unknown answers in logic": ("c", "resolves(task, 'runs') || task.line == 3", True),
}


@pytest.mark.parametrize(("id", "text", "expected"), LINKS.values(), ids=LINKS.keys())
def test_an_expression_asks_the_graph_for(graph: Graph, id: str, text: str, expected: bool | None) -> None:
    environment = Environment(graph)
    environment.compile(text, "task")
    assert environment.evaluate(text, graph.nodes[id]) is expected


def test_what_does_not_resolve_is_named_and_shown(graph: Graph) -> None:
    environment = Environment(graph)
    assert environment.evaluate("resolves(task, 'needs')", graph.nodes["c"]) is False
    assert (environment.detail, [one.location.line for one in environment.related]) == ("gone.py", [9])
    assert environment.evaluate("task.line == 3", graph.nodes["c"]) is True
    assert (environment.detail, environment.related) == ("", [])


def test_two_graphs_do_not_know_each_other(graph: Graph) -> None:
    other = Graph([node("a")], Paths([], []))
    assert Environment(graph).evaluate("exists('service')", graph.nodes["a"]) is True
    assert Environment(other).evaluate("exists('service')", other.nodes["a"]) is False


def test_a_hostile_field_is_a_value_and_no_expression() -> None:
    for text in ("NOT_FOUND", "Key not found", "mlops-lint: cannot tell", "') || true || ('", "a\x00b", "\u202e", "{}"):
        assert answer("task.owner == 'a'", owner=text) is False
        assert answer("task.owner.size() > 0", owner=text) is True


def test_every_predicate_can_be_called_and_says_what_it_is_for() -> None:
    environment = Environment(None)
    for name, function in predicates().items():
        environment.compile(f"{name}(task)", "task")
        assert function.__doc__, name
