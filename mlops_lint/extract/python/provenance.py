"""What a name holds while a file runs: which rows of which data, what was learned from which, by which model."""

import re
from functools import lru_cache

import msgspec

Step = tuple[str, str]
"""One narrowing of rows: which division, and which side of it."""

_TEST = re.compile(r"test(ing|set|x|y|df|data|dat|s)?|(x|y|df)(te|tst|test|valid|val|v)|tst|valid(ation|set)?|holdout")
_TRAIN = re.compile(r"train(ing|set|x|y|df|data|dat|s)?|(x|y|df)(tr|train|trn)|trn")
# These say it only beside another word, as in `val_data`: alone they are values, devices and the like.
_TEST_BESIDE = frozenset({"val", "te", "dev"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
TRAIN, TEST = "train", "test"


class Rows(msgspec.Struct, frozen=True):
    """Rows of one body of data: where it came from, and how it was narrowed since."""

    origin: str
    path: tuple[Step, ...] = ()
    role: str = ""
    """train or test, by a split or by the name of a variable."""
    divided: bool = False
    """The role is that of a part of a split that was seen."""

    def meets(self, other: "Rows") -> bool:
        """Says whether some rows are in both, as far as is seen: the one is a part of the other."""
        if self.origin != other.origin:
            return False
        shared = min(len(self.path), len(other.path))
        return self.path[:shared] == other.path[:shared]

    def part(self, division: str, side: str, role: str = "", divided: bool = False) -> "Rows":
        """Gives the rows of one side of a division."""
        if len(self.path) >= _DEEPEST or (division, side) in self.path:
            return self
        return Rows(self.origin, (*self.path, (division, side)), role or self.role, divided or self.divided)


# Loops that narrow a name again and again need an end.
_DEEPEST = 12


class Learned(msgspec.Struct, frozen=True):
    """Something that was learned from rows: the call that did, and from which."""

    node: int
    """The `id` of the node of the call."""
    rows: frozenset[Rows]
    how: str = "fit"
    """fit, statistic, extreme (of use only where something is divided by it), copies, windows or order."""
    column: str = ""
    """The column that it was written into; empty for all, and where it is not known."""

    @property
    def on_part(self) -> bool:
        """Whether all of it comes from a part of a split: to divide this again leaves the other part untouched."""
        return all(rows.divided for rows in self.rows) and not {TRAIN, TEST} <= {rows.role for rows in self.rows}

    @property
    def on_test(self) -> bool:
        """Whether all of it comes from test parts."""
        return bool(self.rows) and all(rows.role == TEST for rows in self.rows)


class Fitted:
    """One model or transformer, as it changes while the file runs."""

    __slots__ = ("made", "parts", "rows", "seen", "trained", "validated", "what")

    def __init__(self, made: int, what: str) -> None:
        self.made = made
        self.what = what
        """The full name of its class."""
        self.rows: frozenset[Rows] = frozenset()
        """What it was last fitted on."""
        self.seen: frozenset[Learned] = frozenset()
        """What was learned before, of what it was last fitted on, or by its own fit where it transforms."""
        self.trained: int | None = None
        """The `id` of the node of its last fit."""
        self.validated = False
        """It was fitted and measured on folds."""
        self.parts: tuple[Fitted, ...] = ()
        """The models that it wraps."""

    @property
    def on_test(self) -> bool:
        """Whether it was fitted on a test part alone."""
        return all(rows.role == TEST for rows in self.rows)


class Held(msgspec.Struct, frozen=True):
    """What an expression is worth."""

    rows: frozenset[Rows] = frozenset()
    learned: frozenset[Learned] = frozenset()
    objects: tuple[Fitted, ...] = ()
    items: tuple["Held", ...] | None = None
    predicted: tuple[tuple[int | None, str], ...] = ()
    """The trainings of the models that predicted it, and for which part of the data."""
    function: object = None
    """The scope of a function of this file."""
    form: str = ""
    """grouped, window, row or splitter: of which a mean is no statistic of all rows."""
    fold: tuple[str, str] | None = None
    """The indices of one side of a division."""
    names: tuple[str, ...] = ()
    """The variables that a list was made of."""

    def all(self) -> "Held":
        """Gives the value with what its items hold."""
        return join([self, *(item.all() for item in self.items)]) if self.items else self


NOTHING = Held()


def join(values: list[Held]) -> Held:
    """Gives what holds if any of the values may be meant."""
    if len(values) == 1:
        return values[0]
    values = [value for value in values if value != NOTHING]
    if len(values) <= 1:
        return values[0] if values else NOTHING
    lengths = {len(value.items) if value.items is not None else None for value in values}
    items = None
    if len(lengths) == 1 and None not in lengths:
        items = tuple(join(list(same)) for same in zip(*(value.items or () for value in values), strict=True))
    first = values[0]
    return Held(
        frozenset().union(*(value.rows for value in values)),
        frozenset().union(*(value.learned for value in values)),
        tuple(dict.fromkeys(one for value in values for one in value.objects))[:8],
        items,
        tuple(dict.fromkeys(one for value in values for one in value.predicted))[:8],
        next((value.function for value in values if value.function is not None), None),
        first.form if all(value.form == first.form for value in values) else "",
        next((value.fold for value in values if value.fold is not None), None),
        first.names if all(value.names == first.names for value in values) else (),
    )


def meet(some: frozenset[Rows], others: frozenset[Rows]) -> bool:
    """Says whether rows are in both."""
    return any(one.meets(other) for one in some for other in others)


@lru_cache(maxsize=4096)
def role_of(name: str) -> str:
    """Gives the role that a name speaks of: `X_train`, `testX`; empty for none, and for both."""
    words = [word.lower() for word in _WORDS.findall(name)]
    train = any(_TRAIN.fullmatch(word) for word in words) or (len(words) > 1 and "tr" in words)
    test = any(_TEST.fullmatch(word) for word in words) or (len(words) > 1 and not _TEST_BESIDE.isdisjoint(words))
    return "" if train == test else TRAIN if train else TEST


def _is_free(rows: Rows, role: str) -> bool:
    return not rows.divided and rows.role in ("", role)


def _is_cut(rows: Rows) -> bool:
    return bool(rows.path) and rows.path[-1][0].startswith("slice ")


def named(held: Held, name: str) -> Held:
    """Gives the value as its new name tells of it: rows of no role take that of the name.

    What is cut out of train and test put together is of the one of which its name is.
    """
    role = role_of(name)
    if not role or not held.rows:
        return held
    kept = frozenset(rows for rows in held.rows if rows.divided or not rows.path or rows.role in ("", role))
    if any(rows.role == role for rows in kept):
        held = msgspec.structs.replace(held, rows=kept)
    # Who cuts rows out and calls them train or test divides by hand.
    rows = frozenset(
        Rows(one.origin, one.path, role, _is_cut(one)) if _is_free(one, role) else one for one in held.rows
    )
    return msgspec.structs.replace(held, rows=rows)
