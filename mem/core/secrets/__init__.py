"""Secrets in a text: what they look like, where they stand, and placeholders for them."""
