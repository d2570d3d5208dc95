"""Configurations of CI systems to workflows, and their jobs to tasks of a pipeline that no orchestrator manages."""
