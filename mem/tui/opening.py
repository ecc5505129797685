"""Opening the store for the UI, with what it needs imported only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mem.assistant import Assistant


def open_home(home: str | None = None) -> Assistant:
    """The memory in `home`, else where `MEM_HOME` or the platform puts it.

    Raises what `Assistant.open` raises.
    """
    from mem.assistant import Assistant

    return Assistant.open(home)
