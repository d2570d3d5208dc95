"""Code and configuration to the paths in them that lead into one person's machine or account."""

import ast
import re
from collections.abc import Iterator

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.python.tree import children
from mlops_lint.extract.registry import python, texts
from mlops_lint.model import Location, Subject
from mlops_lint.parse.words import places, vocabulary
from mlops_lint.subjects import PathUse, subject

# A text without any of these holds no private path; looking for them is cheaper than for the paths.
_MARKS = vocabulary("/home/", "/Users/", ":\\", ":/", "content/drive/", "content/gdrive/", "~/De", "~/Do")
_DRIVE = re.compile(r"(?<!\w)[A-Za-z]:[\\/]{1,2}Users|(?<![\w\\%{}])[D-Z]:")

# Accounts of images, runners and services, and names that stand for a name; nobody's own machine.
_ACCOUNTS = frozenset(
    (
        *(
            "airflow",
            "admin",
            "app",
            "appuser",
            "azureuser",
            "bentoml",
            "build",
            "builder",
            "circleci",
            "cloudera",
            "codespace",
        ),
        *(
            "coder",
            "conda",
            "container",
            "dagster",
            "dask",
            "databricks",
            "debian",
            "default",
            "dev",
            "devel",
            "developer",
        ),
        *(
            "docker",
            "ec2-user",
            "flask",
            "gitpod",
            "hadoop",
            "ibmuser",
            "jenkins",
            "jovyan",
            "jupyter",
            "kaggle",
            "kubernetes",
        ),
        *(
            "mambauser",
            "metaflow",
            "ml",
            "mlflow",
            "model-server",
            "mluser",
            "mosaic",
            "nginx",
            "node",
            "nonroot",
            "nvs",
            "nim",
        ),
        *(
            "notebook",
            "notebooks",
            "nvidia",
            "opc",
            "pi",
            "pipeline",
            "postgres",
            "prefect",
            "project",
            "prow",
            "public",
        ),
        *(
            "python",
            "ray",
            "root",
            "rstudio",
            "runner",
            "sandbox",
            "sagemaker-user",
            "seluser",
            "service",
            "share",
            "shared",
        ),
        *("site", "spark", "studio-lab-user", "svc", "test", "testuser", "tfx", "ubuntu", "vagrant", "vcap", "venv"),
        *("vscode", "vsts", "work", "worker", "workspace", "www", "www-data", "zenml"),
        *("all users", "account", "example", "foo", "home", "john", "johndoe", "jdoe", "me", "my_user", "myname"),
        *("myself", "myuser", "name", "path", "someone", "someuser", "u", "user", "user1", "user_name", "username"),
        *("users", "userid", "usr", "xxx", "you", "your", "your_name", "your-name", "your_username", "yourname"),
        *("your-username", "yourusername", "youruser", "your_user", "bar", "data", "local", "tmp", "temp"),
    )
)

# What stands before a path of its own; after a colon it is the inside of a container (`./data:/home/x/data`).
_ALONE = r"(?<![\w./~$}>*:-])"
_REST = r"[^\s\"'`,;():]*"
_PRIVATE = re.compile(
    rf"(?:{_ALONE}|(?<=file://))(?:/host|/mnt/[a-z]|dbfs:|/dbfs|/Workspace)?/(?:home|Users)/"
    rf"(?:(?P<account>[A-Za-z0-9][\w.@+-]*)/{_REST}|(?P<folder>[A-Za-z][\w-]*)(?=[\"']|\s*$))"
    rf"|(?<!\w)[A-Za-z]:[\\/]{{1,2}}Users[\\/]{{1,2}}(?P<windows>\w[\w .@+-]*?)[\\/]+{_REST}"
    # A person keeps data on drives beyond C:.
    rf"|(?<![\w\\%{{}}])[D-Z]:(?:\\{{1,2}}|/)(?!/)[A-Za-z][\w.-]*[\\/]+[A-Za-z_]{_REST}"
    r"|/content/g?drive/(?:My ?[Dd]rive|Shared ?drives|Othercomputers)/[^\"']*"
    rf"|(?<![\w/])~/(?:Desktop|Documents|Downloads)/{_REST}"
)
# Names that stand for a name: `your-name`, `user@company.com`; two hyphens make a project, not an account.
_NOBODY = re.compile(r"your|my[-_]|some|\w+@(?:company|example|domain|email|mail)\.|.*-.*-|.*user\w*@")
_COMMENT = re.compile(r"(?:^|\s)#")
_LONGEST = 2000
_WORDS = 3


@python
def paths_in_code(module: Module) -> Iterator[Subject]:
    """Gives each string constant of a module or notebook that holds a private path; docstrings are prose."""
    # A look at the lines that matter spares nine files in ten the walk over their tree.
    if any(private(line) is not None for _, line in _marked(module.source)):
        prose = {one.value for one in module.scopes.expressions}
        for node in _strings(module.tree):
            found = private(_written(node)) if node not in prose else None
            # A path after some words is an example in a message or help text.
            if found is not None and found.string.count(" ", 0, found.start()) <= _WORDS:
                yield _subject(found, module.locate(node))


@texts(
    "*.yaml", "*.yml", "*.json", "*.toml", "*.ini", "*.cfg", "*.conf", "*.env", ".env*", "*.sh", "*.bash", "Makefile"
)
def paths_in_texts(path: str, text: str) -> Iterator[Subject]:
    """Gives the private paths of configuration and shell scripts, the first of each line; comments are prose."""
    for start, line in _marked(text):
        if len(line) <= _LONGEST:
            number = text.count("\n", 0, start) + 1
            comment = None if path.endswith(".json") else _COMMENT.search(line)
            found = private(line[: comment.start()] if comment is not None else line)
            if found is not None:
                yield _subject(found, Location(path, number, found.start() + 1, number, found.end() + 1))


def _marked(text: str) -> Iterator[tuple[int, str]]:
    """Gives the lines in which a private path may stand, each with its offset."""
    end = -1
    for place in sorted(place for each in places(text, _MARKS).values() for place in each):
        if place > end and (text[place] != ":" or _is_drive(text, place)):
            start = text.rfind("\n", 0, place) + 1
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            yield start, text[start:end]


def _is_drive(text: str, colon: int) -> bool:
    """Whether a colon stands behind the letter of a drive; that of `://` does not."""
    return not text.startswith("://", colon) and _DRIVE.match(text, max(colon - 1, 0)) is not None


def private(text: str) -> re.Match[str] | None:
    """Gives the first path in a text that leads into one person's machine or account."""
    for found in _PRIVATE.finditer(text):
        account = (found["account"] or found["folder"] or found["windows"] or "").lower()
        # A Databricks bundle is deployed below the folder of its user by design.
        if account not in _ACCOUNTS and _NOBODY.match(account) is None and "/.bundle/" not in found[0]:
            return found
    return None


def _subject(found: re.Match[str], location: Location) -> Subject:
    value = found[0].rstrip(".:")[:200]
    return subject(PathUse(value=value, private=True), location, value)


def _strings(tree: ast.Module) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Gives plain and formatted strings, whose pieces have no place of their own before Python 3.12."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield node
        else:
            pending.extend(reversed(list(children(node))))


def _written(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return str(node.value) if len(str(node.value)) <= _LONGEST else ""
