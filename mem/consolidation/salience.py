"""How likely a memory is to be asked about, before anyone has: a small linear head.

It weighs how alike earlier memories are (what is new is asked about, repetition is not), whether
there is a date, a number or a name to ask for, and, for the embedder that it was fitted with, a
little of what the memory is about, held down hard: the rest carries over from one kind of
conversation to another, topics hardly do (docs/benchmarks.md). Fitted by
`scripts/train_salience.py`. (What memory predicts is worth less: Nemori, 2508.03341; surprise:
Titans, 2501.00663.)
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mem.core.memory import Memory
from mem.errors import ModelFileDamaged, ModelFileMissing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

    Floats = npt.NDArray[np.float64]

DATA_DIR = Path(__file__).parent / "data"
WEIGHTS_NAME = "salience.json"
NAMES: Final = ("alike", "when", "names")
#: Earlier memories whose likeness is averaged.
NEAREST: Final = 5
#: A memory is compared with at most so many said before it, the latest; bounds the time it takes.
LOOKED_BACK: Final = 5_000
#: Added to the log-odds: half of the memories that the head was fitted on are asked for, in chats
#: made to be asked about; of a person's memories fewer are.
RARER: Final = -0.9
_BLOCK = 512

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_WHEN = re.compile(
    r"\d|\b(?:yesterday|last (?:week|month|year|\w+day)|ago|next|(?:mon|tues|fri|sun)day)\b",
    re.IGNORECASE,
)


def features(memories: Sequence[Memory], vectors: Mapping[int, Vectors]) -> Floats:
    """(n, len(NAMES)): how alike earlier memories are, whether a time or number is given, names.

    `vectors` by position, unit rows; one without any is like nothing. Memories of one passage are
    not earlier than each other. Equal times count in the order given.
    """
    import numpy as np

    order = sorted(range(len(memories)), key=lambda at: memories[at].said_at or datetime.min)
    passages = _passages([memories[at] for at in order])
    found = np.zeros((len(memories), len(NAMES)))
    found[order, 0] = _likeness([vectors.get(at) for at in order], passages)
    for place, memory in enumerate(memories):
        quote = memory.evidence[0].quote if memory.evidence else memory.text
        found[place, 1] = bool(_WHEN.search(quote))
        found[place, 2] = len(_NAME.findall(quote))
    return found


def _passages(memories: Sequence[Memory]) -> list[int]:
    """Equal numbers for memories drawn from the same passage; one without evidence is alone."""
    known: dict[str, int] = {}
    return [
        known.setdefault(one.evidence[0].chunk_id if one.evidence else one.id, len(known))
        for one in memories
    ]


def _likeness(rows: Sequence[Vectors | None], passages: Sequence[int]) -> Floats:
    """(n,): the mean of the `NEAREST` highest cosines with earlier memories; 0 for each missing."""
    import numpy as np

    width = max((len(one) for one in rows if one is not None), default=1)
    nothing = np.zeros(width, dtype=np.float32)
    matrix = np.array([nothing if one is None else one for one in rows], dtype=np.float32)
    places, marks = np.arange(len(rows)), np.array(passages)
    found = np.zeros(len(rows))
    for start in range(0, len(rows), _BLOCK):
        block, since = slice(start, start + _BLOCK), max(0, start - LOOKED_BACK)
        before = slice(since, start + _BLOCK)
        cosines = matrix[block] @ matrix[before].T
        later = places[before][None, :] >= places[block][:, None]
        same = marks[before][None, :] == marks[block][:, None]
        cosines = np.where(later | same, 0.0, np.maximum(cosines, 0.0))
        found[block] = np.sort(cosines, axis=1)[:, -NEAREST:].sum(axis=1) / NEAREST
    return found


class Salience:
    """The fitted head, from a small file."""

    def __init__(self, fingerprint: str, directory: Path = DATA_DIR) -> None:
        """For memories whose vectors are of the embedder with that fingerprint.

        Raises `ModelFileMissing` or `ModelFileDamaged`.
        """
        path = directory / WEIGHTS_NAME
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            fits = said["embedder"] == fingerprint
            head = said["with vectors" if fits else "alone"]
            self._weights = [float(head["weights"][name]) for name in NAMES]
            self._bias = float(head["bias"])
            self._topics = [float(one) for one in head["vector"]] if fits else []
        except FileNotFoundError as error:
            raise ModelFileMissing(str(path)) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelFileDamaged(str(path)) from error

    def of(self, memories: Sequence[Memory], vectors: Mapping[int, Vectors]) -> list[float]:
        """The likelihood in [0, 1] of each; `vectors` by position, as for `features`."""
        if not memories:
            return []
        odds = features(memories, vectors) @ self._weights + self._bias + RARER
        if self._topics:
            for place, vector in vectors.items():
                odds[place] += float(vector @ self._topics)
        return [1 / (1 + math.exp(-float(one))) for one in odds]
