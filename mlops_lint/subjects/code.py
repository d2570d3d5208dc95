"""Code itself: modules, functions, tests, notebooks."""

from typing import Annotated

from msgspec import UNSET

from mlops_lint.subjects.kind import Any_, Flag, Kind, Number, Text, Texts


class Test(Kind, frozen=True, tag="test"):
    """A test function."""

    framework: Annotated[Text, "pytest or unittest"] = UNSET
    fixtures: Annotated[Texts, "the names of its parameters, which fixtures fill in"] = UNSET
    threshold: Annotated[Flag, "it demands that something is near, above or below a number that is no count"] = UNSET
    fed_by: Annotated[Texts, "the names, and the lines as text, that what it demands comes from"] = UNSET


class Assertion(Kind, frozen=True, tag="assertion"):
    """What a test demands of floats, of data or of a model."""

    about: Annotated[Texts, "data = columns, types, gaps; model = predictions, scores"] = UNSET
    exact: Annotated[Flag, "floats that are computed must be equal; false = up to a tolerance; null = no floats"] = (
        UNSET
    )


class Notebook(Kind, frozen=True, tag="notebook"):
    """A notebook."""

    cells: Annotated[Number, "code cells"] = UNSET
    language: Annotated[Text, "the language of its kernel, in lower case"] = UNSET
    teaches: Annotated[Flag, "it is written for readers: a tutorial, an exercise, a demonstration"] = UNSET


class Cell(Kind, frozen=True, tag="cell"):
    """A code cell of a notebook that is not empty."""

    number: Annotated[Number, "counted over all cells, from 1"] = UNSET
    count: Annotated[Number, "its execution count; null = it was not run, or its outputs are cleared"] = UNSET
    late: Annotated[Texts, "names that it uses, and that only a cell below defines"] = UNSET


class Module(Kind, frozen=True, tag="module"):
    """A Python module."""

    exports: Annotated[Texts, "names that it takes from elsewhere, each as `name=module.name`"] = UNSET


class Function(Kind, frozen=True, tag="function"):
    """A function, a method, a class, or the statements of a module (`<module>`)."""

    what: Annotated[
        Text,
        "function, class, module, app = an object with which functions are registered, shared = a method of an object "
        "that a module makes for others",
    ] = UNSET
    closed: Annotated[Flag, "true = of a class whose methods are run only by those who call them"] = UNSET
    idle: Annotated[Flag, "true = it only logs, prints and hands values on"] = UNSET
    retried: Annotated[Flag, "true = a decorator calls it again when it fails"] = UNSET
    computes: Annotated[Flag, "true = what it returns is rounded on the way, more than once"] = UNSET


class Constant(Kind, frozen=True, tag="constant"):
    """A name that a module gives one value."""

    value: Annotated[Any_, "its value"] = UNSET


class Handler(Kind, frozen=True, tag="handler"):
    """A place that decides what happens when something fails: an `except` clause, `|| true`, a setting of a task."""

    what: Annotated[Text, "except, command or setting"] = UNSET
    broad: Annotated[Flag, "any error at all; false = only those that it names"] = UNSET
    swallows: Annotated[Flag, "the run goes on as if nothing had failed"] = UNSET
    logs: Annotated[Flag, "it prints or logs the failure"] = UNSET
    guards: Annotated[Texts, "last names of what is called where it may fail"] = UNSET
