"""What `nextflow.config` says of processes that stand in other files."""

from test_graph import graph

from mlops_lint.graph import Node

MAIN = """\
include { SORT } from './modules/sort'
process TRAIN {
    label 'big'
    time '2h'
    script:
    "python train.py"
}
workflow {
    TRAIN(SORT(1))
}
"""
SORT = "process SORT {\n    script:\n    'sort x'\n}\n"


def tasks(config: str, more: dict[str, str] | None = None) -> dict[str, Node]:
    files = {"main.nf": MAIN, "modules/sort.nf": SORT, "nextflow.config": config, **(more or {})}
    return {one.name: one for one in graph(files).of_kind("task")}


def test_settings_for_all_come_before_a_directive_and_those_of_labels_and_names_after_it() -> None:
    found = tasks(
        "process {\n    time = 1.h\n    errorStrategy = 'retry'\n    withLabel:big {\n        cpus = 8\n    }\n"
        "    withName: 'SO.*' {\n        maxRetries = 3\n        errorStrategy = 'retry'\n    }\n}\n"
    )
    assert {"timeout": 7200, "retries": 1, "requests": ("cpu",)}.items() <= found["TRAIN"].fields.items()
    assert {"timeout": 3600, "retries": 3}.items() <= found["SORT"].fields.items()
    assert "requests" not in found["SORT"].fields


def test_what_is_included_counts_and_statements_are_no_tasks() -> None:
    base = {"conf/base.config": "process {\n    errorStrategy = 'retry'\n    maxRetries = 4\n}\n"}
    found = tasks("includeConfig 'conf/base.config'\n", base)
    assert found["SORT"].fields["retries"] == 4
    assert set(found) == {"TRAIN", "SORT"}


def test_without_any_statement_the_default_of_nextflow_holds() -> None:
    found = tasks("process.cpus = 2\n")
    assert {"retries": 0, "timeout": None}.items() <= found["SORT"].fields.items()


def test_what_a_profile_or_an_unknown_file_may_say_is_not_known() -> None:
    profile = tasks("profiles {\n    cloud {\n        process.errorStrategy = 'retry'\n    }\n}\n")
    assert "retries" not in profile["SORT"].fields
    elsewhere = tasks('includeConfig "${params.base}/x.config"\n')
    assert "timeout" not in elsewhere["SORT"].fields


def test_without_a_configuration_nothing_is_known() -> None:
    files = {"main.nf": MAIN, "modules/sort.nf": SORT}
    assert all("retries" not in one.fields for one in graph(files).of_kind("task"))


def test_a_part_that_the_configuration_of_the_pipeline_includes_is_no_pipeline_of_its_own() -> None:
    part = {"modules/nextflow.config": "process {\n    withName: SORT {\n        time = 3.h\n    }\n}\n"}
    found = tasks("includeConfig './modules/nextflow.config'\nprocess.errorStrategy = 'retry'\n", part)
    assert {"retries": 1, "timeout": 10800}.items() <= found["SORT"].fields.items()
