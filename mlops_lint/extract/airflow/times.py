"""Calls that give a point in time, and whether it is another one whenever the file is read.

Source: https://docs.python.org/3/library/datetime.html, https://pendulum.eustace.io/docs/ and airflow/utils/dates.py of
apache-airflow 2.11.0; https://airflow.apache.org/docs/apache-airflow/stable/faq.html#what-s-the-deal-with-start-date
"""

from mlops_lint.extract.airflow import names
from mlops_lint.extract.airflow.values import Given, Moment

_CLOCKS = frozenset({"now", "today", "utcnow", "days_ago", "round_time", "yesterday", "tomorrow"})
_FIXED = frozenset(
    {"datetime", "date", "parse", "strptime", "fromisoformat", "from_format", "create", "local", "instance"}
)
_MADE = frozenset({"combine", "make_aware", "make_naive", "as_utc", "convert_to_utc", "coerce_datetime"})
_MODULES = frozenset({"datetime", "pendulum", "airflow", "dateutil", "pytz", "pandas", "arrow", "dt"})
STILL_TIMES = frozenset(
    "replace add subtract astimezone date start_of end_of in_timezone in_tz set at on previous next naive".split()
)
"""Methods of a point in time that give another one, as fixed or as moving as the first."""


def moment(name: str, given: Given) -> Moment | None:
    """Gives what a call of this full name gives; None where that is no point in time."""
    if name.partition(".")[0] not in _MODULES:
        return None
    end = names.last(name)
    if end in _CLOCKS:
        return Moment(moves=True)
    if end in _MADE:
        first = given.positional[0] if given.positional else None
        return first if isinstance(first, Moment) else None
    return Moment(moves=False) if end in _FIXED else None
