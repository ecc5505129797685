#!/usr/bin/env python
"""Train the weights of the ranking on benchmark sets: `train_ranking.py HOME SET_DIR…`.

Each conversation is imported and searched by the normal path; the signals of the candidates are
weighed so that evidence stands above the rest (listwise softmax loss; Cao et al. 2007). Weights
are drawn towards a simple hand-made mixture (`PRIOR`), so that what the sets say little about
stays sensible. Printed: figures in sample, cross-validated over conversations, and with each whole
set left out. Written: `mem/retrieval/weights.json`, which holds numbers by kind of evidence only.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from mem.bench.metrics import RankedHit, Ranking, area, summarise
from mem.bench.retrieval import LIMIT, opened
from mem.bench.sets import BenchSet, Question, read_set
from mem.bench.vectors import KeptVectors
from mem.core.query import Filters
from mem.inference.embedder import OnnxEmbedder
from mem.retrieval.confidence import NAMES as CONFIDENCE_NAMES
from mem.retrieval.confidence import measure
from mem.retrieval.fusion import WEIGHTS_FILE
from mem.retrieval.signals import NAMES, TEXT_NAMES, of_texts

ALL_NAMES = (*NAMES, *TEXT_NAMES)
# A mixture that is right on first principles: words and vectors, a little of the neighbours, who
# was named, and what the person said before what an assistant replied.
PRIOR = {
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
SHARPNESS = 12.0
PULL = 0.1
STEPS = 90
RATE = 0.08
FOLDS = 5
CANDIDATES = 400
# Not trained: nothing in the sets varies there, or it would only describe them.
FIXED = {"aside": -1.0, "phrase": 0.5}
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


def main() -> None:
    """Train, report and write."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("home", type=Path, help="where stores and vectors are kept")
    arguments.add_argument("sets", type=Path, nargs="+")
    given = arguments.parse_args()
    kept = KeptVectors(given.home / "vectors.db", OnnxEmbedder)
    examples = [
        one for folder in given.sets for one in examples_of(read_set(folder), given.home, kept)
    ]
    kept.close()
    weights = fit(examples)
    report("in sample", examples, lambda _: weights)
    cross_validated = folds(examples)
    report("cross-validated", examples, cross_validated)
    for name in sorted({one.group for one in examples}):
        rest = fit([one for one in examples if one.group != name])
        held_out = [one for one in examples if one.group == name]
        report("left out", held_out, lambda _, rest=rest: rest)
    scale, offset = calibrate(examples, cross_validated)
    confidence = fit_confidence(examples, cross_validated)
    write(weights, scale, offset, confidence)


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


def _example(group: str, question: Question, assistant: object) -> Example:
    asked = datetime.fromisoformat(question.asked_at) if question.asked_at else _NOW
    found = assistant.retriever.find(  # type: ignore[attr-defined]
        question.text, filters=Filters(sessions=question.sessions), limit=LIMIT, asked_at=asked
    )
    table = found.table
    prior = np.array([PRIOR.get(name, 0.0) for name in NAMES], dtype=np.float32)
    rows = np.flatnonzero(table.allowed)
    rows = rows[np.argsort(-(found.signals.matrix[rows] @ prior), kind="stable")][:CANDIDATES]
    keys = [int(table.keys[row]) for row in rows]
    stored = assistant.store.chunks.by_keys(keys)  # type: ignore[attr-defined]
    texts = of_texts(found.question, [stored[key].chunk.text for key in keys])
    turns = [stored[key].chunk.message_id for key in keys]
    sessions = [stored[key].chunk.session_id for key in keys]
    return Example(
        group=group,
        conversation=question.conversation,
        question=question,
        signals=np.concatenate([found.signals.matrix[rows], texts], axis=1),
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


def fit(examples: Sequence[Example]) -> np.ndarray:
    """(len(ALL_NAMES),) weights."""
    taught = [one for one in examples if one.evidence]
    every = np.concatenate([one.signals for one in taught])
    spread = every.std(axis=0) + 1e-6
    prior = np.array([PRIOR.get(name, 0.0) for name in ALL_NAMES]) * spread * SHARPNESS
    free = np.array([name not in FIXED for name in ALL_NAMES])
    share = Counter(one.group for one in taught)
    batch = _Batch(taught, every.mean(axis=0), spread, share)
    weights, first, second = prior.copy(), np.zeros_like(prior), np.zeros_like(prior)
    for step in range(1, STEPS + 1):
        slope = (batch.slope(weights) + PULL * (weights - prior)) * free
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    weights = weights / spread
    for name, value in FIXED.items():
        weights[ALL_NAMES.index(name)] = value
    return weights


class _Batch:
    """All candidates of all questions, flat; every set weighs the same, and so do its questions."""

    def __init__(
        self,
        examples: Sequence[Example],
        mean: np.ndarray,
        spread: np.ndarray,
        share: Counter[str],
    ) -> None:
        lengths = np.array([len(one.signals) for one in examples])
        self.start = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.question = np.repeat(np.arange(len(examples)), lengths)
        matrix = np.concatenate([one.signals for one in examples])
        self.matrix = ((matrix - mean) / spread).astype(np.float32)
        self.wanted = np.zeros(len(matrix), dtype=bool)
        rows: list[np.ndarray] = []
        pieces: list[int] = []
        for number, (one, start) in enumerate(zip(examples, self.start, strict=True)):
            for piece in one.evidence:
                rows.append(piece + start)
                pieces.append(number)
        self.rows = np.concatenate(rows)
        self.piece = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
        self.asked = np.array(pieces)
        each = Counter(pieces)
        self.weight = np.array([1 / each[q] / share[examples[q].group] for q in pieces])
        self.wanted[self.rows] = True

    def slope(self, weights: np.ndarray) -> np.ndarray:
        """Gradient of -log(share of a piece of evidence against all that is no evidence)."""
        scores = self.matrix @ weights.astype(np.float32)
        risen = np.exp(scores - np.maximum.reduceat(scores, self.start)[self.question])
        other = np.add.reduceat(np.where(self.wanted, 0, risen), self.start)
        own = np.bincount(self.piece, risen[self.rows], len(self.asked)) + 1e-30
        total = own + other[self.asked]
        part = risen[self.rows]
        pull = self.weight[self.piece] * part * (1 / total[self.piece] - 1 / own[self.piece])
        push = np.bincount(self.asked, self.weight / total, len(self.start))
        slope = np.bincount(self.rows, pull, len(scores))
        slope += np.where(self.wanted, 0, risen * push[self.question])
        return slope.astype(np.float32) @ self.matrix


def folds(examples: Sequence[Example]) -> Callable[[Example], np.ndarray]:
    """Weights for each example that were trained without its conversation."""
    groups = sorted({(one.group, one.conversation) for one in examples})
    random.Random(0).shuffle(groups)
    fold = {group: at % FOLDS for at, group in enumerate(groups)}
    trained = [
        fit([one for one in examples if fold[one.group, one.conversation] != number])
        for number in range(FOLDS)
    ]
    return lambda example: trained[fold[example.group, example.conversation]]


def ranked(example: Example, weights: np.ndarray) -> Ranking:
    """Messages by their best candidate."""
    scores = example.signals @ weights
    hits: dict[tuple[str | None, str | None], RankedHit] = {}
    for row in np.argsort(-scores, kind="stable"):
        turn, session = example.turns[row], example.sessions[row]
        hits.setdefault((session, turn), RankedHit(turn, session, float(scores[row]), ""))
    return Ranking(tuple(hits.values())[:LIMIT], float(scores.max(initial=0.0)))


def report(
    title: str, examples: Sequence[Example], weights: Callable[[Example], np.ndarray]
) -> None:
    """Print the main figures of each set."""
    for name in sorted({one.group for one in examples}):
        of_set = [one for one in examples if one.group == name]
        rankings = {one.question.id: ranked(one, weights(one)) for one in of_set}
        summary = summarise([one.question for one in of_set], rankings)
        shown = ("turn R@10", "turn NDCG@10", "session R@5", "session all@5", "session hit@1")
        figures = [f"{key} {summary.micro[key]:.3f}" for key in shown if key in summary.micro]
        if "turn R@10" in summary.macro:
            figures.append(f"macro {summary.macro['turn R@10']:.3f}")
        print(f"{title:16} {name:18}", " · ".join(figures), flush=True)


def calibrate(
    examples: Sequence[Example], weights: Callable[[Example], np.ndarray]
) -> tuple[float, float]:
    """Scale and offset that turn a score into the chance that a hit is evidence (Platt 1999)."""
    scores: list[float] = []
    meant: list[float] = []
    groups: list[str] = []
    for one in examples:
        if one.question.answerable and not one.question.evidence:
            continue
        for hit in ranked(one, weights(one)).hits[:10]:
            groups.append(one.group)
            scores.append(hit.score)
            meant.append(float(one.question.answerable and hit.turn in one.question.evidence))
    fitted = logistic_fit(np.array(scores)[:, None], np.array(meant), np.ones(len(meant)))
    for name in sorted(set(groups)):
        rows = np.array([group == name for group in groups])
        said = 1 / (1 + np.exp(-(np.array(scores)[rows] * fitted[0] + fitted[1])))
        print(f"calibration {name}: said {said.mean():.3f}, was {np.array(meant)[rows].mean():.3f}")
    return float(fitted[0]), float(fitted[1])


def fit_confidence(
    examples: Sequence[Example], weights: Callable[[Example], np.ndarray]
) -> dict[str, float]:
    """Weights of what is known of a result, none negative: more of anything is never less sure."""
    mixed = {one.group for one in examples if not one.question.answerable}
    of_mixed = [one for one in examples if one.group in mixed]
    known, held = [], []
    for one in of_mixed:
        scores = one.signals @ weights(one)
        order = np.argsort(-scores, kind="stable")
        known.append(measure(scores[order], one.signals[order][:, : len(NAMES)]))
        held.append(float(one.question.answerable))
    matrix, answerable = np.array(known), np.array(held)
    sizes = Counter((one.group, one.question.answerable) for one in of_mixed)
    balance = np.array([1 / sizes[one.group, one.question.answerable] for one in of_mixed])
    fitted = logistic_fit(matrix, answerable, balance * len(balance) / balance.sum(), least=0.0)
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


def write(weights: np.ndarray, scale: float, offset: float, confidence: dict[str, float]) -> None:
    """Replace the shipped weights."""
    said = {
        "signals": {
            name: round(float(one), 4) for name, one in zip(ALL_NAMES, weights, strict=True)
        },
        "scale": round(scale, 4),
        "offset": round(offset, 4),
        "confidence": {name: round(value, 4) for name, value in confidence.items()},
    }
    WEIGHTS_FILE.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
