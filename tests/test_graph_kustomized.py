"""Kustomizations to what they deploy."""

from pathlib import Path

from mlops_lint.discover import Entry
from mlops_lint.extract import extract
from mlops_lint.graph import Graph, Node, link
from mlops_lint.settings import Settings

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: churn}
spec:
  selector: {matchLabels: {app: churn}}
  template:
    spec:
      containers:
        - {name: churn, image: churn, livenessProbe: {httpGet: {path: /live}}}
"""
PROBES = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: churn}
spec:
  template:
    spec:
      containers: [{name: churn, image: churn, readinessProbe: {httpGet: {path: /ready}}}]
"""
SIDECAR = PROBES.replace("{name: churn, image", "{name: proxy, image")
BASED = {"base/deployment.yaml": BASE, "base/kustomization.yaml": "resources: [deployment.yaml]\n"}


def graph(texts: dict[str, str]) -> Graph:
    facts = [extract(path, text.encode()) for path, text in sorted(texts.items())]
    assert [problem for one in facts for problem in one.problems] == []
    entries = tuple(Entry(path, len(text), False, False) for path, text in sorted(texts.items()))
    settings = Settings(root=Path("/nowhere"), cache_dir=Path("/nowhere"))
    return link(facts, entries, git=True, settings=settings)


def churn(texts: dict[str, str]) -> Node:
    """The only deployment."""
    (found,) = graph(texts).of_kind("deployment")
    return found


def overlay(stage: str, text: str) -> dict[str, str]:
    return {f"overlays/{stage}/kustomization.yaml": f"resources: [../../base]\n{text}"}


def test_a_workload_has_what_the_overlay_for_production_says() -> None:
    production = (
        "patches: [{path: probes.yaml}]\nreplicas: [{name: churn, count: 3}]\nimages: [{name: churn, newTag: 1.2.3}]\n"
    )
    found = churn(BASED | overlay("prod", production) | overlay("dev", "") | {"overlays/prod/probes.yaml": PROBES})
    assert found.location.path == "base/deployment.yaml"
    wanted = {"probes": ("live", "ready"), "replicas": 3, "image": "churn:1.2.3", "image_pinned": True}
    assert wanted.items() <= found.fields.items()
    assert found.fields["environment"] == "prod"


def test_a_base_without_overlays_is_as_it_stands() -> None:
    assert churn(BASED).fields["replicas"] == 1
    assert churn(BASED).fields["probes"] == ("live",)


def test_what_overlays_say_differently_cannot_be_known() -> None:
    two = overlay("eu", "replicas: [{name: churn, count: 3}]\n") | overlay(
        "us", "replicas: [{name: churn, count: 2}]\n"
    )
    found = churn(BASED | two)
    assert "replicas" not in found.fields
    assert found.fields["probes"] == ("live",)


def test_a_base_that_is_only_tried_out_is_no_deployment_in_earnest() -> None:
    assert churn(BASED | overlay("dev", "")).fields["environment"] == "dev"


def test_a_patch_of_another_container_changes_nothing() -> None:
    both = BASE + '        - {name: proxy, image: "envoy:1.30.1"}\n'
    texts = BASED | {"base/deployment.yaml": both, "overlays/prod/proxy.yaml": SIDECAR}
    found = churn(texts | overlay("prod", "patchesStrategicMerge: [proxy.yaml]\n"))
    assert found.fields["probes"] == ("live",)


def test_operations_are_applied_to_their_target_only() -> None:
    operations = """\
patches:
  - target: {kind: Deployment, name: chu.*}
    patch: '[{"op": "replace", "path": "/spec/replicas", "value": 5}]'
  - target: {kind: Deployment, name: other}
    patch: '[{"op": "remove", "path": "/spec/template/spec/containers/0/livenessProbe"}]'
"""
    found = churn(BASED | overlay("prod", operations))
    assert found.fields["replicas"] == 5
    assert found.fields["probes"] == ("live",)


def test_what_is_taken_out_or_chosen_by_labels_cannot_be_known() -> None:
    taken = """\
patchesJson6902:
  - target: {kind: Deployment, name: churn, version: v1}
    patch: '[{"op": "remove", "path": "/spec/template/spec/containers/0/livenessProbe"}]'
  - target: {kind: Deployment, labelSelector: a=b}
    patch: '[{"op": "replace", "path": "/spec/replicas", "value": 5}]'
"""
    found = churn(BASED | overlay("prod", taken))
    assert "probes" not in found.fields
    assert "replicas" not in found.fields


def test_a_component_changes_what_it_is_put_into() -> None:
    component = {
        "components/big/kustomization.yaml": "kind: Component\nreplicas: [{name: churn, count: 9}]\n",
    }
    found = churn(BASED | component | overlay("prod", "components: [../../components/big]\n"))
    assert found.fields["replicas"] == 9


def test_a_patch_of_what_lies_elsewhere_is_no_deployment() -> None:
    texts = {"kustomization.yaml": "resources: ['https://github.com/a/b?ref=v1']\npatches: [{path: probes.yaml}]\n"}
    assert graph(texts | {"probes.yaml": PROBES}).of_kind("deployment") == []


def test_what_every_overlay_deletes_is_not_deployed() -> None:
    deleted = """\
patches:
  - patch: |-
      $patch: delete
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: churn}
"""
    assert graph(BASED | overlay("prod", deleted)).of_kind("deployment") == []


def test_kustomizations_in_a_circle_end() -> None:
    texts = {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}
    assert graph(texts).of_kind("deployment") == []
