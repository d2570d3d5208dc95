"""A Python tree to names, values and calls, without running it."""
