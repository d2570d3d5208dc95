"""What is intricate in DAG files; what a user sees of them is in fixtures/extract/airflow.md."""

import textwrap

import pytest

from mlops_lint.extract import extract
from mlops_lint.model import Ref, Subject

HEAD = """\
from datetime import timedelta
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.models.baseoperator import chain
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.utils.task_group import TaskGroup
def op(name, **more):
    return EmptyOperator(task_id=name, **more)
"""


def subjects(text: str, kind: str, path: str = "dags/d.py") -> list[Subject]:
    facts = extract(path, (HEAD + textwrap.dedent(text)).encode())
    assert facts.problems == ()
    return [one for one in facts.subjects if one.kind == kind]


def order(text: str) -> set[str]:
    """The edges of the only DAG, as `a>b`."""
    return {
        f"{link.symbol.partition('#d.')[2]}>{(one.symbol or '').partition('#d.')[2]}"
        for one in subjects(text, "task")
        for link in one.links
        if link.role == "depends_on"
    }


ORDERS = {
    "a chain": ("op('a') >> op('b') >> op('c')", "a>b b>c"),
    "a chain to the left": ("op('a') << op('b') << op('c')", "b>a c>b"),
    "lists on both sides of a task": ("[op('a'), op('b')] >> op('c') >> [op('d'), op('e')]", "a>c b>c c>d c>e"),
    "a task does not wait for itself": ("a = op('a')\na >> a", ""),
    "what augments": ("a = op('a')\na >>= op('b')\na >> op('c')", "a>b b>c"),
    "a tuple that is unpacked": ("a, (b, *c) = op('a'), [op('b'), op('c')]\na >> b", "a>b"),
    "chain of a list": ("chain(*[op('a'), op('b')], op('c'))", "a>b b>c"),
    "chain of lists of different length is no order": ("chain([op('a'), op('b')], [op('c')])", ""),
    "a loop over tasks": ("for t in [op('a'), op('b')]:\n    t >> op('c')", "a>c b>c"),
    "a loop over pairs": (
        "for x, y in zip([op('a'), op('b')], [op('c'), op('d')]):\n    x >> y", "a>c b>d"),
    "enumerate": ("ts = [op('a')]\nfor i, t in enumerate(ts):\n    t >> op('b')", "a>b"),
    "a known index": ("ts = [op('a'), op('b')]\nts[0] >> ts[-1]", "a>b"),
    "an unknown index": ("ts = [op('a'), op('b')]\nts[i] >> op('c')", ""),
    "a dictionary": ("ts = {'a': op('a'), 'b': op('b')}\nts['a'] >> ts['b']", "a>b"),
    "an unknown key": ("ts = {'a': op('a'), 'b': op('b')}\nts[k] >> op('c')", ""),
    "all values of a dictionary": ("ts = {'a': op('a')}\nts['b'] = op('b')\nlist(ts.values()) >> op('c')", "a>c b>c"),
    "one or the other": ("(op('a') if X else op('b')) >> op('c')", "a>c b>c"),
    "what may have been replaced": ("t = op('a')\nif X:\n    t = op('b')\nt >> op('c')", "a>c b>c"),
    "a branch that is known": ("t = op('a')\nif None is not None:\n    t = op('b')\nt >> op('c')", "a>c"),
    "after a return": ("def f():\n    return op('a')\n    op('never')\nf() >> op('b')", "a>b"),
    "a list of groups": (
        "gs = []\nfor x in X:\n    with TaskGroup(f'g{x}') as g:\n        op('a')\n    gs += [g]\nop('s') >> gs",
        "s>g{x}.a"),
    "a group that is empty": ("with TaskGroup('g') as g:\n    pass\nop('a') >> g >> op('b')", ""),
    "results of results": ("@task\ndef f(x): ...\nf(f(f(1)))", "f>f__1 f__1>f__2"),
    "a result in a list in a dictionary": ("@task\ndef f(x=0): ...\n@task\ndef g(x): ...\ng({'k': [f()]})", "f>g"),
    "an operator waits for a result": (
        "@task\ndef f(): ...\nBashOperator(task_id='b', bash_command='a', env={'x': f()})", "f>b"),
    "tasks of two DAGs": ("a = op('a')\nwith DAG('other'):\n    a >> op('b')", ""),
    "a task without a DAG comes into that of the other": ("a = op('a')\nb = op('b', dag=None)\na >> b", "a>b"),
    "set_dependency": ("a, b = op('a'), op('b')\nd.set_dependency('a', 'b')", "a>b"),
    "a function that calls itself": ("def f(x):\n    op('a') >> op('b')\n    f(x)\nf(1)", "a>b"),
    "a closure": ("def f(t):\n    def g(n):\n        t >> op(n)\n    return g\nf(op('a'))('b')", "a>b"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ORDERS.values(), ids=ORDERS)
def test_the_order_of_tasks(text: str, expected: str) -> None:
    assert order("with DAG('d', schedule=None) as d:\n" + textwrap.indent(text, "    ")) == set(expected.split())


NAMES = {
    "f-string": ('f"a_{x.y}_{1}"', "a_{x.y}_1"),
    "format by name": ('"{t}_{u}".format(t="a", u=U)', "a_{U}"),
    "percent": ('"%s-%d%%" % ("a", n)', "a-{n}%"),
    "concatenation": ('"a_" + str(x) + "_b"', "a_{x}_b"),
    "nothing known": ("name", "{name}"),
    "a call": ("name()", "{...}"),
    "methods of text": ('"A-B".lower().replace("-", "_")', "a_b"),
    "join": ('"_".join(["a", "b"])', "a_b"),
    "a constant of the file": ("PREFIX + 'x'", "p_x"),
    "broken format": ('"{".format(1)', "{...}"),
}


@pytest.mark.parametrize(("text", "expected"), NAMES.values(), ids=NAMES)
def test_the_name_of_a_task(text: str, expected: str) -> None:
    found = subjects(f"PREFIX = 'p_'\nwith DAG('d'):\n    BashOperator(task_id={text}, bash_command='')\n", "task")
    assert [one.name for one in found] == [expected]


def test_a_known_timedelta_is_a_number_of_seconds() -> None:
    text = """
    MINUTE = timedelta(minutes=1)
    with DAG("d", default_args={"retry_delay": 2 * MINUTE, "execution_timeout": timedelta(0, 30) + MINUTE}):
        BashOperator(task_id="a", bash_command="")
    """
    (found,) = subjects(text, "task")
    assert found.fields["retry_delay"] == 120
    assert found.fields["timeout"] == 90


def test_tasks_of_one_name_have_symbols_of_their_own() -> None:
    text = """
    with DAG("d"):
        if X:
            BashOperator(task_id="a", bash_command="one")
        else:
            BashOperator(task_id="a", bash_command="two")
    """
    assert [(one.name, one.symbol) for one in subjects(text, "task")] == [
        ("a", "task:dags/d.py#d.a"),
        ("a", "task:dags/d.py#d.a__1"),
    ]


def test_a_dag_of_unknown_id_is_called_after_its_function_or_variable() -> None:
    text = """
    nightly = DAG(ID, schedule=None)
    BashOperator(task_id="a", bash_command="", dag=nightly)
    def build(id):
        with DAG(id):
            BashOperator(task_id="a", bash_command="")
    """
    assert [one.name for one in subjects(text, "pipeline")] == ["nightly", "build"]


def test_a_test_makes_no_dag_but_for_itself() -> None:
    text = """
    def test_dag():
        with DAG("d"):
            BashOperator(task_id="a", bash_command="")
    """
    assert subjects(text, "pipeline") == []


def test_names_that_a_star_brings_are_found() -> None:
    text = b"from airflow.sdk import *\nfrom ours import *\nwith DAG('d'):\n    BashOperator(task_id='a', retries=N)\n"
    (found,) = [one for one in extract("d.py", text).subjects if one.kind == "task"]
    assert found.fields["retries"] == Ref("constant:ours.N")


def test_a_long_chain_is_no_deep_recursion() -> None:
    chain = " >> ".join(f"op('t{i}')" for i in range(150))
    assert len(order(f"with DAG('d') as d:\n    {chain}")) == 149


HOSTILE = {
    "functions that double": "\n".join(
        ["def f0(): op('a')", *(f"def f{i}():\n    f{i - 1}()\n    f{i - 1}()" for i in range(1, 40)), "f39()"]
    ),
    "a text that grows": "x = 'a' * 10\n" + "x = x.replace('a', x)\n" * 200 + "op(x)",
    "a list that grows": "x = [op('a')]\n" + "x = x + x\n" * 60,
    "a list that holds itself": "x = []\nx.append(x)\nx >> op('a')",
    "a mapping that holds itself": "x = {}\nx['x'] = x\nop('a', **x)\nf = BashOperator(task_id='b', env=x)",
    "options upon options": "t = op('a')\n" + "if X:\n    t = [t, op('b')]\n" * 30 + "t >> op('c')",
    "numbers without end": "x = 9.0\n" + "x = x * x\n" * 200 + "op('a', retries=x)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_ends(text: str) -> None:
    subjects("with DAG('d') as d:\n" + textwrap.indent(text, "    "), "task")
