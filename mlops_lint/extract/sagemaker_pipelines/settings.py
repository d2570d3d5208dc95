"""A step of SageMaker Pipelines to the settings that take effect, and to the code that it runs."""

import ast
import posixpath
from collections.abc import Iterator
from functools import partial

from msgspec import UNSET

from mlops_lint.extract.python.made import Found, Frame
from mlops_lint.extract.python.module import symbol_of
from mlops_lint.extract.python.scopes import Scope
from mlops_lint.extract.python.uris import HERE
from mlops_lint.extract.sagemaker_pipelines.names import ATTEMPTS, CHECKS, FRAMEWORK, MODELS, SORTS
from mlops_lint.extract.sagemaker_pipelines.steps import Reader, Step
from mlops_lint.model import Link
from mlops_lint.parse.image import reference
from mlops_lint.subjects import Flag, Number, Task, Text, Texts

_ELSEWHERE = ("s3://", "http://", "https://", "git", "/opt/ml/")
_CODE = ("code", "entry_point", "submit_app", "input_notebook")
# They say themselves how they are run, other steps have an estimator or processor for it.
_ALONE = frozenset({"@step", "NotebookJobStep"})
# What holds the address of data, by the last part of the class.
_READS = {"ProcessingInput": ("source", 0), "TrainingInput": ("s3_data", 0), "TransformInput": ("data", 0)}
_DATA = frozenset({"inputs", "outputs", None})
_WRITES = {"ProcessingOutput": ("destination", 1)}


class Job:
    """What runs a step: the calls that say how, the one nearest to the step first."""

    def __init__(self, reader: Reader, step: Step) -> None:
        self._made = reader.made
        self._alone = step.sort in _ALONE
        self.calls: list[tuple[ast.Call, Frame]] = [(step.settings, step.frame)] if step.settings else []
        if step.sort != "@step":
            for word in (SORTS[step.sort].job, "step_args"):
                given = self._made.argument(step.node, step.frame, word) if word else None
                for node, frame in self._made.options(*given) if given is not None else ():
                    self._add(node, frame)

    def _add(self, node: ast.expr, frame: Frame, depth: int = 4) -> None:
        """`estimator.fit(...)`, and the `Estimator(...)` itself; a tuner has an estimator too."""
        if not isinstance(node, ast.Call) or depth == 0:
            return
        self.calls.append((node, frame))
        behind: list[Found] = [(node.func.value, frame)] if isinstance(node.func, ast.Attribute) else []
        given = self._made.argument(node, frame, "estimator", 0) if "Tuner" in self._last(node, frame) else None
        for one in (*behind, *((given,) if given is not None else ())):
            for inner, where in self._made.options(*one):
                self._add(inner, where, depth - 1)

    def _last(self, node: ast.Call, frame: Frame) -> str:
        return self._made.name(node.func, frame).rpartition(".")[2]

    @property
    def known(self) -> bool:
        """Whether all arguments of all calls are seen."""
        return (self._alone or len(self.calls) > 1) and all(self._made.complete(*call) for call in self.calls)

    def given(self, *names: str) -> Found | None:
        """Gives the first argument of one of these names."""
        for call, frame in self.calls:
            for name in names:
                found = self._made.argument(call, frame, name)
                if found is not None:
                    return found
        return None

    def methods(self) -> list[str]:
        """Gives the last names of what is called."""
        return [self._last(*call) for call in self.calls]


def task(reader: Reader, step: Step, job: Job) -> Task:
    """Gives the settings of a step."""
    sort = SORTS[step.sort]
    retryable = sort.retries != ""
    image, pinned = _image(reader, job)
    requests = _requests(job, sort.sized)
    return Task(
        framework="sagemaker-pipelines",
        operator=step.sort,
        remote=sort.remote,
        retryable=retryable,
        retries=_retries(reader, step, job) if retryable else UNSET,
        timed=sort.timeout is not None,
        timeout=_timeout(reader, job, sort.timeout) if sort.timeout is not None else UNSET,
        image=image,
        image_pinned=pinned,
        lineage=False,
        cached=_cached(reader, step) if sort.cached else UNSET,
        sized=sort.sized,
        disposable=sort.sized,
        requests=requests,
        limits=requests,
        purpose=_purpose(reader, step, job),
    )


def _retries(reader: Reader, step: Step, job: Job) -> Number:
    """How often a step is tried again: the most that one of its policies allows."""
    if step.settings is None:
        # A bare `@step` is tried once more where SageMaker itself fails.
        return 1
    given = reader.made.argument(step.settings, step.frame, SORTS[step.sort].retries)
    found: list[int] = []
    if given is not None:
        for call, frame in reader.made.mentioned(*given, partial(_is_policy, reader)):
            value = _number(reader, reader.made.argument(call, frame, "max_attempts"))
            found.append(value if value is not None else ATTEMPTS)
        if not found and not _is_empty(reader, given):
            return UNSET
    elif not reader.made.complete(step.settings, step.frame):
        return UNSET
    return max(found, default=0) or _job_retries(reader, step, job)


def _job_retries(reader: Reader, step: Step, job: Job) -> Number:
    """What the job itself says: SageMaker starts it again after an error of its own."""
    given = job.given("max_retry_attempts")
    if given is None:
        return 1 if step.sort == "@step" else 0
    return _number(reader, given) or UNSET


def _is_policy(reader: Reader, node: ast.Call, frame: Frame) -> bool:
    return reader.made.name(node.func, frame).endswith("RetryPolicy")


def _is_empty(reader: Reader, given: Found) -> bool:
    options = [one for one, _ in reader.made.options(*given)]
    return all(
        (isinstance(one, ast.List) and not one.elts) or (isinstance(one, ast.Constant) and one.value is None)
        for one in options
    )


def _number(reader: Reader, given: Found | None) -> int | None:
    for node, frame in reader.made.options(*given) if given is not None else ():
        value = reader.module.values.value(node, frame.scope)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(node, ast.Call):
            return _number(reader, reader.made.argument(node, frame, "default_value", 1))
    return None


def _timeout(reader: Reader, job: Job, default: int) -> Number:
    given = job.given("max_runtime_in_seconds", "max_run")
    if given is None:
        # What a call that we do not see may say is some limit too, and none is longer than this one by default.
        return default if job.known else UNSET
    return _number(reader, given) or UNSET


def _cached(reader: Reader, step: Step) -> Flag:
    settings = step.settings
    given = reader.made.argument(settings, step.frame, "cache_config") if settings is not None else None
    if given is None:
        return False if settings is None or reader.made.complete(settings, step.frame) else UNSET
    for node, frame in reader.made.options(*given):
        if isinstance(node, ast.Call):
            enabled = reader.made.argument(node, frame, "enable_caching", 0)
            value = reader.module.values.value(enabled[0], enabled[1].scope) if enabled is not None else False
            return value if isinstance(value, bool) else UNSET
    return UNSET


def _image(reader: Reader, job: Job) -> tuple[Text, Flag]:
    given = job.given("image_uri")
    if given is None:
        # The class of the framework has an image for each of its versions.
        version = job.given(FRAMEWORK)
        text = reader.made.text(*version) if version is not None else None
        return UNSET, (True if text is not None and "." in text and "{" not in text else UNSET)
    for node, frame in reader.made.options(*given):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value, reference(node.value).pinned
        if isinstance(node, ast.Call) and reader.made.name(node.func, frame).endswith("image_uris.retrieve"):
            version = reader.made.argument(node, frame, "version", 2)
            text = reader.made.text(*version) if version is not None else None
            return UNSET, (True if text is not None and "." in text and "{" not in text else UNSET)
    return UNSET, UNSET


def _requests(job: Job, sized: bool) -> Texts:
    if not sized:
        return UNSET
    if job.given("instance_type") is not None or "serverless" in " ".join(job.methods()).lower():
        return ("instance",)
    return UNSET


def _purpose(reader: Reader, step: Step, job: Job) -> Text:
    if step.sort == "ModelStep":
        return next((MODELS[name] for name in job.methods() if name in MODELS), UNSET)
    if step.sort in ("QualityCheckStep", "ClarifyCheckStep"):
        word = "quality_check_config" if step.sort == "QualityCheckStep" else "clarify_check_config"
        given = reader.made.argument(step.node, step.frame, word)
        names = [reader.made.name(node, frame) for node, frame in reader.made.options(*given)] if given else []
        return next((CHECKS[last] for name in names if (last := name.rpartition(".")[2]) in CHECKS), UNSET)
    return SORTS[step.sort].purpose


# --- code and data


def code(reader: Reader, step: Step, job: Job) -> Iterator[Link]:
    """Gives the links from a step to the functions and files that it runs."""
    if step.sort == "@step":
        if isinstance(step.function, Scope):
            yield Link("starts", symbol_of(step.function))
        elif step.function is not None:
            name = reader.made.name(step.function, step.frame)
            if not name.startswith("?"):
                yield Link("starts", f"function:{name}")
        return
    found = job.given(*_CODE)
    path = _text(reader, found) if found is not None else None
    folder = job.given("source_dir")
    if path is None or found is None or job.given("git_config") is not None or path.startswith(_ELSEWHERE):
        return
    if folder is not None:
        below = _text(reader, folder)
        if below is None or below.startswith(_ELSEWHERE):
            return
        path = posixpath.join(below, path)
    location = reader.module.locate(found[0])
    if path.startswith(HERE):
        yield Link("runs", f"file:{posixpath.normpath(path.removeprefix(HERE))}", location)
    else:
        yield Link("runs", f"path:{posixpath.normpath(path)}", location)


def _text(reader: Reader, given: Found) -> str | None:
    """A text of which all is known."""
    for node, frame in reader.made.options(*given):
        value = reader.module.values.value(node, frame.scope)
        if isinstance(value, str):
            return value
    return None


def data(reader: Reader, step: Step, job: Job) -> Iterator[Link]:
    """Gives the links from a step to the data in S3 that it names."""
    if step.sort == "@step":
        return
    seen: set[str] = set()
    wanted = partial(_holds_data, reader)
    for call, frame in job.calls:
        for argument in (*call.args, *(one.value for one in call.keywords if one.arg in _DATA)):
            for node, where in reader.made.mentioned(argument, frame, wanted):
                last = reader.made.name(node.func, where).rpartition(".")[2]
                role, known = ("reads", _READS) if last in _READS else ("writes", _WRITES)
                given = reader.made.argument(node, where, *known[last])
                uri = _text(reader, given) if given is not None else None
                if uri is not None and uri.startswith("s3://") and f"{role} {uri}" not in seen:
                    seen.add(f"{role} {uri}")
                    yield Link(role, f"dataset:{uri}", reader.module.locate(node))


def _holds_data(reader: Reader, node: ast.Call, frame: Frame) -> bool:
    name = reader.made.name(node.func, frame)
    return name.startswith("sagemaker") and name.rpartition(".")[2] in {**_READS, **_WRITES}
