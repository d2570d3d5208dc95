"""What a DAG file does whenever the scheduler reads it, and settings that are others each time.

Source: https://airflow.apache.org/docs/apache-airflow/stable/best-practices.html#top-level-python-code and
#airflow-variables; a DAG whose settings differ at each reading is a new version of itself in Airflow 3.
"""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.airflow.machine import Machine
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.python.tree import walk
from mlops_lint.extract.python.values import CLOCKS
from mlops_lint.model import Subject
from mlops_lint.subjects import Use, subject

# Calls of the database of Airflow, of other databases and services, and of other programs.
_ASKS = re.compile(
    r"^airflow\.(?:\w+\.)*(?:Variable\.get|BaseHook\.get_(?:connection|hook)|Connection\.get\w*)$"
    r"|^airflow\.[\w.]*Hook(?:\(\))?\.(?:get_\w+|run|read_\w+|download\w*|list_\w+|query\w*|insert_rows|bulk_\w+|load_\w+)$"
    r"|^(?:subprocess\.(?:run|call|check_call|check_output|Popen)|os\.(?:system|popen)|sqlalchemy\.create_engine"
    r"|(?:psycopg2|pymysql|pyodbc|snowflake\.connector|duckdb|sqlite3)\.connect|time\.sleep)$"
    r"|^google\.cloud\.\w+\.Client\.(?:query|list_\w+|get_\w+)$"
)
_WORK = frozenset({"http_call", "training", "write", "model", "model_load"})
# A file of settings beside the code is read in no time.
_SMALL = frozenset({"builtins.open", "json.load", "yaml.safe_load", "yaml.load"})
_DAGS = re.compile(r"^(?:[\w.]+\.)?(?:dag|task_group)\b")
_CHANCE = re.compile(r"^(?:uuid\.uuid[14]|random\.\w+|secrets\.\w+|numpy\.random\.\w+)$")
_MOMENTS = re.compile(
    r"^(?:datetime\.datetime\.(?:now|today|utcnow)|datetime\.date\.today|pendulum\.(?:now|today|yesterday|tomorrow)"
    r"|time\.time|airflow\.utils\.(?:dates\.days_ago|timezone\.utcnow))$"
)


def at_import(module: Module, machine: Machine) -> Iterator[Subject]:
    """Gives a use for each call that works when the file is read, and for each setting that moves."""
    for call in module.calls:
        if _at_import(module, machine, call) and _works(module, call):
            yield _use(module, call, "import-work")
    settings = _settings(machine)
    for call in module.calls if settings else ():
        moves = call.name in CLOCKS or _MOMENTS.match(call.name) or _CHANCE.match(call.name)
        if moves and id(call.node) in settings:
            yield _use(module, call, "moving-setting")


def _use(module: Module, call: Call, purpose: str) -> Subject:
    return subject(Use(purpose=purpose, tool=call.name), module.locate(call.node), call.name)


def _at_import(module: Module, machine: Machine, call: Call) -> bool:
    node = call.scope.node
    if call.scope.kind == "module":
        return not _in_lambda(module, call.node)
    # Under a decorator of another library a call makes a task, or whatever the library likes.
    others = [one for one in getattr(node, "decorator_list", ()) if not _DAGS.search(ast.unparse(one))]
    return (
        call.scope.kind == "function" and node in machine.imported and not others and not _in_lambda(module, call.node)
    )


def _in_lambda(module: Module, node: ast.AST) -> bool:
    outer = module.nodes.around.get(node)
    while outer is not None and not isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
        if isinstance(outer, ast.Lambda):
            return True
        outer = module.nodes.around.get(outer)
    return False


def _works(module: Module, call: Call) -> bool:
    if _ASKS.match(call.name):
        return True
    entry = None if call.name in _SMALL else module.entry(call)
    for fact in entry.facts if entry is not None else ():
        if fact.kind in _WORK or (fact.kind == "read" and fact.set.get("data", True) is True):
            return True
    return False


def _settings(machine: Machine) -> set[int]:
    """The nodes in the arguments of DAGs and tasks, without lambdas: what these compute, they compute at a run."""
    found: set[int] = set()
    nodes = [*(dag.node for dag in machine.dags.values()), *(step.node for step in machine.steps.values())]
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        for value in (*call.args, *(one.value for one in call.keywords)):
            skipped = {id(inner) for one in walk(value) if isinstance(one, ast.Lambda) for inner in walk(one)}
            found.update(id(one) for one in walk(value) if id(one) not in skipped)
    return found
