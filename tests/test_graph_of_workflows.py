"""What several files of one workflow say is put together when the graph is linked."""

from test_graph import graph

from mlops_lint.graph import Graph


def after(of: Graph, task: str) -> set[str]:
    return {one.id.partition("#")[2] for one in of.linked(of.nodes[task], "depends_on")}


def test_rules_of_snakemake_wait_for_those_whose_files_they_take() -> None:
    of = graph({
        "workflow/Snakefile": 'rule all:\n    input: expand("models/{name}.pkl", name=NAMES), "report.html"\n',
        "workflow/rules/data.smk": 'rule clean:\n    output: "clean/{sample}.csv"\n    shell: "clean {output}"\n',
        "workflow/rules/fit.smk": (
            "def tables(wildcards):\n    return [f'clean/{wildcards.id}.csv']\n"
            'rule fit:\n    input: tables\n    output: "models/{id}.pkl"\n    script: "../fit.py"\n'
            'rule pack:\n    input: "{any}.pkl"\n    output: "{any}.zip"\n    shell: "zip {output} {input}"\n'
        ),
    })  # fmt: skip
    assert after(of, "task:workflow/Snakefile#all") == {"fit"}
    assert after(of, "task:workflow/Snakefile#fit") == {"clean"}
    assert after(of, "task:workflow/Snakefile#pack") == {"fit"}
    assert after(of, "task:workflow/Snakefile#clean") == set()


def test_of_patterns_that_fit_the_narrowest_is_meant() -> None:
    of = graph({
        "Snakefile": (
            'rule wide:\n    output: "out/{name}.csv"\n    shell: "a"\n'
            'rule narrow:\n    output: "out/{name}.clean.csv"\n    shell: "b"\n'
            'rule last:\n    input: "out/{name}.{how}.csv"\n    output: "end"\n    shell: "c"\n'
        )
    })  # fmt: skip
    assert after(of, "task:Snakefile#last") == {"narrow"}


def test_a_call_of_nextflow_has_the_settings_of_the_process_in_another_file() -> None:
    of = graph({
        "main.nf": (
            "include { TRAIN; TRAIN as AGAIN } from './modules/train'\n"
            "include { helper } from './modules/other'\n"
            "workflow {\n    first = TRAIN(Channel.of(1))\n    helped = helper(first)\n    AGAIN(helped)\n}\n"
        ),
        "modules/train/main.nf": "process TRAIN {\n    container 'a:1.2'\n    script:\n    'python fit.py'\n}\n",
    })  # fmt: skip
    tasks = {one.id: one for one in of.of_kind("task")}
    assert set(tasks) == {"task:main.nf#.TRAIN", "task:main.nf#.AGAIN"}
    assert tasks["task:main.nf#.AGAIN"].fields["image"] == "a:1.2"
    assert tasks["task:main.nf#.TRAIN"].location.path == "modules/train/main.nf"
    # What is a function, and no process, hands on what it waits for.
    assert after(of, "task:main.nf#.AGAIN") == {".TRAIN"}


def test_a_call_of_a_workflow_starts_another_pipeline() -> None:
    of = graph({
        "main.nf": "include { FIT } from './fit'\nworkflow {\n    FIT(1)\n}\n",
        "fit.nf": "process A {\n    script:\n    'a'\n}\nworkflow FIT {\n    A()\n}\n",
    })  # fmt: skip
    call = of.nodes["task:main.nf#.FIT"]
    assert call.fields["operator"] == "pipeline"
    assert [one.id for one in of.linked(of.nodes["pipeline:main.nf"], "triggers")] == ["pipeline:fit.nf#FIT"]
