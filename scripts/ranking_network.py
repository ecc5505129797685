"""The network of the ranking and how it is fitted; `train_ranking.py` gives it examples.

Numbers only: what comes in is a matrix of signals a question, and the rows of its evidence.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from mem.bench.sets import Question
from mem.retrieval.fusion import BOUND, FIRST_LOOK, FIXED, INPUTS, Network
from mem.retrieval.relations import SHARPNESS

UNITS = 24
NETS = 5
EPOCHS = 12
BATCH = 64
RATE = 5e-3
DECAY = 1e-2
DROPPED = 0.5
# Towards the first look's mixture, so that what the sets say little about stays sensible.
PULL = 0.03
LEAST_SPREAD = 0.02
PULL_HIDDEN = 0.01


@dataclass(slots=True)
class Example:
    """One question: signals of its candidates (rows, signals), and where its evidence stands."""

    group: str
    conversation: str
    question: Question
    signals: np.ndarray
    turns: list[str | None]
    sessions: list[str | None]
    evidence: list[np.ndarray]


def untrained() -> Network:
    """A network that scores everything 0."""
    none = np.zeros(len(INPUTS))
    return Network(none, none + 1, none, np.zeros((len(INPUTS), 1)), np.zeros(1), np.zeros(1))


def fit(examples: Sequence[Example], without: Collection[str] = ()) -> Network:
    """One network of `NETS` small ones, blind to the inputs named in `without`."""
    taught = [one for one in examples if one.evidence]
    every = np.concatenate([one.signals for one in taught])
    mean, spread = every.mean(axis=0), np.maximum(every.std(axis=0), LEAST_SPREAD)
    seen = np.array([name not in FIXED and name not in without for name in INPUTS])
    share = Counter(one.group for one in taught)
    known = [
        np.clip((one.signals - mean) / spread, -BOUND, BOUND).astype(np.float32) * seen
        for one in taught
    ]
    weight = [1000 / share[one.group] for one in taught]
    prior = np.array([SHARPNESS * FIRST_LOOK.get(name, 0.0) for name in INPUTS]) * spread
    evidence = [one.evidence for one in taught]
    nets = [_net(known, evidence, weight, prior, seed) for seed in range(NETS)]
    return Network(
        mean=mean,
        spread=spread,
        linear=np.mean([net["linear"] for net in nets], axis=0) * seen,
        hidden=np.concatenate([net["hidden"] for net in nets], axis=1) * seen[:, None],
        offsets=np.concatenate([net["offsets"] for net in nets]),
        out=np.concatenate([net["out"] for net in nets]) / NETS,
    )


def _net(
    known: Sequence[np.ndarray],
    evidence: Sequence[list[np.ndarray]],
    weight: Sequence[float],
    prior: np.ndarray,
    seed: int,
) -> dict[str, np.ndarray]:
    """One net by AdamW (Loshchilov and Hutter 2019) in a cycle of rates, half its units dropped."""
    chance = np.random.default_rng(seed)
    inputs = known[0].shape[1]
    bound = inputs**-0.5
    net = {
        "linear": prior,
        "hidden": chance.uniform(-bound, bound, (inputs, UNITS)),
        "offsets": chance.uniform(-bound, bound, UNITS),
        "out": 0.1 * chance.uniform(-1, 1, UNITS) * UNITS**-0.5,
    }
    net = {name: value.astype(np.float32) for name, value in net.items()}
    first = {name: np.zeros_like(value) for name, value in net.items()}
    second = {name: np.zeros_like(value) for name, value in net.items()}
    steps, step = EPOCHS * -(-len(known) // BATCH), 0
    mean_weight = float(np.mean(weight))
    for _ in range(EPOCHS):
        order = chance.permutation(len(known))
        for start in range(0, len(order), BATCH):
            step += 1
            picked = order[start : start + BATCH]
            matrix = np.concatenate([known[at] for at in picked])
            units = np.maximum(matrix @ net["hidden"] + net["offsets"], 0)
            mask = (chance.random(units.shape, dtype=np.float32) >= DROPPED) / (1 - DROPPED)
            left = units * mask
            scores = matrix @ net["linear"] + left @ net["out"]
            slope = _slope(
                scores,
                [len(known[at]) for at in picked],
                [evidence[at] for at in picked],
                [weight[at] / mean_weight / BATCH for at in picked],
            )
            back = np.outer(slope, net["out"]) * mask * (units > 0)
            slopes = {
                "linear": slope @ matrix + PULL * (net["linear"] - prior),
                "hidden": matrix.T @ back + PULL_HIDDEN * net["hidden"],
                "offsets": back.sum(axis=0),
                "out": slope @ left + PULL_HIDDEN * net["out"],
            }
            rate = RATE * _cycle(step / steps)
            for name, one in slopes.items():
                first[name] = 0.9 * first[name] + 0.1 * one
                second[name] = 0.999 * second[name] + 0.001 * one**2
                move = (first[name] / (1 - 0.9**step)) / (
                    np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
                )
                net[name] = (net[name] * (1 - rate * DECAY) - rate * move).astype(np.float32)
    return net


def _cycle(done: float) -> float:
    """Up in the first fifth, then down along a cosine."""
    return done / 0.2 if done < 0.2 else 0.5 * (1 + math.cos(math.pi * (done - 0.2) / 0.8))


def _slope(
    scores: np.ndarray,
    lengths: Sequence[int],
    evidence: Sequence[list[np.ndarray]],
    weight: Sequence[float],
) -> np.ndarray:
    """Gradient of -log(share of a piece of evidence against all that is no evidence), by score."""
    slope = np.zeros(len(scores), dtype=np.float32)
    start = 0
    for length, pieces, share in zip(lengths, evidence, weight, strict=True):
        risen = np.exp(scores[start : start + length] - scores[start : start + length].max())
        wanted = np.zeros(length, dtype=bool)
        for piece in pieces:
            wanted[piece] = True
        other = np.where(wanted, 0, risen)
        rest, part = other.sum(), share / len(pieces)
        mine = slope[start : start + length]
        for piece in pieces:
            own = risen[piece].sum() + 1e-30
            mine += part * other / (own + rest)
            mine[piece] += part * risen[piece] * (1 / (own + rest) - 1 / own)
        start += length
    return slope


def logistic_fit(
    matrix: np.ndarray, wanted: np.ndarray, balance: np.ndarray, *, least: float | None = None
) -> np.ndarray:
    """(columns + 1,) weights and offset of a logistic regression, weights not below `least`."""
    spread = matrix.std(axis=0) + 1e-9
    full = np.concatenate([matrix / spread, np.ones((len(matrix), 1))], axis=1)
    fitted = np.zeros(full.shape[1])
    for _ in range(6000):
        chance = 1 / (1 + np.exp(-np.clip(full @ fitted, -30, 30)))
        fitted -= 0.1 * (full.T @ ((chance - wanted) * balance) / len(wanted))
        if least is not None:
            fitted[:-1] = np.maximum(fitted[:-1], least)
    return np.concatenate([fitted[:-1] / spread, fitted[-1:]])
