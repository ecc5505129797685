"""How sure a result is that the store holds an answer at all, from its best candidates.

Calibrated on questions with and without an answer; no question is refused here, only measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.retrieval.fusion import logistic
from mem.retrieval.signals import INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

NAMES = ("best_score", "mean_score", "best_cosine", "coverage_of_first", "speaker_of_first")
_FEW = 5


def measure(scores: Floats, signals: Floats) -> list[float]:
    """What is known of a result, as `NAMES`; best candidate first, rows (n, signals)."""
    if not len(scores):
        return [0.0] * len(NAMES)
    few = signals[:_FEW]
    return [
        float(scores[0]),
        float(scores[:_FEW].mean()),
        float(few[:, INDEX["cosine"]].max()),
        float(signals[0, INDEX["coverage"]]),
        float(signals[0, INDEX["speaker_named"]] - signals[0, INDEX["speaker_other"]]),
    ]


def confidence(scores: Floats, signals: Floats, weights: Mapping[str, float]) -> float:
    """The chance, in [0, 1], that an answer is among the candidates; 0 without any."""
    if not len(scores):
        return 0.0
    known = measure(scores, signals)
    total = sum(weights.get(name, 0.0) * value for name, value in zip(NAMES, known, strict=True))
    return logistic(total + weights.get("offset", 0.0))
