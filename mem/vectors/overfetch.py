"""More neighbours are asked for than wanted, so that exact scores decide who is among the best."""

from __future__ import annotations

from collections.abc import Callable, Collection

# Neighbours asked for per wanted one, and at least so many more.
PER_WANTED = 3
LEAST_MORE = 20
# How much a request grows while a filter leaves too few, and the share of the index at which
# scanning the allowed keys costs less than asking for more.
GROWTH = 4
SHARE_BEFORE_SCAN = 0.1
# A filter that leaves fewer keys than either of these is scanned by itself.
FEW_ALLOWED = 2000
FEW_ALLOWED_SHARE = 0.05


def first_request(limit: int, total: int) -> int:
    """How many of `total` to ask for when `limit` are wanted."""
    return min(total, max(limit * PER_WANTED, limit + LEAST_MORE))


def nearest_allowed(
    nearest: Callable[[int], list[int]], allowed: Collection[int], *, limit: int, total: int
) -> Collection[int]:
    """Keys among which the `limit` best allowed ones are.

    `nearest` gives about that many nearest keys of the whole index. The answer is all of
    `allowed` when they are few, or when no reasonable request leaves enough of them.
    """
    enough = first_request(limit, total)
    if len(allowed) < max(FEW_ALLOWED, FEW_ALLOWED_SHARE * total):
        return allowed
    members = frozenset(allowed)
    request = enough * total // len(members)
    while request < SHARE_BEFORE_SCAN * total:
        keys = [key for key in nearest(request) if key in members]
        if len(keys) >= enough:
            return keys
        request *= GROWTH
    return members
