"""What a ranking is worth: recall and gain over turns and sessions, and knowing what is absent.

All figures are means over questions in [0, 1]; a question without evidence counts only where
abstention is measured. Normalised gain: Järvelin and Kekäläinen 2002.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mem.bench.sets import Question

TURN_CUTS = (1, 5, 10, 20)
SESSION_CUTS = (5, 10)
GAIN_CUT = 10
# Answerable questions that must be kept when the rest is to be refused.
KEPT = 0.95
# What a reader of the hits may read: recall is also measured within so many tokens.
TOKENS = 2000


@dataclass(frozen=True, slots=True)
class RankedHit:
    """What is judged of a hit; `tokens` is the length of its text."""

    turn: str | None
    session: str | None
    score: float
    text: str
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of one question, best first, and how sure the system was of having an answer.

    `reranked` says how many of them a reranker has read.
    """

    hits: tuple[RankedHit, ...]
    confidence: float
    reranked: int = 0


def recall(ranked: Sequence[str | None], wanted: Collection[str], cut: int) -> float:
    """The share of `wanted` among the first `cut`."""
    return len(set(wanted) & set(ranked[:cut])) / len(set(wanted))


def gain(ranked: Sequence[str | None], wanted: Collection[str], cut: int = GAIN_CUT) -> float:
    """Normalised discounted cumulative gain with equal gains."""
    found = sum(1 / math.log2(at + 2) for at, one in enumerate(ranked[:cut]) if one in wanted)
    return found / sum(1 / math.log2(at + 2) for at in range(min(cut, len(set(wanted)))))


def within(hits: Sequence[RankedHit], tokens: int) -> list[str | None]:
    """Turns of the first hits that together have at most so many tokens."""
    turns: list[str | None] = []
    for hit in hits:
        tokens -= hit.tokens
        if tokens < 0:
            break
        turns.append(hit.turn)
    return turns


def sessions_of(ranking: Ranking) -> list[str | None]:
    """Sessions in the order of their first hit."""
    return list(dict.fromkeys(hit.session for hit in ranking.hits))


def judge(question: Question, ranking: Ranking) -> dict[str, float]:
    """Every figure that this question allows."""
    figures: dict[str, float] = {}
    if not question.answerable:
        return figures
    if question.evidence:
        turns = list(dict.fromkeys(hit.turn for hit in ranking.hits))
        for cut in TURN_CUTS:
            figures[f"turn R@{cut}"] = recall(turns, question.evidence, cut)
        figures[f"turn NDCG@{GAIN_CUT}"] = gain(turns, question.evidence)
        read = within(ranking.hits, TOKENS)
        figures[f"turn R in {TOKENS} tokens"] = recall(read, question.evidence, len(read))
    if question.evidence_sessions:
        sessions = sessions_of(ranking)
        for cut in SESSION_CUTS:
            share = recall(sessions, question.evidence_sessions, cut)
            figures[f"session R@{cut}"] = share
            figures[f"session any@{cut}"] = float(share > 0)
            figures[f"session all@{cut}"] = float(share == 1)
        figures["session hit@1"] = recall(sessions, question.evidence_sessions, 1)
        figures["session hit@1"] = float(figures["session hit@1"] > 0)
        figures[f"session NDCG@{GAIN_CUT}"] = gain(sessions, question.evidence_sessions)
    if question.answers:
        first = ranking.hits[0].text.lower() if ranking.hits else ""
        figures["top-1 current"] = float(
            any(answer.lower() in first for answer in question.answers)
        )
    return figures


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over questions: `micro` over all, `macro` over types, `by_type` within each."""

    questions: int
    micro: dict[str, float]
    macro: dict[str, float]
    by_type: dict[str, dict[str, float]]
    abstention: dict[str, float]


def summarise(questions: Sequence[Question], rankings: Mapping[str, Ranking]) -> Summary:
    """The figures of those questions that have a ranking."""
    judged = [(one, judge(one, rankings[one.id])) for one in questions if one.id in rankings]
    by_type: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(question.type for question, _ in judged):
        of_kind = _means([figures for question, figures in judged if question.type == kind])
        if of_kind:
            by_type[kind] = of_kind
    confidences = [(one.answerable, rankings[one.id].confidence) for one, _ in judged]
    return Summary(
        questions=len(judged),
        micro=_means([figures for _, figures in judged]),
        macro=_means(list(by_type.values())),
        by_type=by_type,
        abstention=_abstention(
            [confidence for answerable, confidence in confidences if answerable],
            [confidence for answerable, confidence in confidences if not answerable],
        ),
    )


def _means(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for one in figures for name in one)
    return {
        name: sum(one[name] for one in figures if name in one) / sum(name in one for one in figures)
        for name in names
    }


def area(held: Sequence[float], absent: Sequence[float]) -> float:
    """The chance that a confidence of `held` exceeds one of `absent` (area under the ROC)."""
    wins = sum((one > other) + 0.5 * (one == other) for one in held for other in absent)
    return wins / (len(held) * len(absent))


def _abstention(held: Sequence[float], absent: Sequence[float]) -> dict[str, float]:
    if not held or not absent:
        return {}
    threshold = sorted(held)[math.floor((1 - KEPT) * len(held))]
    wrong = sum(confidence >= threshold for confidence in absent) / len(absent)
    return {"AUROC": area(held, absent), "false answers at 95 % kept": wrong}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
