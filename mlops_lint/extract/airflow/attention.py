"""When a DAG starts, what its failures lead to, and who is told of them.

Source: airflow/models/baseoperator.py, airflow/models/dag.py and airflow/utils/trigger_rule.py of apache-airflow
2.11.0; without an address in `email`, `email_on_failure` has no effect.
"""

from msgspec import UNSET, UnsetType

from mlops_lint.extract.airflow import settings
from mlops_lint.extract.airflow.values import Assets, Dag, Data, Items, Mapping, Moment, Options, Step, Unknown, Value
from mlops_lint.extract.python.module import Module

# Rules by which a task runs although another before it failed.
_IN_ANY_CASE = frozenset(
    {"all_done", "always", "dummy", "one_done", "all_done_min_one_success", "all_done_setup_success"}
)
# Presets that are no rule by which a DAG would run again.
_ONCE = "@once"

Flag = bool | UnsetType


def backoff(module: Module, step: Step) -> Flag:
    """Says whether a task waits longer after each try."""
    found = settings.effective(step, "retry_exponential_backoff", False)
    if isinstance(settings.of_class(module, step, "retry_exponential_backoff", found), Unknown):
        return UNSET
    return bool(found) if isinstance(found, (bool, int, float)) or found is None else UNSET


def alerts(module: Module, step: Step) -> Flag:
    """Says whether somebody is told when a task fails."""
    called = _stated(module, step, "on_failure_callback")
    mails = settings.effective(step, "email_on_failure", True)
    return _any(called, False if mails is False else _stated(module, step, "email"))


def _stated(module: Module, step: Step, key: str) -> Flag:
    found = settings.effective(step, key, settings.of_class(module, step, key, None))
    # Whoever writes a callback or an address down, in whatever way, means that there is one.
    return True if settings.states(step, key) and isinstance(found, Unknown) else _given(found)


def alerts_of(module: Module, dag: Dag) -> Flag:
    """Says whether somebody is told when a run of a DAG fails: by itself, or because each task that works tells it."""
    called = dag.settings.get("on_failure_callback")
    own = True if "on_failure_callback" in dag.settings.entries and isinstance(called, Unknown) else _given(called)
    # One that runs when any other failed tells of all.
    if own is True or any(_rule(step) in ("one_failed", "all_failed") for step in dag.steps):
        return True
    told = {alerts(module, step) for step in dag.steps}
    return _any(own, (True in told if len(told) == 1 else UNSET) if told and UNSET not in told else UNSET)


def ignores_failure(step: Step) -> Flag:
    """Says whether a task runs although one that it waits for failed; a teardown is meant to."""
    rule = _rule(step)
    if rule is UNSET:
        return UNSET
    return rule in _IN_ANY_CASE


def _rule(step: Step) -> str | UnsetType:
    found = settings.effective(step, "trigger_rule", "all_success")
    return found.lower() if isinstance(found, str) else UNSET


def start_moves(dag: Dag) -> Flag:
    """Says whether the start date of a DAG is taken from the clock whenever its file is read."""
    defaults = dag.settings.get("default_args")
    for source in (dag.settings, defaults if isinstance(defaults, Mapping) else Mapping(complete=defaults is None)):
        if "start_date" in source.entries:
            found = source.entries["start_date"]
            return found.moves if isinstance(found, Moment) else False if found is None else UNSET
        if not source.complete:
            return UNSET
    return False


def triggers(dag: Dag, schedule: object) -> tuple[str, ...] | UnsetType:
    """Gives what starts a DAG; () = a person, or another DAG."""
    if schedule is None or schedule == _ONCE:
        return ()
    given = next((dag.settings.entries[key] for key in ("schedule", "schedule_interval", "timetable")
                  if key in dag.settings.entries), None)  # fmt: skip
    if isinstance(given, (Assets, Data)) or (isinstance(given, Items) and given.items):
        return ("data",)
    # A schedule that is stated elsewhere may be none.
    return ("schedule",) if isinstance(schedule, str) else UNSET


def _given(found: Value) -> Flag:
    """Says whether a setting is given and not switched off."""
    if isinstance(found, Options):
        return _any(*(_given(one) for one in found.options[:2]))
    if isinstance(found, Unknown):
        return UNSET
    if isinstance(found, Items):
        return bool(found.items)
    return found is not None and found is not False and found != ""


def _any(one: Flag, other: Flag) -> Flag:
    if one is True or other is True:
        return True
    return UNSET if UNSET in (one, other) else False
