"""Configuration files to the keys they define, and Python code to the keys it reads from them."""
