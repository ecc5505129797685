"""Only the user may look into an index folder; removing one leaves nothing of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mem.vectors.state import STATE_NAME


def remove(folder: Path) -> None:
    """Remove the folder and all in it; a link is removed, not followed. Raises OSError.

    The state goes last, so that a removal cut short is not taken for damage.
    """
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
        return
    if not folder.exists():
        return
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != STATE_NAME:
            entry.unlink()
    shutil.rmtree(folder)


def make_private(folder: Path) -> None:
    """Make the folder where missing; folders 0700, files 0600. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for parent, folders, names in os.walk(folder):
        for name in folders:
            Path(parent, name).chmod(0o700)
        for name in names:
            Path(parent, name).chmod(0o600)
