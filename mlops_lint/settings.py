"""The command line and the configuration to the settings of one run."""

import os
import sys
from pathlib import Path

import msgspec

from mlops_lint.configuration import Attestation, Configuration, Consumer, Level, Profile, Source, Threshold, find, read
from mlops_lint.git import top_level


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that steers a run; folders are absolute."""

    root: Path
    """The folder that is scanned: the whole repository, whatever part of it is reported."""
    config: Path | None = None
    select: tuple[str, ...] = ()
    """Empty = every stable rule."""
    ignore: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """What the command line ignores, however narrowly the configuration selects it."""
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: dict[str, Level] = {}
    fail_on: Threshold = "warning"
    profile: Profile | None = None
    """None = by what the repository shows."""
    exclude: tuple[str, ...] = ()
    policies: tuple[Path, ...] = ()
    extends: tuple[str, ...] = ()
    """Installed policy packs, by name."""
    libraries: tuple[Path, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    attestations: tuple[Attestation, ...] = ()
    preview: bool = False
    jobs: int | None = None
    """Worker processes; None = one for each processor."""
    cache: bool = True
    cache_dir: Path
    places: dict[str, str] = {}
    """Where a rule, or a consumer as `model:churn by reports`, is named: `pyproject.toml:12`, `--select`."""


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says; None = nothing."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: Threshold | None = None
    profile: Profile | None = None
    preview: bool | None = None
    jobs: int | None = None
    cache: bool = True
    cache_dir: Path | None = None


def default_cache() -> Path:
    """Gives the folder that the platform has for caches: what lies in a scanned tree could be forged by its author."""
    if (own := os.environ.get("MLOPS_LINT_CACHE_DIR")) is not None:
        return Path(os.path.abspath(own))
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "mlops-lint"


def load(start: Path, config: Path | None = None, overrides: Overrides | None = None) -> Settings:
    """Gives the settings for a file or folder; raises UsageError at a wrong configuration.

    The configuration is `config`, or the nearest one at or above `start`, up to the top of its git repository.
    The root is the folder of the configuration that was found there, else the top of the git repository, else `start`.
    """
    folder = start if start.is_dir() else start.parent
    folder = Path(os.path.realpath(folder))
    top = top_level(folder)
    found = Path(os.path.realpath(config)) if config else _nearest(folder, top)
    root = found.parent if found and not config else top or folder
    source = read(found) if found else Source(Configuration(), folder, {})
    return _settings(root, found, source, overrides or Overrides())


def _settings(root: Path, config: Path | None, source: Source, overrides: Overrides) -> Settings:
    content = source.content
    # Who selects on the command line wants those rules: what the configuration ignores does not speak against it.
    ignored = (overrides.ignore or ()) if overrides.select else content.ignore
    return Settings(
        root=root,
        config=config,
        select=content.select if overrides.select is None else overrides.select,
        ignore=ignored,
        without=() if overrides.select else overrides.ignore or (),
        per_file_ignores=tuple(content.per_file_ignores.items()),
        severity=content.severity,
        fail_on=overrides.fail_on or content.fail_on,
        profile=overrides.profile or content.profile,
        exclude=content.exclude,
        policies=tuple(Path(folder) for folder in content.policies),
        extends=content.extends,
        libraries=tuple(Path(file) for file in content.libraries),
        consumers=content.consumers,
        owners=tuple(content.owners.items()),
        attestations=content.attestations,
        preview=content.preview if overrides.preview is None else overrides.preview,
        jobs=overrides.jobs,
        cache=overrides.cache,
        cache_dir=Path(os.path.realpath(overrides.cache_dir)) if overrides.cache_dir else default_cache(),
        places=source.places
        | dict.fromkeys(overrides.ignore or (), "--ignore")
        | dict.fromkeys(overrides.select or (), "--select"),
    )


def _nearest(folder: Path, top: Path | None) -> Path | None:
    for each in (folder, *folder.parents):
        if found := find(each):
            return found
        if each == top:
            break
    return None
