"""What differs between a folder and what an import knows of it, found without reading a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mem.sources.folders import STREAMED_BYTES, Skipped, file_uri, path_of, walk
from mem.store.files import FileRecord
from mem.store.store import Store


def differing(store: Store, root: Path, paths: Sequence[Path]) -> list[Path]:
    """Files at or below `paths` that are new, have another size or time, or are gone or empty.

    All are absolute with links resolved, the paths at or below the source's `root`; a whole
    source is swept with `[root]`. Raises PathMissing for `root`.
    """
    known: dict[str, FileRecord] = {}
    for path in paths:
        known.update(store.files.under(file_uri(path)))
    found: list[Path] = []
    present: set[str] = set()
    for entry in walk(root, max_bytes=STREAMED_BYTES, only=paths):
        uri = file_uri(entry.path)
        if isinstance(entry, Skipped):
            if entry.code != "empty":
                present.add(uri)
            continue
        present.add(uri)
        record = known.get(uri)
        if record is None or (record.size, record.modified_ns) != (entry.size, entry.modified_ns):
            found.append(entry.path)
    for uri, record in known.items():
        if record.state == "active" and uri not in present:
            path = path_of(uri)
            if _holds_nothing(path):
                found.append(path)
    return found


def _holds_nothing(path: Path) -> bool:
    """Whether the file is not there, or empty; one that cannot be seen may hold something."""
    try:
        return os.lstat(path).st_size == 0
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
