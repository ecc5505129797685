#!/usr/bin/env python
"""Train the re-scorer of the ranking on benchmark sets: `train_ranking.py HOME SET_DIR…`.

Each conversation is imported and searched by the normal path; a network with one hidden layer over
the signals of the candidates is trained so that evidence stands above the rest (listwise softmax
loss; Cao et al. 2007). Several nets from different beginnings are joined into one. Printed: figures
in sample, cross-validated over conversations (every set loses its conversations in turn), with each
whole set left out, and with `--ablate` cross-validated without each group of signals. Written:
`mem/retrieval/weights.json`, which holds numbers by kind of evidence only; sets named by `--check`
are only measured.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from mem.assistant import Assistant
from mem.bench.metrics import RankedHit, Ranking, area, summarise
from mem.bench.retrieval import LIMIT, opened
from mem.bench.sets import BenchSet, Question, read_set
from mem.bench.vectors import KeptVectors
from mem.core.query import Filters
from mem.inference.embedder import OnnxEmbedder
from mem.retrieval.confidence import NAMES as CONFIDENCE_NAMES
from mem.retrieval.confidence import measure
from mem.retrieval.fusion import BOUND, FIRST_LOOK, FIXED, INPUTS, WEIGHTS_FILE, Network
from mem.retrieval.ranking import shortlist
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
FOLDS = 3
_NOW = datetime(2026, 1, 1)


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


Trained = Callable[[Example], Network]


def main() -> None:
    """Train, report and write."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("home", type=Path, help="where stores and vectors are kept")
    arguments.add_argument("sets", type=Path, nargs="+")
    arguments.add_argument("--check", type=Path, nargs="*", default=[], help="not trained on")
    arguments.add_argument("--ablate", action="store_true", help="also without groups of signals")
    given = arguments.parse_args()
    kept = KeptVectors(given.home / "vectors.db", OnnxEmbedder)
    examples, checks = (
        [one for folder in folders for one in examples_of(read_set(folder), given.home, kept)]
        for folders in (given.sets, given.check)
    )
    kept.close()
    network = fit(examples)
    report("in sample", examples, lambda _: network)
    report("not trained on", checks, lambda _: network)
    cross_validated = folds(examples)
    report("cross-validated", examples, cross_validated)
    for name in sorted({one.group for one in examples}):
        rest = fit([one for one in examples if one.group != name])
        held_out = [one for one in examples if one.group == name]
        report("left out", held_out, lambda _, rest=rest: rest)
    if given.ablate:
        ablate(examples)
    scale, offset = calibrate(examples, cross_validated)
    confidence = fit_confidence(examples, cross_validated)
    write(network, scale, offset, confidence)


def examples_of(bench: BenchSet, home: Path, kept: KeptVectors) -> list[Example]:
    """The candidates of every question that search would rank."""
    made: list[Example] = []
    for conversation in bench.conversations:
        with opened(bench, conversation, home, kept) as assistant:
            made.extend(
                _example(bench.name, question, assistant)
                for question in bench.questions
                if question.conversation == conversation.id
            )
    print(f"{bench.name}: {len(made)} questions", flush=True)
    return made


def _example(group: str, question: Question, assistant: Assistant) -> Example:
    asked = datetime.fromisoformat(question.asked_at) if question.asked_at else _NOW
    found = assistant.retriever.find(
        question.text, filters=Filters(sessions=question.sessions), limit=LIMIT, asked_at=asked
    )
    few = shortlist(found, chunks=assistant.store.chunks, limit=LIMIT)
    turns = [one.chunk.message_id for one in few.stored]
    sessions = [one.chunk.session_id for one in few.stored]
    return Example(
        group=group,
        conversation=question.conversation,
        question=question,
        signals=few.inputs,
        turns=turns,
        sessions=sessions,
        evidence=_evidence(question, turns, sessions),
    )


def _evidence(
    question: Question, turns: Sequence[str | None], sessions: Sequence[str | None]
) -> list[np.ndarray]:
    """Rows of each piece of evidence: turns where they are known, else whole sessions."""
    if not question.answerable:
        return []
    wanted, ids = (
        (question.evidence, turns) if question.evidence else (question.evidence_sessions, sessions)
    )
    found = [
        np.flatnonzero(np.array([one == sought for one in ids], dtype=bool))
        for sought in sorted(wanted)
    ]
    # Evidence that covers most of the candidates teaches nothing.
    return [rows for rows in found if len(rows) and len(rows) < 0.8 * len(ids)]


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


def folds(examples: Sequence[Example], without: Collection[str] = ()) -> Trained:
    """For each example a network that was trained without its conversation."""
    of_set: dict[str, list[str]] = {}
    for group, conversation in sorted({(one.group, one.conversation) for one in examples}):
        of_set.setdefault(group, []).append(conversation)
    fold = {
        (group, conversation): at % FOLDS
        for group, conversations in of_set.items()
        for at, conversation in enumerate(conversations)
    }
    trained = [
        fit([one for one in examples if fold[one.group, one.conversation] != number], without)
        for number in range(FOLDS)
    ]
    return lambda example: trained[fold[example.group, example.conversation]]


# What `--ablate` leaves out together.
GROUPS = {
    "neighbours' scores": re.compile(r"_(before|after|around)$|^coverage_near$"),
    "session": re.compile(r"_session"),
    "likeness to neighbours": re.compile(r"^alike_"),
    "what all candidates share": re.compile(r"^(cosine_centred|commonness)$"),
    "likeness to the first hits": re.compile(r"^(feedback_|support$)"),
    "time": re.compile(r"^(time_near|newness_continuing|newer_share\w*|session_age)$"),
    "questions and answers": re.compile(r"^(asks|after_question|\w+_after_question|asks_back)$"),
    "the question's form": re.compile(r"^q_"),
    "who": re.compile(r"^(speaker_|own_words|assistant_)"),
    "words": re.compile(r"lexical|coverage|agreement|adjacent"),
    "vectors": re.compile(r"cosine|agreement|alike|commonness"),
}


def ablate(examples: Sequence[Example]) -> None:
    """Print cross-validated figures without each group of signals."""
    for title, pattern in GROUPS.items():
        without = {name for name in INPUTS if pattern.search(name)}
        report(f"without {title}", examples, folds(examples, without))


def ranked(example: Example, network: Network) -> Ranking:
    """Messages by their best candidate."""
    scores = network.scores(example.signals)
    hits: dict[tuple[str | None, str | None], RankedHit] = {}
    for row in np.argsort(-scores, kind="stable"):
        turn, session = example.turns[row], example.sessions[row]
        hits.setdefault((session, turn), RankedHit(turn, session, float(scores[row]), ""))
    return Ranking(tuple(hits.values())[:LIMIT], float(scores.max(initial=0.0)))


def report(title: str, examples: Sequence[Example], trained: Trained) -> None:
    """Print the main figures of each set."""
    for name in sorted({one.group for one in examples}):
        of_set = [one for one in examples if one.group == name]
        rankings = {one.question.id: ranked(one, trained(one)) for one in of_set}
        summary = summarise([one.question for one in of_set], rankings)
        shown = ("turn R@10", "turn NDCG@10", "session R@5", "session all@5", "session hit@1")
        figures = [f"{key} {summary.micro[key]:.3f}" for key in shown if key in summary.micro]
        if "turn R@10" in summary.macro:
            figures.append(f"macro {summary.macro['turn R@10']:.3f}")
        print(f"{title:16} {name:18}", " · ".join(figures), flush=True)


def calibrate(examples: Sequence[Example], trained: Trained) -> tuple[float, float]:
    """Scale and offset that turn a score into the chance that a hit is evidence (Platt 1999)."""
    scores: list[float] = []
    meant: list[float] = []
    groups: list[str] = []
    for one in examples:
        if one.question.answerable and not one.question.evidence:
            continue
        for hit in ranked(one, trained(one)).hits[:10]:
            groups.append(one.group)
            scores.append(hit.score)
            meant.append(float(one.question.answerable and hit.turn in one.question.evidence))
    fitted = logistic_fit(np.array(scores)[:, None], np.array(meant), np.ones(len(meant)))
    for name in sorted(set(groups)):
        rows = np.array([group == name for group in groups])
        said = 1 / (1 + np.exp(-(np.array(scores)[rows] * fitted[0] + fitted[1])))
        print(f"calibration {name}: said {said.mean():.3f}, was {np.array(meant)[rows].mean():.3f}")
    return float(fitted[0]), float(fitted[1])


def fit_confidence(examples: Sequence[Example], trained: Trained) -> dict[str, float]:
    """Weights of what is known of a result, none negative: more of anything is never less sure."""
    mixed = {one.group for one in examples if not one.question.answerable}
    of_mixed = [one for one in examples if one.group in mixed]
    known, held = [], []
    for one in of_mixed:
        scores = trained(one).scores(one.signals)
        order = np.argsort(-scores, kind="stable")
        known.append(measure(scores[order], one.signals[order]))
        held.append(float(one.question.answerable))
    matrix, answerable = np.array(known), np.array(held)
    sizes = Counter((one.group, one.question.answerable) for one in of_mixed)
    # Each set counts by how many questions without an answer it has, and as much with as without.
    balance = np.array(
        [sizes[one.group, False] / sizes[one.group, one.question.answerable] for one in of_mixed]
    )
    fitted = logistic_fit(matrix, answerable, balance / balance.mean(), least=0.0)
    for name in sorted(mixed):
        rows = np.array([one.group == name for one in of_mixed])
        sure = matrix @ fitted[:-1]
        print(
            f"abstention AUROC {name}: "
            f"{area(sure[rows & (answerable == 1)], sure[rows & (answerable == 0)]):.3f}"
        )
    return dict(zip((*CONFIDENCE_NAMES, "offset"), map(float, fitted), strict=True))


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


def write(network: Network, scale: float, offset: float, confidence: dict[str, float]) -> None:
    """Replace the shipped weights."""

    def rounded(values: np.ndarray) -> list[float]:
        return [float(f"{one:.4g}") for one in values]

    inputs = {
        name: {
            "mean": float(f"{network.mean[at]:.6g}"),
            "spread": float(f"{network.spread[at]:.6g}"),
            "linear": float(f"{network.linear[at]:.4g}"),
            "hidden": rounded(network.hidden[at]),
        }
        for at, name in enumerate(INPUTS)
    }
    net = {"inputs": inputs, "offsets": rounded(network.offsets), "out": rounded(network.out)}
    said = {
        "network": net,
        "scale": round(scale, 4),
        "offset": round(offset, 4),
        "confidence": {name: round(value, 4) for name, value in confidence.items()},
    }
    WEIGHTS_FILE.write_text(json.dumps(said) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
