"""A person's memory on their own machine. Public names load when first used (PEP 562)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mem.assistant import Assistant as Assistant

__all__ = ["Assistant", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "Assistant":
        from mem.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'mem' has no attribute {name!r}")
