"""Python code that makes pipelines of decorated functions: who is a task, who calls whom, and who waits for whom."""
