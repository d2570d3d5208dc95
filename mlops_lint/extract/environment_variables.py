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
from mlops_lint.extract.registry import python, texts
from mlops_lint.model import Link, Location, Subject
from mlops_lint.subjects import EnvVar, File, subject

_GETTERS = frozenset({"os.getenv", "os.environ.get"})
_SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# In prose, manifests, scripts and templates a word is a name of a variable by its look, or as a key.
_WORD = re.compile(
    r"(?<![A-Za-z0-9_])(?:[A-Z][A-Z0-9_]{2,}(?![A-Za-z0-9_])|[A-Za-z_][A-Za-z0-9_]{2,}(?=[\"'`]?[ \t]*[:=|]))"
)
_LOUD = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]{2,}(?![A-Za-z0-9_])")
_COMMENT = re.compile(r"(?m)^[ \t]*#.*$")
# What stands in these calls has another way to be given.
_OFFERS = frozenset({"add_argument", "option", "Option", "Argument", "Field"})
# In Python: a key of a mapping, `NAME=value`, or the name in `V1EnvVar(name="NAME")`.
_GIVEN = re.compile(
    r"""["'](?:[\w-]+\.)*([A-Za-z_][A-Za-z0-9_]{2,})["']\]?\s*[:=](?!=)|["'](?:-e )?([A-Z][A-Z0-9_]{2,})=|"""
    r"""\bname\s*=\s*["']([A-Z][A-Z0-9_]{2,})["']|"""
    r"""(?:setdefault|putenv|setenv)\(\s*["'](\w+)["']"""
)
_ENVIRONMENT = re.compile(r"(?i)env")
# A file with more is a dictionary, and no description.
_MOST = 500

# The operating system, the scheduler, the platform or the CI service sets them; nobody who runs the code has to.
_SUPPLIED = frozenset(
    "HOME PATH USER USERNAME LOGNAME SHELL PWD TMPDIR TEMP TMP LANG TERM HOSTNAME DISPLAY EDITOR PYTHONPATH "
    "VIRTUAL_ENV APPDATA LOCALAPPDATA USERPROFILE PROGRAMFILES SYSTEMROOT COMSPEC OS CI PORT HOST K_SERVICE RANK "
    "FUNCTION_TARGET K_REVISION LOCAL_RANK WORLD_SIZE LOCAL_WORLD_SIZE GROUP_RANK NODE_RANK MASTER_ADDR MASTER_PORT "
    "CUDA_VISIBLE_DEVICES NVIDIA_VISIBLE_DEVICES OMP_NUM_THREADS CLUSTER_SPEC TPU_NAME DATABRICKS_RUNTIME_VERSION "
    "TF_CONFIG AWS_REGION AWS_DEFAULT_REGION AWS_ACCOUNT_ID MSI_ENDPOINT MSI_SECRET IDENTITY_ENDPOINT "
    "GOOGLE_CLOUD_PROJECT GCP_PROJECT JOB_COMPLETION_INDEX NAMESPACE POD_NAME POD_NAMESPACE POD_IP NODE_NAME".split()
)
_SUPPLIED_BY = re.compile(
    r"^(?:SM|AIP|AZUREML|AWS_LAMBDA|AWS_BATCH|GITHUB|GITLAB|CI|BUILD|RELEASE|SYSTEM|AGENT|JENKINS|CIRCLE|TRAVIS|"
    r"CODEBUILD|SLURM|PBS|LSB|OMPI|PMI|KUBERNETES|KFP|ARGO|AIRFLOW_CTX|XDG|CONDA|COLAB|KAGGLE|SAGEMAKER|TORCHELASTIC|"
    r"ECS|MLFLOW_RUN|METAFLOW|RAY|FLYTE_INTERNAL|PYTEST|DATABRICKS|AWS_EXECUTION|AWS_IOT|AWS_GREENGRASS)_|^PG(?:HOST|PORT|USER|PASSWORD|DATABASE|SSLMODE)$"
)


@python
def variables(module: Module) -> Iterator[Subject]:
    """Gives each environment variable that a module reads, and the names that it gives or declares."""
    source = module.source
    if not _ENVIRONMENT.search(source):
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
        yield from _declaration(module.path, [*_told(module), *_given(source), *_settings(module)])
        return
    names = [*_given(source), *_settings(module)]
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
    optional = _Optional(module.tree)
    for call in module.calls:
        if call.name in _GETTERS and call.node.args:
            name = module.values.value(call.node.args[0], call.scope)
            default = len(call.node.args) > 1 or bool(call.node.keywords)
            if isinstance(name, str) and _NAME.fullmatch(name):
                tested = id(call.node) in optional.nodes or bool(optional.names & _assigned(call.targets))
                needs = False if default else UNSET if tested or name in optional.asked else True
                yield name, call.node, call.scope, needs
    for node, scope in _items(module):
        name = module.values.value(node.slice, scope)
        if isinstance(name, str) and _NAME.fullmatch(name):
            yield name, node, scope, name not in optional.asked and id(node) not in optional.nodes


def _assigned(targets: tuple[str, ...]) -> set[str]:
    return {target.rpartition(".")[2] for target in targets}


def _items(module: Module) -> Iterator[tuple[ast.Subscript, Scope]]:
    if "environ[" not in module.source:
        return
    scopes = {id(scope.node): scope for scope in module.scopes.all}
    wanted: list[tuple[ast.AST, Scope]] = [(module.tree, module.scopes.module)]
    while wanted:
        node, scope = wanted.pop()
        scope = scopes.get(id(node), scope)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _environ(node.value, scope, module):
            yield node, scope
        wanted.extend((child, scope) for child in ast.iter_child_nodes(node))


def _environ(node: ast.expr, scope: Scope, module: Module) -> bool:
    return isinstance(node, (ast.Attribute, ast.Name)) and module.names.name(node, scope) == "os.environ"


class _Optional:
    """What a module can do without: what it tests, or catches the absence of."""

    def __init__(self, tree: ast.Module) -> None:
        self.nodes: set[int] = set()
        self.names: set[str] = set()
        self.asked: set[object] = set()
        for node in ast.walk(tree):
            if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)):
                self._test(node.test)
            elif isinstance(node, ast.BoolOp):
                for value in node.values:
                    self._test(value)
            elif isinstance(node, ast.Compare):
                self._test(node)
                if isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(node.left, ast.Constant):
                    self.asked.add(node.left.value)
            elif isinstance(node, ast.Call) and _called(node) in _OFFERS:
                self.nodes.update(id(inner) for inner in ast.walk(node))
            elif isinstance(node, ast.Try) and _catches(node):
                self.nodes.update(id(inner) for statement in node.body for inner in ast.walk(statement))

    def _test(self, test: ast.expr) -> None:
        for inner in ast.walk(test):
            self.nodes.add(id(inner))
            if isinstance(inner, (ast.Name, ast.Attribute)):
                self.names.add(inner.id if isinstance(inner, ast.Name) else inner.attr)


def _called(node: ast.Call) -> str:
    function = node.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _catches(node: ast.Try) -> bool:
    for handler in node.handlers:
        names = (
            {one.id for one in ast.walk(handler.type) if isinstance(one, ast.Name)} if handler.type else {"Exception"}
        )
        if names & {"KeyError", "LookupError", "Exception", "BaseException"}:
            return True
    return False


def _told(module: Module) -> Iterator[str]:
    """Names in docstrings, messages and comments of the module itself."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield from _LOUD.findall(node.value)
    for comment in _COMMENT.findall(module.source):
        yield from _LOUD.findall(comment)


def _given(source: str) -> Iterator[str]:
    """Names that the code itself sets, or hands to a container or job."""
    for match in _GIVEN.finditer(source):
        yield match[match.lastindex or 0]


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
