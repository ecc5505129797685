"""What parsers of growing files share: the bytes behind an offset, and how to say no."""

from __future__ import annotations

from pathlib import Path

from mem.errors import FileUnreadable
from mem.sources.textfile import well_formed


class CannotResume(Exception):
    """What is added to a file cannot be understood without what stands before it."""


def bytes_behind(path: Path, offset: int, most: int = -1) -> bytes:
    """What stands behind the byte `offset`, `most` bytes of it. Raises FileUnreadable."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(most)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileUnreadable(well_formed(str(path)), reason) from error
