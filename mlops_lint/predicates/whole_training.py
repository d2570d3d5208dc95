"""Training and models of a project as a whole, for repositories of which no rule of the question says anything."""

import posixpath
import re

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.practices import searched
from mlops_lint.predicates.records import data_known
from mlops_lint.predicates.registry import Answer, predicate
from mlops_lint.predicates.shown import first_yes, own, shown, uses, with_field
from mlops_lint.predicates.whole_serving import champions
from mlops_lint.predicates.work import training_pipelines

_CARD = re.compile(r"(?i)model[-_ ]?card")
_MODEL = re.compile(r"(?i)(?:^|/|_)models?(?:$|[/._-])|\.(?:pt|pth|onnx|h5|keras|joblib|safetensors|ckpt)$")
_METRICS = re.compile(r"(?i)(?:^|/)(?:metrics?|scores?|results?|evaluation|report)[^/]*\.(?:json|ya?ml|csv|md|txt)$")


@predicate
def splits_data(_project: Node, graph: Graph) -> Answer:
    """Code splits the data into parts, or measures on a part that was held out."""
    held = [*with_field(graph, "training", "held_out"), *with_field(graph, "evaluation", "on", "test")]
    return first_yes(shown(own(graph, "split")), shown([*held, *uses(graph, "held-out")]), shown(_parts(graph)))


def _parts(graph: Graph) -> list[Node]:
    """The writes of parts that are called so: one to train on, and one to be measured on."""
    names = {one: posixpath.basename(str(one.fields.get("uri", ""))).lower() for one in own(graph, "write")}
    trained = [one for one, name in names.items() if "train" in name]
    return trained if any(re.search(r"test|valid|\bval|dev|hold", name) for name in names.values()) else []


@predicate
def settings_searched(_project: Node, graph: Graph) -> Answer:
    """Hyperparameters are searched for, or several models compared."""
    tried = [*with_field(graph, "estimator", "searched"), *uses(graph, "search")]
    tried += [one for one in own(graph, "training") if searched(one, graph) is True]
    return shown(tried)


@predicate
def runs_recorded(_project: Node, graph: Graph) -> Answer:
    """Parameters and results of runs are recorded: by a tracker, by a tool for metrics, or by the orchestrator."""
    tracked = [*uses(graph, "tracking", "run-metrics", "metrics"), *with_field(graph, "training", "tracked")]
    running = [one for one in tracked if one.context != "notebook"]
    return first_yes(shown(running), shown(with_field(graph, "pipeline", "artifacts")), shown(tracked))


@predicate
def runs_seeded(_project: Node, graph: Graph) -> Answer:
    """Randomness of trainings is seeded."""
    seeded = [one for kind in ("split", "estimator") for one in own(graph, kind) if one.fields.get("seed") is not None]
    drawn = [*own(graph, "random_call"), *own(graph, "split"), *own(graph, "data_loader")]
    drawn += [one for one in own(graph, "training") if one.fields.get("draws") != ()]
    settled = [] if drawn else [one for one in own(graph, "estimator") if one.fields.get("random") is False]
    return first_yes(shown(own(graph, "seed_call")), shown(seeded), shown(settled))


@predicate
def models_kept_by_version(_project: Node, graph: Graph) -> Answer:
    """Models go to a registry, a tracker, a tool for data versions, a store of artifacts or a hub with revisions."""
    registered = [*with_field(graph, "model", "registered"), *uses(graph, "registry", "model-stage")]
    dated = with_field(graph, "model", "dated")
    stored = [
        one
        for one in own(graph, "model")
        for data in graph.linked(one, "writes")
        if {up.fields.get("versioned_by") for up in (data, *graph.follow(data, ("inside",)))} - {None, "git"}
    ]
    stores = with_field(graph, "pipeline", "artifacts")
    pinned = with_field(graph, "model_load", "pinned")
    kept = [one for one in _stored(graph) if one.fields.get("versioned_by") not in (None, "git")]
    return first_yes(shown(registered), shown([*stored, *dated]), shown(stores), shown(kept), shown(pinned))


@predicate
def models_comparable(_project: Node, graph: Graph) -> Answer:
    """Metrics of runs are recorded where those of another model stand beside them."""
    compared = uses(graph, "comparison", "gate", "tracking", "metrics", "run-metrics", "evaluation-gate")
    return first_yes(shown(compared), shown(with_field(graph, "training", "tracked")), champions(graph))


@predicate
def keeps_models(_project: Node, graph: Graph) -> Answer:
    """The project's own code trains and saves models."""
    named = [one for one in own(graph, "task") if one.fields.get("purpose") == "register"]
    return shown([*own(graph, "model"), *_stored(graph)] if own(graph, "training") else named)


def _stored(graph: Graph) -> list[Node]:
    """The data sets that are called like models, and the writes of files that are."""
    data = [one for one in graph.of_kind("dataset") if one.fields.get("versioned_by") or one.fields.get("cached")]
    named = [one for one in data if _MODEL.search(str(one.fields.get("uri", "")))]
    return named + [one for one in own(graph, "write") if _MODEL.search(str(one.fields.get("uri", "")))]


@predicate
def lineage_kept(_project: Node, graph: Graph) -> Answer:
    """From a model one comes to its parameters and to the version of its data: by a record, or a store of artifacts."""
    stores = [one for one in training_pipelines(graph) if one.fields.get("artifacts") is True]
    tracked = uses(graph, "tracking", "run-parameters")
    pinned = [one for one in own(graph, "training") if data_known(one, graph)]
    locked = uses(graph, "metrics") if graph.of_kind("locked_stage") else []
    return first_yes(shown(stores), shown(tracked if pinned else ()), shown(locked))


@predicate
def models_explained(_project: Node, graph: Graph) -> Answer:
    """A model card says what a model is for, or explanations of it are computed."""
    cards = [path for path in graph.paths.files if _CARD.search(path)]
    found = [one for one in uses(graph, "explanation", "model-card", "feature-worth") if "autolog" not in one.name]
    return first_yes(shown(found), Answer(True, min(cards)) if cards else Answer(False))


@predicate
def models_measured(_project: Node, graph: Graph) -> Answer:
    """Models are measured on data that they were not fitted on."""
    held = [*with_field(graph, "training", "held_out"), *with_field(graph, "evaluation", "on", "test")]
    named = [one for one in own(graph, "task") if re.search(r"(?i)evaluat", one.name)]
    used = uses(graph, "evaluation", "fairness")
    return first_yes(shown(held), shown(own(graph, "evaluation")), shown(used), shown(named))


@predicate
def loads_own_models(_project: Node, graph: Graph) -> Answer:
    """The project's own code loads models, or a service does."""
    return shown([*own(graph, "model_load"), *uses(graph, "registry", "model-stage")])


@predicate
def settings_configured(_project: Node, graph: Graph) -> Answer:
    """Settings of training come from files, arguments or the command line, not from literals at calls."""
    settings = own(graph, "hyperparameter")
    given = [one for one in settings if one.fields.get("origin") in ("setting", "argument")]
    fixed = [one for one in settings if one.fields.get("origin") == "literal"]
    if len(given) > len(fixed):
        return shown(given)
    files = [one for one in graph.of_kind("config_key") if any(body.own for body in graph.linked(one, "within"))]
    return Answer(False) if fixed else first_yes(shown(files), Answer(None))


@predicate
def metrics_written(_project: Node, graph: Graph) -> Answer:
    """The measures by which models are judged stand in code or files, and are written at each run."""
    judged = uses(graph, "gate", "metrics", "run-metrics", "tracking", "evaluation-gate")
    judged += [one for one in own(graph, "write") if _METRICS.search(str(one.fields.get("uri", "")))]
    # A store of artifacts keeps what a step measured.
    kept = own(graph, "evaluation") if with_field(graph, "pipeline", "artifacts") else []
    return first_yes(shown(judged), shown(kept))
