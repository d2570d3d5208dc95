"""Following the statements of a Python file that builds a pipeline, for any framework whose pipelines are built so."""
