"""What the layers above may expect of an implementation; each has one contract test."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mem.core.document import ParsedDocument

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the model and the hash of its file; vectors of two fingerprints never mix."""
        ...

    @property
    def dimensions(self) -> int: ...

    def embed(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """(len(texts), dimensions) float32 unit rows in the order given.

        `on_batch` hears how many texts are done.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """(dimensions,) float32 unit vector."""
        ...

    def embed_words(self, words: Sequence[str]) -> Vectors:
        """(len(words), any width) float32 rows of length 1, or 0 for a word of no known part.

        Words of like meaning lie near each other. Quick; says nothing of whole texts.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


class VectorIndex(Protocol):
    """Nearest neighbours over chunk keys (the integer primary keys of the store)."""

    def search(
        self, query: Vectors, *, limit: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Up to `limit` (key, cosine) pairs, best first; only keys in `allowed` where given."""
        ...

    def count(self) -> int: ...

    def close(self) -> None: ...


class Reranker(Protocol):
    """Reads a question and a text together and says how well the one answers the other."""

    @property
    def name(self) -> str:
        """As a person calls it."""
        ...

    def scores(self, query: str, texts: Sequence[str], *, seconds: float) -> list[float]:
        """Log-odds that each of the first texts answers `query`, in their order: all of them, or
        those that were read when `seconds` were over.

        Raises RerankerError, also where none was read in time.
        """
        ...

    def close(self) -> None:
        """Release the model; a later request loads it again."""
        ...


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A regular file that a walk found; `modified_ns` and `size` decide whether it is read."""

    path: Path
    size: int
    modified_ns: int
    inode: int = 0


class Parser(Protocol):
    """Turns one file into documents. Stateless: the same file gives the same documents.

    `version` goes up when its output changes, so that files are read again.
    """

    @property
    def name(self) -> str:
        """What `--format` calls it."""
        ...

    @property
    def version(self) -> int: ...

    def sniff(self, path: Path, head: bytes) -> int:
        """How sure the parser is that the file is its own, 0 (not) to 100 (certain).

        `head` is the first 64 KiB.
        """
        ...

    def parse(self, entry: FileEntry) -> Iterator[ParsedDocument]:
        """The file's documents. Raises ParseFailed, FileUnreadable."""
        ...


@dataclass(frozen=True, slots=True)
class IndexChange:
    """One entry of the queue that a vector index follows; `vector` is None for a removal."""

    seq: int
    key: int
    vector: Vectors | None


class StoredVectors(Protocol):
    """What the store offers to the indexes: the vectors of the embedder in use."""

    @property
    def fingerprint(self) -> str:
        """Embedder and chunker; an index stamped with another one is rebuilt."""
        ...

    def count(self) -> int: ...

    def blocks(self, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """All keys (n,), ascending, and their float32 unit rows (n, dimensions), in blocks of at
        most `size`; what changes while they are read may be missing, and is in the queue.
        """
        ...

    def rows(self, keys: Collection[int]) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Those keys that have a vector (n,), ascending, and their rows (n, dimensions) float32."""
        ...

    def vectors(self, keys: Collection[int]) -> dict[int, Vectors]:
        """The same rows by their key."""
        ...

    def last_change(self) -> int:
        """Sequence number of the newest change, 0 for an empty store."""
        ...

    def changes_since(self, seq: int, *, limit: int) -> list[IndexChange]:
        """The next changes after `seq`, oldest first; of several to one key only the last."""
        ...
