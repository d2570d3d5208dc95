"""DVC files to pipelines, tasks and versioned datasets."""
