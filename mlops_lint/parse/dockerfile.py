"""A Dockerfile to its instructions."""

import msgspec


class Instruction(msgspec.Struct, frozen=True):
    """One instruction with continuations joined; `value` has build arguments of the file filled in where known."""

    keyword: str
    flags: tuple[str, ...]
    value: str
    line: int
    end_line: int
    column: int
    end_column: int


class Stage(msgspec.Struct, frozen=True):
    """A FROM and what follows it; `image` is None where it is a former stage, `scratch`, or an unknown argument."""

    name: str | None
    image: str | None
    start: Instruction
    instructions: tuple[Instruction, ...]


class Dockerfile(msgspec.Struct, frozen=True):
    """All stages in order."""

    stages: tuple[Stage, ...]
