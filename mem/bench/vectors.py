"""Vectors kept by content, so that a second run of a benchmark embeds nothing."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.files import private_folder
from mem.core.protocols import Embedder

if TYPE_CHECKING:
    from mem.core.protocols import Vectors

_BATCH = 500


class KeptVectors:
    """An embedder that looks into a file before it embeds. Close it after use."""

    def __init__(self, path: Path, make: Callable[[], Embedder]) -> None:
        """`path` is made when absent; `make` is called when something must be embedded."""
        private_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._guard = threading.RLock()
        self._embedder = make()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS vector (digest BLOB PRIMARY KEY, row BLOB) WITHOUT ROWID"
        )

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """(len(texts), dimensions) float32 rows of length 1, to float16 precision."""
        import numpy as np

        digests = [self._digest(text) for text in texts]
        with self._guard:
            known = self._known(digests)
            missing = {
                digest: text
                for digest, text in zip(digests, texts, strict=True)
                if digest not in known
            }
            if missing:
                rows = self._embedder.embed(list(missing.values())).astype("<f2")
                fresh = [(digest, row.tobytes()) for digest, row in zip(missing, rows, strict=True)]
                self._file.execute("BEGIN")
                self._file.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", fresh)
                self._file.execute("COMMIT")
                known.update(fresh)
        if on_batch is not None:
            on_batch(len(texts))
        joined = b"".join(known[digest] for digest in digests)
        found: Vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        found[:] = np.frombuffer(joined, "<f2").reshape(found.shape)
        return found

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 of length 1."""
        row: Vectors = self.embed([text])[0]
        return row

    def embed_words(self, words: Sequence[str]) -> Vectors:
        """As the embedder itself does: nothing is kept."""
        return self._embedder.embed_words(words)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _digest(self, text: str) -> bytes:
        said = f"{self._embedder.fingerprint}\0{text}".encode("utf-8", "replace")
        return hashlib.blake2b(said, digest_size=16).digest()

    def _known(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        known: dict[bytes, bytes] = {}
        distinct = list(set(digests))
        for start in range(0, len(distinct), _BATCH):
            batch = distinct[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            known.update(
                self._file.execute(
                    f"SELECT digest, row FROM vector WHERE digest IN ({marks})", batch
                )
            )
        return known
