"""Decides whether the evidence answers the question, and how sure that is.

Invariant: the confidence is a logistic function of a few features of the question and its best
evidence; the weights were fitted by scripts/calibrate_abstention.py and name nobody and nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from mem.answer.scoring import Scored
from mem.core.query import SearchResult

FEATURES: Final = ("focus", "lacks", "form", "other", "gap", "rival", "prior")
WEIGHTS: Final = (1.53, -3.02, 0.56, -1.65, -3.88, -0.55, 3.41)
#: The fit weighs answerable and unanswerable questions alike and gives -3.15; people mostly ask
#: what memory holds, which the odds of 2 to 1 added here say.
BIAS: Final = -2.45
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

    `focus`, `lacks`, `form` and `other` are those of the best evidence. `gap` is the share of the
    question's weight that its rarest word has among those that the best evidence does not reach,
    `rival` by how much the words of somebody else than the person asked about fit better, and
    `prior` what the signals of the search say.
    """
    best = ranked[0]
    whole = sum(weights.values()) or 1.0
    missing = [weight for one, weight in weights.items() if one not in best.reached]
    strangers = [one.content for one in ranked if one.feature("foreign")]
    rival = max(strangers) - best.content if strangers else -2.0
    known = {
        **{name: best.feature(name) for name in FEATURES[:4]},
        "gap": max(missing, default=0.0) / whole,
        "rival": max(-2.0, min(2.0, rival)),
        "prior": result.prior,
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
