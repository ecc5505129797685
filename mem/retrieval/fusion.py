"""From signals to one score: a weighted sum, and what the sum means as a probability.

The weights come from `scripts/train_ranking.py`; they weigh kinds of evidence and hold no word,
name or id of what they were trained on.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mem.retrieval.signals import NAMES, TEXT_NAMES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

WEIGHTS_FILE = Path(__file__).parent / "weights.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by signal; `scale` and `offset` turn a score into the chance that a hit is meant.

    `confidence` weighs what is known of a whole result, see `confidence.py`.
    """

    signals: dict[str, float]
    scale: float
    offset: float
    confidence: dict[str, float]

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Weights from a file that the training script wrote."""
        said = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            signals={str(name): float(weight) for name, weight in said["signals"].items()},
            scale=float(said["scale"]),
            offset=float(said["offset"]),
            confidence={str(name): float(value) for name, value in said["confidence"].items()},
        )

    def vector(self) -> Floats:
        """(len(NAMES),) weights of the signals that need no text."""
        import numpy as np

        return np.array([self.signals.get(name, 0.0) for name in NAMES], dtype=np.float32)

    def text_vector(self) -> Floats:
        """(len(TEXT_NAMES),) weights of those that do."""
        import numpy as np

        return np.array([self.signals.get(name, 0.0) for name in TEXT_NAMES], dtype=np.float32)

    def probability(self, score: float) -> float:
        """The chance, in [0, 1], that a hit with this score is what was meant."""
        return logistic(self.scale * score + self.offset)


@cache
def shipped() -> Weights:
    """The weights that come with the package."""
    return Weights.read(WEIGHTS_FILE)


def logistic(value: float) -> float:
    """1 / (1 + e^-value), without overflow."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))
