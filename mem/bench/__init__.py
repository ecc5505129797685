"""Measures that anyone can run."""
