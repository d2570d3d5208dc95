"""The options of command lines that modules declare, with their defaults.

Source: https://docs.python.org/3/library/argparse.html, https://click.palletsprojects.com/en/stable/options/ and
https://abseil.io/docs/python/guides/flags
"""

from collections.abc import Iterator

from msgspec import UNSET

from mlops_lint.extract.python.module import Module
from mlops_lint.extract.registry import python
from mlops_lint.model import Subject
from mlops_lint.subjects import Option, subject

_ROOTS = frozenset({"argparse", "click", "rich_click", "absl", "tensorflow", "configargparse", "jsonargparse"})


@python
def options(module: Module) -> Iterator[Subject]:
    """Gives each option that a module declares."""
    if not module.roots & _ROOTS:
        return
    for option in module.values.options.all:
        value = module.values.value(option.default, option.scope) if option.default is not None else None
        default = UNSET if isinstance(value, tuple) else value
        flags = module.values.options.flags(option)
        record = Option(default=default, checked=option.typed, flags=flags, takes=option.takes)
        yield subject(record, module.locate(option.node), option.name, links=(module.within(option.scope),))
