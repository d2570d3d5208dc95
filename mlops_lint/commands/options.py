"""Options that several commands take, to settings."""

import argparse
import os
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.rules import Rule, load
from mlops_lint.selection import selected
from mlops_lint.settings import Overrides, Settings
from mlops_lint.settings import load as load_settings


def shared(parser: argparse.ArgumentParser) -> None:
    """Adds the options of every command that scans a repository."""
    parser.add_argument("--config", type=Path, metavar="F", help="the configuration file; default: the nearest one")
    parser.add_argument("--preview", action="store_true", default=None, help="also run rules that are still tried out")
    parser.add_argument("--profile", choices=("research", "production"), help="what is asked; default: as it shows")
    parser.add_argument("--no-cache", action="store_true", help="read every file anew, and keep nothing")
    parser.add_argument("--cache-dir", type=Path, metavar="D", help="default: the user's folder for caches")
    parser.add_argument("--jobs", type=_positive, metavar="N", help="worker processes; default: one a processor")


def settings(options: argparse.Namespace, paths: list[Path]) -> Settings:
    """Gives the settings for the repository that the first path is in; raises UsageError."""
    for path in (*paths, *filter(None, [options.config])):
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
    overrides = Overrides(
        select=names(getattr(options, "select", None)),
        ignore=names(getattr(options, "ignore", None)),
        fail_on=getattr(options, "fail_on", None),
        profile=options.profile,
        preview=options.preview,
        jobs=options.jobs,
        cache=not options.no_cache,
        cache_dir=options.cache_dir,
    )
    return load_settings(paths[0] if paths else Path(), options.config, overrides)


def below(root: Path, paths: list[Path]) -> tuple[str, ...]:
    """Gives the paths from the root, with `/`; () where one of them is the root. Raises UsageError at one outside."""
    found = []
    for path in paths:
        # The name itself is kept: a symbolic link is judged where it stands.
        place = Path(os.path.realpath(path.parent if path.name else path)) / path.name
        place = Path(os.path.realpath(path)) if path.name == ".." else place
        if not place.is_relative_to(root):
            raise UsageError(f"{path}: not in {root}, to which the first path belongs; check one repository at a time")
        found.append(place.relative_to(root).as_posix())
    return () if "." in found else tuple(found)


def rules(settings: Settings) -> tuple[Rule, ...]:
    """Gives the rules that run with these settings."""
    return selected(load(settings.policies, settings.extends), settings)


def every_rule(config: Path | None) -> tuple[Rule, ...]:
    """Gives our own rules and those that the configuration for the current folder adds."""
    if config and not config.exists():
        raise UsageError(f"{config}: no such file")
    settings = load_settings(Path(), config)
    return load(settings.policies, settings.extends)


def names(given: list[str] | None) -> tuple[str, ...] | None:
    """Gives the names in options that may be repeated and may hold several, separated by commas."""
    if given is None:
        return None
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())


def save(file: Path, text: str) -> None:
    """Writes a file; raises UsageError where that is not possible."""
    try:
        file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from None


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
