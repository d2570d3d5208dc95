"""Environment variables that code reads, and the files that name them for whoever runs it.

Source: https://docs.python.org/3/library/os.html#os.environ and
https://docs.pydantic.dev/latest/concepts/pydantic_settings/
"""

import ast
import re
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.tree import children, walk
from mlops_lint.extract.registry import python, texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import EnvVar, File, subject

_GETTERS = frozenset({"os.getenv", "os.environ.get"})
_SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# In prose, manifests, scripts and templates a word is a name of a variable by its look, or as a key.
_WORD = re.compile(
    r"(?<![A-Za-z0-9_])(?:[A-Z][A-Z0-9_]{2,}(?![A-Za-z0-9_])|[A-Z][A-Za-z0-9_]{2,}(?=[\"'`]?[ \t]*[:=|]))"
)
# What stands before it is asked second: a pattern that starts with a sort of character is much faster.
_LOUD = re.compile(r"[A-Z](?<![A-Za-z0-9_].)[A-Z0-9_]{2,}+(?![a-z])")
_COMMENT = re.compile(r"\n[ \t]*#.*")
# What stands in these calls has another way to be given.
_OFFERS = frozenset({"add_argument", "option", "Option", "Argument", "Field"})
# In Python: what a container is given as `"NAME=value"` or `V1EnvVar(name="NAME")`, and what the code sets itself.
# Each pattern starts with its word: to look for quotes took as long as half of the parser.
_ITEM = re.compile(r"(?:-e )?([A-Z][A-Z0-9_]{2,})=")
_GIVEN = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        ("name", r"""name(?<!\wname)\s*=\s*["']([A-Z][A-Z0-9_]{2,})["']"""),
        ("[", r"""\[["'](?:[\w.-]+\.)?([A-Za-z_]\w{2,})["']\]\s*=(?!=)"""),
        ("setdefault(", r"""setdefault\(\s*["'](\w+)["']"""),
        ("putenv(", r"""putenv\(\s*["'](\w+)["']"""),
        ("setenv(", r"""setenv\(\s*["'](\w+)["']"""),
    )
)
# A file with more is a dictionary, and no description.
_MOST = 500

# The operating system, the scheduler, the platform or the CI service sets them; nobody who runs the code has to.
_SUPPLIED = frozenset(
    "HOME PATH USER USERNAME LOGNAME SHELL PWD TMPDIR TEMP TMP LANG TERM HOSTNAME DISPLAY EDITOR PYTHONPATH "
    "VIRTUAL_ENV APPDATA LOCALAPPDATA USERPROFILE PROGRAMFILES SYSTEMROOT COMSPEC OS CI PORT HOST K_SERVICE RANK "
    "FUNCTION_TARGET K_REVISION LOCAL_RANK WORLD_SIZE LOCAL_WORLD_SIZE GROUP_RANK NODE_RANK MASTER_ADDR MASTER_PORT "
    "CUDA_VISIBLE_DEVICES NVIDIA_VISIBLE_DEVICES OMP_NUM_THREADS CLUSTER_SPEC TPU_NAME DATABRICKS_RUNTIME_VERSION "
    "TF_CONFIG AWS_REGION AWS_DEFAULT_REGION AWS_ACCOUNT_ID MSI_ENDPOINT MSI_SECRET IDENTITY_ENDPOINT "
    "GOOGLE_CLOUD_PROJECT GCP_PROJECT JOB_COMPLETION_INDEX NAMESPACE POD_NAME POD_NAMESPACE POD_IP NODE_NAME "
    "AIRFLOW_HOME CLOUD_ML_TRIAL_ID".split()
)
_SUPPLIED_BY = re.compile(
    r"^(?:SM|AIP|AZUREML|AWS_LAMBDA|AWS_BATCH|GITHUB|GITLAB|CI|BUILD|RELEASE|SYSTEM|AGENT|JENKINS|CIRCLE|TRAVIS|"
    r"CODEBUILD|SLURM|PBS|LSB|OMPI|PMI|KUBERNETES|KFP|ARGO|AIRFLOW_CTX|XDG|CONDA|COLAB|KAGGLE|SAGEMAKER|TORCHELASTIC|"
    r"ECS|MLFLOW_RUN|METAFLOW|RAY|FLYTE_INTERNAL|PYTEST|DATABRICKS|AWS_EXECUTION|AWS_IOT|AWS_GREENGRASS)_|"
    r"^PG(?:HOST|PORT|USER|PASSWORD|DATABASE|SSLMODE)$"
)


@python
def variables(module: Module) -> Iterator[Subject]:
    """Gives each environment variable that a module reads, and the names that it gives or declares."""
    source = module.source
    if "env" not in source and "ENV" not in source and "Env" not in source:
        return
    if "environ" in source or "getenv" in source:
        found: dict[str, Subject] = {}
        for name, node, scope, required in _reads(module):
            if name not in found or (found[name].fields.get("required") is not True and required is True):
                supplied = name in _SUPPLIED or _SUPPLIED_BY.match(name) is not None
                record = EnvVar(variable=name, required=required, supplied=supplied)
                links = (module.within(scope),)
                found[name] = subject(record, module.locate(node), name, symbol=f"env:{name}", links=links)
        yield from found.values()
        yield from _declaration(module.path, [*_told(module), *_given(module), *_settings(module)])
        return
    names = [*_given(module), *_settings(module)]
    yield from _declaration(module.path, names)


@texts(
    "*.md", "*.rst", "README*", "*.env*", ".env*", "env.*", "*.yaml", "*.yml", "*.toml", "*.ini", "*.cfg", "*.sh",
    "*.ps1", "*.bat", "*.tf", "*.tfvars", "*.hcl", "Dockerfile*", "*.dockerfile", "Makefile*", "Jenkinsfile*",
    "justfile", "Procfile", "launch.json", "devcontainer.json", "local.settings.json", "*task*def*.json",
    "vercel.json", "app.json", "*.properties", "*.conf", "*.ts", "*.js", "*.mk", "MLproject", ".envrc",
)  # fmt: skip
def mentioned(path: str, text: str) -> Iterator[Subject]:
    """Gives the names that a document, manifest or script names."""
    yield from _declaration(path, _WORD.findall(text))


def _declaration(path: str, names: list[str]) -> Iterator[Subject]:
    distinct = list(dict.fromkeys(names))
    if 0 < len(distinct) <= _MOST:
        links = tuple(Link("declares", f"env:{name}") for name in distinct)
        yield subject(File(), Location(path), path, symbol=f"file:{path}", links=links)


def _reads(module: Module) -> Iterator[tuple[str, ast.expr, Scope, bool | UnsetType]]:
    calls = [call for call in module.calls if call.name in _GETTERS and call.node.args]
    items = list(_items(module))
    if not calls and not items:
        return
    scopes = [*(call.scope for call in calls), *(scope for _, scope in items)]
    optional = _Optional(list({id(root): root for root in map(_around, scopes)}.values()))
    asked = {module.values.value(one, module.scopes.module) for one in optional.asked}
    for call in calls:
        name = module.values.value(call.node.args[0], call.scope)
        default = len(call.node.args) > 1 or bool(call.node.keywords)
        if isinstance(name, str) and _NAME.fullmatch(name):
            tested = id(call.node) in optional.nodes or bool(optional.names & _assigned(call.targets))
            asked |= {name} if tested else set()
            needs = UNSET if name in asked else _told_of(name)
            yield name, call.node, call.scope, False if default else needs
    for node, scope in items:
        name = module.values.value(node.slice, scope)
        if isinstance(name, str) and _NAME.fullmatch(name):
            free = name in asked or id(node) in optional.nodes
            yield name, node, scope, False if free else _told_of(name)


def _around(scope: Scope) -> ast.AST:
    """The class or function of the module that a scope stands in, or the module: tests of what it reads are there."""
    while scope.parent is not None and scope.parent.kind != "module":
        scope = scope.parent
    return scope.node


def _told_of(name: str) -> bool | UnsetType:
    """A name that looks like any other word, or is internal, cannot be found where people name variables."""
    return True if name[0].isupper() else UNSET


def _assigned(targets: tuple[str, ...]) -> set[str]:
    return {target.rpartition(".")[2] for target in targets}


def _items(module: Module) -> Iterator[tuple[ast.Subscript, Scope]]:
    if "environ[" not in module.source:
        return
    for node, scope in module.scopes.items:
        if isinstance(node.value, (ast.Attribute, ast.Name)) and module.names.name(node.value, scope) == "os.environ":
            yield node, scope


# How much a module can do without an expression: not at all, as what it gives is caught or offered, or is tested.
_NEEDED, _SPARED, _TESTED = range(3)


class _Optional:
    """What a module can do without: what it tests, or catches the absence of."""

    def __init__(self, roots: list[ast.AST]) -> None:
        self.nodes: set[int] = set()
        self.names: set[str] = set()
        self.asked: list[ast.expr] = []
        wanted: list[tuple[ast.AST, int]] = [(root, _NEEDED) for root in roots]
        while wanted:
            node, state = wanted.pop()
            if isinstance(node, ast.Compare):
                state = _TESTED
                if isinstance(node.ops[0], (ast.In, ast.NotIn)):
                    self.asked.append(node.left)
            elif isinstance(node, ast.Call) and _called(node) in _OFFERS:
                state = max(state, _SPARED)
            if state:
                self.nodes.add(id(node))
            if state == _TESTED and isinstance(node, (ast.Name, ast.Attribute)):
                self.names.add(node.id if isinstance(node, ast.Name) else node.attr)
            wanted.extend(_children(node, state))


def _children(node: ast.AST, state: int) -> Iterator[tuple[ast.AST, int]]:
    """The parts of a node, and whether they are tested or spared: more than it is itself in a condition or a `try`."""
    if isinstance(node, ast.BoolOp):
        yield from ((value, _TESTED) for value in node.values)
        return
    spared = max(state, _SPARED) if isinstance(node, ast.Try) and _catches(node) else state
    test = getattr(node, "test", None)
    for child in children(node):
        yield child, _TESTED if child is test else state if isinstance(child, ast.excepthandler) else spared


def _called(node: ast.Call) -> str:
    function = node.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _catches(node: ast.Try) -> bool:
    for handler in node.handlers:
        names = {one.id for one in walk(handler.type) if isinstance(one, ast.Name)} if handler.type else {"Exception"}
        if names & {"KeyError", "LookupError", "Exception", "BaseException"}:
            return True
    return False


def _told(module: Module) -> Iterator[str]:
    """Names in docstrings, messages and comments of the module itself."""
    for written in module.scopes.texts:
        if " " in written:
            yield from _LOUD.findall(written)
    for comment in _COMMENT.findall(f"\n{module.source}"):
        yield from _LOUD.findall(comment)


def _given(module: Module) -> Iterator[str]:
    """Names that the code itself sets, or hands to a container or job."""
    # A key may say where the variable is set too: `"spark.executorEnv.NAME"`.
    names = (key.rpartition(".")[2] for key in module.scopes.keys)
    yield from (name for name in names if len(name) > 2 and _NAME.fullmatch(name))
    yield from (found[1] for text in module.scopes.texts if "=" in text and (found := _ITEM.match(text)))
    for word, pattern in _GIVEN:
        if word in module.source:
            yield from pattern.findall(module.source)


def _settings(module: Module) -> Iterator[str]:
    """The variables that a class of settings takes its fields from."""
    if "BaseSettings" not in module.source:
        return
    for scope in module.scopes.all:
        if scope.kind == "class" and any(base in _SETTINGS for base in module.names.bases(scope.name)):
            prefix = re.search(r"""env_prefix\s*=\s*["'](\w+)["']""", module.source)
            for field in scope.annotations:
                yield field.upper()
                yield f"{prefix[1] if prefix else ''}{field}".upper()
