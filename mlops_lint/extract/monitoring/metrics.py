"""Metrics that Python code keeps of itself to monitors: one for each, with what its name and help say it is about.

Source: https://prometheus.github.io/client_python/instrumenting/,
https://opentelemetry.io/docs/languages/python/instrumentation/#metrics,
https://github.com/trallnag/prometheus-fastapi-instrumentator and https://github.com/rycus86/prometheus_flask_exporter
"""

import ast
from collections.abc import Iterator

from mlops_lint.extract.monitoring.words import topics
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Call
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Monitor, subject

_CLIENT = frozenset(f"prometheus_client.{one}" for one in ("Counter", "Gauge", "Histogram", "Summary", "Enum", "Info"))
_OPENTELEMETRY = frozenset(
    "create_counter create_histogram create_gauge create_up_down_counter create_observable_counter "
    "create_observable_gauge create_observable_up_down_counter".split()
)
# These count requests and how long they take, by themselves.
_INSTRUMENTS = {
    "prometheus_fastapi_instrumentator.Instrumentator": "prometheus",
    "prometheus_flask_exporter.PrometheusMetrics": "prometheus",
    "starlette_exporter.PrometheusMiddleware": "prometheus",
    "starlette_prometheus.PrometheusMiddleware": "prometheus",
    "opentelemetry.instrumentation.fastapi.FastAPIInstrumentor.instrument_app": "opentelemetry",
    "opentelemetry.instrumentation.flask.FlaskInstrumentor": "opentelemetry",
}
_ROOTS = frozenset(one.partition(".")[0] for one in (*_CLIENT, *_INSTRUMENTS))
_NAMES = ("name", "documentation", "description")


@python
def metrics(module: Module) -> Iterator[Subject]:
    """Gives the metrics that a module defines, and what counts its requests by itself."""
    if not module.roots & _ROOTS:
        return
    for call in module.calls:
        if call.name in _CLIENT:
            yield _metric(module, call, "prometheus")
        elif _is_meter(call):
            yield _metric(module, call, "opentelemetry")
        elif (tool := _INSTRUMENTS.get(call.name)) is not None:
            record = Monitor(framework=tool, what="metric", watches=("requests",), drift=False, baseline=None)
            yield subject(record, module.locate(call.node), "requests", links=(module.within(call.scope),))


def _is_meter(call: Call) -> bool:
    function = call.node.func
    return isinstance(function, ast.Attribute) and function.attr in _OPENTELEMETRY


def _metric(module: Module, call: Call, tool: str) -> Subject:
    said = [module.values.value(node, call.scope) for node in _texts(call.node)]
    known = [one for one in said if isinstance(one, str)]
    name = known[0] if known and isinstance(said[0], str) else call.targets[0] if call.targets else call.name
    # The help and the variable are asked where the name tells nothing, or is made of parts that are not known.
    watched = topics((name,)) or topics((*known, *call.targets))
    record = Monitor(framework=tool, what="metric", watches=watched, drift="drift" in watched)
    return subject(record, module.locate(call.node), name, links=(module.within(call.scope),))


def _texts(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args[:2]
    yield from (one.value for one in call.keywords if one.arg in _NAMES)
