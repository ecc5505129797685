"""A filter never costs more than scanning what it allows."""

from __future__ import annotations

import pytest

from mem.vectors.overfetch import first_request, nearest_allowed

TOTAL = 100_000


def test_first_request() -> None:
    assert first_request(10, TOTAL) == 30
    assert first_request(1, TOTAL) == 21
    assert first_request(10, 12) == 12


def test_few_allowed_are_not_asked_for() -> None:
    def nearest(request: int) -> list[int]:
        pytest.fail(f"asked for {request}")

    assert nearest_allowed(nearest, [1, 2], limit=10, total=TOTAL) == [1, 2]


def test_requests_grow_until_enough_are_allowed() -> None:
    asked = []

    def nearest(request: int) -> list[int]:
        asked.append(request)
        return list(range(request))

    keys = nearest_allowed(nearest, range(220, 50_000), limit=10, total=TOTAL)
    assert asked == [60, 240, 960]
    assert set(keys) == set(range(220, 960))


def test_scan_when_requests_do_not_help() -> None:
    allowed = range(50_000, 100_000)
    asked = []

    def nearest(request: int) -> list[int]:
        asked.append(request)
        return list(range(request))

    assert set(nearest_allowed(nearest, allowed, limit=10, total=TOTAL)) == set(allowed)
    assert max(asked) < TOTAL / 10
