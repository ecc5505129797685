"""A person's memory on their own machine. Public names load when first used (PEP 562).

This is the outermost face of the package: nothing inside imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mem.assistant import Assistant as Assistant
    from mem.core.version import __version__ as __version__

__all__ = ["Assistant", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Assistant":
        from mem.assistant import Assistant

        return Assistant
    if name == "__version__":
        from mem.core.version import __version__

        return __version__
    raise AttributeError(f"module 'mem' has no attribute {name!r}")
