"""Forgetting vectors. Deleting from Chroma leaves their bytes in its files; this leaves none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mem.vectors.engine import Boundary
from mem.vectors.folder import remove
from mem.vectors.owner import PATIENCE_S, FolderOwner


@contextmanager
def erased(folder: Path, *, wait_seconds: float = PATIENCE_S) -> Iterator[None]:
    """Remove an index folder and every vector in it; its owner is asked to give it up.

    During the body nobody makes it anew, from vectors that the body destroys. Raises IndexOwned,
    IndexDamaged, before the body.
    """
    owner = FolderOwner.acquire(folder, wait_seconds=wait_seconds)
    try:
        with Boundary(folder):
            remove(folder)
        yield
    finally:
        owner.release()
