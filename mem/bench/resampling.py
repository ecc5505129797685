"""How far a figure may be chance: intervals and differences by resampling conversations.

Questions of one conversation are not independent, so conversations are drawn first and questions
within each after that (two-stage bootstrap; Davison and Hinkley 1997, chapter 3). The draws are
fixed, so that a figure repeats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

DRAWS = 2000
SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds between which 95 % of the resampled means lie."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Gain:
    """The mean paired difference over a baseline; `chance` is the two-sided p of none."""

    over: str
    difference: Interval
    chance: float


def interval(values: Mapping[str, float], groups: Mapping[str, str]) -> Interval:
    """Of values by question; `groups` names each question's conversation. Raises ValueError."""
    return _summary(_means(values, groups), values)


def gain(
    ours: Mapping[str, float], theirs: Mapping[str, float], groups: Mapping[str, str], *, over: str
) -> Gain:
    """How much higher ours are, question by question. Raises ValueError where none is in both."""
    both = {one: value - theirs[one] for one, value in ours.items() if one in theirs}
    means = _means(both, groups)
    beyond = min(float((means <= 0).mean()), float((means >= 0).mean()))
    return Gain(over, _summary(means, both), min(1.0, max(2 * beyond, 1 / DRAWS)))


def _summary(means: Floats, values: Mapping[str, float]) -> Interval:
    import numpy as np

    low, high = np.quantile(means, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return Interval(sum(values.values()) / len(values), float(low), float(high))


def _means(values: Mapping[str, float], groups: Mapping[str, str]) -> Floats:
    """(DRAWS,) means of what was drawn."""
    import numpy as np

    if not values:
        raise ValueError("no question has this figure")
    by_group: dict[str, list[float]] = {}
    for one in sorted(values):
        by_group.setdefault(groups[one], []).append(values[one])
    arrays = [np.array(held) for held in by_group.values()]
    chance = np.random.default_rng(0)
    means = np.empty(DRAWS)
    for draw in range(DRAWS):
        picked = chance.integers(0, len(arrays), len(arrays))
        drawn = [arrays[at][chance.integers(0, len(arrays[at]), len(arrays[at]))] for at in picked]
        means[draw] = np.concatenate(drawn).mean()
    return means
