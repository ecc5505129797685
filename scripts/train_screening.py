"""Train the heads of `mem/extraction/screening.py` on `screening_examples.jsonl`.

Multinomial logistic regression with weight decay on sentence vectors of the bundled embedder and
the pattern features; deterministic. Writes the weights (float16) and the recipe, with the accuracy
of five-fold cross-validation. Run: `python scripts/train_screening.py`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mem.extraction.screening import DATA_DIR, RECIPE_NAME, WEIGHTS_NAME, WORTH_KEEPING, features
from mem.inference.embedder import OnnxEmbedder

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Labels = npt.NDArray[np.int64]

EXAMPLES = Path(__file__).with_name("screening_examples.jsonl")
DECAY = 0.1
STEPS = 600
RATE = 0.05
FOLDS = 5


def shares(inputs: Floats, weights: Floats, bias: Floats) -> Floats:
    """(rows, classes) softmax."""
    logits = inputs @ weights + bias
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = odds / odds.sum(axis=1, keepdims=True)
    return result


def fit(inputs: Floats, labels: Labels, classes: int) -> tuple[Floats, Floats]:
    """Weights (inputs, classes) and bias by full-batch Adam; small classes weigh more."""
    wanted = np.eye(classes)[labels]
    row_weight = (1 / np.sqrt(np.maximum(1, np.bincount(labels, minlength=classes))))[labels]
    row_weight /= row_weight.mean()
    values = np.zeros((inputs.shape[1] + 1, classes))
    mean, spread = np.zeros_like(values), np.zeros_like(values)
    for step in range(1, STEPS + 1):
        error = (shares(inputs, values[:-1], values[-1]) - wanted) * row_weight[:, None]
        gradient = np.vstack([inputs.T @ error + DECAY * values[:-1], error.sum(axis=0)])
        gradient /= len(inputs)
        mean = 0.9 * mean + 0.1 * gradient
        spread = 0.99 * spread + 0.01 * gradient**2
        values -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-8)
    return values[:-1], values[-1]


def cross_validated(inputs: Floats, labels: Labels, names: list[str]) -> dict[str, float]:
    """Accuracy of keep against drop, and of the class, over held-out fifths."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(labels))
    kept = [names.index(name) for name in WORTH_KEEPING]
    keep_right = class_right = 0
    for held in range(FOLDS):
        weights, bias = fit(inputs[fold != held], labels[fold != held], len(names))
        odds = shares(inputs[fold == held], weights, bias)
        truth = labels[fold == held]
        keep_right += int(((odds[:, kept].sum(axis=1) > 0.5) == np.isin(truth, kept)).sum())
        class_right += int((odds.argmax(axis=1) == truth).sum())
    return {"keep": keep_right / len(labels), "class": class_right / len(labels)}


def main() -> None:
    """Train, cross-validate and write the weights with their recipe."""
    content = EXAMPLES.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in content.splitlines()]
    names = sorted({row["label"] for row in rows})
    texts = [row["text"] for row in rows]
    embedder = OnnxEmbedder()
    inputs = np.hstack([embedder.embed(texts), features(texts)]).astype(np.float64)
    labels = np.array([names.index(row["label"]) for row in rows])
    accuracy = cross_validated(inputs, labels, names)
    weights, bias = fit(inputs, labels, len(names))
    DATA_DIR.mkdir(exist_ok=True)
    plain = inputs[:, embedder.dimensions :]
    plain_weights, plain_bias = fit(plain, labels, len(names))
    np.savez(
        DATA_DIR / WEIGHTS_NAME,
        weights=weights.astype(np.float16),
        bias=bias.astype(np.float16),
        plain_weights=plain_weights.astype(np.float16),
        plain_bias=plain_bias.astype(np.float16),
    )
    recipe = {
        "labels": names,
        "embedder": embedder.fingerprint,
        "examples": len(rows),
        "examples_sha256": hashlib.sha256(content.encode()).hexdigest(),
        "method": "softmax regression, full-batch Adam",
        "decay": DECAY,
        "steps": STEPS,
        "rate": RATE,
        "cross_validated_accuracy": {key: round(value, 3) for key, value in accuracy.items()},
        "cross_validated_accuracy_without_vectors": {
            key: round(value, 3) for key, value in cross_validated(plain, labels, names).items()
        },
    }
    text = json.dumps(recipe, indent=2) + "\n"
    (DATA_DIR / RECIPE_NAME).write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
