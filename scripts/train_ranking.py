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
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from ranking_network import Example, fit, logistic_fit, untrained

from mem.assistant import Assistant
from mem.bench.metrics import RankedHit, Ranking, area, summarise
from mem.bench.retrieval import LIMIT, opened
from mem.bench.sets import BenchSet, Question, read_set
from mem.bench.vectors import KeptVectors
from mem.core.query import Filters
from mem.inference.embedder import OnnxEmbedder
from mem.retrieval.confidence import NAMES as CONFIDENCE_NAMES
from mem.retrieval.confidence import measure
from mem.retrieval.fusion import INPUTS, WEIGHTS_FILE, Network
from mem.retrieval.ranking import session_sums

FOLDS = 3
_NOW = datetime(2026, 1, 1)


Trained = Callable[[Example], Network]


def main() -> None:
    """Train, report and write."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("home", type=Path, help="where stores and vectors are kept")
    arguments.add_argument("sets", type=Path, nargs="+")
    arguments.add_argument("--check", type=Path, nargs="*", default=[], help="not trained on")
    arguments.add_argument("--ablate", action="store_true", help="also without groups of signals")
    given = arguments.parse_args()
    if tuple(json.loads(WEIGHTS_FILE.read_text("utf-8"))["network"]["inputs"]) != INPUTS:
        # Signals have changed: any weights will do to open a search.
        write(untrained(), 1.0, 0.0, {})
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
    few = assistant.retriever.shortlist(found, limit=LIMIT)
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
    "words akin": re.compile(r"^akin"),
    "time": re.compile(r"^(time_near|newness_continuing|newer_share\w*|session_age)$"),
    "questions and answers": re.compile(r"^(asks|after_question|\w+_after_question|asks_back)$"),
    "the question's form": re.compile(r"^q_"),
    "who": re.compile(r"^(speaker_|own_words|assistant_)"),
    "words": re.compile(r"lexical|coverage|agreement|adjacent|akin"),
    "vectors": re.compile(r"cosine|agreement|alike"),
}


def ablate(examples: Sequence[Example]) -> None:
    """Print cross-validated figures without each group of signals."""
    for title, pattern in GROUPS.items():
        without = {name for name in INPUTS if pattern.search(name)}
        report(f"without {title}", examples, folds(examples, without))


def ranked(example: Example, network: Network) -> Ranking:
    """Messages by their best candidate, whole sessions where the question continues one."""
    scores = network.scores(example.signals)
    order = np.argsort(-scores, kind="stable")
    if len(order) and example.signals[0, INPUTS.index("q_continuing")]:
        _, sessions = np.unique([str(one) for one in example.sessions], return_inverse=True)
        order = order[np.argsort(-session_sums(scores, sessions)[order], kind="stable")]
    hits: dict[tuple[str | None, str | None], RankedHit] = {}
    for row in order:
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


def write(network: Network, scale: float, offset: float, confidence: Mapping[str, float]) -> None:
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
