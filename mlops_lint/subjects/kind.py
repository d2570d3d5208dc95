"""What every kind of subject is, and what a field of one may hold; UNSET = cannot be known, None = absent."""

import msgspec
from msgspec import UnsetType

from mlops_lint.model import Ref

Text = str | None | Ref | UnsetType
Flag = bool | None | Ref | UnsetType
Number = int | float | None | Ref | UnsetType
Texts = tuple[str, ...] | UnsetType
Any_ = None | bool | int | float | str | tuple[str, ...] | Ref | UnsetType


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind has: `name`, `path`, `line`, `context`, `symbol` and `id` are added to its own fields."""
