"""Fit the head of `mem/consolidation/salience.py`: which memories do questions need?

Each conversation of the sets is imported and consolidated as a user would; a memory counts as
needed when it stands on a turn that is evidence of a question. Logistic regression with weight
decay, much more of it on the vector than on the features, and an intercept for each conversation,
since one is asked about more than another. Checked by leaving out one conversation at a time, and
on the sets of `--check`, which are not fitted on. Writes the weights with those figures.
Run: `python scripts/train_salience.py SET_DIR… [--check SET_DIR]`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mem.bench.pruning import needed_memories
from mem.bench.sets import read_set
from mem.consolidation.salience import DATA_DIR, NAMES, WEIGHTS_NAME, features
from mem.inference.embedder import OnnxEmbedder

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

STEPS = 30
#: Weight decay on a feature and on a component of the vector, columns having spread 1.
DECAY, VECTOR_DECAY = 100.0, 10_000.0


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: `rows` (n, features + dimensions), `wanted` (n,) 1 where one is needed."""

    rows: Floats
    wanted: Floats


def fit(talks: Sequence[Talk]) -> Floats:
    """Weights by Newton's method, then the bias with which the mean likelihood is the true share."""
    rows = np.vstack([one.rows for one in talks])
    wanted = np.concatenate([one.wanted for one in talks])
    marks = np.concatenate([[at] * len(one.wanted) for at, one in enumerate(talks)])
    own = (marks[:, None] == np.arange(len(talks))[None, :]).astype(np.float64)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    inputs = np.hstack([(rows - mean) / spread, own])
    weights = np.zeros(inputs.shape[1])
    # A little decay on the intercepts too: a conversation may have none that is needed.
    decay = np.where(np.arange(rows.shape[1]) < len(NAMES), DECAY, VECTOR_DECAY)
    punished = np.append(decay, np.full(len(talks), 0.1))
    for _ in range(STEPS):
        shares = 1 / (1 + np.exp(-inputs @ weights))
        gradient = inputs.T @ (shares - wanted) + punished * weights
        curvature = (inputs.T * (shares * (1 - shares))) @ inputs + np.diag(punished)
        weights -= np.linalg.solve(curvature, gradient)
    plain = weights[: rows.shape[1]] / spread
    return np.append(plain, _bias(rows @ plain, float(wanted.mean())))


def _bias(odds: Floats, share: float) -> float:
    """What to add to `odds` for their mean likelihood to be `share`."""
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        above = (1 / (1 + np.exp(-(odds + middle)))).mean() > share
        low, high = (low, middle) if above else (middle, high)
    return (low + high) / 2


def auroc(scores: Floats, wanted: Floats) -> float:
    """How often a needed memory scores above one that is not."""
    ranks = scores.argsort().argsort() + 1
    right = wanted > 0
    count = int(right.sum())
    area = ranks[right].sum() - count * (count + 1) / 2
    return float(area / (count * (len(wanted) - count)))


def judged(pairs: Sequence[tuple[Floats, Floats]]) -> dict[str, float]:
    """Of (scores, wanted) by conversation: mean AUROC, and the share of wanted in better halves."""
    areas = [auroc(scores, wanted) for scores, wanted in pairs if 0 < wanted.sum() < len(wanted)]
    kept = sum(
        wanted[np.argsort(-scores, kind="stable")[: int(np.ceil(len(wanted) / 2))]].sum()
        for scores, wanted in pairs
    )
    needed = sum(wanted.sum() for _, wanted in pairs)
    return {
        "auroc": round(float(np.mean(areas)), 3),
        "kept_at_half": round(float(kept / needed), 3),
    }


def left_out(talks: Sequence[Talk]) -> dict[str, float]:
    """Figures of conversations that were not fitted on."""
    pairs = []
    for talk in talks:
        weights = fit([one for one in talks if one is not talk])
        pairs.append((talk.rows @ weights[:-1], talk.wanted))
    return judged(pairs)


def read(folder: Path, scratch: Path, embedder: OnnxEmbedder) -> list[Talk]:
    """The conversations of a set."""
    talks = []
    for memories, needed in needed_memories(read_set(folder), scratch, embedder):
        vectors = embedder.embed([one.text for one in memories])
        found = features(memories, dict(enumerate(vectors)))
        talks.append(Talk(np.hstack([found, vectors]), np.array(needed, dtype=np.float64)))
    return talks


def head(talks: Sequence[Talk]) -> dict[str, object]:
    """The weights as the file holds them."""
    weights = fit(talks)
    few = len(NAMES)
    shape: dict[str, object] = {
        "weights": {name: round(float(one), 4) for name, one in zip(NAMES, weights, strict=False)},
        "bias": round(float(weights[-1]), 4),
    }
    if len(weights) > few + 1:
        shape["vector"] = [round(float(one), 4) for one in weights[few:-1]]
    return shape


def main() -> None:
    """Fit, check and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--check", action="append", default=[], type=Path)
    given = parser.parse_args()
    embedder = OnnxEmbedder()
    with tempfile.TemporaryDirectory() as scratch:
        talks = [one for folder in given.sets for one in read(folder, Path(scratch), embedder)]
        others = {folder.name: read(folder, Path(scratch), embedder) for folder in given.check}
    checks: dict[str, object] = {}
    heads: dict[str, dict[str, object]] = {}
    for name, width in (("with vectors", None), ("alone", len(NAMES))):
        seen = [Talk(one.rows[:, :width], one.wanted) for one in talks]
        weights = fit(seen)
        heads[name] = head(seen)
        checks[name] = {
            "left out": left_out(seen),
            **{
                other: judged([(one.rows[:, :width] @ weights[:-1], one.wanted) for one in held])
                for other, held in others.items()
            },
        }
    recipe = {
        "embedder": embedder.fingerprint,
        "sets": [folder.name for folder in given.sets],
        "memories": sum(len(one.wanted) for one in talks),
        "needed": round(float(np.concatenate([one.wanted for one in talks]).mean()), 3),
        "checks": checks,
    }
    print(json.dumps(recipe, indent=2))
    DATA_DIR.mkdir(exist_ok=True)
    (DATA_DIR / WEIGHTS_NAME).write_text(json.dumps({**recipe, **heads}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
