"""How sure a result is that the store holds an answer at all, from its best candidates.

Calibrated on questions with and without an answer; no question is refused here, only measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mem.retrieval.fusion import logistic
from mem.retrieval.signals import INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

NAMES = (
    "best_score",
    "mean_score",
    "lead",
    "best_cosine",
    "coverage_of_first",
    "speaker_of_first",
    "words_of_named",
    "cosine_of_named",
)
_FEW, _LEAD = 5, 10


def measure(scores: Floats, inputs: Floats) -> tuple[float, ...]:
    """What is known of a result, as `NAMES`; best candidate first, inputs (n, len(INPUTS))."""
    if not len(scores):
        return (0.0,) * len(NAMES)
    few = inputs[:_FEW]
    return (
        float(scores[0]),
        float(scores[:_FEW].mean()),
        float(scores[0] - scores[:_LEAD][-1]),
        float(few[:, INDEX["cosine"]].max()),
        float(inputs[0, INDEX["coverage"]]),
        float(inputs[0, INDEX["speaker_named"]] - inputs[0, INDEX["speaker_other"]]),
        _advantage(inputs, "lexical"),
        _advantage(inputs, "cosine"),
    )


def _advantage(inputs: Floats, signal: str) -> float:
    """How much better those fit who are named than anybody else: who asks may confuse the two."""
    others = inputs[:, INDEX["speaker_other"]] > 0
    if not others.any():
        return 0.0
    fits = inputs[:, INDEX[signal]]
    return float(fits[~others].max(initial=0.0) - fits[others].max())


def confidence(known: Sequence[float], weights: Mapping[str, float]) -> float:
    """The chance, in [0, 1], that an answer is among candidates of which this is `known`."""
    total = sum(weights.get(name, 0.0) * value for name, value in zip(NAMES, known, strict=True))
    return logistic(total + weights.get("offset", 0.0))
