"""A path to the language of its file, as far as we read it; no content is looked at."""

LIMITS = {
    # The longest module of 18,000 in the corpus has 0.6 MB; beyond are tables of data written as code.
    "python": 2_000_000,
    # Pictures in outputs make 4 MB common; they are skipped at some 200 MB a second.
    "notebook": 32_000_000,
    # Rendered manifests reach 2 MB; 5 MB take about 1 s.
    "yaml": 5_000_000,
    # Lock files of large projects reach 2 MB.
    "toml": 4_000_000,
    # Lock files and dashboards reach 3 MB; beyond are data sets.
    "json": 5_000_000,
    # The longest seen has 0.1 MB.
    "ini": 1_000_000,
    "dockerfile": 1_000_000,
    # A compiled file with hashes has about 2 KB a requirement.
    "requirements": 4_000_000,
    # Scripts and prose; beyond are logs and generated sources.
    "text": 2_000_000,
}
"""The most bytes that are read of a file, for each language."""

_NAMES = {
    "dvc.lock": "yaml", "pixi.lock": "yaml", "mlproject": "yaml", "citation.cff": "yaml", ".clearml.conf": "text",
    "pipfile": "toml", "uv.lock": "toml", "poetry.lock": "toml", "pdm.lock": "toml", "pipfile.lock": "json",
    "setup.cfg": "ini", "tox.ini": "ini", ".flake8": "ini", ".coveragerc": "ini", "pylintrc": "ini",
    ".pylintrc": "ini", ".pypirc": "ini", ".isort.cfg": "ini", "credentials": "text",
    "requirements.lock": "requirements", "requirements-dev.lock": "requirements",
    "makefile": "text", "gnumakefile": "text", "jenkinsfile": "text", "procfile": "text", "justfile": "text",
    ".justfile": "text",
    "snakefile": "text", "codeowners": "text", "crontab": "text", "readme": "text", ".gitignore": "text",
    ".gitattributes": "text", ".gitmodules": "text", ".dockerignore": "text", ".dvcignore": "text",
    ".gcloudignore": "text",
    ".python-version": "text", "runtime.txt": "text", "readme.txt": "text", "description": "text",
    ".netrc": "text", ".npmrc": "text", ".pgpass": "text", ".envrc": "text", "id_rsa": "text", "id_ed25519": "text",
}  # fmt: skip

_ENDINGS = {
    "py": "python", "pyi": "python", "pyw": "python", "ipynb": "notebook",
    "yaml": "yaml", "yml": "yaml", "dvc": "yaml", "cff": "yaml", "toml": "toml",
    "json": "json", "jsonc": "json", "avsc": "json", "asl": "json", "ini": "ini", "cfg": "ini",
    "dockerfile": "dockerfile", "containerfile": "dockerfile",
}  # fmt: skip

_TEXTS = frozenset(
    {
        "bash", "bat", "bicep", "bzl", "config", "conf", "env", "ps1", "go", "graphql", "groovy", "hcl", "hql", "java",
        "jl", "js", "just", "key", "libsonnet", "jsonnet", "md", "mk", "nf", "pbtxt", "pem", "ppk", "properties",
        "proto", "qmd", "r", "rego", "rmd", "rst", "scala", "sh", "smk", "snakefile", "sql", "tf", "tfvars", "ts",
        "tsx", "xml", "zsh",
    }
)  # fmt: skip

_DVC_CONFIGURATION = (".dvc/config", ".dvc/config.local")


def language(path: str) -> str | None:
    """Gives one of the keys of LIMITS; None = the file is not read."""
    folder, _, name = path.lower().rpartition("/")
    if (found := _NAMES.get(name)) is not None:
        return found
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    if ending in {"txt", "in"}:
        return "requirements" if _is_requirements(folder, stem) else "dockerfile" if _is_image(name) else None
    if stem and ending in _ENDINGS:
        return _ENDINGS[ending]
    if ending in _TEXTS:
        return "text"
    if _is_image(name) and ending != "dockerignore":
        return "dockerfile"
    if name.startswith((".env", "jenkinsfile", "makefile.")):
        return "text"
    return "ini" if path.endswith(_DVC_CONFIGURATION) else None


def _is_requirements(folder: str, stem: str) -> bool:
    """Says whether a .txt or .in file lists requirements, by the names that pip and pip-tools users give."""
    return "requirements" in stem or "constraints" in stem or folder.rpartition("/")[2] == "requirements"


def _is_image(name: str) -> bool:
    for start in ("dockerfile", "containerfile"):
        if name.startswith(start):
            return len(name) == len(start) or name[len(start)] in ".-_"
    return False
