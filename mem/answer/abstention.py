"""Decides whether the evidence answers the question, and how sure that is.

Invariant: the confidence is a logistic function of a few features of the question and its best
evidence; the weights were fitted by scripts/calibrate_abstention.py and name nobody and nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from mem.answer.question import Asked, Wanted
from mem.answer.scoring import Scored, rarest_missing, telling_stems
from mem.core.query import SearchResult

FEATURES: Final = (
    "focus", "lacks", "form", "other", "aside", "foreign", "unnamed", "far", "undone", "uncaused",
    "idle", "asks", "gap", "rival", "nothing", "lost", "fits", "top", "prior", "known",
)  # fmt: skip
#: Those that are the best evidence's own.
_OF_BEST: Final = FEATURES[:12]
WEIGHTS: Final = (
    1.8, -2.71, 0.31, -1.72, -4.59, -0.78, -1.34, -1.21, -0.88, -1.19,
    -1.42, -0.61, -3.14, -0.66, -0.92, -0.59, 0.17, 0.79, 3.04, 0.74,
)  # fmt: skip
#: The fit weighs answerable and unanswerable questions alike and gives -3.34; people mostly ask
#: what memory holds, which the odds of 1.4 to 1 added here say.
BIAS: Final = -3.01
#: Below this confidence memory says that it does not hold the answer.
THRESHOLD: Final = 0.5
#: Cosine of question and statement from which they are about one thing without a common word, and
#: the confidence that is left where they are not.
AKIN: Final = 0.5
UNRELATED: Final = 0.1
#: Cosine from which a statement may say in other words what was done.
ALIKE: Final = 0.6
#: The confidence that is left at most where what is asked for is not in the evidence.
PARTIAL: Final = 0.4


def features(
    asked: Asked, ranked: Sequence[Scored], result: SearchResult, weights: Mapping[str, float]
) -> tuple[float, ...]:
    """What the decision is made from, in the order of `FEATURES`; `ranked` is best first.

    The first twelve are those of the best evidence (`mem.answer.scoring`). `gap` is the share of
    the question's weight that its rarest word has among those that the best evidence does not
    reach, `rival` by how much the words of somebody else than the person asked about fit better.
    `nothing` says that no word which tells what is asked about is reached, `lost` is the share of
    such words that no evidence reaches. `fits` is the best one's score without vectors, `top` the
    best score of a hit and `prior` what the signals of the search say; `known` that somebody
    asked about takes part in the chat.
    """
    best = ranked[0]
    telling = telling_stems(asked) & weights.keys()
    anywhere = frozenset().union(*(one.reached for one in ranked))
    whole = sum(weights[one] for one in telling) or 1.0
    strangers = [one.content for one in ranked if one.feature("foreign")]
    rival = max(strangers) - best.content if strangers else -2.0
    known = {
        **{name: best.feature(name) for name in _OF_BEST},
        "gap": rarest_missing(best.reached, weights),
        "rival": max(-2.0, min(2.0, rival)),
        "nothing": float(not telling & best.reached),
        "lost": sum(weights[one] for one in telling - anywhere) / whole,
        "fits": best.plain,
        "top": max(one.feature("hit") for one in ranked),
        "prior": result.prior,
        "known": float(_takes_part(asked, ranked)),
    }
    return tuple(known[name] for name in FEATURES)


def _takes_part(asked: Asked, ranked: Sequence[Scored]) -> bool:
    """Whether the best evidence is a message of a chat in which somebody asked about speaks."""
    if ranked[0].statement.hit.message_id is None:
        return False
    speakers = {(one.statement.hit.speaker or "").lower() for one in ranked}
    return any(name in speaker for name in asked.subjects for speaker in speakers)


def reaches(best: Scored, weights: Mapping[str, float]) -> bool:
    """Whether the best evidence has anything to do with what is asked about.

    Of the question's content words at least one stands in it or around it, or it means much the
    same; a value of the kind asked for alone ("how much") is no answer.
    """
    return bool(best.reached & weights.keys()) or best.feature("cosine") >= AKIN


def falls_short(asked: Asked, best: Scored) -> bool:
    """Whether the best evidence has no value of the kind asked for, or not the deed asked about.

    A sentence without an amount does not say how much, and one without parting does not say why, or
    whether, they parted.
    """
    if best.feature("lacks") > 0:
        return True
    of_deed = asked.why or asked.wanted is Wanted.YES_NO
    return of_deed and best.feature("undone") > 0 and best.feature("cosine") < ALIKE


def confidence(found: tuple[float, ...]) -> float:
    """How likely the evidence answers the question, in (0, 1)."""
    total = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
