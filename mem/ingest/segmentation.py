"""Where one thing ends and the next begins: chunks of a document to runs about one thing.

A boundary stands where the session or a note's section changes, after a long silence, and where a
small logistic model over topic (cosines of neighbouring windows and their depth), surprise (how
badly the context foretells the next vector) and cue words says so. What is decided at a place
depends on `REACH` chunks on either side alone, so that a grown document is cut anew only at its
end.

Depth scores: Hearst 1997 (TextTiling). Surprise: EM-LLM (Fountas et al. 2024).
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mem.core.ids import text_hash
from mem.errors import ModelFileDamaged, ModelFileMissing
from mem.ingest.cues import WORD_FEATURES, word_features

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mem.core.protocols import Vectors

    Floats = npt.NDArray[np.float32]

DATA_DIR = Path(__file__).parent / "data"
WEIGHTS_NAME = "segmentation.npz"
RECIPE_NAME = "segmentation.json"
VERSION = 1
REACH = 8
SILENCE = timedelta(hours=6)
LONGEST = 40
#: A pause adds to the odds: its doublings beyond half an hour, `PAUSE_WEIGHT` each.
PAUSE = timedelta(minutes=30)
PAUSE_WEIGHT = 0.6
_DECAY = 0.6
_WINDOWS = (1, 2, 3, 4)
_CLIMB = 3
SIMILARITY_FEATURES = 18
_ANSWERING = ("assistant", "tool", "system")


@dataclass(frozen=True, slots=True)
class Turn:
    """What is seen of a chunk: `section` is a note's heading, `message` what it is a piece of."""

    text: str
    role: str | None = None
    said_at: datetime | None = None
    session: str | None = None
    message: str | None = None
    section: str | None = None


def similarity_features(vectors: Vectors) -> Floats:
    """(n - 1, SIMILARITY_FEATURES) of the gaps between n unit rows: topic, depth, surprise.

    Cosines are told from the mean of those around, since some talks are of one kind throughout.
    """
    import numpy as np

    count = len(vectors)
    table = np.asarray(vectors @ vectors.T, dtype=np.float32)
    near = [_window_cosines(vectors, width) for width in _WINDOWS]
    surprise = _surprise(vectors)
    rows = np.zeros((max(0, count - 1), SIMILARITY_FEATURES), dtype=np.float32)
    for at in range(1, count):
        first, last = max(0, at - REACH), min(count, at + REACH)
        block = table[first:last, first:last]
        size = last - first
        mean = (float(block.sum()) - size) / (size * (size - 1))
        adjacent = float(np.diagonal(block, 1).mean())

        def pair(left: int, right: int, mean: float = mean) -> float:
            return float(table[left, right]) if min(left, count - 1 - right) >= 0 else mean

        across = [pair(at - 1, at), pair(at - 2, at), pair(at - 1, at + 1), pair(at - 2, at + 1)]
        cosines = [
            *across,
            pair(at, at + 1),
            pair(at - 2, at - 1),
            pair(at - 3, at),
            float(table[max(0, at - 3) : at, at].max()),
            float(table[first:at, at].max()),
            max(across),
            *(float(near[width][at]) for width in (1, 2, 3)),
            adjacent,
        ]
        rows[at - 1] = [
            *(cosine - mean for cosine in cosines),
            *(_depth(near[width], at) for width in (0, 1, 2)),
            float(surprise[at]),
        ]
    return rows


def _window_cosines(vectors: Vectors, width: int) -> list[float]:
    """The cosine of the sums of `width` rows before and from each place; 1 at both ends."""
    import numpy as np

    found = [1.0]
    for at in range(1, len(vectors)):
        before = vectors[max(0, at - width) : at].sum(axis=0)
        after = vectors[at : at + width].sum(axis=0)
        lengths = float(np.linalg.norm(before)) * float(np.linalg.norm(after))
        found.append(float(before @ after) / lengths if lengths else 0.0)
    return [*found, 1.0]


def _depth(cosines: Sequence[float], at: int) -> float:
    """How deep the valley at a place is, from the hills within `_CLIMB` steps."""
    left = right = at
    while left > max(1, at - _CLIMB) and cosines[left - 1] >= cosines[left]:
        left -= 1
    while right < min(len(cosines) - 2, at + _CLIMB) and cosines[right + 1] >= cosines[right]:
        right += 1
    return cosines[left] + cosines[right] - 2 * cosines[at]


def _surprise(vectors: Vectors) -> list[float]:
    """One minus the cosine of each row with what the rows before foretell: their faded sum."""
    import numpy as np

    found = [0.0]
    for at in range(1, len(vectors)):
        before = vectors[max(0, at - REACH) : at]
        fading = _DECAY ** np.arange(len(before) - 1, -1, -1, dtype=np.float32)
        foretold = fading @ before
        length = float(np.linalg.norm(foretold))
        found.append(1 - float(foretold @ vectors[at]) / length if length else 1.0)
    return found


def axis_features(vectors: Vectors, axes: Floats) -> Floats:
    """(n - 1, 4 * len(axes)): both neighbours along the axes, their product and difference.

    Each is told from the mean of those around it.
    """
    import numpy as np

    around = [
        vectors[max(0, at - REACH + 1) : at + REACH].mean(axis=0) for at in range(len(vectors))
    ]
    along = (vectors - np.stack(around)) @ axes.T
    before, after = along[:-1], along[1:]
    return np.hstack([after, before, 3 * after * before, np.abs(after - before)])


class Segmenter:
    """The fitted model, from two small files; it knows the axes of one embedder only.

    With vectors of another embedder, weights without those axes are used.
    """

    def __init__(self, embedder: str, directory: Path = DATA_DIR) -> None:
        """`embedder` is a fingerprint. Raises ModelFileMissing, ModelFileDamaged."""
        import numpy as np

        weights, recipe = directory / WEIGHTS_NAME, directory / RECIPE_NAME
        try:
            text = recipe.read_text(encoding="utf-8")
            said = json.loads(text)
            self._fits = said["embedder"] == embedder
            part = said["with axes" if self._fits else "without axes"]
            self._threshold = math.log(part["threshold"] / (1 - part["threshold"]))
            self._bias = float(part["bias"])
            self._weights = np.array(part["weights"], dtype=np.float32)
            with np.load(io.BytesIO(weights.read_bytes())) as stored:
                self._axes = stored["axes"].astype(np.float32)
            self.fingerprint = f"{VERSION}:{text_hash(text)[:8]}:{embedder}"
        except FileNotFoundError as error:
            raise ModelFileMissing(error.filename or str(weights)) from error
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ModelFileDamaged(str(recipe)) from error
        inputs = SIMILARITY_FEATURES + WORD_FEATURES + 4 * len(self._axes) * self._fits
        if self._weights.shape != (inputs,):
            raise ModelFileDamaged(str(recipe))

    def odds(self, texts: Sequence[str], vectors: Vectors) -> list[float]:
        """For each gap the log odds of a boundary, less the threshold: cut where above 0."""
        if len(texts) < 2:
            return []
        inputs = features(texts, vectors, self._axes if self._fits else None)
        found: list[float] = (inputs @ self._weights + self._bias - self._threshold).tolist()
        return found

    def starts(self, turns: Sequence[Turn], vectors: Vectors, first: int = 0) -> list[int]:
        """Places from `first` on at which a run begins, `first` among them.

        `vectors` has a row for each turn; those before `first` are looked at and not cut.
        """
        if first >= len(turns):
            return []
        odds = self.odds([turn.text for turn in turns], vectors)
        starts, at_last = [first], first
        for at in range(first + 1, len(turns)):
            decided = _rule(turns[at - 1], turns[at])
            score = odds[at - 1] + _pause(turns[at - 1], turns[at])
            if decided if decided is not None else score > 0:
                starts.append(at)
                at_last = at
            elif at - at_last >= LONGEST:
                best = max(range(at_last + 1, at + 1), key=lambda one: (odds[one - 1], one))
                starts.append(best)
                at_last = best
        return starts


def features(texts: Sequence[str], vectors: Vectors, axes: Floats | None) -> Floats:
    """All features of the gaps between texts; `axes` are those of the vectors."""
    import numpy as np

    parts = [similarity_features(vectors), np.array(word_features(texts), dtype=np.float32)]
    if axes is not None:
        parts.append(axis_features(vectors, axes))
    return np.hstack(parts)


def _rule(before: Turn, after: Turn) -> bool | None:
    """What is known without weighing; None where it must be weighed."""
    if before.message is not None and before.message == after.message:
        return False
    if before.session != after.session or before.section != after.section:
        return True
    if before.section is not None:
        return False
    if before.said_at and after.said_at and after.said_at - before.said_at > SILENCE:
        return True
    return False if after.role in _ANSWERING else None


def _pause(before: Turn, after: Turn) -> float:
    """What a silence adds to the odds."""
    if before.said_at is None or after.said_at is None:
        return 0.0
    silence = (after.said_at - before.said_at) / PAUSE
    return PAUSE_WEIGHT * (1 + math.log2(silence)) if silence > 1 else 0.0
