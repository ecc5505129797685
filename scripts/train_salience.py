"""Fit the head of `mem/consolidation/salience.py`: which memories do questions need?

Each conversation of the sets is imported and consolidated as a user would; a memory counts as
needed when it stands on a turn that is evidence of a question. Logistic regression with weight
decay, checked by leaving out one conversation at a time. Writes the weights (float16) and the
recipe with those figures. Run: `python scripts/train_salience.py SET_DIR… [--decay N]`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mem.bench.pruning import needed_memories
from mem.bench.sets import read_set
from mem.consolidation.salience import DATA_DIR, RECIPE_NAME, WEIGHTS_NAME, features
from mem.inference.embedder import OnnxEmbedder

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# A vector's components are small beside the features; scaling them is a weaker decay on them.
VECTOR_SCALE = 20.0
STEPS = 30


def fit(rows: Floats, wanted: Floats, decay: float) -> Floats:
    """Weights with the bias last, by Newton's method on standardised columns."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    inputs = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))])
    weights = np.zeros(inputs.shape[1])
    punished = np.append(np.full(rows.shape[1], decay), 1e-6)
    for _ in range(STEPS):
        shares = 1 / (1 + np.exp(-inputs @ weights))
        gradient = inputs.T @ (shares - wanted) + punished * weights
        curvature = (inputs.T * (shares * (1 - shares))) @ inputs + np.diag(punished)
        weights -= np.linalg.solve(curvature, gradient)
    plain = weights[:-1] / spread
    return np.append(plain, weights[-1] - mean @ plain)


def auroc(scores: Floats, wanted: Floats) -> float:
    """How often a needed memory scores above one that is not."""
    ranks = scores.argsort().argsort() + 1
    right = wanted > 0
    count = int(right.sum())
    area = ranks[right].sum() - count * (count + 1) / 2
    return float(area / (count * (len(wanted) - count)))


def kept_at_half(scores: Floats, wanted: Floats, group: npt.NDArray[np.int64]) -> float:
    """The share of needed memories in the better half of each conversation."""
    kept = 0.0
    for one in np.unique(group):
        own = group == one
        best = np.argsort(-scores[own], kind="stable")[: int(np.ceil(own.sum() / 2))]
        kept += wanted[own][best].sum()
    return float(kept / wanted.sum())


def left_out(
    rows: Floats, wanted: Floats, group: npt.NDArray[np.int64], decay: float
) -> dict[str, float]:
    """Figures of conversations that were not fitted on."""
    scores = np.zeros(len(wanted))
    for one in np.unique(group):
        held = group == one
        weights = fit(rows[~held], wanted[~held], decay)
        scores[held] = rows[held] @ weights[:-1] + weights[-1]
    kept = kept_at_half(scores, wanted, group)
    return {"auroc": round(auroc(scores, wanted), 3), "kept_at_half": round(kept, 3)}


def main() -> None:
    """Fit, check and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--decay", type=float, default=1000.0)
    given = parser.parse_args()
    embedder = OnnxEmbedder()
    plain, vectors, wanted, group = [], [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        for number, found in enumerate(
            one
            for folder in given.sets
            for one in needed_memories(read_set(folder), Path(scratch), embedder)
        ):
            memories, needed = found
            plain += [features(one) for one in memories]
            vectors.append(embedder.embed([one.text for one in memories]))
            wanted += [float(one) for one in needed]
            group += [number] * len(memories)
    columns, marks = np.array(plain, dtype=np.float64), np.array(group)
    truth = np.array(wanted)
    both = np.hstack([np.vstack(vectors).astype(np.float64) * VECTOR_SCALE, columns])
    recipe = {
        "embedder": embedder.fingerprint,
        "sets": [folder.name for folder in given.sets],
        "memories": len(truth),
        "needed": round(float(truth.mean()), 3),
        "decay": given.decay,
        "left_out": {
            "both": left_out(both, truth, marks, given.decay),
            "features": left_out(columns, truth, marks, given.decay / 20),
        },
    }
    print(json.dumps(recipe, indent=2))
    weights, alone = fit(both, truth, given.decay), fit(columns, truth, given.decay / 20)
    weights[: both.shape[1] - columns.shape[1]] *= VECTOR_SCALE
    DATA_DIR.mkdir(exist_ok=True)
    np.savez_compressed(
        DATA_DIR / WEIGHTS_NAME,
        weights=weights[:-1].astype(np.float16),
        bias=np.float32(weights[-1]),
        plain_weights=alone[:-1].astype(np.float16),
        plain_bias=np.float32(alone[-1]),
    )
    (DATA_DIR / RECIPE_NAME).write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
