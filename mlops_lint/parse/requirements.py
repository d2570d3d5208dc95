"""A pip requirements file to its requirements."""

import msgspec


class Requirement(msgspec.Struct, frozen=True):
    """One requirement; `name` is normalised (PEP 503), None where a URL or path does not tell it."""

    name: str | None
    specifier: str
    url: str | None
    hashed: bool
    line: int
    column: int
    end_column: int
