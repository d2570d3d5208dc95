"""Texts to the credentials that stand in them; of a credential only its place and sort are kept.

Source: the token formats that their issuers document, and for passwords the literals that are assigned to such names.
"""

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from mlops_lint.extract.registry import texts
from mlops_lint.model import Location, Subject
from mlops_lint.parse.words import Words, places, vocabulary
from mlops_lint.subjects import Secret, subject

CODE = ("*.py", "*.ipynb", "*.r", "*.R", "*.jl", "*.scala", "*.java", "*.go", "*.js", "*.ts", "*.tsx", "*.sql")
SCRIPTS = ("*.sh", "*.bash", "*.zsh", "*.ps1", "*.bat", "Makefile", "*.mk", "Jenkinsfile*", "*.groovy")
SETTINGS = (
    *("*.yaml", "*.yml", "*.json", "*.toml", "*.ini", "*.cfg", "*.conf", "*.config", "*.properties", "*.xml"),
    *(".env", ".env.*", "*.env", "*.tf", "*.tfvars", "*.hcl", "*.pem", "*.key", "*.ppk", "id_rsa", "id_ed25519"),
    *("Dockerfile*", "*.dockerfile", "Containerfile*", ".netrc", ".pypirc", ".npmrc", ".pgpass", "credentials"),
)


class Form(msgspec.Struct, frozen=True):
    """What one sort of credential looks like: `pattern` is tried where one of `starts` stands."""

    what: str
    starts: tuple[str, ...]
    pattern: re.Pattern[str]


def _form(what: str, starts: str, pattern: str) -> Form:
    return Form(what, tuple(starts.split("|")), re.compile(pattern))


# From the name of a variable, key or argument to its value, also inside a string of a notebook.
_ASSIGNED = r"""\\?["'\]]{0,2}\]?[ \t]{0,3}[:=,][ \t]{0,3}\\?["']?"""

# The group `value` is what is secret; without it, all of the match.
_FORMS = (
    _form("AWS access key", "AKIA|ASIA", r"(?<![A-Za-z0-9/+])(?<!Credential=)A[KS]IA[A-Z2-7]{16}(?![A-Za-z0-9/+])"),
    _form(
        "AWS secret access key",
        "ecret_access_key|ECRET_ACCESS_KEY|ecretAccessKey",
        rf"(?i:ecret_?access_?key){_ASSIGNED}(?P<value>[A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])",
    ),
    _form(
        "private key",
        "-----BEGIN ",
        r"-----BEGIN (?:[A-DF-Z][A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----[^-]{100,9000}-----END",
    ),
    _form("Google API key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    _form("Google OAuth secret", "GOCSPX-|ya29.", r"\b(?:GOCSPX-[\w-]{28}|ya29\.[\w-]{60,400})(?![\w-])"),
    _form("GitHub token", "ghp_|gho_|ghu_|ghs_|ghr_", r"\bgh._[A-Za-z0-9]{36}\b"),
    _form("GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
    _form("GitLab token", "glpat-", r"\bglpat-[\w-]{20,}"),
    _form("Slack token", "xox", r"\bxox[abeoprs]-[0-9A-Za-z-]{20,}"),
    _form("Slack webhook", "hooks.slack.com/", r"hooks\.slack\.com/services/(?P<value>T\w{8,12}/B\w{8,12}/\w{24})"),
    _form("Hugging Face token", "hf_|api_org_", r"\b(?:hf|api_org)_[A-Za-z]{34}\b"),
    _form("OpenAI API key", "sk-", r"\bsk-(?:(?:proj|svcacct|admin|None)-[\w-]{40,200}|[A-Za-z0-9]{48})(?![\w-])"),
    _form("Anthropic API key", "sk-ant-", r"\bsk-ant-[a-z]+\d\d-[\w-]{80,120}(?![\w-])"),
    _form(
        "Weights & Biases API key",
        "WANDB_API_KEY|wandb.login(|wandb login ",
        rf"(?:WANDB_API_KEY{_ASSIGNED}|wandb\.login\(\s{{0,9}}(?:key\s?=\s?)?\\?[\"']|wandb login (?:--relogin )?)"
        r"(?P<value>[0-9a-f]{40})(?![0-9a-f])",
    ),
    _form("Stripe key", "sk_live_|rk_live_", r"\b.k_live_[0-9A-Za-z]{24,}"),
    _form("SendGrid API key", "SG.", r"\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])"),
    _form("Azure storage key", "AccountKey=", r"AccountKey=(?P<value>[A-Za-z0-9+/]{86}==)"),
    _form("Databricks token", "dapi", r"\bdapi[0-9a-f]{32}(?:-\d)?(?![0-9A-Za-z-])"),
    _form("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _form("PyPI token", "pypi-AgE", r"\bpypi-AgE[\w-]{60,}"),
    _form("Docker Hub token", "dckr_pat_", r"\bdckr_pat_[\w-]{27}(?![\w-])"),
    _form("Prefect API key", "pnu_|pnb_", r"\bpn[ub]_[A-Za-z0-9]{36}\b"),
    _form("Groq API key", "gsk_", r"\bgsk_[A-Za-z0-9]{52}\b"),
    _form("Replicate API token", "r8_", r"\br8_[A-Za-z0-9]{37}\b"),
    _form("LangSmith API key", "lsv2_", r"\blsv2_[a-z]{2}_[0-9a-f]{32}_[0-9a-f]{10}\b"),
    # base64 of {"api_address": , with which every Neptune token starts.
    _form("Neptune API token", "eyJhcGlfYWRkcmVzcyI6", r"eyJhcGlfYWRkcmVzcyI6[\w+/-]{60,}={0,2}"),
    _form(
        "Kaggle API key",
        'KAGGLE_KEY|"username|"username\\',
        rf"(?:KAGGLE_KEY{_ASSIGNED}|\"username\\?\"\s?:\s?\\?\"[\w-]{{1,60}}\\?\"\s{{0,9}},\s{{0,9}}\\?\"key\\?\"\s?:\s?\\?\")"
        r"(?P<value>[0-9a-f]{32})(?![0-9a-f])",
    ),
    _form(
        "password in a connection string",
        "://",
        r"""(?<=[a-z0-9])://[^\s:/@"'<>{}$\\]{1,64}:(?P<value>[^\s/@"'<>{}$\\]{6,128})@(?P<host>[\w.-]+)""",
    ),
)

_NAMES = (
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "secret_key",
    "private_key",
)
_STARTS = vocabulary(*(start for form in _FORMS for start in form.starts))
_NAMED_BY = Words(*_NAMES)
_QUOTED = re.compile(
    r"""\\?["']?\]?[ \t]{0,9}(?::[ \t]{0,3}[A-Za-z]+[ \t]{0,3}=|:|=(?!=)|,)"""
    r"""[ \t]{0,9}\\?["'](?P<value>[^"'\\\s]{8,200})\\?["']"""
)
_BARE = re.compile(r"""[ \t]{0,3}[:=][ \t]{0,3}(?P<value>[^"'\\\s#,;(){}\[\]]{8,200})[ \t]*(?:$|#)""", re.MULTILINE)
_BARE_FILES = re.compile(r"\.(?:ya?ml|env|ini|cfg|conf|properties|sh|bash|tfvars)$|(?:^|/)\.env|(?:^|/)Dockerfile")

# A longer line is data or minified; a private key of 4096 bits on one line has 3,300 characters.
_LINE = 5000
_PLACEHOLDER = re.compile(
    r"(?i)example|sample|placeholder|change|your|insert|replace|redacted|dummy|fake|test|todo|fixme|demo|mock|foo|"
    r"token|qwert|xxx|\*\*\*|\.\.\.|123456|abcdef|abc123|0000|1111|default|random|s[3e]cr[3e]t|pa[s5]{2}w|admin|minio|postgres|"
    r"mysql|root|guest|airflow|mlflow|localhost|username|private|credential|never|none|null|undefined|environ|string|"
    # The key of the Azure storage emulator.
    r"^Eby8vdM02xNOcqFlqUwJ"
)
_LONG_PLACEHOLDER = re.compile(r"(?i)example|placeholder|redacted|xxxxxx|\.\.\.|\*\*\*|^Eby8vdM02xNOcqFlqUwJ")
_TEMPLATE = re.compile(r"[<>{}$`|]|%[(sd]|^\W|\(|\)")
# Words and short numbers joined: a name of something, no credential.
_WORDS = re.compile(r"(?:[A-Za-z]+\d{0,4}|\d{1,4})(?:[-_./: ,@+]+(?:[A-Za-z]+\d{0,4}|\d{1,4}))*[-_./:=]*")
# A password that people think of: `Housing2020`.
_NAMED = re.compile(r"(?=.*[a-z])(?=.*\d)[A-Z][A-Za-z0-9]{9,}")


@texts(*CODE, *SCRIPTS, *SETTINGS)
def secrets(path: str, text: str) -> Iterator[Subject]:
    """Gives one subject for each line on which a credential starts."""
    lines: dict[int, Subject] = {}
    for what, start, end in (*_tokens(text), *_passwords(path, text)):
        begin = text.rfind("\n", 0, start) + 1
        finish = text.find("\n", start)
        if (len(text) if finish < 0 else finish) - begin <= _LINE:
            location = _locate(path, text, start, end)
            if location.line not in lines:
                lines[location.line] = subject(
                    Secret(what=what, where=_where(path, text, start), literal=True), location, what
                )
    yield from (lines[line] for line in sorted(lines))


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    at = places(text, _STARTS)
    # Most texts hold none of them.
    for form in _FORMS if at else ():
        for position in (position for start in form.starts for position in at.get(start, ())):
            found = form.pattern.match(text, position)
            if found is not None and _is_secret(found):
                yield (form.what, *found.span(_group(found)))


def _passwords(path: str, text: str) -> Iterator[tuple[str, int, int]]:
    lowered = text.lower()
    # Lower case of some letters is longer; then positions differ, and such a file is left alone.
    if len(lowered) != len(text):
        return
    bare = _BARE_FILES.search(path) is not None
    for name, positions in sorted(_NAMED_BY.places(lowered).items(), key=lambda found: _NAMES.index(found[0])):
        judge = _is_password if name in ("password", "passwd", "pwd") else _is_key
        for position in positions:
            end = position + len(name)
            if text[end : end + 1].isalnum():
                continue
            found = _QUOTED.match(text, end) or (_BARE.match(text, end) if bare else None)
            if found is not None and judge(found["value"]):
                yield (f"{name.replace('_', ' ')} in an assignment", *found.span("value"))


def _group(found: re.Match[str]) -> int | str:
    return "value" if "value" in found.re.groupindex else 0


def _is_secret(found: re.Match[str]) -> bool:
    """Whether what has a known format is more than a placeholder in that format."""
    value = found[_group(found)]
    if "host" in found.re.groupindex:
        return _is_password(value) and _is_far(found["host"])
    # In a long random text any short word may stand by chance.
    placeholder = _PLACEHOLDER if len(value) <= 100 else _LONG_PLACEHOLDER
    return len(set(value)) > 8 and placeholder.search(value) is None and _entropy(value) > 3.0


def _is_password(value: str) -> bool:
    value = _decoded(value)
    return (
        _TEMPLATE.search(value) is None
        and _PLACEHOLDER.search(value) is None
        and (_WORDS.fullmatch(value) is None or _NAMED.fullmatch(value) is not None)
        and _mixed(value)
        and _entropy(value) > 2.7
    )


def _is_key(value: str) -> bool:
    return (
        _WORDS.fullmatch(value) is None
        and len(value) >= 16
        and _is_password(value)
        and _entropy(value) > 3.3
        and "/" not in value[:-1]
    )


def _mixed(value: str) -> bool:
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value) and value.isascii()


def _decoded(value: str) -> str:
    """Gives what a Kubernetes secret says in base64, where that is text."""
    try:
        decoded = base64.b64decode(value, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return value
    return decoded if decoded.isprintable() and len(decoded) >= 4 else value


def _entropy(value: str) -> float:
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def _is_far(host: str) -> bool:
    """Whether a host is more than this machine, a service of a compose file or an example."""
    return "." in host and not re.search(r"^(?:127\.|0\.0\.|192\.168\.|10\.)|example|\.local$|\.svc\b|localhost", host)


def _locate(path: str, text: str, start: int, end: int) -> Location:
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    end_line, end_column = line + text.count("\n", start, end), end - text.rfind("\n", 0, end)
    if not path.endswith(".ipynb"):
        return Location(path, line, column, end_line, end_column)
    # Jupyter writes the keys of a cell in order of the alphabet, and each line of the source on a line of its own.
    cell = text.count('"cell_type":', 0, start) or None
    source = text.rfind('"source":', 0, start)
    in_source = _where(path, text, start) == "notebook source"
    cell_line = max(text.count("\n", source, start), 1) if in_source and cell is not None else None
    return Location(path, line, column, end_line, end_column, cell, cell_line)


def _where(path: str, text: str, start: int) -> str:
    if path.endswith(".ipynb"):
        source, output = text.rfind('"source":', 0, start), text.rfind('"outputs":', 0, start)
        return "notebook output" if output > source else "notebook source"
    suffix = f"*.{path.rpartition('.')[2]}"
    return "code" if suffix in CODE or suffix in SCRIPTS else "configuration"
