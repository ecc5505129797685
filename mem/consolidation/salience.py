"""How likely a memory is to be asked about, before anyone has: a small linear head.

It sees the memory's vector and a few plain features of its words; it was fitted on which memories
questions turned out to need (`scripts/train_salience.py`). It fits one embedder only; with another,
a second head sees the features alone.
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.memory import Memory, MemoryKind
from mem.errors import ModelFileDamaged, ModelFileMissing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

DATA_DIR = Path(__file__).parent / "data"
WEIGHTS_NAME = "salience.npz"
RECIPE_NAME = "salience.json"

_NAME = re.compile(r"(?<=.)\b[A-Z][\w'’-]+")
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\d",
        r"[\"“]",
        r"\b(?:will|plans?|planning|wants?|hopes?|hoping|going to|intends?)\b",
        r"\b(?:love|like|enjoy|feel|think|happy|excited|glad|proud|grateful)\w*\b",
        r"\b(?:always|never|usually|every|since|for years)\b",
        r"\b(?:that|this|it|them|those|these|something|stuff|things?)\b",
    )
)
_WHEN = re.compile(r"\b(?:recently|last|yesterday|ago|next|tomorrow|today)\b", re.IGNORECASE)


def features(memory: Memory) -> list[float]:
    """What the head sees beside the vector: kind, times, names, length, how sure, how often."""
    quote = max((one.quote for one in memory.evidence), key=len, default="")
    return [
        *(float(memory.kind is kind) for kind in MemoryKind),
        float(memory.exclusive),
        float(memory.negated),
        float(memory.happened_from is not None),
        float(memory.valid_from is not None),
        *(float(bool(one.search(memory.text))) for one in _PATTERNS),
        float(bool(_WHEN.search(quote))),
        min(4, len(_NAME.findall(memory.object))) / 2,
        min(len(memory.text.split()), 30) / 10,
        min(len(quote.split()), 40) / 10,
        memory.confidence,
        memory.importance,
        min(3, len(memory.evidence) - 1),
    ]


class Salience:
    """The fitted head, from two small files."""

    def __init__(self, fingerprint: str, directory: Path = DATA_DIR) -> None:
        """For memories whose vectors are of the embedder with that fingerprint.

        Raises `ModelFileMissing` or `ModelFileDamaged`.
        """
        import numpy as np

        weights, recipe = directory / WEIGHTS_NAME, directory / RECIPE_NAME
        try:
            said = json.loads(recipe.read_text(encoding="utf-8"))
            self._fits = said["embedder"] == fingerprint
            prefix = "" if self._fits else "plain_"
            with np.load(io.BytesIO(weights.read_bytes())) as stored:
                self._weights = stored[f"{prefix}weights"].astype(np.float32)
                self._bias = float(stored[f"{prefix}bias"])
        except FileNotFoundError as error:
            raise ModelFileMissing(str(weights)) from error
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ModelFileDamaged(str(weights)) from error

    def of(self, memories: Sequence[Memory], vectors: Mapping[int, Vectors]) -> list[float]:
        """The likelihood in [0, 1] of each; `vectors` by position, one without counts as zero."""
        if not memories:
            return []
        rows = inputs(memories, vectors if self._fits else None, len(self._weights))
        odds: npt.NDArray[np.float32] = rows @ self._weights + self._bias
        return [1 / (1 + math.exp(-float(one))) for one in odds]


def inputs(
    memories: Sequence[Memory], vectors: Mapping[int, Vectors] | None, width: int
) -> npt.NDArray[np.float32]:
    """(n, width): vectors, where they are given, then features."""
    import numpy as np

    plain = np.array([features(one) for one in memories], dtype=np.float32)
    plain = plain.reshape(len(memories), -1)
    if vectors is None:
        return plain
    rows = np.zeros((len(memories), width), dtype=np.float32)
    rows[:, width - plain.shape[1] :] = plain
    for place, vector in vectors.items():
        rows[place, : width - plain.shape[1]] = vector
    return rows
