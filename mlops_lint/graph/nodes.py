"""The node of the graph: a subject with its references resolved, or a name that nothing defines."""

from mlops_lint.model import OWN, Link, Location, Value

_MODELLING = frozenset({"training", "estimator", "split", "transform"})


class Node:
    """One subject in the graph; `dangling` are links to what is not there, or cannot be told."""

    __slots__ = ("context", "dangling", "fields", "id", "kind", "links", "location", "name", "symbol")

    def __init__(  # noqa: PLR0913, PLR0917  # a record; a plain class, as a million of them are made
        self, id: str, kind: str, name: str, location: Location, context: str, fields: dict[str, Value],
        symbol: str | None = None,
    ) -> None:  # fmt: skip
        self.id = id
        self.kind = kind
        self.name = name
        self.location = location
        self.context = context
        self.fields = fields
        """As in the facts; a value that cannot be known is left out."""
        self.symbol = symbol
        self.links: list[Link] = []
        """As in the facts."""
        self.dangling: list[Link] = []

    @property
    def own(self) -> bool:
        """Whether it stands in the project's own code that is meant to run."""
        return self.context in OWN

    @property
    def modelling(self) -> bool:
        """Whether it is work on a model or for one; to reshape a data frame alone is none."""
        return self.kind in _MODELLING and self.fields.get("frame") is not True
