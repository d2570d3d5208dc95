"""Names of metrics, titles of panels and expressions to what they are about, by one table of words.

Source: https://prometheus.io/docs/practices/naming/ and the metrics of node_exporter, cAdvisor, kube-state-metrics,
Evidently, KServe, Seldon, BentoML and vLLM.
"""

import re
from collections.abc import Iterable

# What is said of a body of data or of a model comes before what is said of the program that serves it.
_WORDS = {
    "drift": r"drift\w*|psi|wasserstein|jensen|divergence|kolmogorov|covariate|skew(?:ed)?|train(?:ing)?_serving",
    "quality": (
        r"accuracy|precision|recall|f1|auc|roc|rmse|mae|mape|mse|r2|logloss|bleu|rouge|faithfulness|relevancy|"
        r"false_(?:positive|negative)s?|hallucination\w*|perplexity|calibration|ndcg|confusion"
    ),
    "features": (
        r"features?|missing_(?:values?|share)|null_(?:values?|ratio|rate)|nulls?|outliers?|data_quality|"
        r"feature_store|staleness|freshness|out_of_range"
    ),
    "predictions": (
        r"predict(?:ion|ions|ed|s)?|inferences?|confidence|scores?|probabilit(?:y|ies)|anomal(?:y|ies)|forecasts?|"
        r"predicted_class|model_output\w*|detections?"
    ),
    "requests": (
        r"requests?|latency|latencies|duration|http|https|grpc|rps|qps|throughput|response|responses|status|status_code|"
        r"timeouts?|error_rate|errors?|5xx|4xx|invocations?|seconds|milliseconds|ms|ttft|queue\w*|availability|calls"
    ),
    "infrastructure": (
        r"cpu|memory|mem|ram|disk|node|nodes|pod|pods|container|containers|network|gpu|restarts?|restarted|restarting|"
        r"up|down|instance|instances|kube|filesystem|process|heap|gc|load|uptime|kafka|redis|postgres\w*|mysql|rabbitmq|"
        r"replicas?|cluster|bytes|fds|jvm|target|host|swap|inodes?|deployment|crashloop\w*|oom\w*|exporter|socket\w*"
    ),
}
_TOPICS = {topic: re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])") for topic, words in _WORDS.items()}
# How long a prediction takes, or how many are asked for, says nothing of what is predicted.
_OF_THE_CALL = re.compile(
    r"(?<![a-z0-9])(?:requests?|latency|latencies|duration|seconds|milliseconds|ms|time|throughput|qps|rps|timeouts?|"
    r"errors|error_rate|failures?|failed|queue\w*|5xx|4xx|http|calls?|invocations?|load|loads|memory|cpu|down|up|"
    r"unavailable|api|service|server|endpoint)(?![a-z0-9])"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[\s:./-]+")
# The name of a metric in an expression, or a word of a title.
_NAME = re.compile(r"[A-Za-z_:][\w:]*")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_MOST = 4000
# Source: the labels of https://github.com/kubernetes/kube-state-metrics, of cAdvisor and of Prometheus itself.
_SELECTED = re.compile(
    r"\b(?:service|service_name|job|app|pod|pod_name|deployment|container|container_name|workload)\s*=~?\s*"
    r"[\"']\^?([A-Za-z][\w-]{1,60}?)-?(?:\.[*+]\$?)?[\"']"
)
_MOST_PROGRAMS = 20


def topics(texts: Iterable[str]) -> tuple[str, ...]:
    """Gives what texts are about, from those of the machine to those of the model; () = nothing that is known.

    A text is one name, or a title or sentence of several words; quoted values of labels in it say nothing.
    """
    found: set[str] = set()
    for text in texts:
        found |= _of_one(text)
    return ordered(found)


def ordered(found: set[str]) -> tuple[str, ...]:
    """Gives topics from those of the machine to those of the model."""
    return tuple(topic for topic in reversed(_WORDS) if topic in found)


def names(expression: str) -> tuple[str, ...]:
    """Gives the names in an expression of PromQL or a like language, without labels' values and functions."""
    bare = _QUOTED.sub(" ", expression[:_MOST])
    bare = re.sub(r"\{[^{}]*\}", " ", bare)
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)", " ", bare)
    return tuple(dict.fromkeys(one for one in _NAME.findall(bare) if "_" in one or ":" in one or one == "up"))


def programs(expressions: Iterable[str]) -> tuple[str, ...]:
    """Gives the programs that labels in expressions select, without what differs by copy: `pod=~"churn-.*"`."""
    found = (one for text in expressions for one in _SELECTED.findall(text[:_MOST]))
    return tuple(dict.fromkeys(one.rstrip("-") for one in found))[:_MOST_PROGRAMS]


def _of_one(text: str) -> set[str]:
    words = _BETWEEN.sub("_", _CAMEL.sub("_", text[:_MOST]).lower())
    found = {topic for topic, pattern in _TOPICS.items() if pattern.search(words)}
    if _OF_THE_CALL.search(words):
        found -= {"predictions"}
    return found
