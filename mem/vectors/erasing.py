"""Forgetting vectors. Deleting from Chroma leaves their bytes in its files; this leaves none."""

from __future__ import annotations

from pathlib import Path

from mem.vectors.engine import Boundary
from mem.vectors.folder import remove
from mem.vectors.owner import PATIENCE_S, FolderOwner


def erase(folder: Path, *, wait_seconds: float = PATIENCE_S) -> None:
    """Remove an index folder and every vector in it; its owner is asked to give it up.

    Raises IndexOwned, IndexDamaged.
    """
    owner = FolderOwner.acquire(folder, wait_seconds=wait_seconds)
    try:
        with Boundary(folder):
            remove(folder)
    finally:
        owner.release()
