"""One look through a file's bytes: its hash, its start, and whether it only grew."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from mem.errors import FileUnreadable
from mem.sources.sniffing import HEAD_BYTES

_STEP = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file holds. `prefix_hash` is the hash of its first bytes as asked for, None where it
    has not so many or they do not end with a line; `prefix_lines` is how many lines they are.
    """

    head: bytes
    content_hash: str
    prefix_hash: str | None = None
    prefix_lines: int = 0


def read_head(path: Path) -> bytes:
    """The first bytes of a file, by which it is sniffed. Raises FileUnreadable."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or str(error)) from error


def scan(path: Path, prefix: int = 0) -> Scan:
    """Read a file once, with the hash of its first `prefix` bytes too where that is not 0.

    Hashes are those of `mem.core.ids.content_hash`. Raises FileUnreadable.
    """
    whole = hashlib.blake2b(digest_size=16)
    head, done, lines = b"", 0, 0
    prefix_hash: str | None = None
    try:
        with path.open("rb") as file:
            while data := file.read(min(_STEP, prefix - done) if done < prefix else _STEP):
                if not done:
                    head = data[:HEAD_BYTES]
                elif len(head) < HEAD_BYTES:
                    head += data[: HEAD_BYTES - len(head)]
                whole.update(data)
                done += len(data)
                if done <= prefix:
                    lines += data.count(b"\n")
                    if done == prefix and data.endswith(b"\n"):
                        prefix_hash = whole.copy().hexdigest()
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or str(error)) from error
    return Scan(head, whole.hexdigest(), prefix_hash, lines if prefix_hash else 0)
