"""The forgetting curve: how surely something is still recalled after a time without use.

The curve is that of FSRS 6 (github.com/open-spaced-repetition/fsrs4anki/wiki), a power law that
passes 0.9 when `stability` days have gone by.
"""

from __future__ import annotations

from datetime import datetime

DECAY = -0.1542
_FACTOR = 0.9 ** (1 / DECAY) - 1
_SECONDS_A_DAY = 86_400.0


def retrievability(days: float, stability: float) -> float:
    """Strength in (0, 1] after `days` without use; `stability` in days, above 0."""
    return float((1 + _FACTOR * max(0.0, days) / stability) ** DECAY)


def strength_at(now: datetime, last: datetime, stability: float) -> float:
    """Strength at `now` of what was last used at `last`; both naive or both aware."""
    return retrievability((now - last).total_seconds() / _SECONDS_A_DAY, stability)
