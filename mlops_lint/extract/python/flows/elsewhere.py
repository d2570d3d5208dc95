"""Pipelines of other files that a file schedules: subjects that are merged with them when the graph is linked."""

import ast

from mlops_lint.extract.python.flows.declared import File
from mlops_lint.extract.python.flows.describe import place
from mlops_lint.extract.python.flows.records import Declared
from mlops_lint.model import Link, Subject
from mlops_lint.subjects import Pipeline, Text, Texts, subject


def scheduled(file: File, declared: Declared, node: ast.AST, schedule: Text, triggers: Texts) -> Subject:
    """Gives what a file says of a pipeline that it imports: when it runs."""
    record = Pipeline(schedule=schedule, triggers=triggers, schedulable=True, managed=True, defined=False)
    links = (Link("starts", f"function:{declared.name}"),)
    return subject(record, place(file, node), declared.called, links=links)
