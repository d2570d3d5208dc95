"""The two errors that a person may cause: a wrong command or rule, and an unreadable file."""

from collections.abc import Iterable


class UsageError(Exception):
    """The command, the configuration or a rule is wrong; the message is one line for the user.

    The line says where, what is wrong and what would be right:
    `rules/x.yaml:4: no kind of subject is called 'splits'; did you mean 'split'?`
    """


class ParseError(Exception):
    """A file cannot be read as what its name says it is; becomes a `Problem`, never a crash."""

    def __init__(self, message: str, line: int = 1, code: str = "MLL002") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.code = code


def suggestion(word: str, known: Iterable[str]) -> str:
    """Gives "; did you mean 'x'?" for the known word nearest to `word`, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
