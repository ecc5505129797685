"""Whether a GGUF file is a reranker: it has the tensors of a head that scores.

Rank pooling without one gives numbers that mean nothing, so the file is asked first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HEADS: Final = (b"cls.weight", b"cls.output.weight")
_HEADER: Final = 64 * 1024 * 1024
"""Bytes in which the names of tensors stand: they come after the vocabulary, before all weights."""


def has_rank_head(path: Path) -> bool:
    """Whether a tensor of a ranking head is named in the file. Raises OSError."""
    with path.open("rb") as stream:
        header = stream.read(_HEADER)
    # A name is written after its length, a little-endian number of eight bytes.
    return any(len(name).to_bytes(8, "little") + name in header for name in _HEADS)
