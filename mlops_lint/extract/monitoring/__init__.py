"""What watches a system: files of Prometheus, Alertmanager and Grafana, and calls in Python, to monitors and alerts."""
