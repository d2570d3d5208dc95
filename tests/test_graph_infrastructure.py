"""Modules of Terraform, and the values that those who call them give."""

from test_graph import graph

MODULE = """\
variable "image_tag" { default = "latest" }
variable "replicas" {}
resource "kubernetes_deployment" "churn" {
  spec {
    replicas = var.replicas
    template { spec { container { image = "tensorflow/serving:${var.image_tag}" } } }
  }
}
"""
CALL = 'provider "kubernetes" {}\nmodule "serve" {\n  source = "../../modules/serve"\n  %s\n}\n'
CHURN = "deployment:modules/serve#kubernetes_deployment.churn"


def test_a_deployment_has_the_values_that_the_caller_gives_and_else_defaults() -> None:
    of = graph({"modules/serve/main.tf": MODULE, "envs/prod/main.tf": CALL % "replicas = 3"})
    wanted = {"replicas": 3, "image": "tensorflow/serving:latest", "image_pinned": False, "serves_model": True}
    assert wanted.items() <= of.nodes[CHURN].fields.items()
    assert of.nodes[CHURN].fields["environment"] == "prod"


def test_production_counts_where_it_differs_from_other_environments() -> None:
    of = graph({
        "modules/serve/main.tf": MODULE,
        "envs/prod/main.tf": CALL % 'replicas = 3\n  image_tag = "2.14.1"',
        "envs/dev/main.tf": CALL % "replicas = 1",
    })  # fmt: skip
    assert {"replicas": 3, "image_pinned": True}.items() <= of.nodes[CHURN].fields.items()


def test_what_two_callers_say_differently_cannot_be_known() -> None:
    of = graph({
        "modules/serve/main.tf": MODULE,
        "stacks/eu/main.tf": CALL % "replicas = 3",
        "stacks/us/main.tf": CALL % "replicas = 2",
    })  # fmt: skip
    assert "replicas" not in of.nodes[CHURN].fields


def test_a_value_is_followed_through_variables_and_files_of_values() -> None:
    of = graph({
        "modules/serve/main.tf": MODULE,
        "envs/prod/main.tf": (CALL % "replicas = var.copies") + 'variable "copies_count" {}\nvariable "copies" {}\n',
        "envs/prod/terraform.tfvars": "copies = 4\n",
    })  # fmt: skip
    assert "replicas" not in of.nodes[CHURN].fields
    counted = (CALL % "replicas = var.copies_count") + 'variable "copies_count" {}\n'
    of = graph({
        "modules/serve/main.tf": MODULE, "envs/prod/main.tf": counted, "envs/prod/a.tfvars": "copies_count = 4\n",
    })  # fmt: skip
    assert of.nodes[CHURN].fields["replicas"] == 4


def test_what_stands_in_a_module_that_nobody_calls_is_made_by_nobody() -> None:
    other = 'module "a" {\n  source = "./modules/other"\n}\n'
    files = {"modules/serve/main.tf": MODULE, "main.tf": other, "modules/other/main.tf": MODULE}
    of = graph(files)
    assert of.nodes[CHURN].context == "example"
    assert of.nodes[CHURN.replace("serve", "other")].context == "source"


def test_modules_that_call_one_another_end() -> None:
    call = 'module "x" {\n  source = "../%s"\n  replicas = var.replicas\n}\n'
    of = graph({"m/a/main.tf": MODULE + call % "b", "m/b/main.tf": MODULE + call % "a"})
    assert "replicas" not in of.nodes["deployment:m/a#kubernetes_deployment.churn"].fields
