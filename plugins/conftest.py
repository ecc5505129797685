"""Plugins are tested as `mem` is: a home of its own, a fixed clock, no network."""

from __future__ import annotations

from tests.conftest import _home, _offline, home, shared

__all__ = ["_home", "_offline", "home", "shared"]
