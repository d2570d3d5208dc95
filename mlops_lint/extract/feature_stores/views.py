"""Views and groups of Feast, Tecton, Hopsworks and SageMaker to feature views: owner, description, tags, age, source.

Source: https://rtd.feast.dev/en/latest/ (0.49 to 0.67: `ttl` of a FeatureView is timedelta(0) where it is left out, and
then a value never grows too old), https://docs.tecton.ai/docs/sdk-reference,
https://docs.hopsworks.ai/hopsworks-api/latest/generated/api/feature_group_api/,
https://sagemaker.readthedocs.io/en/v2/api/prep_data/feature_store.html
"""

import ast
from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from mlops_lint.extract.feature_stores.ages import seconds
from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.operations import Known
from mlops_lint.extract.python.scopes import Call, Scope
from mlops_lint.extract.python.uris import data_symbol
from mlops_lint.extract.registry import python
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import FeatureView, Flag, Number, Text, Texts, subject


class Form(msgspec.Struct, frozen=True):
    """One way to tell a store of a group; the fields name arguments, `places` gives those without a name."""

    framework: str
    places: tuple[str, ...] = ("name",)
    online: str | None = None
    online_default: bool | None = None
    age: tuple[str, ...] = ()
    """Arguments that bound the age of a value, nearest first; () = the store has none, or not in all versions."""
    refreshed: str | None = None
    """An argument that makes the store itself bring it up to date."""
    derived: bool = False
    owned: bool = True
    """The store keeps an owner that nobody has to name; False = it has none but by argument."""
    tags: bool = True
    """Tags are given here; False = by another call."""


_FEAST = Form("feast", ("name",), "online", True, ("ttl",), owned=False)
_TECTON = Form(
    "tecton",
    (),
    "online",
    False,
    ("ttl", "expected_feature_freshness", "batch_schedule"),
    "batch_schedule",
    owned=False,
)
_HOPSWORKS = Form(
    "hopsworks", ("name", "version", "description", "online_enabled"), "online_enabled", False, tags=False
)
_AT_REQUEST = Form("feast", derived=True, owned=False)
_AT_REQUEST_OF_TECTON = Form("tecton", (), derived=True, owned=False)
_FORMS = {
    **dict.fromkeys(("feast.FeatureView", "feast.StreamFeatureView", "feast.feature_view.FeatureView"), _FEAST),
    "feast.BatchFeatureView": msgspec.structs.replace(_FEAST, online_default=False),
    "feast.OnDemandFeatureView": _AT_REQUEST,
    "feast.on_demand_feature_view.on_demand_feature_view": _AT_REQUEST,
    "feast.on_demand_feature_view": _AT_REQUEST,
    "tecton.batch_feature_view": _TECTON,
    "tecton.stream_feature_view": msgspec.structs.replace(_TECTON, derived=True),
    "tecton.realtime_feature_view": _AT_REQUEST_OF_TECTON,
    "tecton.on_demand_feature_view": _AT_REQUEST_OF_TECTON,
}
_METHODS = frozenset({"create_feature_group", "get_or_create_feature_group"})
_OWNERS = ("owner", "team", "owners", "contact", "maintainer")
# Sources whose values are handed in when they are made, so that nothing has to be brought anywhere.
_PUSHED = ("PushSource", "KafkaSource", "KinesisSource", "RequestSource", "StreamSource")
_FIELDS = ("Field", "Feature", "Attribute", "Aggregate")


@python
def views(module: Module) -> Iterator[Subject]:
    """Gives each view or group that the module tells a feature store of."""
    if not module.roots & {"feast", "tecton", "hopsworks", "hsfs"}:
        return
    for call in module.calls:
        form = _FORMS.get(call.name)
        if form is None and module.roots & {"hopsworks", "hsfs"} and _method(call) in _METHODS:
            form = _HOPSWORKS
        if form is not None and not _makes_any(module, call):
            yield _view(module, call, form)


def _makes_any(module: Module, call: Call) -> bool:
    """Whether a function makes views of whatever name it is given: a tool for views, and none itself."""
    name = next((one.value for one in call.node.keywords if one.arg == "name"), None)
    known = name is None or isinstance(module.values.value(name, call.scope), str)
    return call.scope.kind == "function" and not known


def _method(call: Call) -> str:
    return call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""


class _Told:
    """What a call tells the store: its arguments by name, and whether some do not stand there."""

    def __init__(self, module: Module, call: Call, form: Form) -> None:
        self._module, self._scope, self._form = module, call.scope, form
        self._given = {one.arg: one.value for one in call.node.keywords if one.arg is not None}
        self._given |= dict(zip(form.places, call.node.args, strict=False))
        self._spread = any(one.arg is None for one in call.node.keywords)

    def node(self, *names: str) -> ast.expr | None:
        return next((self._given[name] for name in names if name in self._given), None)

    def value(self, name: str) -> Known:
        """UNSET = not seen; None = left out, or None."""
        node = self._given.get(name)
        if node is None:
            return UNSET if self._spread else None
        return self._module.values.value(node, self._scope)

    @property
    def owner(self) -> Text:
        if self._form.owned:
            return UNSET
        value = self.value("owner")
        if value:
            return value if isinstance(value, str) else UNSET
        tags = self._given.get("tags")
        for key, tag in zip(tags.keys, tags.values, strict=True) if isinstance(tags, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value in _OWNERS:
                return ast.unparse(tag)[:80].strip("'\"") or None
        hidden = value is UNSET or (tags is not None and not isinstance(tags, ast.Dict))
        return UNSET if hidden else None

    @property
    def described(self) -> Flag:
        value = self.value("description")
        if value is UNSET:
            return UNSET if "description" not in self._given else True
        return bool(value.strip()) if isinstance(value, str) else value is not None

    @property
    def tagged(self) -> Flag:
        node = self._given.get("tags")
        if isinstance(node, (ast.Dict, ast.List)):
            return bool(node.keys if isinstance(node, ast.Dict) else node.elts)
        value = self.value("tags") if self._form.tags else UNSET
        return False if value is None else UNSET

    @property
    def age(self) -> Number:
        node = self.node(*self._form.age)
        if node is None:
            return UNSET if self._spread or not self._form.age else None
        return seconds(node)

    @property
    def online(self) -> Flag:
        node = self._given.get(self._form.online or "")
        if node is None:
            return UNSET if self._spread or self._form.online_default is None else self._form.online_default
        value = self._module.values.value(node, self._scope)
        return value if isinstance(value, bool) else UNSET


def _view(module: Module, call: Call, form: Form) -> Subject:
    told = _Told(module, call, form)
    source = _source(module, told.node("source", "batch_source"), call.scope)
    pushed = source is not None and source[0].rpartition(".")[2] in _PUSHED
    record = FeatureView(
        framework=form.framework,
        owner=told.owner,
        described=told.described,
        tagged=told.tagged,
        ttl=told.age,
        online=told.online,
        derived=form.derived or pushed,
        refreshed=form.refreshed is not None and told.node(form.refreshed) is not None,
        fields=_fields(told.node("schema", "features")),
    )
    name = told.value("name")
    shown = name if isinstance(name, str) else _decorated(module, call) or (call.targets or ("view",))[0]
    links = (Link("reads", source[1]),) if source is not None and source[1] else ()
    at = module.locate(call.node)
    return subject(record, at, shown, symbol=f"feature_view:{shown}", links=(module.within(call.scope), *links))


def _decorated(module: Module, call: Call) -> str | None:
    """The function that a call decorates."""
    above = module.nodes.around.get(call.node)
    if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and call.node in above.decorator_list:
        return above.name
    return None


def _fields(node: ast.expr | None) -> Texts:
    if not isinstance(node, ast.List):
        return UNSET
    found: list[str] = []
    for one in node.elts:
        if not isinstance(one, ast.Call) or ast.unparse(one.func).rpartition(".")[2] not in _FIELDS:
            return UNSET
        name = next((given.value for given in one.keywords if given.arg == "name"), one.args[0] if one.args else None)
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            return UNSET
        found.append(name.value)
    return tuple(found)


def _source(module: Module, node: ast.expr | None, scope: Scope) -> tuple[str, str] | None:
    """The class of a source, and the symbol of its data, empty where it names none; None = not seen."""
    if isinstance(node, ast.Name) and (found := module.names.bindings(node.id, scope)) is not None:
        bound, scope = found
        node = bound[0] if len(bound) == 1 and isinstance(bound[0], ast.expr) else None
    if not isinstance(node, ast.Call):
        return None
    place = next((one.value for one in node.keywords if one.arg in ("path", "table", "table_ref")), None)
    value = module.values.value(place, scope) if place is not None else None
    symbol = data_symbol("read", {"uri": value}) if isinstance(value, str) else None
    return module.names.name(node.func, scope), symbol or ""
