"""Paths, configuration, secrets and logging; nothing is created at import."""
