"""A configuration file to its checked content."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from mlops_lint.errors import ParseError, UsageError, suggestion
from mlops_lint.parse.tree import Mapping, Node, Plain, Sequence, duplicates, plain

YAML = "mlops-lint.yaml"
PYPROJECT = "pyproject.toml"

Threshold = Literal["error", "warning", "note", "never"]
Level = Literal["error", "warning", "note", "off"]
Profile = Literal["research", "production"]
Texts = tuple[str, ...]


class Consumer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A part of the repository, or of the world outside, that uses what this repository publishes."""

    of: Annotated[str, Meta(description="what is used: model:churn, dataset:gold/users.parquet")]
    by: Annotated[str, Meta(description="the folder, package, service or team that uses it")]
    owner: Annotated[str | None, Meta(description="who is responsible for that use")] = None
    contact: Annotated[str | None, Meta(description="whom to tell before it changes")] = None


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A person's answer to a question that no repository can show."""

    question: Annotated[str, Meta(description="the id of the question: governance.ethics")]
    answer: Annotated[bool, Meta(description="whether the question is answered with yes")]
    evidence: Annotated[str, Meta(description="where it can be seen: a document, a ticket, a link")]
    by: Annotated[str, Meta(description="who says so")]
    expires: Annotated[str, Meta(description="the day after which it no longer counts", pattern=r"^\d{4}-\d\d-\d\d$")]


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The settings of mlops-lint, in [tool.mlops-lint] of pyproject.toml or in mlops-lint.yaml."""

    select: Annotated[Texts, Meta(description="rules to run: ids, names, prefixes (TRN), stages (training), ALL")] = ()
    ignore: Annotated[Texts, Meta(description="rules not to run, named as in select; the narrower name wins")] = ()
    per_file_ignores: Annotated[dict[str, Texts], Meta(description="path pattern -> rules not reported there")] = {}
    severity: Annotated[dict[str, Level], Meta(description="rule, by id or name -> its severity here")] = {}
    fail_on: Annotated[Threshold, Meta(description="the lowest severity that makes `check` fail")] = "warning"
    profile: Annotated[
        Profile | None,
        Meta(description="production = something is scheduled or served; null = as the repository shows"),
    ] = None
    exclude: Annotated[Texts, Meta(description="path patterns that are not scanned")] = ()
    policies: Annotated[Texts, Meta(description="folders of own rules, from the folder of this file")] = ()
    extends: Annotated[
        Texts, Meta(description="installed policy packs by name, or configuration files (.yaml, .toml) to build on")
    ] = ()
    libraries: Annotated[
        Texts, Meta(description="YAML files that describe in-house libraries, from the folder of this file")
    ] = ()
    consumers: Annotated[tuple[Consumer, ...], Meta(description="who uses what this repository publishes")] = ()
    owners: Annotated[dict[str, str], Meta(description="symbol or path pattern -> who is responsible")] = {}
    attestations: Annotated[
        tuple[Attestation, ...], Meta(description="answers to questions that no repository can show")
    ] = ()
    preview: Annotated[bool, Meta(description="also run rules that are still tried out")] = False


class Source(msgspec.Struct, frozen=True):
    """A configuration file that was read; `places` says where rules and consumers are named: `pyproject.toml:12`."""

    content: Configuration
    path: Path
    places: dict[str, str]


def find(folder: Path) -> Path | None:
    """Gives the configuration file of one folder; raises UsageError where there are two."""
    own, pyproject = folder / YAML, folder / PYPROJECT
    found = [path for path in (own, pyproject) if path.is_file() and (path == own or _has_table(path))]
    if len(found) > 1:
        raise UsageError(f"{shown(pyproject)}: [tool.mlops-lint] stands here and in {YAML} too; keep one of them")
    return found[0] if found else None


def read(path: Path) -> Source:
    """Reads a configuration file and those that it extends; raises UsageError at what is wrong."""
    places: dict[str, str] = {}
    merged = _read(path, (), places)
    return Source(msgspec.convert(merged, Configuration), path, places)


def shown(path: Path) -> str:
    """Gives a path as a person at the current folder would write it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def schema() -> dict[str, Plain]:
    """Gives the JSON Schema that is shipped as settings.schema.json."""
    made: dict[str, Plain] = msgspec.json.schema(Configuration)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "mlops-lint settings", **made}


def _has_table(pyproject: Path) -> bool:
    data = pyproject.read_bytes()
    if b"mlops-lint" not in data:
        return False
    try:
        return "mlops-lint" in tomllib.loads(data.decode()).get("tool", {})
    except ValueError:
        # A broken pyproject.toml is a problem of the scan; it is an error of ours only where it is to configure us.
        return b"[tool.mlops-lint" in data


def _read(path: Path, above: tuple[Path, ...], places: dict[str, str]) -> dict[str, Plain]:
    if path in above:
        raise UsageError(f"{shown(path)}: extends itself, by way of {shown(above[-1])}")
    tree = _tree(path)
    content = plain(tree)
    if content is None:
        return {}
    try:
        checked = msgspec.convert(content, Configuration)
    except msgspec.ValidationError:
        raise _complaint(path, tree, content) from None
    assert isinstance(content, dict)  # it was converted
    places.update(_places(path, tree))
    files = [entry for entry in checked.extends if entry.endswith((".yaml", ".yml", ".toml"))]
    base: dict[str, Plain] = {}
    for entry in files:
        base = _merged(base, _read((path.parent / entry).resolve(), (*above, path), places))
    for key in ("policies", "libraries"):
        if key in content:
            content[key] = [str((path.parent / entry).resolve()) for entry in getattr(checked, key)]
    if "extends" in content:
        content["extends"] = [entry for entry in checked.extends if entry not in files]
    return _merged(base, content)


def _merged(base: dict[str, Plain], own: dict[str, Plain]) -> dict[str, Plain]:
    """Mappings and lists add to what they build on; `select` and single values replace it."""
    result = dict(base)
    for key, value in own.items():
        before = base.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            result[key] = before | value
        elif isinstance(value, list) and isinstance(before, list) and key != "select":
            result[key] = before + value
        else:
            result[key] = value
    return result


def _tree(path: Path) -> Node | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read: {error.strerror}") from None
    try:
        if path.suffix == ".toml":
            from mlops_lint.parse import toml

            whole = toml.parse(data)[0]
            return whole.get("tool", "mlops-lint") if isinstance(whole, Mapping) else None
        from mlops_lint.parse import yaml

        documents = yaml.parse(data)
    except ParseError as error:
        raise UsageError(f"{shown(path)}:{error.line}: {error.message}") from None
    tree = documents[0] if documents else None
    if tree is not None and (twice := duplicates(tree)):
        raise UsageError(f"{shown(path)}:{twice[0].line}: '{twice[0].text}' stands twice")
    return tree


def _places(path: Path, tree: Node | None) -> dict[str, str]:
    if not isinstance(tree, Mapping):
        return {}
    named = [node for key in ("select", "ignore") for node in _leaves(tree.get(key))]
    for key in ("per-file-ignores", "severity"):
        mapping = tree.get(key)
        entries = mapping.entries if isinstance(mapping, Mapping) else ()
        named += [node for name, value in entries for node in ([name] if key == "severity" else _leaves(value))]
    places = {str(plain(node)): f"{shown(path)}:{node.line}" for node in named}
    for node in _leaves(tree.get("consumers")):
        if isinstance(node, Mapping):
            places[f"{plain(node.get('of'))} by {plain(node.get('by'))}"] = f"{shown(path)}:{node.line}"
    return places


def _leaves(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _complaint(path: Path, tree: Node | None, content: Plain) -> UsageError:
    """Finds out what is wrong and where; jsonschema takes 0.13 s to import, hence only now."""
    from jsonschema import Draft202012Validator

    found: list[tuple[int, str]] = []
    for error in Draft202012Validator(schema()).iter_errors(content):
        where = list(error.absolute_path)
        if error.validator == "additionalProperties":
            known = sorted(error.schema["properties"])
            unknown = next(key for key in error.instance if key not in known)
            message = f"no setting is called '{unknown}'{suggestion(unknown, known) or '; known: ' + ', '.join(known)}"
            found.append((_line(tree, [*where, unknown]), message))
        elif error.validator == "required":
            missing = next(key for key in error.validator_value if key not in error.instance)
            found.append((_line(tree, where), f"{_name(where)} lacks '{missing}'"))
        else:
            found.append((_line(tree, where), f"{_name(where)} is {_got(error.instance)}, not {_wanted(error.schema)}"))
    line, message = min(found)
    return UsageError(f"{shown(path)}:{line}: {message}")


def _line(node: Node | None, where: list[str | int]) -> int:
    """Gives the line of the key that a path of keys and indices ends at, or of the item."""
    line = node.line if node else 1
    for step in where:
        if isinstance(node, Mapping):
            key = node.key(str(step))
            line, node = (key.line if key else line), node.get(str(step))
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
            line = node.line
    return line


def _name(where: list[str | int]) -> str:
    if not where:
        return "the file"
    return f"'{where[0]}'" + "".join(f"[{step + 1}]" if isinstance(step, int) else f" '{step}'" for step in where[1:])


_TYPES = {"string": "text", "array": "a list", "object": "a table", "boolean": "true or false", "null": "null"}


def _got(value: Plain) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return repr(value)
    return "null" if value is None else "a list" if isinstance(value, list) else "a table"


def _wanted(part: dict[str, Plain]) -> str:
    """Says in words what a part of the schema asks for."""
    if isinstance(choices := part.get("enum"), list):
        return "one of " + ", ".join(str(choice) for choice in choices if choice is not None)
    if "pattern" in part:
        return "a day such as 2026-01-31"
    if isinstance(parts := part.get("anyOf"), list):
        return " or ".join(_wanted(each) for each in parts if isinstance(each, dict) and each.get("type") != "null")
    return _TYPES.get(str(part.get("type")), "what belongs here")
