"""What every failure that `mem` knows by name is made of."""

from __future__ import annotations


class MemError(Exception):
    """Root of every failure that `mem` reports in one line."""


class UsageError(MemError):
    """The request has no meaning as given."""
