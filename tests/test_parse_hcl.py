"""Terraform is read block by block, and what is not written out is unknown."""

from mlops_lint.parse.hcl import EXPRESSION, Block, parse
from mlops_lint.parse.tree import Scalar, plain


def only(text: str) -> Block:
    (block,) = parse(text)
    return block


def test_labels_literals_lists_and_objects_are_values() -> None:
    block = only('resource "a" "b" {\n  n = 2\n  on = true\n  l = ["x", 1.5]\n  o = { k = "v", "q" : null }\n}\n')
    assert (block.type, block.labels) == ("resource", ("a", "b"))
    assert plain(block.body) == {"n": 2, "on": True, "l": ["x", 1.5], "o": {"k": "v", "q": None}}


def test_what_an_expression_yields_is_unknown() -> None:
    for written in ("var.x", '"${var.x}-y"', "[for a in b : a]", "length(var.x) > 1 ? 2 : 3", "jsonencode({a = 1})"):
        node = only(f"locals {{\n  a = {written}\n  b = 1\n}}\n").body.get("a")
        assert isinstance(node, Scalar)
        assert (node.value, node.tag) == (None, EXPRESSION), written


def test_the_line_after_an_expression_is_an_attribute_again() -> None:
    block = only('locals {\n  a = merge({\n    x = "}"\n  }, var.y)\n  b = 1 # a "comment" }\n  c = 2 // and }\n}\n')
    assert plain(block.body.get("b")) == 1
    assert plain(block.body.get("c")) == 2


def test_a_heredoc_is_a_text_whatever_it_holds() -> None:
    block = only('locals {\n  a = <<-EOT\n    { "b": "}" }\n  EOT\n  c = 1\n}\n')
    assert plain(block.body) == {"a": '    { "b": "}" }\n', "c": 1}


def test_inner_blocks_of_one_name_are_all_there() -> None:
    block = only('resource "a" "b" {\n  env {\n    name = "x"\n  }\n  env {\n    name = "y"\n  }\n}\n')
    assert [(key.text, key.line, plain(node)) for key, node in block.body.entries] == [
        ("env", 2, {"name": "x"}),
        ("env", 5, {"name": "y"}),
    ]


def test_an_unfinished_file_gives_the_blocks_before() -> None:
    assert [block.type for block in parse('variable "x" {}\nresource "a" {\n  b = [1, {\n')] == ["variable", "resource"]
