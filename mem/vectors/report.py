"""The state of the index folder, read without opening Chroma."""

from __future__ import annotations

from pathlib import Path

from mem.core.protocols import StoredVectors
from mem.errors import IndexDamaged
from mem.vectors.state import read_state


def describe_folder(folder: Path, stored: StoredVectors) -> tuple[str, int]:
    """(state, bytes on disk); the state is absent, damaged, outdated, behind or current."""
    if not folder.is_dir():
        return "absent", 0
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        state = read_state(folder)
    except IndexDamaged:
        return "damaged", size
    if state is None:
        return "absent", size
    if state.fingerprint != stored.fingerprint:
        return "outdated", size
    finished = state.files is not None and state.applied == stored.last_change()
    return ("current" if finished else "behind"), size
