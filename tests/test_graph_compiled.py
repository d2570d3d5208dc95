"""A pipeline that is there as source and as what a compiler made of it counts once."""

from pathlib import Path

from mlops_lint.discover import Entry
from mlops_lint.extract import extract
from mlops_lint.graph import Graph, link
from mlops_lint.settings import Settings

SOURCE = """
from kfp import dsl

@dsl.component
def load(): ...

@dsl.pipeline(name="Churn model")
def churn():
    load()
    load()
"""
COMPILED = """
components: {comp-load: {executorLabel: exec-load}}
deploymentSpec: {executors: {exec-load: {container: {image: "python:3.11"}}}}
pipelineInfo: {name: churn-model}
root: {dag: {tasks: {load: {componentRef: {name: comp-load}}, load-2: {componentRef: {name: comp-load}}}}}
"""
COMPONENT = """
name: Load
implementation: {container: {image: "acme/load:2.1", command: [python, load.py]}}
"""


def graph(texts: dict[str, str]) -> Graph:
    facts = [extract(path, text.encode()) for path, text in sorted(texts.items())]
    entries = tuple(Entry(path, len(text), False, False) for path, text in sorted(texts.items()))
    return link(facts, entries, git=True, settings=Settings(root=Path("/nowhere"), cache_dir=Path("/nowhere")))


def pipelines(of: Graph) -> list[str]:
    return [node.location.path for node in of.of_kind("pipeline")]


def test_the_compiled_form_is_left_out_where_the_source_is_there() -> None:
    found = graph({"churn.py": SOURCE, "churn.yaml": COMPILED})
    assert pipelines(found) == ["churn.py"]
    assert [node.name for node in found.of_kind("task")] == ["load", "load-2"]


def test_a_compiled_pipeline_without_its_source_counts() -> None:
    assert pipelines(graph({"churn.yaml": COMPILED})) == ["churn.yaml"]


def test_two_copies_of_a_compiled_pipeline_are_one() -> None:
    found = graph({"a/churn.yaml": COMPILED, "b/churn.yaml": COMPILED})
    assert pipelines(found) == ["a/churn.yaml"]
    assert len(found.of_kind("task")) == 2


def test_compiled_pipelines_of_one_name_and_other_tasks_are_two() -> None:
    other = COMPILED.replace("load-2", "load-3")
    assert pipelines(graph({"a/churn.yaml": COMPILED, "b/churn.yaml": other})) == ["a/churn.yaml", "b/churn.yaml"]


def test_a_compiled_pipeline_beside_a_source_with_the_same_tasks_is_that_source() -> None:
    three = SOURCE + "    load()\n"
    compiled = COMPILED.replace("load-2:", "load-3: {componentRef: {name: comp-load}}, load-2:")
    renamed = compiled.replace("churn-model", "old-name")
    assert pipelines(graph({"p/churn.py": three, "p/churn.yaml": renamed})) == ["p/churn.py"]
    assert pipelines(graph({"p/churn.py": three, "q/churn.yaml": renamed})) == ["p/churn.py", "q/churn.yaml"]


def test_a_script_that_was_copied_into_an_image_is_found_by_its_name() -> None:
    workflow = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec:
  entrypoint: a
  templates:
    - {name: a, container: {image: "acme/a:1.2", command: [python, /app/src/fit.py]}}
"""
    texts = {"flows/w.yaml": workflow, "model/src/fit.py": "print(1)\n", "other/fit.py": "print(2)\n"}
    found = graph(texts)
    assert [node.id for node in found.linked(found.of_kind("task")[0], "runs")] == ["file:model/src/fit.py"]
    texts["third/src/fit.py"] = "print(3)\n"
    found = graph(texts)
    assert found.linked(found.of_kind("task")[0], "runs") == []


def test_a_task_has_the_image_and_the_code_of_its_component_file() -> None:
    source = """
from kfp import components, dsl

load_op = components.load_component_from_file("load/component.yaml")

@dsl.pipeline
def p():
    load_op()
"""
    found = graph({"p.py": source, "load/component.yaml": COMPONENT, "load/load.py": "print(1)\n"})
    task = found.of_kind("task")[0]
    assert (task.fields["image"], task.fields["image_pinned"]) == ("acme/load:2.1", True)
    assert "function:load.load.<module>" in {node.id for node in found.follow(task, ("runs", "starts"))}


def test_a_task_has_the_image_of_a_component_in_another_module() -> None:
    steps = "from kfp import dsl\n@dsl.component(base_image='python:3.11.9')\ndef load(): ...\n"
    source = "from kfp import dsl\nfrom steps import load\n@dsl.pipeline\ndef p():\n    load()\n"
    texts = {"p.py": source, "steps/__init__.py": "from .load import load\n", "steps/load.py": steps}
    assert graph(texts).of_kind("task")[0].fields["image"] == "python:3.11.9"


def test_a_schedule_in_another_file_starts_the_pipeline_of_its_compiled_file() -> None:
    submit = """
from google.cloud import aiplatform

job = aiplatform.PipelineJob(display_name="nightly", template_path="out/churn_model.yaml")
job.create_schedule(display_name="nightly", cron="0 3 * * *")
"""
    found = graph({"churn.py": SOURCE, "submit.py": submit})
    started = found.nodes["pipeline:churn.py#Churn model"]
    assert [node.fields["schedule"] for node in found.linked(started, "triggered_by")] == ["0 3 * * *"]
