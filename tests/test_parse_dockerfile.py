"""Dockerfiles to stages and instructions."""

import pytest

from mlops_lint.errors import ParseError
from mlops_lint.parse.dockerfile import Dockerfile, Heredoc, Instruction, parse


def read(text: str) -> Dockerfile:
    return parse(text.encode())


def only(text: str) -> Instruction:
    """The one instruction after `FROM x`."""
    (stage,) = read("FROM x\n" + text).stages
    (instruction,) = stage.instructions
    return instruction


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("FROM python:3.11", "python:3.11"),
        ("from python:3.11 as Build", "python:3.11"),
        ("FROM --platform=linux/amd64 a/b@sha256:00 AS x", "a/b@sha256:00"),
        ("ARG V=3.11\nFROM python:$V-slim", "python:3.11-slim"),
        ("ARG V=3.11\nARG I=python:${V}\nFROM ${I}", "python:3.11"),
        ("ARG V='3.11'\nFROM python:${V:-1}", "python:3.11"),
        ("FROM python:${V:-3.9}", "python:3.9"),
        ("ARG V\nFROM python:${V}", None),
        ("ARG V=\nFROM python:${V:-3.9}", "python:3.9"),
        ("FROM $IMAGE", None),
        ("FROM scratch", None),
        ("# syntax=docker/dockerfile:1\n\n# c\nFROM a", "a"),
    ],
)
def test_the_image_of_a_stage_has_its_arguments_filled_in(text: str, image: str | None) -> None:
    (stage,) = read(text).stages
    assert stage.image == image


def test_a_stage_may_go_on_from_a_former_one() -> None:
    found = read("FROM a AS Base\nENV X=1\nFROM base AS two\nRUN echo $X\nFROM b\nCOPY --from=two --link /x $X\n")
    assert [(stage.name, stage.image, stage.base) for stage in found.stages] == [
        ("Base", "a", None),
        ("two", None, 0),
        (None, "b", None),
    ]
    assert found.stages[1].instructions[0].value == "echo 1"
    copy = found.stages[2].instructions[0]
    assert (copy.flags, copy.value) == (("--from=two", "--link"), "/x $X")
    assert [found.stage(name) for name in ("TWO", "0", "9", "a")] == [found.stages[1], found.stages[0], None, None]


@pytest.mark.parametrize(
    ("before", "value", "filled"),
    [
        ("ARG V=1", "echo $V", "echo 1"),
        ("ENV V=1 W='2 3'", "echo ${W} $V", "echo 2 3 1"),
        ("ENV V some words", "echo $V", "echo some words"),
        ("ENV V=1\nARG V=2", "echo $V", "echo 1"),
        ("ARG V=2\nENV V=1", "echo $V", "echo 1"),
        ("ARG G", "echo $G", "echo g"),
        ("ENV X=1", "echo $G", "echo $G"),
        ("ARG V=1", "echo \\$V ${V:+yes} ${N:+yes} ${N-no} ${V%x} $Vx", "echo \\$V yes ${N:+yes} no ${V%x} $Vx"),
    ],
)
def test_values_have_what_is_known_where_they_stand(before: str, value: str, filled: str) -> None:
    found = read(f"ARG G=g\nFROM x\n{before}\nRUN {value}\n")
    assert found.stages[0].instructions[-1].value == filled


def test_arguments_that_double_each_other_stop_growing() -> None:
    text = "ARG A=0123456789\n" + "ARG A=$A$A\n" * 60 + "FROM $A\n"
    assert len(read(text).stages[0].start.value) <= 10_000


def test_continuations_are_joined_and_comments_in_them_left_out() -> None:
    found = only("run pip install \\\n  # why\n  a \\\n\n  b\n\n")
    assert found == Instruction("RUN", (), "pip install   a   b", 2, 6, 1, 4)


def test_a_continuation_that_runs_out_ends_with_its_last_word() -> None:
    assert only("RUN a \\\n# c\n\n").end_line == 2


def test_the_escape_character_may_be_another() -> None:
    (stage,) = read("# escape=`\nFROM x\nRUN a `\n  b \\\nRUN c\n").stages
    assert [instruction.value for instruction in stage.instructions] == ["a   b \\", "c"]


def test_heredocs_belong_to_their_instruction() -> None:
    found = only("RUN <<EOF\npip install a\nFROM y\nEOF\n")
    assert (found.value, found.end_line) == ("<<EOF", 5)
    assert found.heredocs == (Heredoc("EOF", "pip install a\nFROM y", 3),)
    assert found.script == "<<EOF\npip install a\nFROM y"


def test_an_instruction_may_have_several_heredocs() -> None:
    found = only("COPY <<-\"a.txt\" <<'b' /x/\n\tone\n\ta.txt\ntwo\nb\n")
    assert found.heredocs == (Heredoc("a.txt", "one", 3), Heredoc("b", "two", 5))
    assert found.end_line == 6


def test_a_heredoc_that_never_ends_was_meant_for_the_shell() -> None:
    (stage,) = read('FROM x\nRUN cat <<EOF > a\nRUN grep x <<<"$a"\n').stages
    assert [instruction.heredocs for instruction in stage.instructions] == [(), ()]


def test_onbuild_keeps_what_it_will_run() -> None:
    assert (only("ONBUILD RUN a").keyword, only("ONBUILD RUN a").value) == ("ONBUILD", "RUN a")


@pytest.mark.parametrize("text", ["", "# nothing\n", "\\\n"])
def test_a_file_without_instructions_has_no_stages(text: str) -> None:
    assert read(text).stages == ()


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"FROM x\nHELLO world\n", "MLL002", 2),
        (b"RUN x\nFROM y\n", "MLL002", 1),
        (b"{% if x %}\nFROM x\n", "MLL008", 1),
        (b"FROM x\n\xff", "MLL005", 2),
    ],
)
def test_what_cannot_be_read_is_a_problem(data: bytes, code: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(data)
    assert (caught.value.code, caught.value.line) == (code, line)
