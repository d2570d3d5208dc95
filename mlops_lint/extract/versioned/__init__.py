"""Clients of stores that keep each version of their data: lakeFS, Iceberg."""
