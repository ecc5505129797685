"""SHA-256 of large files, computed once: kept by path, size and modification time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from mem.core.files import replace_text

_BLOCK = 4 * 1024 * 1024


def sha256_of(file: Path, heard: Callable[[int], None] = lambda done: None) -> str:
    """The file's SHA-256 in hex. `heard` is told the bytes read so far. Raises OSError."""
    digest, done = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            done += len(block)
            heard(done)
    return digest.hexdigest()


class Checksums:
    """What is known of files that have not changed since; a lost list costs time only."""

    def __init__(self, kept_in: Path | None = None) -> None:
        """`kept_in` is a JSON file, written when something was computed; None keeps nothing."""
        self._kept_in = kept_in
        self._known: dict[str, list[object]] = {}

    def of(self, file: Path) -> str:
        """The file's SHA-256 in hex. Raises OSError where it cannot be read."""
        path = str(file.absolute())
        facts = file.stat()
        if path not in self._known:
            self._read()
        size, modified, digest = (*self._known.get(path, []), 0, 0, "")[:3]
        if isinstance(digest, str) and (size, modified) == (facts.st_size, facts.st_mtime_ns):
            return digest
        digest = sha256_of(file)
        self._known[path] = [facts.st_size, facts.st_mtime_ns, digest]
        self._write()
        return digest

    def _read(self) -> None:
        if self._kept_in is None:
            return
        try:
            known = json.loads(self._kept_in.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # There is none, or it is damaged: everything is computed again.
            return
        if isinstance(known, dict):
            listed = {path: facts for path, facts in known.items() if isinstance(facts, list)}
            self._known = {**listed, **self._known}

    def _write(self) -> None:
        if self._kept_in is None:
            return
        try:
            replace_text(self._kept_in, json.dumps(self._known))
        except OSError:
            # A cache that cannot be written costs the next process its time.
            return
