"""What a call makes of the data that it is given."""

import ast
import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from mlops_lint.extract.python.columns import has_columns, without
from mlops_lint.extract.python.provenance import NOTHING, TEST, TRAIN, Fitted, Held, Learned, Rows, join, role_of
from mlops_lint.extract.python.steps import Step, folds, fresh, opaque, parts

if TYPE_CHECKING:
    from mlops_lint.extract.python.flow import Run

# Statistics of all rows, as methods of a frame or array and as functions of NumPy.
_STATISTICS = frozenset(
    "mean median std var mode quantile percentile skew nanmean nanmedian nanstd nanvar nanpercentile average".split()
)
_EXTREMES = frozenset("min max amin amax ptp nanmin nanmax".split())
_OVER_ROWS = _STATISTICS | _EXTREMES
# Functions that learn from the rows that they are given and change these in one step.
_LEARN_AND_APPLY = frozenset(
    {
        "sklearn.preprocessing.scale", "sklearn.preprocessing.minmax_scale", "sklearn.preprocessing.robust_scale",
        "sklearn.preprocessing.maxabs_scale", "sklearn.preprocessing.quantile_transform",
        "sklearn.preprocessing.power_transform", "scipy.stats.zscore", "scipy.stats.mstats.zscore",
        "scipy.stats.boxcox", "scipy.stats.yeojohnson",
    }
)  # fmt: skip
_GROUPS = frozenset({"groupby"})
_WINDOWS = frozenset({"rolling", "expanding", "ewm", "resample"})
_LAGS = frozenset({"shift", "diff", "pct_change"}) | _WINDOWS
_PREDICTS = frozenset("predict predict_proba predict_log_proba decision_function predict_classes score_samples".split())
_APPLIES = frozenset({"transform", "inverse_transform", "texts_to_sequences", "texts_to_matrix"})
_SCORES = frozenset({"score", "evaluate", "evaluate_generator"})
_HELD_OUT = frozenset({"validation_data", "eval_set", "evals", "valid_sets", "eval_dataset", "val_dataloaders"})
# Of these nothing comes that is data: numbers, ranges, what is shown or asked.
_NO_DATA = frozenset(
    "len range print display type isinstance hasattr id open str repr format int float bool super date_range date info "
    "describe plot hist show nunique unique value_counts any all parse_args parse_known_args".split()
)
_ASKS = frozenset(
    {"isnull", "isna", "notnull", "notna", "isin", "between", "duplicated", "eq", "ne", "gt", "lt", "ge", "le"}
)
_PASSES = frozenset({"list", "tuple", "iter", "tqdm", "sorted", "reversed", "trange", "tqdm_notebook"})
_MAPS = frozenset({"apply", "transform", "agg", "aggregate", "map", "applymap", "pipe"})
_PROPORTIONS = frozenset({"random_state", "test_size", "train_size", "shuffle", "stratify"})
# Which part of a file or data set is read.
_PARTS_READ = frozenset({"split", "subset", "train", "sheet_name", "skiprows", "nrows", "name"})
_SPLITS_ROWS = frozenset({"train_test_split", "random_split", "split_dataset"})
_CROSS = frozenset(
    {"cross_val_score", "cross_val_predict", "cross_validate", "permutation_test_score", "learning_curve"}
)


def transfer(run: "Run", step: Step) -> Held:
    """Gives what a call gives back, and notes what it says of the flow."""
    for effect in _effects(step):
        made = effect(run, step)
        if made is not None:
            return made
    return _default(run, step)


def _default(run: "Run", step: Step) -> Held:
    """What is not known of a call: that what it gives comes from what it is given, or is new."""
    held = step.everything()
    if not held.rows and not held.learned and not step.receiver.objects:
        return fresh(run, step.node)
    return Held(held.rows, held.learned, step.receiver.objects, predicted=held.predicted, form=step.receiver.form)


# ---- divisions


def _divide(run: "Run", step: Step) -> Held | None:
    if "split" not in step.kinds:
        return None
    given = [*step.arguments, *(held for name, held in step.keywords.items() if name in ("X", "y", "arrays", "data"))]
    for held in given:
        run.findings.divided(id(step.node), held.all())
    division = _division(step, given)
    if step.method == "random_split":
        return parts(given[0], division, (("0", TRAIN), ("1", TEST), ("2", TEST))) if given else NOTHING
    halves = [parts(held, division, ((TRAIN, TRAIN), (TEST, TEST))) for held in given]
    return Held(items=tuple(half for pair in halves for half in pair.items or ()))


def _division(step: Step, given: list[Held]) -> str:
    """A split of the same rows by the same number, in the same proportion, is the same split."""
    if not isinstance(step.keyword("random_state"), ast.Constant):
        return f"split {id(step.node)}"
    said = sorted(ast.unparse(one)[:60] for one in step.node.keywords if one.arg in _PROPORTIONS)
    division = f"split {' '.join(said)}"
    before = {name for held in given for rows in held.all().rows for name, _ in rows.path}
    return f"split {id(step.node)}" if division in before else division


def _fold(run: "Run", step: Step) -> Held | None:
    """`split` of a splitter; a text has such a method too."""
    if not any("split" in _kinds_of(run, made) for made in step.receiver.objects):
        return None
    for held in (*step.arguments, *step.keywords.values()):
        run.findings.divided(id(step.node), held.all())
        for made in step.receiver.objects:
            run.findings.divided(made.made, held.all())
    return folds(f"folds {id(step.node)}")


def _cross(run: "Run", step: Step) -> Held | None:
    data = step.argument(1, "X", "x")
    run.findings.divided(id(step.node), data)
    for made in step.argument(0, "estimator").objects:
        made.validated = True
        if made.trained is not None:
            run.findings.measured(id(step.node), ((made.trained, TEST),))
    return Held(data.rows, data.learned)


def _sample(run: "Run", step: Step) -> Held | None:
    """A random part of a frame; the rest is what is left when it is dropped."""
    if not step.receiver.rows:
        return None
    if _is_true(step.keyword("replace")):
        return _copied(run, step, step.receiver)
    if step.keyword("frac") is None or _is_number(step.keyword("frac"), 1):
        return None
    held = step.receiver.all()
    rows = frozenset(one.part(f"sample {id(step.node)}", "in") for one in held.rows)
    return msgspec.structs.replace(held, rows=rows)


def _drop(run: "Run", step: Step) -> Held | None:
    """What is left of a frame when a part is dropped by its index, or columns by their names."""
    if (columns := _dropped_columns(run, step)) is not None:
        return without(step.receiver.all(), columns)
    dropped = step.argument(0, "index", "labels").rows
    held = step.receiver.all()
    last = {one.path[-1] for one in dropped if one.path and one.path[-1][0].startswith("sample ")}
    if len(last) != 1 or not held.rows:
        return None
    ((division, _),) = last
    return msgspec.structs.replace(held, rows=frozenset(one.part(division, "out") for one in held.rows))


def _dropped_columns(run: "Run", step: Step) -> tuple[str, ...] | None:
    given = step.keyword("columns")
    axis = step.keyword("axis") or (step.node.args[1] if len(step.node.args) > 1 else None)
    if given is None and isinstance(axis, ast.Constant) and axis.value in (1, "columns"):
        given = step.node.args[0] if step.node.args else step.keyword("labels")
    return run.texts(given) if given is not None and has_columns(step.receiver) else None


# ---- fits


def _fit_transform(run: "Run", step: Step) -> Held | None:
    """A fit of something that transforms: scaler, imputer, selector, resampler."""
    held = step.argument(0, "X", "raw_documents", "documents", "texts")
    if not held.rows:
        return None
    node = id(step.node)
    said = {name: value for fact in (step.entry.facts if step.entry else ()) for name, value in fact.set.items()}
    if "adds_rows" in said:
        both = join([held, step.argument(1, "y")])
        return _copied(run, step, both) if said["adds_rows"] else Held(items=(both, both))
    if said.get("learns") == "categories" or not all(_learns(run, one) for one in step.receiver.objects):
        return step.receiver if step.method == "fit" else Held(held.rows, held.learned)
    run.findings.fitted(node, step.method, held)
    made = Learned(node, held.rows)
    for one in step.receiver.objects:
        one.rows, one.seen, one.trained = held.rows, held.learned | {made}, node
    if step.method in ("fit", "partial_fit"):
        return step.receiver
    return Held(held.rows, held.learned | {made})


def _learns(run: "Run", made: Fitted) -> bool:
    """Whether a fit takes more than categories from the rows; what several are put together to, if one of them does."""
    if made.parts:
        return any(_learns(run, one) for one in made.parts)
    entry = run.module.libraries.entry(f"{made.what}.fit")
    if entry is None:
        return made.what.partition(".")[0] not in run.module.roots
    return not any(fact.set.get("learns") == "categories" for fact in entry.facts)


def _copied(run: "Run", step: Step, held: Held) -> Held:
    """Rows made from others."""
    run.findings.copies(held)
    made = Held(held.rows, held.learned | {Learned(id(step.node), held.rows, "copies")})
    return Held(items=(made, made)) if "transform" in step.kinds else made


def _train(run: "Run", step: Step) -> Held | None:
    held = step.argument(0, "X", "x", "dataset", "train_set", "dtrain")
    node = id(step.node)
    run.findings.trained(node, held)
    # Without a target nothing is predicted that rows held out could tell.
    of_target = step.entry is not None and step.entry.signature.startswith("X") and not _has_target(step)
    models = _all_of(step.receiver.objects)
    for made in models:
        made.rows, made.seen, made.trained = held.rows, held.learned, None if of_target else node
    if _validates(run, step, models):
        run.findings.measured(node, ((node, TEST),))
    if "split" in step.kinds and step.keyword("validation_split") is not None:
        run.findings.divided(node, held)
    return step.receiver if step.receiver.objects else None


def _has_target(step: Step) -> bool:
    return len(step.node.args) > 1 or step.keyword("y") is not None


def _validates(run: "Run", step: Step, models: list[Fitted]) -> bool:
    """Whether a fit holds out rows by itself, is handed some, or was done on folds before."""
    if step.keyword("validation_split") is not None or any(one.validated or one.what.endswith("CV") for one in models):
        return True
    given = join([held.all() for name, held in step.keywords.items() if name in _HELD_OUT])
    return TEST in [run.findings.predicts(made, given) for made in models]


def _all_of(objects: tuple[Fitted, ...]) -> list[Fitted]:
    return [one for made in objects for one in (made, *_all_of(made.parts))]


def _predict(run: "Run", step: Step) -> Held | None:
    held = step.argument(0, "X", "x")
    if not step.receiver.objects:
        return None
    seen = tuple((made.trained, run.findings.predicts(made, held)) for made in step.receiver.objects)
    if step.method in _SCORES:
        run.findings.measured(id(step.node), seen)
        return NOTHING
    return Held(held.rows, held.learned, predicted=seen)


def _apply(step: Step) -> Held:
    """What a fitted transformer makes of rows: it carries what was learned."""
    held = step.argument(0, "X", "x")
    learned = frozenset(one for made in step.receiver.objects for one in made.seen)
    return Held(held.rows, held.learned | learned)


def _measure(run: "Run", step: Step) -> Held | None:
    if step.method in _SCORES or step.method in _CROSS:
        return _BY_METHOD[step.method](run, step)
    held = step.everything()
    if held.predicted:
        run.findings.measured(id(step.node), held.predicted)
    return NOTHING


# ---- statistics


def _statistic(_run: "Run", step: Step) -> Held | None:
    """A number about all rows; what it is put into has learned from them."""
    method = step.method
    if not step.receiver.rows and not step.name.startswith("numpy."):
        return None
    held = step.receiver.all() if step.receiver.rows else step.argument(0, "a")
    if held.form in ("grouped", "window", "row") or _per_row(step):
        return Held(held.rows, held.learned)
    if not held.rows:
        return None
    made = Learned(id(step.node), held.rows, "extreme" if method in _EXTREMES else "statistic")
    return Held(learned=held.learned | {made})


def _per_row(step: Step) -> bool:
    axis = step.keyword("axis")
    return isinstance(axis, ast.Constant) and axis.value in (1, -1, "columns")


def _learn_and_apply(run: "Run", step: Step) -> Held | None:
    held = step.argument(0, "X", "x")
    if not held.rows:
        return None
    run.findings.fitted(id(step.node), step.method, held)
    return Held(held.rows, held.learned | {Learned(id(step.node), held.rows)})


def _cut(_run: "Run", step: Step) -> Held | None:
    """Bins of a number lie between the extremes of all rows or hold as many of them each; edges that are given do not.

    They are made to look at data as often as to learn from it.
    """
    bins = step.node.args[1] if len(step.node.args) > 1 else step.keyword("bins")
    held = step.argument(0, "x")
    edges = step.name == "pandas.cut" and not (isinstance(bins, ast.Constant) and isinstance(bins.value, int))
    if not held.rows or edges:
        return None
    return Held(held.rows, held.learned | {Learned(id(step.node), held.rows)})


def _group(_run: "Run", step: Step) -> Held | None:
    form = "grouped" if step.method in _GROUPS else "window"
    held = step.receiver.all()
    return Held(held.rows, held.learned | _order(step, held), form=form) if held.rows else None


def _lag(_run: "Run", step: Step) -> Held | None:
    held = step.receiver.all()
    return Held(held.rows, held.learned | _order(step, held)) if held.rows else None


def _order(step: Step, held: Held) -> frozenset[Learned]:
    return frozenset({Learned(id(step.node), held.rows, "order")}) if step.method in _LAGS else frozenset()


def _map(run: "Run", step: Step) -> Held | None:
    """A function on rows, columns or groups, or what a transformer learned."""
    if step.receiver.objects:
        return _apply(step)
    held = step.receiver.all()
    if not held.rows:
        return None
    first = step.node.args[0] if step.node.args else None
    if step.receiver.form == "grouped" and step.method == "transform":
        if isinstance(first, ast.Constant) and first.value in _STATISTICS:
            return Held(held.rows, held.learned | {Learned(id(step.node), held.rows, "statistic")})
    elif step.receiver.form:
        return Held(held.rows, held.learned)
    function = step.arguments[0].function if step.arguments else None
    form = "row" if _per_row(step) else ""
    made = run.apply(function, [Held(held.rows, held.learned, form=form)])
    if made is None:
        return None
    return Held(held.rows, held.learned | made.all().learned)


# ---- the rest


def _make(run: "Run", step: Step) -> Held | None:
    """An object of a class, with the objects that it is made of."""
    last = step.entry.returns if step.entry is not None and step.entry.returns else step.name
    if not _is_class(last) or step.receiver.rows:
        return None
    given = [*step.arguments, *step.keywords.values()]
    inner = tuple(one for held in given for one in held.all().objects)[:8]
    held = join([one.all() for one in given])
    if (held.rows and not inner) or _is_data(run, last):
        # A frame is made of the rows that it is given.
        return Held(held.rows, held.learned, predicted=held.predicted)
    made = Fitted(id(step.node), last)
    made.parts = inner
    # Trees that are measured on the rows that they did not draw.
    made.validated = _is_true(step.keyword("oob_score"))
    return Held(held.rows, held.learned, (made,), predicted=held.predicted)


def _is_data(run: "Run", name: str) -> bool:
    """Whether a class is one that the tables know, and that neither fits nor divides."""
    entry = run.module.libraries.entries.get(name)
    if entry is None or run.module.libraries.entry(f"{name}.fit") is not None:
        return False
    return not any(fact.kind in ("estimator", "split") for fact in entry.facts)


def _is_class(name: str) -> bool:
    return name.rpartition(".")[2][:1].isupper() and not name.startswith("?")


def _read(run: "Run", step: Step) -> Held | None:
    # A path that is put together from unknown things is no data.
    first = step.node.args[0] if step.node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        # A file that is read twice holds the same rows, unless it is said which of them.
        parts = [one for one in step.node.keywords if one.arg in _PARTS_READ]
        texts = [one.value.value for one in parts if isinstance(one.value, ast.Constant)]
        names = [*(one for one in texts if isinstance(one, str)), posixpath.basename(first.value)]
        said = " ".join((first.value, *(ast.unparse(one)[:60] for one in parts)))
        return Held(frozenset({Rows(f"read {said}", role=next(filter(None, map(role_of, names)), ""))}))
    return fresh(run, step.node)


def _enumerate(run: "Run", step: Step) -> Held | None:
    return Held(items=(Held(items=(NOTHING, run.element(step.arguments[0]))),)) if step.arguments else None


def _zip(run: "Run", step: Step) -> Held | None:
    return Held(items=(Held(items=tuple(run.element(one) for one in step.arguments)),))


def _pass(_run: "Run", step: Step) -> Held | None:
    return step.arguments[0] if step.arguments else None


def _next(run: "Run", step: Step) -> Held | None:
    return run.element(step.arguments[0]) if step.arguments else None


def _kinds_of(run: "Run", made: Fitted) -> set[str]:
    entry = run.module.libraries.entries.get(made.what)
    return {fact.kind for fact in entry.facts} if entry is not None else set()


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_number(node: ast.expr | None, number: float) -> bool:
    return isinstance(node, ast.Constant) and node.value == number


def _resample(run: "Run", step: Step) -> Held | None:
    replaces = step.keyword("replace")
    if isinstance(replaces, ast.Constant) and replaces.value is False:
        return None
    return _copied(run, step, step.argument(0))


def _ask(_run: "Run", step: Step) -> Held | None:
    return opaque(step.everything())


def _nothing(_run: "Run", _step: Step) -> Held | None:
    return NOTHING


Effect = Callable[["Run", Step], Held | None]

# What the tables say of a call comes first, then its full name, then the name of its method alone.
_BY_KIND: dict[str, Effect] = {"transform": _fit_transform, "training": _train, "evaluation": _measure}
_BY_NAME: dict[str, Effect] = {
    **dict.fromkeys(_LEARN_AND_APPLY, _learn_and_apply),
    "pandas.cut": _cut,
    "pandas.qcut": _cut,
    "sklearn.utils.resample": _resample,
}
_BY_METHOD: dict[str, Effect] = {
    **dict.fromkeys(_SPLITS_ROWS, _divide),
    **dict.fromkeys(_CROSS, _cross),
    **dict.fromkeys(_PREDICTS | _SCORES, _predict),
    **dict.fromkeys(_OVER_ROWS, _statistic),
    **dict.fromkeys(_NO_DATA, _nothing),
    **dict.fromkeys(_ASKS, _ask),
    **dict.fromkeys(_PASSES, _pass),
    **dict.fromkeys(_LAGS, _lag),
    **dict.fromkeys(_GROUPS | _WINDOWS, _group),
    **dict.fromkeys(_MAPS | _APPLIES, _map),
    "split": _fold,
    "sample": _sample,
    "drop": _drop,
    "enumerate": _enumerate,
    "zip": _zip,
    "next": _next,
}


def _effects(step: Step) -> Iterator[Effect]:
    yield from (effect for kind, effect in _BY_KIND.items() if kind in step.kinds)
    if step.name in _BY_NAME:
        yield _BY_NAME[step.name]
    elif step.name.startswith("sklearn.metrics."):
        yield _measure
    if step.method in _BY_METHOD:
        yield _BY_METHOD[step.method]
    if "read" in step.kinds:
        yield _read
    yield _make
