"""Groups of features that a feature store keeps, and what brings them to it."""
