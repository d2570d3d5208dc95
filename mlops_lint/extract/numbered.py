"""A name that is taken to the next one like it: `train`, then `train__2`."""


def unique(name: str, taken: dict[str, int], between: str = "__", second: int = 2) -> str:
    """Gives a name by which nothing else goes, and notes it in `taken`; the second of a name has the number `second`.

    In two branches of code there may be two tasks of one name, and in two pipelines of one file, too.
    """
    count = taken[name] = taken.get(name, second - 2) + 1
    return name if count == second - 1 else unique(f"{name}{between}{count}", taken, between, second)
