"""Bytes to positioned trees, one module a language; a file that cannot be read raises ParseError."""
