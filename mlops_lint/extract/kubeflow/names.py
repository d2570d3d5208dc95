"""What the names of the SDK of Kubeflow Pipelines mean, in its versions 1 and 2, and how it calls tasks.

Source: kfp 1.8.22 and 2.17.3 (kfp/dsl/__init__.py, kfp/components/__init__.py, kfp/dsl/utils.py),
google-cloud-pipeline-components 2.22.0
"""

import re

# What makes a component or pipeline of a function: last name -> sort, as decorator or called with the function.
MAKERS = {
    "pipeline": "pipeline",
    "graph_component": "graph",
    "component": "python",
    "python_component": "python",
    "func_to_container_op": "python",
    "create_component_from_func": "python",
    "create_component_from_func_v2": "python",
    "container_component": "container",
    "notebook_component": "notebook",
    "create_graph_component_from_pipeline_func": "graph",
}
LOADERS = frozenset("load_component load_component_from_file load_component_from_url load_component_from_text".split())
GROUPS = frozenset("Condition If Elif Else ParallelFor ExitHandler SubGraph".split())
# Operations of version 1 that are no components; those in the second set only make or import what others use.
OPERATIONS = frozenset("ContainerOp ResourceOp VolumeOp VolumeSnapshotOp".split())
MARKERS = frozenset("VolumeOp VolumeSnapshotOp importer CreatePVC DeletePVC".split())
VERSION_1 = frozenset(
    "ContainerOp ResourceOp VolumeOp func_to_container_op create_component_from_func get_pipeline_conf PipelineConf "
    "InputArgumentPath graph_component".split()
)
# Whoever is given the function of a pipeline compiles or runs it.
COMPILERS = frozenset(
    "compile create_run_from_pipeline_func from_pipeline_func create_workflow _create_workflow "
    "_create_and_write_workflow".split()
)

GOOGLE = "google_cloud_pipeline_components"
# What an operation of Google says that it is for, by a word of its name; the first that fits.
_PURPOSES = (
    ("Tuning", "tune"),
    ("Evaluation", "evaluate"),
    ("Training", "train"),
    ("Train", "train"),
    ("CustomJob", "train"),
    ("AutoML", "train"),
    ("CreateModelJob", "train"),
    ("ModelUpload", "register"),
    ("ModelDeploy", "deploy"),
    ("EndpointCreate", "deploy"),
    ("BatchPredict", "predict"),
    ("PredictModelJob", "predict"),
    ("Dataset", "import"),
    ("Dataproc", "transform"),
    ("Dataflow", "transform"),
    ("QueryJob", "transform"),
)


def last(name: str) -> str:
    """Gives the last part of a dotted name."""
    return name.rpartition(".")[2]


def of_sdk(name: str) -> bool:
    """Says whether a name is one of the SDK."""
    return name.startswith("kfp.")


def of_google(name: str) -> bool:
    """Says whether a name is one of Google's prebuilt components."""
    return name.startswith(f"{GOOGLE}.")


def maker(name: str) -> str | None:
    """Gives what a function becomes under this name of the SDK; None = nothing."""
    return MAKERS.get(last(name)) if of_sdk(name) else None


def purpose(operation: str) -> str | None:
    """Gives what an operation of Google says that it is for."""
    return next((found for word, found in _PURPOSES if word in operation), None)


def sanitized(name: str) -> str:
    """Gives a name as it stands in a compiled pipeline."""
    return re.sub(r"-+", "-", re.sub(r"[^-0-9a-z]+", "-", name.lower())).strip("-")
