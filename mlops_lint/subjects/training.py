"""What makes a model, measures it and keeps it."""

from typing import Annotated

from msgspec import UNSET

from mlops_lint.subjects.kind import Any_, Flag, Kind, Number, Text, Texts


class RandomCall(Kind, frozen=True, tag="random_call"):
    """A draw of random numbers."""

    generator: Annotated[Text, "whose state is used: python, numpy, torch, tensorflow, jax, spark, ..."] = UNSET
    fresh: Annotated[Flag, "makes a generator of its own, which no global seed reaches"] = UNSET
    seed: Annotated[Any_, "the seed that the call takes"] = UNSET
    seedable: Annotated[Flag, "the call itself takes a seed"] = UNSET


class SeedCall(Kind, frozen=True, tag="seed_call"):
    """A call that seeds generators for the whole process."""

    generators: Annotated[Texts, "which generators it seeds"] = UNSET
    seed: Annotated[Any_, "the seed; null = from entropy"] = UNSET
    clock: Annotated[Flag, "the seed is the clock, entropy, a uuid, a hash or the process id"] = UNSET
    workers: Annotated[Flag, "reaches the worker processes of data loaders too"] = UNSET
    instead: Annotated[Texts, "lines of its file that are run where it is not, as `31-40`: other branches"] = UNSET


class Determinism(Kind, frozen=True, tag="determinism"):
    """A setting that makes kernels give the same results at every run, or lets them differ."""

    exact: Annotated[Flag, "true = the same results; false = kernels are chosen that may differ"] = UNSET


class Estimator(Kind, frozen=True, tag="estimator"):
    """A model or search that is constructed in order to be fitted."""

    library: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    random: Annotated[Flag, "its fit draws random numbers with the given arguments"] = UNSET
    seed: Annotated[Any_, "the seed that the constructor takes"] = UNSET
    seed_argument: Annotated[Text, "the parameter that takes it"] = UNSET
    generator: Annotated[Text, "the global generator that it uses without a seed"] = UNSET
    hyperparameters: Annotated[Texts, "those that matter most; not set = it has none that do"] = UNSET
    searched: Annotated[Flag, "values of these are tried in a loop or a search"] = UNSET
    weighted: Annotated[Flag, "rare classes are given more weight"] = UNSET
    configured: Annotated[Flag, "at least one of these is set, or searched for"] = UNSET


class Training(Kind, frozen=True, tag="training"):
    """A call that trains a model."""

    library: Annotated[Text, "the import root, as `sklearn`, `torch`"] = UNSET
    draws: Annotated[Texts, "the global generators that it draws from"] = UNSET
    held_out: Annotated[Flag, "the file measures it on rows that it was not fitted on; not set = on none"] = UNSET
    unmeasured: Annotated[Flag, "nothing in its file speaks of measuring, validating or testing"] = UNSET
    test_rows_seen: Annotated[Flag, "it was fitted on rows of the part that it is tested on"] = UNSET
    tracked: Annotated[Flag, "the call itself records its run in a tracker; null = in one that is installed"] = UNSET
    by_hand: Annotated[Flag, "code of the repository takes the steps in a loop of its own"] = UNSET
    clears_gradients: Annotated[Flag, "of a loop by hand: gradients are cleared between steps"] = UNSET
    over_epochs: Annotated[Flag, "goes over its data again and again; only the first step of a loop says so"] = UNSET
    epochs: Annotated[Number, "how often"] = UNSET
    checkpoints: Annotated[Flag, "saves the model in between"] = UNSET


class Evaluation(Kind, frozen=True, tag="evaluation"):
    """A call that measures how good a model is: a metric, a score, an evaluation loop of a library."""

    library: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    metric: Annotated[Text, "accuracy, f1, roc_auc, rmse, ...; null = the default of the model"] = UNSET
    on: Annotated[Text, "train or test: the part that it measures on; not set = cannot be known"] = UNSET
    model: Annotated[Text, "the class of the model that it measures"] = UNSET
    by_mode: Annotated[Flag, "of a PyTorch model, which predicts otherwise while it is in training mode"] = UNSET
    eval_mode: Annotated[Flag, "the model is in evaluation mode here"] = UNSET
    back_to_training: Annotated[Flag, "it is trained on afterwards, in training mode; null = it only predicts"] = UNSET


class Hyperparameter(Kind, frozen=True, tag="hyperparameter"):
    """A setting of how a model learns, where it stands at a call of a library."""

    value: Annotated[Any_, "what it is set to"] = UNSET
    origin: Annotated[Text, "where it is decided: literal, constant, argument or setting"] = UNSET
    function: Annotated[Text, "the full name of what is called"] = UNSET


class Option(Kind, frozen=True, tag="option"):
    """An option of a program's command line."""

    default: Annotated[Any_, "its value where nobody gives it; null = none"] = UNSET
    checked: Annotated[Flag, "its text is converted or compared with a list"] = UNSET
    flags: Annotated[Texts, "how it stands in a command; a name without hyphens has its place"] = UNSET
    takes: Annotated[Text, "how many words of a command: none, one or some"] = UNSET


class Model(Kind, frozen=True, tag="model"):
    """A trained model that is saved, logged or registered."""

    library: Annotated[Text, "the import root of the call that saves it"] = UNSET
    uri: Annotated[Text, "path or URI as written"] = UNSET
    registered: Annotated[Flag, "goes to a registry or a versioned store"] = UNSET
    registry_name: Annotated[Text, "the name in the registry"] = UNSET
    checkpoint: Annotated[Flag, "a checkpoint of a training loop, not its result"] = UNSET
    dated: Annotated[Flag, "its path holds the time or an id of the run, so it replaces no other"] = UNSET
    signable: Annotated[Flag, "its format has a place for a signature"] = UNSET
    signed: Annotated[Flag, "carries a signature, or an example of its input"] = UNSET


class ModelLoad(Kind, frozen=True, tag="model_load"):
    """A call that loads a model, weights or another serialised object."""

    library: Annotated[Text, "the import root"] = UNSET
    uri: Annotated[Text, "path, URI, or name in a hub or registry"] = UNSET
    hub: Annotated[Flag, "comes from a public hub or a registry"] = UNSET
    local: Annotated[Flag, "a path of this machine"] = UNSET
    revision: Annotated[Any_, "the revision or version that is asked for"] = UNSET
    pinned: Annotated[Flag, "the version is fixed"] = UNSET
    unsafe: Annotated[Flag, "runs code that the file holds"] = UNSET
    downloaded: Annotated[Flag, "the same module downloads the file"] = UNSET
    given: Annotated[Flag, "the file is named by whoever calls the function, or types it in"] = UNSET
    safe_since: Annotated[Text, "the version since which no switch is needed, as `torch 2.6`"] = UNSET
    remedy: Annotated[Text, "what loads it safely"] = UNSET
    switch: Annotated[Text, "the argument with which it runs no code, as `weights_only=True`"] = UNSET
    once: Annotated[Flag, "kept when it was loaded: under a test for what is there, or by a cache"] = UNSET
