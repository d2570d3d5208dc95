"""Data and what is done to it."""

from typing import Annotated

from msgspec import UNSET

from mlops_lint.subjects.kind import Any_, Flag, Kind, Number, Text, Texts


class Dataset(Kind, frozen=True, tag="dataset"):
    """A body of data under one path, URI, table or hub name; all mentions of it are one subject."""

    uri: Annotated[Text, "the path from the root of the repository, the URI, or the table"] = UNSET
    scheme: Annotated[Text, "local, s3, gs, http, https, hf, table, ..."] = UNSET
    exists: Annotated[Flag, "a local file or folder of the repository"] = UNSET
    tracked: Annotated[Flag, "git tracks the file, or files below the folder"] = UNSET
    versioned_by: Annotated[Text, "what pins its content: dvc, git, lfs, uri, revision, ...; null = nothing"] = UNSET
    cached: Annotated[Flag, "a stage output that its tool keeps a version of"] = UNSET
    origin: Annotated[Text, "where it was imported from, or what is said of that where its version is kept"] = UNSET
    entry: Annotated[Text, "the name by which a catalogue lists it or a pipeline calls it"] = UNSET


class Read(Kind, frozen=True, tag="read"):
    """A call that brings data in: from a file, a URL, a bucket, a table or a hub."""

    library: Annotated[Text, "the import root, as `pandas`"] = UNSET
    uri: Annotated[Text, "path or URI as written, or the name in the hub"] = UNSET
    format: Annotated[Text, "csv, parquet, json, text, pickle, image, ..."] = UNSET
    data: Annotated[Flag, "the call reads data; false for configuration or code"] = UNSET
    hub: Annotated[Flag, "downloads from a public hub that has revisions"] = UNSET
    revision: Annotated[Any_, "the revision, version or object version that is asked for"] = UNSET
    pinned: Annotated[Flag, "what is read is fixed: by a revision or checksum, or it ships with the library"] = UNSET
    verify: Annotated[Flag, "false = certificate or host key is not checked"] = UNSET
    trained: Annotated[Flag, "false = the file trains, but on nothing of this"] = UNSET
    protected: Annotated[Texts, "columns in this file that name what people must not be judged by"] = UNSET
    typed: Annotated[Flag, "the call states columns of the table, or their types"] = UNSET
    drops: Annotated[Flag, "lines that do not parse are left out without a word"] = UNSET
    personal: Annotated[Texts, "columns named like personal data that the file takes from it"] = UNSET
    hidden: Annotated[Flag, "the file drops, hashes or masks these columns"] = UNSET
    sampled: Annotated[Flag, "a number in the code says how many rows are read"] = UNSET


class Write(Kind, frozen=True, tag="write"):
    """A call that leaves data, a model or a table behind."""

    library: Annotated[Text, "the import root, as `pandas`"] = UNSET
    uri: Annotated[Text, "path, URI or table as written"] = UNSET
    format: Annotated[Text, "csv, parquet, json, text, pickle, model, ..."] = UNSET
    mode: Annotated[Text, "the mode as written: w, a, append, overwrite, replace"] = UNSET
    appends: Annotated[Flag, "adds to what is there, so that twice is not once"] = UNSET
    dated: Annotated[Flag, "the name is made from the clock, a uuid or a random number"] = UNSET
    grows: Annotated[Flag, "named as what is meant to grow, or to be kept beside others: a log, a backup"] = UNSET


class File(Kind, frozen=True, tag="file"):
    """A file of the repository."""

    size: Annotated[Number, "bytes"] = UNSET
    extension: Annotated[Text, "lower case, without the dot"] = UNSET
    tracked: Annotated[Flag, "git tracks it; null = not a git repository"] = UNSET
    lfs: Annotated[Flag, "Git LFS keeps its content"] = UNSET
    data: Annotated[Flag, "data or a model, by its extension"] = UNSET
    submodule: Annotated[Flag, "a folder into which git puts another repository"] = UNSET


class PathUse(Kind, frozen=True, tag="path"):
    """A path that stands in code or configuration."""

    value: Annotated[Text, "as written"] = UNSET
    private: Annotated[Flag, "absolute, into one person's machine or account"] = UNSET


class Secret(Kind, frozen=True, tag="secret"):
    """A credential that stands in a file, whose value is never kept, or that code takes from the environment."""

    what: Annotated[Text, "the sort of credential, as `AWS access key`"] = UNSET
    where: Annotated[Text, "code, configuration, notebook source or output, environment"] = UNSET
    literal: Annotated[Flag, "the value itself stands there"] = UNSET


class Listing(Kind, frozen=True, tag="listing"):
    """A list of files, or the items of a set, in an order that nothing promises."""

    function: Annotated[Text, "its full name"] = UNSET
    sorted: Annotated[Flag, "sorted before it is used"] = UNSET
    collected: Annotated[Flag, "its order becomes that of rows, samples or class numbers"] = UNSET


class DataLoader(Kind, frozen=True, tag="data_loader"):
    """A loader that puts batches together, by worker processes or by itself."""

    shuffles: Annotated[Flag, "rows are drawn at random"] = UNSET
    workers: Annotated[Flag, "worker processes load"] = UNSET
    seeded: Annotated[Flag, "has a generator of its own, or a function that seeds its workers"] = UNSET
    generator: Annotated[Text, "whose state is used without a seed: torch"] = UNSET


class Split(Kind, frozen=True, tag="split"):
    """A division of data into parts for training and evaluation."""

    function: Annotated[Text, "its full name"] = UNSET
    shuffles: Annotated[Flag, "rows are drawn at random"] = UNSET
    seed: Annotated[Any_, "the seed that the call takes"] = UNSET
    seed_argument: Annotated[Text, "the parameter that takes it"] = UNSET
    generator: Annotated[Text, "whose state is used without a seed: numpy, torch, ..."] = UNSET
    by_group: Annotated[Flag, "rows of one group stay together"] = UNSET
    in_order: Annotated[Flag, "by position or time, not by chance"] = UNSET
    time_ordered: Annotated[Flag, "the rows follow one another in time: lags or windows were made of them"] = UNSET
    after_resampling: Annotated[Flag, "rows were drawn again or made from others before it"] = UNSET


class Transform(Kind, frozen=True, tag="transform"):
    """A step that learns from data: scaler, imputer, mean that fills gaps, ...; or one that works on a data frame."""

    library: Annotated[Text, "the import root, as `sklearn`"] = UNSET
    method: Annotated[Text, "fit, fit_transform, fit_resample, ..."] = UNSET
    learns: Annotated[Text, "categories = no more than which values there are"] = UNSET
    adds_rows: Annotated[Flag, "copies rows, or makes new ones from several"] = UNSET
    before_split: Annotated[Flag, "what it was fitted on is split into parts afterwards"] = UNSET
    on_test: Annotated[Flag, "fitted on a test or validation part"] = UNSET
    frame: Annotated[Flag, "works on a data frame, and learns nothing"] = UNSET
    rowwise: Annotated[Flag, "goes through a data frame row by row, or grows it so"] = UNSET
    gathers: Annotated[Flag, "brings distributed data to one machine"] = UNSET
    reduced: Annotated[Flag, "what it brings is a few rows, or an aggregate"] = UNSET


class Join(Kind, frozen=True, tag="join"):
    """Two tables brought together by the values of their keys."""

    library: Annotated[Text, "the import root, as `pandas`"] = UNSET
    keys: Annotated[Flag, "the call names the keys"] = UNSET
    how: Annotated[Flag, "the call says which rows stay: inner, left, outer, ..."] = UNSET
    checked: Annotated[
        Flag, "what key meets what is demanded, follows from how a side was made, or rows are counted"
    ] = UNSET


class Feature(Kind, frozen=True, tag="feature"):
    """A feature that a feature store is told of; its name is `view:field`."""

    framework: Annotated[Text, "the feature store, as `feast`"] = UNSET
    view: Annotated[Text, "the view, or group, that it belongs to"] = UNSET
    variable: Annotated[Text, "what the view is called in the code; null = nothing"] = UNSET


class FeatureView(Kind, frozen=True, tag="feature_view"):
    """A group of features that a feature store keeps under one name."""

    framework: Annotated[Text, "the feature store, as `feast`"] = UNSET
    owner: Annotated[Text, "who is responsible; null = nobody named"] = UNSET
    described: Annotated[Flag, "has a description"] = UNSET
    tagged: Annotated[Flag, "has tags"] = UNSET
    ttl: Annotated[Number, "seconds after which a value is too old; 0 = never said; null = not given"] = UNSET
    online: Annotated[Flag, "is brought to an online store"] = UNSET
    derived: Annotated[Flag, "computed at request time from others, or pushed: nothing has to be brought anywhere"] = (
        UNSET
    )
    refreshed: Annotated[Flag, "the store itself brings it up to date, on a schedule"] = UNSET
    fields: Annotated[Texts, "the names of its features"] = UNSET


class LockedStage(Kind, frozen=True, tag="locked_stage"):
    """A stage of a pipeline as it was when it last ran, in a file that its tool keeps of it."""

    file: Annotated[Text, "the file"] = UNSET
    stage: Annotated[Text, "the symbol of the task that it is of"] = UNSET
    command: Annotated[Text, "the shell command; null = none"] = UNSET
    inputs: Annotated[Texts, "what it read, as written: from the folder of its command"] = UNSET
    outputs: Annotated[Texts, "what it left, as written"] = UNSET
    settings: Annotated[Texts, "the files of settings that it used"] = UNSET
    fixed: Annotated[Flag, "each input and output has a checksum"] = UNSET
