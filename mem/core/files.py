"""Paths as people give them; folders and small files of a home, replaced as a whole."""

from __future__ import annotations

import os
from pathlib import Path


def expanded(given: str | Path) -> Path:
    """The path with "~" and "~name" in place; a name that nobody has here stays as it is."""
    return Path(os.path.expanduser(given))  # noqa: PTH111  (Path's own raises for unknown names)


def private_folder(folder: Path) -> None:
    """Make the folder where it is missing, and each folder on the way to it that is.

    (The mode given to `Path.mkdir` does not hold for those that `parents` makes.) Raises OSError.
    """
    missing = [one for one in folder.parents if not one.exists()]
    for one in (*reversed(missing), folder):
        one.mkdir(mode=0o700, exist_ok=True)


def replace_text(path: Path, text: str) -> None:
    """Make `path` say `text`: whoever reads, or is left after a crash, has all of it or the old.

    The folder is made where there is none. Raises OSError.
    """
    private_folder(path.parent)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
