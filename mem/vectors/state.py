"""The state file says which changes an index folder holds and what its files were when it did.

While the folder is being written the state names no files; a state without files is never
trusted, because the index files are not replaced in one step.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

from mem.errors import IndexDamaged

SCHEMA = 1
STATE_NAME = "state.json"
# A file changed so shortly before it was read may change again within one tick of its clock.
CLOCK_TICK_NS = 1_000_000_000
READ_BYTES = 1 << 20

# Relative path → (bytes, CRC-32).
Checksums = dict[str, tuple[int, int]]
# Relative path → (bytes, time of modification, inode).
FileStamps = dict[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class IndexState:
    """What an index folder holds; `files` is None while it is being written."""

    fingerprint: str
    engine: str
    applied: int
    count: int
    files: Checksums | None = None

    def writing(self) -> IndexState:
        """The same, not to be trusted until it is stamped again."""
        return replace(self, files=None)


def read_state(folder: Path) -> IndexState | None:
    """The state of `folder`, None where nothing was ever built. Raises IndexDamaged."""
    path = folder / STATE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if stamps(folder):
            raise IndexDamaged(str(folder), "its state file is missing") from None
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(str(folder), f"its state file cannot be read: {error}") from error
    try:
        raw = json.loads(text)
        files = raw["files"]
        if raw["schema"] != SCHEMA:
            files = None
        return IndexState(
            fingerprint=str(raw["fingerprint"]),
            engine=str(raw["engine"]),
            applied=int(raw["applied"]),
            count=int(raw["count"]),
            files=None if files is None else {p: (int(s), int(c)) for p, (s, c) in files.items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(str(folder), "its state file is garbled") from error


def write_state(folder: Path, state: IndexState) -> None:
    """Replace the state file in one step; on return it is on the disk. Raises OSError."""
    body = {
        "schema": SCHEMA,
        "fingerprint": state.fingerprint,
        "engine": state.engine,
        "applied": state.applied,
        "count": state.count,
        "files": state.files,
    }
    temporary = folder / (STATE_NAME + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(body, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / STATE_NAME)
    if os.name == "posix":
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def stamps(folder: Path) -> FileStamps:
    """Every file of the index without reading any; the state and hidden files do not count.

    Raises OSError for a folder that is there and cannot be listed.
    """
    found: FileStamps = {}
    for parent, folders, names in os.walk(folder, onerror=_raise_unless_missing):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if name.startswith(".") or (path.parent == folder and name.startswith(STATE_NAME)):
                continue
            status = path.lstat()
            relative = path.relative_to(folder).as_posix()
            found[relative] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found


class FileChecks:
    """Checksums of a folder's files; what has not changed since it was read is not read again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, int, int], int]] = {}

    def checksums(self) -> Checksums:
        """Size and CRC-32 of every file. Raises OSError."""
        known, self._known = self._known, {}
        result: Checksums = {}
        for name, stamp in stamps(self._folder).items():
            before = known.get(name)
            crc = before[1] if before and before[0] == stamp else _crc(self._folder / name)
            if time.time_ns() - stamp[1] > CLOCK_TICK_NS:
                self._known[name] = (stamp, crc)
            result[name] = (stamp[0], crc)
        return result


def _crc(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            value = zlib.crc32(block, value)
    return value


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
