"""A key of a Hydra configuration to the file of the group that states it.

Source: https://hydra.cc/docs/advanced/defaults_list/
"""

import posixpath

from mlops_lint.graph.nodes import Node


def stated(symbol: str, nodes: dict[str, Node]) -> str:
    """Gives the symbol of the key in the group of its file that defines it; the same where none does."""
    file, _, key = symbol.partition(":")[2].partition("#")
    own = nodes.get(symbol)
    if own is not None and own.fields.get("value") is not None:
        return symbol
    defaults = nodes.get(f"config:{file}#defaults")
    listed = defaults.fields.get("value") if defaults is not None else None
    folder = posixpath.dirname(file)
    for item in listed if isinstance(listed, tuple) else ():
        group, _, option = item.rpartition("=")
        dotted = group.replace("/", ".")
        if not group or key.startswith(f"{dotted}."):
            path = posixpath.join(folder, group, option)
            candidate = f"config:{path}.yaml#{key.removeprefix(f'{dotted}.') if group else key}"
            if candidate in nodes:
                return candidate
    return symbol
