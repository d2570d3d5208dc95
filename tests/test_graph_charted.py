"""Charts of Helm, with the values of their own, of an environment and of the chart that holds them."""

from test_graph import graph

from mlops_lint.graph import Node

TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: churn
spec:
  template:
    spec:
      containers:
        - name: churn
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
"""
VALUES = "image: {repository: tensorflow/serving, tag: latest}\n"


def churn(values: dict[str, str], chart: str = "charts/churn") -> Node:
    (found,) = graph({f"{chart}/templates/deployment.yaml": TEMPLATE, **values}).of_kind("deployment")
    return found


def test_values_of_the_chart_are_filled_in() -> None:
    found = churn({"charts/churn/values.yaml": VALUES})
    assert {"image": "tensorflow/serving:latest", "image_pinned": False}.items() <= found.fields.items()


def test_values_for_production_count_more() -> None:
    values = {"charts/churn/values.yaml": VALUES, "charts/churn/values-prod.yaml": "image: {tag: 2.14.1}\n"}
    assert {"image": "tensorflow/serving:2.14.1", "image_pinned": True}.items() <= churn(values).fields.items()


def test_values_for_a_trial_do_not_count() -> None:
    values = {"charts/churn/values.yaml": VALUES, "charts/churn/values.dev.yaml": "image: {tag: 2.14.1}\n"}
    assert churn(values).fields["image_pinned"] is False


def test_of_other_files_it_is_not_known_which_is_used() -> None:
    values = {"charts/churn/values.yaml": VALUES, "charts/churn/values-eu.yaml": "image: {tag: 2.14.1}\n"}
    assert "image_pinned" not in churn(values).fields


def test_a_chart_within_another_has_the_values_that_this_gives_it() -> None:
    values = {
        "charts/all/charts/churn/values.yaml": VALUES,
        "charts/all/values.yaml": "churn:\n  image: {tag: 2.14.1}\n",
    }
    assert churn(values, "charts/all/charts/churn").fields["image"] == "tensorflow/serving:2.14.1"


def test_what_a_chart_leaves_open_is_not_known() -> None:
    found = churn({"charts/churn/values.yaml": 'image: {repository: tensorflow/serving, tag: ""}\n'})
    assert "image_pinned" not in found.fields
