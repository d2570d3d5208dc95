"""The installed scikit-learn and `sklearn_overlay.yaml` to the table of what the tool knows of scikit-learn.

python benchmarks/tables/sklearn_table.py > mlops_lint/extract/libraries/sklearn.yaml
"""

import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sklearn
import sklearn.base
import yaml
from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401  # they add classes
from sklearn.utils.discovery import all_estimators, all_functions

OVERLAY = Path(__file__).with_name("sklearn_overlay.yaml")
MODELS = ("ClassifierMixin", "RegressorMixin", "ClusterMixin", "BiclusterMixin", "OutlierMixin")
SEED = "random_state"
HEADER = """\
# Made by benchmarks/tables/sklearn_table.py from the installed scikit-learn and sklearn_overlay.yaml: change those.
source: scikit-learn {version}, inspect.signature; docstrings of random_state
also: [hyperparameters, sklearn_datasets, pickle]
entries:
"""

# An entry without its names, as text, so that equal ones become one -> the names.
Groups = dict[str, list[str]]


def public_names(member: Any) -> list[str]:
    """Gives the names under which code may import a class or function; none where it is private."""
    parts = member.__module__.split(".")
    public = parts[: next((i for i, part in enumerate(parts) if part.startswith("_")), len(parts))]
    modules = [".".join(public[:length]) for length in range(2, len(public) + 1)]
    return [f"{one}.{member.__name__}" for one in modules if _exported(one, member)]


def _exported(module: str, member: Any) -> bool:
    return getattr(importlib.import_module(module), member.__name__, None) is member


def signature(member: Any, wanted: set[str], unset: list[str], versions: dict[str, Any]) -> str:
    """Gives the parameters that matter, and the positional ones before them, as they stand in a table."""
    parameters = [p for p in inspect.signature(member).parameters.values() if p.kind is not p.VAR_KEYWORD]
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    last = max((i for i, p in enumerate(positional) if p.name in wanted), default=-1)
    texts = [_parameter(p.name, p.default, unset, optional=True) for p in positional[: last + 1]]
    keywords = [
        _parameter(p.name, p.default, unset) for p in parameters if p.kind is p.KEYWORD_ONLY and p.name in wanted
    ]
    have = {p.name for p in parameters}
    keywords += [_parameter(name, default, unset) for name, default in versions.items() if name not in have]
    return ", ".join([*texts, "*", *keywords] if keywords else texts)


def _parameter(name: str, default: Any, unset: list[str], *, optional: bool = False) -> str:
    if name in unset and not optional:
        return name
    if default is inspect.Parameter.empty:
        return name
    # The word stands for the value that the parameter had before it was deprecated.
    plain = None if default == "deprecated" else default
    return f"{name}={plain!r}" if isinstance(plain, (bool, int, float, str, type(None))) else f"{name}=None"


def _tested(condition: Any) -> set[str]:
    """The parameters that a condition asks for."""
    if not isinstance(condition, dict):
        return set()
    nested = [*condition.get("all", ()), *condition.get("any", ())]
    return {condition["if"]} if "if" in condition else set().union(*map(_tested, nested))


def _estimators(overlay: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    by_hand = {public for entry in overlay["entries"] for public in _calls(entry)}
    for name, member in all_estimators():
        entry = _estimator(name, member, overlay)
        if entry:
            yield from ((public, entry) for public in public_names(member) if public not in by_hand)


def _estimator(name: str, member: Any, overlay: dict[str, Any]) -> dict[str, Any]:
    base = _base(name, member, overlay)
    has_seed = SEED in inspect.signature(member).parameters and name not in overlay["without_seed"]
    rule = overlay["random"].get(name, {"random": True} if has_seed else {"random": False})
    entry: dict[str, Any] = {}
    if has_seed:
        versions = overlay["versions"].get(name, {})
        wanted = {SEED, *_tested(rule["random"])}
        entry["signature"] = signature(member, wanted, rule.get("unset", []), versions)
    entry |= {"bases": [base]} if base else {}
    if has_seed or base == "sklearn.Model":
        told = {} if rule["random"] == "unknown" else {"random": rule["random"]}
        told |= {"seed": f"${SEED}" if has_seed else None}
        entry["facts"] = [{"kind": "estimator", "set": told | ({"generator": "numpy"} if has_seed else {})}]
    return entry


def _base(name: str, member: Any, overlay: dict[str, Any]) -> str | None:
    if name in overlay["stateless"]:
        return None
    is_model = any(issubclass(member, getattr(sklearn.base, mixin)) for mixin in MODELS) or name in overlay["models"]
    # A search or a wrapper of a model is fitted as the model is.
    wraps = issubclass(member, sklearn.base.MetaEstimatorMixin)
    transforms = issubclass(member, sklearn.base.TransformerMixin) or name in overlay["transformers"]
    if is_model or (wraps and not transforms):
        return "sklearn.Model"
    return "sklearn.Transformer" if transforms else None


def _splitters() -> Iterator[tuple[str, dict[str, Any]]]:
    module = importlib.import_module("sklearn.model_selection")
    for name in sorted(module.__all__):
        member = getattr(module, name)
        if inspect.isclass(member) and hasattr(member, "split") and not name.startswith("Base"):
            yield f"{module.__name__}.{name}", _splitter(f"{module.__name__}.{name}", member)


def _splitter(public: str, member: Any) -> dict[str, Any]:
    parameters = inspect.signature(member).parameters
    groups, ordered = "Group" in public, public.endswith("TimeSeriesSplit")
    told: dict[str, Any] = {"function": public, "shuffles": SEED in parameters}
    if "shuffle" in parameters:
        told["shuffles"] = {"if": "shuffle", "in": [True]}
    told |= {"seed": f"${SEED}" if SEED in parameters else None, "generator": "numpy", "by_group": groups}
    if ordered or groups or (SEED in parameters and "shuffle" not in parameters):
        told["in_order"] = ordered
    elif "shuffle" in parameters:
        told["in_order"] = {"if": "shuffle", "in": [False]}
    entry: dict[str, Any] = {"facts": [{"kind": "split", "set": told}]}
    text = signature(member, {"shuffle", SEED}, [], {})
    return {"signature": text} | entry if text else entry


def _functions(overlay: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, member in all_functions():
        if SEED not in inspect.signature(member).parameters or name in overlay["not_functions"]:
            continue
        when = overlay["functions"].get(name)
        fact: dict[str, Any] = {"kind": "random_call"} | ({"when": when} if when else {})
        fact["set"] = {"generator": "numpy", "fresh": False, "seedable": True, "seed": f"${SEED}"}
        text = signature(member, {SEED, *_tested(when)}, [], {})
        yield from ((public, {"signature": text, "facts": [fact]}) for public in public_names(member))


def _calls(entry: dict[str, Any]) -> list[str]:
    return [entry["call"]] if isinstance(entry["call"], str) else entry["call"]


def _groups(overlay: dict[str, Any]) -> Groups:
    groups: Groups = {}
    for public, entry in (*_estimators(overlay), *_splitters(), *_functions(overlay)):
        groups.setdefault(json.dumps(entry), []).append(public)
    return groups


def _flow(value: Any) -> str:
    """One line of YAML: JSON is YAML, but for `if` and `in` nobody would quote."""
    return yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False).strip().removesuffix("\n...")


def table() -> str:
    """Gives the whole table as text."""
    overlay = yaml.safe_load(OVERLAY.read_text(encoding="utf-8"))
    lines = [HEADER.format(version=sklearn.__version__)]
    entries = [{"call": names} | json.loads(text) for text, names in _groups(overlay).items()]
    lines.extend(_entry(entry) for entry in (*entries, *overlay["entries"]))
    return "".join(lines)


def _entry(entry: dict[str, Any]) -> str:
    text = ""
    for key, value in entry.items():
        if key == "facts":
            text += "    facts:\n" + "".join(f"      - {_flow(fact)}\n" for fact in value)
        else:
            text += f"    {key}: {_flow(value)}\n"
    return "  - " + text.removeprefix("    ")


if __name__ == "__main__":
    print(table(), end="")
