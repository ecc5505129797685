"""Decides whether the evidence answers the question, and how sure that is.

Invariant: the confidence is a logistic function of a few features of the question and its best
evidence; the weights were fitted by scripts/calibrate_abstention.py and name nobody and nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from mem.answer.scoring import Scored, coverage
from mem.core.query import SearchResult

FEATURES: Final = (
    "cosine", "cover", "cover_near", "focus", "event", "value", "lacks", "named", "stray",
    "foreign", "gap", "unseen", "rival", "score", "hit", "confidence",
)  # fmt: skip
WEIGHTS: Final = (
    0.0, 0.0, 0.0, 3.1, 2.9, 1.7, -5.7, 0.0, 0.0, -1.1, -2.0, 0.0, -1.3, 0.0, 7.2, 0.0,
)  # fmt: skip
#: The fit weighs answerable and unanswerable questions alike and gives -5.6; people mostly ask
#: what memory holds, which the odds of 3 to 1 added here say.
BIAS: Final = -4.4
#: Below this confidence memory says that it does not hold the answer.
THRESHOLD: Final = 0.5
#: Cosine of question and statement from which they are about one thing without a common word, and
#: the confidence that is left where they are not.
AKIN: Final = 0.5
UNRELATED: Final = 0.1


def features(
    ranked: Sequence[Scored], result: SearchResult, weights: Mapping[str, float]
) -> tuple[float, ...]:
    """What the decision is made from, in the order of `FEATURES`; `ranked` is best first.

    `gap` is the weight of the rarest word of the question that the best evidence does not reach,
    `unseen` of those that no statement reaches, and `rival` by how much the words of somebody else
    than the person asked about fit better.
    """
    best = ranked[0]
    whole = sum(weights.values()) or 1.0
    seen = frozenset(one for scored in ranked for one in scored.reached)
    missing = [weight for one, weight in weights.items() if one not in best.reached]
    strangers = [one.content for one in ranked if one.feature("foreign")]
    rival = max(strangers) - best.content if strangers else -2.0
    known = {
        **{name: best.feature(name) for name in FEATURES[:10]},
        "gap": max(missing, default=0.0) / whole,
        "unseen": 1.0 - coverage(seen, weights),
        "rival": max(-2.0, min(2.0, rival)),
        "score": best.score / 10.0,
        "hit": best.statement.hit.score,
        "confidence": result.confidence,
    }
    return tuple(known[name] for name in FEATURES)


def reaches(best: Scored, weights: Mapping[str, float]) -> bool:
    """Whether the best evidence has anything to do with what is asked about.

    Of the question's content words at least one stands in it or around it, or it means much the
    same; a value of the kind asked for alone ("how much") is no answer.
    """
    return bool(best.reached & weights.keys()) or best.feature("cosine") >= AKIN


def confidence(found: tuple[float, ...]) -> float:
    """How likely the evidence answers the question, in (0, 1)."""
    total = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
