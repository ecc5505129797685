"""Fit the model of `mem/ingest/segmentation.py` on dialogues with boundaries that people drew.

Logistic regression with weight decay on the gaps of one part of the file; the threshold is the one
of least Pk in cross-validation by dialogue on that part. The other parts are measured once and
never fitted to. Deterministic. Run: `python scripts/fit_segmentation.py DIALOGUES.json`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mem.bench.segmentation import Dialogue, load, mean_figures, vectors_of
from mem.inference.embedder import OnnxEmbedder
from mem.ingest.segmentation import DATA_DIR, RECIPE_NAME, WEIGHTS_NAME, features

if TYPE_CHECKING:
    import numpy.typing as npt

    from mem.core.protocols import Vectors

    Floats = npt.NDArray[np.float64]
    Rows = dict[Dialogue, Floats]

TRAINED_ON = "train"
AXES = 16
FOLDS = 5
STEPS = 12
THRESHOLDS = tuple(round(0.3 + 0.025 * step, 3) for step in range(13))


def fit(inputs: Floats, labels: Floats, decay: float) -> tuple[Floats, float]:
    """Weights and bias for inputs as they are, by Newton's method on standardised ones."""
    middle, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    rows = np.hstack([(inputs - middle) / spread, np.ones((len(inputs), 1))])
    values = np.zeros(rows.shape[1])
    ridge = np.eye(len(values)) * decay
    ridge[-1, -1] = 0
    for _ in range(STEPS):
        shares = 1 / (1 + np.exp(-rows @ values))
        gradient = rows.T @ (shares - labels) + ridge @ values
        curvature = (rows * (shares * (1 - shares))[:, None]).T @ rows + ridge
        values -= np.linalg.solve(curvature, gradient)
    weights = values[:-1] / spread
    return weights, float(values[-1] - weights @ middle)


def labels_of(dialogue: Dialogue) -> Floats:
    """1 at each gap with a boundary."""
    return np.array([float(at in dialogue.starts) for at in range(1, len(dialogue.texts))])


def chances(rows: Rows, weights: Floats, bias: float) -> Rows:
    """The chance of a boundary at each gap."""
    return {one: 1 / (1 + np.exp(-(part @ weights + bias))) for one, part in rows.items()}


def figures(found: Rows, threshold: float) -> tuple[float, float]:
    """Mean (Pk, WindowDiff) of cutting above a threshold."""
    return mean_figures(
        list(found),
        lambda one: [0, *(1 + np.flatnonzero(found[one] > threshold)).tolist()],
    )


def held_out(rows: Rows, decay: float) -> Rows:
    """Chances for each dialogue by a model that has not seen it."""
    dialogues = list(rows)
    order = np.random.default_rng(0).permutation(len(dialogues))
    found: Rows = {}
    for fold in range(FOLDS):
        apart = {int(place) for place in order[fold::FOLDS]}
        seen = [one for place, one in enumerate(dialogues) if place not in apart]
        model = fit(*stacked(rows, seen), decay)
        found |= chances({dialogues[place]: rows[dialogues[place]] for place in apart}, *model)
    return {one: found[one] for one in dialogues}


def stacked(rows: Rows, dialogues: Sequence[Dialogue]) -> tuple[Floats, Floats]:
    """The gaps of those dialogues with their labels."""
    return np.vstack([rows[one] for one in dialogues]), np.hstack(
        [labels_of(one) for one in dialogues]
    )


def fitted(rows: Rows, trained: Sequence[Dialogue], decay: float) -> dict[str, Any]:
    """Weights, threshold and figures of one set of features."""
    own = {one: rows[one] for one in trained}
    found = held_out(own, decay)
    curve = [figures(found, one)[0] for one in THRESHOLDS]
    # The middle of three neighbours counts, so that no lucky threshold is taken.
    smooth = [np.mean(curve[max(0, at - 1) : at + 2]) for at in range(len(curve))]
    threshold = THRESHOLDS[int(np.argmin(smooth))]
    weights, bias = fit(*stacked(own, trained), decay)
    report: dict[str, Any] = {}
    for part in dict.fromkeys(one.name for one in rows):
        others = {one: rows[one] for one in rows if one.name == part}
        judged = found if part == TRAINED_ON else chances(others, weights, bias)
        name = f"{part}, cross-validated by dialogue" if part == TRAINED_ON else part
        pk, diff = figures(judged, threshold)
        report[name] = {"pk": round(pk, 4), "window_diff": round(diff, 4)}
    return {
        "decay": decay,
        "threshold": threshold,
        "figures": report,
        "bias": round(bias, 5),
        "weights": [round(float(weight), 5) for weight in weights],
    }


def main(path: Path) -> None:
    """Fit, cross-validate and write the weights with their recipe."""
    dialogues = load(path)
    embedder = OnnxEmbedder()
    vectors = vectors_of(dialogues, embedder)
    trained = [one for one in dialogues if one.name == TRAINED_ON]
    together: Vectors = np.vstack([vectors[one] for one in trained])
    _, _, directions = np.linalg.svd(together - together.mean(axis=0), full_matrices=False)
    axes = directions[:AXES].astype(np.float16)
    held = axes.astype(np.float32)
    full = {one: features(one.texts, vectors[one], held).astype(np.float64) for one in dialogues}
    plain = {one: features(one.texts, vectors[one], None).astype(np.float64) for one in dialogues}
    recipe = {
        "embedder": embedder.fingerprint,
        "made by": "scripts/fit_segmentation.py",
        "made from": {
            "file": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "part": TRAINED_ON,
            "dialogues": len(trained),
        },
        "axes": AXES,
        "folds": FOLDS,
        "with axes": fitted(full, trained, 100.0),
        "without axes": fitted(plain, trained, 30.0),
    }
    DATA_DIR.mkdir(exist_ok=True)
    np.savez(DATA_DIR / WEIGHTS_NAME, axes=axes)
    text = json.dumps(recipe, indent=1)
    (DATA_DIR / RECIPE_NAME).write_text(text + "\n", encoding="utf-8")
    for name in ("with axes", "without axes"):
        print(name, recipe[name])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
