"""A container as its settings describe it to whether it is a server of models, and of which model.

Source: the documentation of each server: its image, command and environment; images of what surely serves no model.
"""

import re

import msgspec
from msgspec import UNSET

from mlops_lint.subjects import Flag, Text

# Last parts of images of servers of models, with the folders before where the last alone says too little.
_IMAGES = re.compile(
    r"(?:^|/)(?:tensorflow/serving|tritonserver|pytorch/torchserve|torchserve|vllm-openai|vllm|lmcache/vllm|"
    r"text-generation-inference|text-embeddings-inference|mlserver|seldonio/mlserver|sklearnserver|xgbserver|lgbserver|"
    r"pmmlserver|paddleserver|huggingfaceserver|openvino/model_server|model_server|sglang|lmdeploy|ollama|llama\.cpp|"
    r"tei|tgi|djl-serving|djl-inference|tabby|localai|infinity)(?:[-_.](?:openai|cpu|gpu|rocm|gaudi|hpu|xpu|cuda|tpu|arm64|"
    r"amd64|kfs|py3|dev|nightly|intel|neuron|inference|server|serving)\w*)*(?:[:@][^/]*)?$"
)
_COMMANDS = re.compile(
    r"\b(?:vllm serve\b|vllm\.entrypoints|tensorflow_model_server\b|tritonserver\b|torchserve\b|mlserver start\b|"
    r"mlflow models serve\b|bentoml serve\b|seldon-core-microservice\b|sglang\.launch_server|"
    r"text-generation-launcher\b|text-embeddings-router\b|serve run\b|ollama serve\b|llama-server\b|lmdeploy serve\b)"
)
# `--model x`, `--model_base_path=x`, `vllm serve x`, `mlflow models serve -m x`.
_NAMED = re.compile(
    r"(?:--model[-_](?:id|path|name-or-path|base-path|base_path|uri|repository|store)|--model)[= ]"
    r"(?P<option>[^\s-]\S*)|vllm serve (?P<vllm>[^\s-]\S*)|"
    r"mlflow models serve\b.{0,80}?(?:-m|--model-uri)[ =](?P<mlflow>\S+)"
)
_VARIABLE = re.compile(
    r"^(?:\w+_)?MODEL_?(?:S3_)?(?:PATH|URI|URL|NAME|ID|DIR|FILE|FILE_PATH|BASE_PATH|LOCATION|STORE|BUCKET|ARTIFACT\w*)$"
)
_PROGRAM = re.compile(r"/?[A-Za-z][\w./-]*(?:\s|$)")
# What may well start a server: a shell, an interpreter, a script, or words for the program that the image starts.
_SHELL = re.compile(r"(?:/\S*/)?(?:sh|bash|dash|python3?|tini|exec|env|serve|start|\S+\.sh|set|cd|export|ulimit)\b")
_FILES = re.compile(
    r"^(?:\w+_)?MODEL_?(?:S3_)?(?:PATH|URI|DIR|FILE|FILE_PATH|BASE_PATH|LOCATION|STORE|BUCKET|ARTIFACT\w*)$"
)
# A program that asks these has no model of its own.
_CALLED = re.compile(r"^(?:gpt-|o\d|claude|gemini|text-embedding-|command-r|https?://(?:api\.|.*openai))")
# What a cluster has beside its own programs; none of these answers with a model.
_INFRASTRUCTURE = re.compile(
    r"(?:^|/)(?:postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|valkey|memcached|rabbitmq|kafka|cp-\w+(?:-\w+)*|zookeeper|"
    r"nginx|traefik|caddy|envoy|haproxy|minio|mc|grafana|prometheus|alertmanager|loki|promtail|jaeger|\w+[-_]exporter|"
    r"elasticsearch|kibana|logstash|fluentd|fluent-bit|adminer|pgadmin4?|airflow|mlflow|busybox|alpine|curl|localstack|"
    r"cassandra|neo4j|qdrant|weaviate|milvus|etcd|consul|vault|keycloak|oauth2-proxy|registry|jupyter\w*|notebook|"
    r"minimal-notebook|scipy-notebook|spark|trino|superset|metabase|evidently-service|pushgateway|node-exporter|cadvisor|"
    r"redis-stack|metrics-server|otel-collector|opentelemetry-collector\w*|zipkin|label-studio|feast|chroma|dind|git-sync)"
    r"(?:[-:@][^/]*)?$"
)


class Served(msgspec.Struct, frozen=True):
    """Whether a container serves a model; `uri` None = its settings name none."""

    serves: Flag
    uri: Text


def served(image: str | None, command: str, environment: dict[str, str | None]) -> Served:
    """Gives what image, command and variables say of a model; UNSET where they say nothing."""
    uri = _uri(command, environment)
    if isinstance(uri, str) and _CALLED.match(uri):
        uri = None
    # An image of a server may start something else, as a cache.
    other = _PROGRAM.match(command) is not None and _SHELL.match(command) is None
    server = image is not None and _IMAGES.search(image.lower()) is not None and not other
    if server or _COMMANDS.search(command):
        return Served(True, uri if uri is not None else UNSET)
    if image is not None and _INFRASTRUCTURE.search(image.lower()):
        return Served(False, None)
    # A page that asks a server for answers names its model, too; who names files has them.
    return Served(True if isinstance(uri, str) and _has_files(command, environment) else UNSET, uri)


def _has_files(command: str, environment: dict[str, str | None]) -> bool:
    named = any(_FILES.match(name.upper()) and value for name, value in environment.items())
    return named or _NAMED.search(command) is not None


def _uri(command: str, environment: dict[str, str | None]) -> Text:
    found = _NAMED.search(command)
    if found is not None:
        value = next(one for one in found.groups() if one is not None).strip("'\"")
        return UNSET if "$" in value or "{{" in value else value
    hidden = False
    for name, stated in environment.items():
        if _VARIABLE.match(name.upper()):
            if stated is not None and not re.search(r"\$|\{\{", stated):
                return stated
            hidden = True
    return UNSET if hidden else None


def fixed(uri: Text) -> Flag:
    """Says whether the name of a model fixes its version; None = no model is named."""
    if not isinstance(uri, str):
        return uri if uri is None or uri is UNSET else UNSET
    if re.search(r"(?i)(?:[/_@:=.-]|^)(?:v?\d+(?:[._-]\d+)*|v\d+|[0-9a-f]{7,64}|\d{8,14})(?:[/.?]|$)", uri):
        return True
    if re.search(r"(?i)(?:latest|@(?:champion|production|staging)|/(?:production|staging))(?:/|$)", uri):
        return False
    # A folder of a bucket may be written once, or for every new model.
    return UNSET
