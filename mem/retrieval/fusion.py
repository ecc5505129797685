"""From signals to one score: a small network over all of them, and the chance that it means.

A fixed mixture takes the first look and chooses what is read; the network, trained by
`scripts/train_ranking.py`, orders it. It weighs kinds of evidence and holds no word, name or id
of what it was trained on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mem.retrieval.akin import AKIN_NAMES
from mem.retrieval.relations import RELATION_NAMES
from mem.retrieval.signals import NAMES, TEXT_NAMES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

WEIGHTS_FILE = Path(__file__).parent / "weights.json"
INPUTS = (*NAMES, *TEXT_NAMES, *AKIN_NAMES, *RELATION_NAMES)
# Right on first principles: words and vectors, a little of the neighbours, who was named, and what
# the person said before what an assistant replied.
FIRST_LOOK = {
    "lexical": 0.7,
    "cosine": 1.0,
    "lexical_before": 0.2,
    "lexical_after": 0.2,
    "cosine_before": 0.2,
    "cosine_after": 0.2,
    "speaker_named": 0.2,
    "own_words": 0.15,
    "newness_continuing": 0.02,
}
# Not trained: nothing in the sets varies there, or it would only describe them.
FIXED = {"aside": -2.0, "phrase": 0.5}
# Inputs are held within so many standard deviations of what training saw.
BOUND = 6.0


@dataclass(frozen=True, slots=True)
class Network:
    """`linear` (inputs,) plus one hidden layer: `hidden` (inputs, units), `offsets` and `out`.

    Inputs are first put into standard deviations (`spread`) from the `mean` of training.
    """

    mean: Floats
    spread: Floats
    linear: Floats
    hidden: Floats
    offsets: Floats
    out: Floats

    def scores(self, inputs: Floats) -> Floats:
        """(rows,) for inputs (rows, len(INPUTS))."""
        import numpy as np

        known = np.clip((inputs - self.mean) / self.spread, -BOUND, BOUND)
        units = np.maximum(known @ self.hidden + self.offsets, 0)
        fixed = sum(weight * inputs[:, INPUTS.index(name)] for name, weight in FIXED.items())
        scores: Floats = (known @ self.linear + units @ self.out + fixed).astype(np.float32)
        return scores


@dataclass(frozen=True, slots=True)
class Weights:
    """The network; `scale` and `offset` turn a score into the chance that a hit is meant.

    `confidence` weighs what is known of a whole result, see `confidence.py`.
    """

    network: Network
    scale: float
    offset: float
    confidence: dict[str, float]

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Weights from a file that the training script wrote."""
        said = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            network=_network(said["network"]),
            scale=float(said["scale"]),
            offset=float(said["offset"]),
            confidence={str(name): float(value) for name, value in said["confidence"].items()},
        )

    def probability(self, score: float) -> float:
        """The chance, in [0, 1], that a hit with this score is what was meant."""
        return logistic(self.scale * score + self.offset)


def _network(said: Mapping[str, Any]) -> Network:
    import numpy as np

    inputs = said["inputs"]
    assert tuple(inputs) == INPUTS, "the weights were trained on other signals"
    columns = [inputs[name] for name in INPUTS]
    mean, spread, linear = (
        np.array([column[part] for column in columns], dtype=np.float32)
        for part in ("mean", "spread", "linear")
    )
    return Network(
        mean=mean,
        spread=spread,
        linear=linear,
        hidden=np.array([column["hidden"] for column in columns], dtype=np.float32),
        offsets=np.array(said["offsets"], dtype=np.float32),
        out=np.array(said["out"], dtype=np.float32),
    )


def first_look() -> Floats:
    """(len(NAMES),) weights of the signals that the first look needs."""
    import numpy as np

    return np.array([FIRST_LOOK.get(name, 0.0) for name in NAMES], dtype=np.float32)


@cache
def shipped() -> Weights:
    """The weights that come with the package."""
    return Weights.read(WEIGHTS_FILE)


def logistic(value: float) -> float:
    """1 / (1 + e^-value), without overflow."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))
