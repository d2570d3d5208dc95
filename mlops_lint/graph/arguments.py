"""The commands that start programs to the arguments that these are given.

Source: https://docs.python.org/3/library/argparse.html and https://docs.python.org/3/library/sys.html#sys.argv
"""

from collections.abc import Iterable
from itertools import takewhile

from mlops_lint.graph.nodes import Node
from mlops_lint.model import Link, Value

_HOLE = "\0"
_PATTERN = ("*", "?", "~")
_Words = tuple[str, ...]


def given(nodes: dict[str, Node]) -> dict[str, Value]:
    """Gives what each argument is worth, by its symbol, as `argument:src/train.py#data`: in all runs of the program.

    What differs from run to run, or stands in a command as a variable, is left out.
    """
    options: dict[str, list[Node]] = {}
    for node in nodes.values():
        if node.kind == "option":
            options.setdefault(node.location.path, []).append(node)
    runs = _runs(nodes)
    found: dict[str, Value] = {}
    for path in dict.fromkeys((*options, *runs)):
        declared = options.get(path, [])
        told = [_told(declared, words) for words in runs.get(path, [()])]
        for name, value in told[0].items():
            if all(name in other and other[name] == value for other in told):
                found[f"argument:{path}#{name}"] = value
    return found


def _runs(nodes: dict[str, Node]) -> dict[str, list[_Words]]:
    """The words that each program is given; a pipeline that declares its data says best how a program is meant."""
    found: dict[str, dict[int, dict[_Words, None]]] = {}
    for node in nodes.values():
        rank = 2 if node.fields.get("lineage") is True else 1 if node.kind == "task" else 0
        for link in node.links:
            path = _program(link, nodes) if link.words is not None else None
            if path is not None and link.words is not None:
                found.setdefault(path, {}).setdefault(rank, {})[link.words] = None
    return {path: list(ranks[max(ranks)]) for path, ranks in found.items()}


def _program(link: Link, nodes: dict[str, Node]) -> str | None:
    scheme, _, rest = link.symbol.partition(":")
    if scheme == "file":
        return rest
    started = nodes.get(link.symbol) if scheme == "function" else None
    return started.location.path if started is not None else None


def _told(options: list[Node], words: _Words) -> dict[str, Value]:
    """What one run gives a program, by the names of its options and by place."""
    found: dict[str, Value] = {str(place): word for place, word in enumerate(_plain(words), 1)}
    given, placed = _split(options, words)
    # Behind a variable there may stand any option.
    open_ = placed is None and any(word.startswith(_HOLE) for word in words)
    for name in dict.fromkeys(option.name for option in options):
        if name in given:
            value = given[name]
        else:
            defaults = {
                repr(one.fields.get("default")): one.fields.get("default") for one in options if one.name == name
            }
            value = next(iter(defaults.values())) if len(defaults) == 1 and not open_ else None
        if value is not None:
            found[name] = value
    wanted = [one for one in options if _flags(one) and not _flags(one)[0].startswith("-")]
    if placed is not None and len(wanted) == len(placed) and all(one.fields.get("takes") == "one" for one in wanted):
        found |= {one.name: word for one, word in zip(wanted, placed, strict=True) if _is_plain(word)}
    return found


def _split(options: list[Node], words: _Words) -> tuple[dict[str, Value], list[str] | None]:
    """The values that stand at flags, and the words that stand alone; None = which do is not known."""
    takes = {flag: one for one in options for flag in _flags(one) if flag.startswith("-")}
    found: dict[str, Value] = {}
    placed: list[str] | None = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        flag, equals, value = word.partition("=")
        option = takes.get(flag)
        if option is None:
            # What an unknown flag takes is not known; nor is what a variable holds.
            if word.startswith(("-", _HOLE)):
                placed = None
            elif placed is not None:
                placed.append(word)
        elif option.fields.get("takes") == "one":
            value = value if equals else rest.pop(0) if rest else _HOLE
            found[option.name] = value if _is_plain(value) else None
        elif option.fields.get("takes") == "some":
            found[option.name] = None
            rest = rest[sum(1 for _ in takewhile(lambda one: not one.startswith("-"), rest)) :]
    return found, placed


def _plain(words: Iterable[str]) -> Iterable[str]:
    """The words up to the first of which is not known whether it is one."""
    return takewhile(_is_plain, words)


def _is_plain(word: str) -> bool:
    return _HOLE not in word and not any(sign in word for sign in _PATTERN)


def _flags(option: Node) -> _Words:
    flags = option.fields.get("flags")
    return flags if isinstance(flags, tuple) else ()
