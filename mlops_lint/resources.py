"""Where the files that are shipped beside the code stand, and the project itself."""

from pathlib import Path

HOMEPAGE = "https://github.com/mlops-lint/mlops-lint"
_PACKAGE = Path(__file__).parent


def rules_folder() -> Path:
    """Gives the folder of our own rules: packed into a wheel as `_rules`, `rules/` in a checkout."""
    packed = _PACKAGE / "_rules"
    return packed if packed.is_dir() else _PACKAGE.parent / "rules"
